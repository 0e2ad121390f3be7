"""The contact log."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from ekc.accounts.models import Account
from ekc.conferences.models import ContactEntry
from ekc.conferences.queries.names import names
from ekc.conferences.queries.rows import columns_of, to_dataclass


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


def contact_log(session: Session, conference_id: int) -> tuple[ContactRow, ...]:
    """The contact log, newest first."""
    found = select(*columns_of(ContactRow, ContactEntry, frozenset({"name"})))
    found = found.outerjoin(Account, Account.id == ContactEntry.written_by)
    here = found.where(ContactEntry.conference_id == conference_id)
    rows = session.execute(here.order_by(ContactEntry.on.desc(), ContactEntry.id.desc())).all()
    called = names(session, conference_id) if rows else {}
    return tuple(to_dataclass(ContactRow, row, name=called.get(row.participant_id)) for row in rows)
