"""The audit in lines."""

from sqlalchemy.orm import Session

from ekc.core.audit import SYSTEM, record
from ekc.core.transaction import writing
from ekc.operation.audit_lines import audit_lines
from tests.clock import START


def test_a_name_neither_forges_a_line_nor_commands_the_terminal(db_session: Session) -> None:
    with writing(db_session):
        record(
            db_session,
            SYSTEM,
            START,
            "account.passkey_added",
            name="Phone\n2026-01-01  Bas\x1b[2J\u202eb \N{LATIN SMALL LETTER E WITH ACUTE}",
        )

    [line] = audit_lines(db_session)

    assert line.endswith("name=Phone\\n2026-01-01  Bas\\x1b[2J\\u202eb é")
