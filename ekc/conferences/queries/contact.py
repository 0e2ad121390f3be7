"""The contact log."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from ekc.accounts.models import Account
from ekc.conferences.models import ContactEntry
from ekc.conferences.queries.names import names
from ekc.conferences.queries.rows import columns_of, to_dataclass
from ekc.core.reading import read_rows


@dataclass(frozen=True, slots=True)
class ContactRow:
    """An entry of the contact log. `name` is None where it is about nobody in particular; `writer`: who wrote it."""

    id: int
    on: date
    channel: str
    text: str
    participant_id: int | None
    name: str | None
    written_by: int | None
    writer: str | None


_LOG = (
    select(*columns_of(ContactRow, ContactEntry, frozenset({"name"})))
    .outerjoin(Account, Account.id == ContactEntry.written_by)
    .where(ContactEntry.conference_id == bindparam("case"))
    .order_by(ContactEntry.on.desc(), ContactEntry.id.desc())
)


def contact_log(session: Session, conference_id: int) -> tuple[ContactRow, ...]:
    """The contact log, newest first."""
    rows = read_rows(session, _LOG, {"case": conference_id})
    called = names(session, conference_id) if rows else {}
    return tuple(to_dataclass(ContactRow, row, name=called.get(row.participant_id)) for row in rows)
