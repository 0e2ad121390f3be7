"""A real service as `deploy/` makes it: its own key file, and a database user with few rights."""

import re
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine, event, text
from sqlalchemy.exc import DBAPIError

from config import make_keys
from ekc.core.audit import broken_chains
from ekc.core.crypto import Keyring
from ekc.core.db import make_engine, make_sessions
from tests import build
from tests.architecture.sources import ROOT
from tests.cast import Cast
from tests.clock import START
from tests.database import CONTENT_KEY, INDEX_KEY

GRANTS = ROOT / "deploy" / "grants.sql"


def test_the_key_file_is_its_owners_alone(tmp_path: Path) -> None:
    make_keys(tmp_path / "instance" / "keys.json")

    modes = [stat.S_IMODE((tmp_path / name).stat().st_mode) for name in ("instance", "instance/keys.json")]
    assert modes == [0o700, 0o600]


@pytest.fixture
def service(engine: Engine) -> Iterator[Engine]:
    """The same database, with the rights that `deploy/grants.sql` gives."""
    if engine.dialect.name == "sqlite":
        pytest.skip("a file has no users")
    user = f"{engine.url.database}_service"  # a server knows each name once, and workers share it
    grants, changed = re.subn(r"\b(TO|FROM) ekc;", rf"\1 {user};", GRANTS.read_text())
    assert changed == 4
    with engine.begin() as connection:
        connection.execute(text(f"DROP ROLE IF EXISTS {user}"))
        connection.execute(text(f"CREATE ROLE {user}"))
        connection.execute(text(grants))
    made = make_engine(engine.url.render_as_string(hide_password=False), Keyring([CONTENT_KEY], INDEX_KEY))
    event.listen(made, "connect", lambda raw, _record: raw.execute(f"SET ROLE {user}"))
    yield made
    made.dispose()
    with engine.begin() as connection:
        connection.execute(text(f"DROP OWNED BY {user}"))
        connection.execute(text(f"DROP ROLE {user}"))


@pytest.mark.parametrize(
    "statement",
    [
        "ALTER TABLE audit_event DISABLE TRIGGER ALL",
        "DROP TRIGGER audit_event_append_only ON audit_event",
        "UPDATE audit_event SET action = 'x'",
        "DELETE FROM plan_version",
        "TRUNCATE audit_event",
        "SET session_replication_role = replica",
        "CREATE TABLE another (id int)",
        "DROP TABLE audit_event",
    ],
)
def test_the_service_cannot_untie_what_is_tied(service: Engine, statement: str) -> None:
    with service.connect() as connection, pytest.raises(DBAPIError, match=r"must be owner|permission denied"):
        connection.execute(text(statement))


def test_with_few_rights_a_case_goes_all_the_way(service: Engine, cast: Cast) -> None:
    with make_sessions(service)() as session:
        assert session.scalar(text("SELECT current_user")) == f"{service.url.database}_service"
        build.closed_case(session, cast, START)

        assert list(broken_chains(session)) == []
