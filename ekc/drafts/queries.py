"""Reading drafts: only in the browser and by the person they are of."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from ekc.core.crypto import keyring_of
from ekc.core.tokens import hash_token
from ekc.drafts.models import FormDraft

#: How long what somebody wrote without signing in is offered: the next visitor of a shared computer is somebody else.
OFFERED = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Owner:
    """Of whom a draft is: the token of the cookie of their browser (empty: none), and who they are."""

    token: str = field(repr=False)
    whose: str


@dataclass(frozen=True, slots=True)
class DraftRow:
    """A draft: of whom (empty: nobody was signed in), the address to which its form is sent, the window in which it
    was written, its fields, when kept, until when.
    """

    id: int
    whose: str
    path: str
    window: str
    fields: tuple[tuple[str, str], ...]
    kept_at: datetime
    until: datetime
    sent: bool

    def is_offered(self, at: datetime) -> bool:
        """Whether a page of this browser may still show it by itself: the next visitor may be somebody else."""
        return bool(self.whose) or at - self.kept_at < OFFERED


def place_of(session: Session, path: str, window: str) -> bytes:
    """The keyed hash under which the draft of the form of this window that is sent to this address is found."""
    return keyring_of(session).fingerprint(f"draft {window} {path}")


def own(owner: Owner) -> tuple[ColumnElement[bool], ...]:
    """Which drafts are theirs."""
    return FormDraft.browser == hash_token(owner.token), FormDraft.whose == owner.whose


def draft_of(session: Session, owner: Owner, path: str, window: str) -> int | None:
    """The draft of the form of this window that is sent to this address; None: there is none."""
    if not owner.token:
        return None
    return session.scalar(select(FormDraft.id).where(*own(owner), FormDraft.place == place_of(session, path, window)))


def drafts(session: Session, at: datetime, owner: Owner) -> tuple[DraftRow, ...]:
    """What somebody typed in this browser and did not save, newest first."""
    if not owner.token:
        return ()
    found = session.scalars(select(FormDraft).where(*own(owner), FormDraft.until > at).order_by(FormDraft.id.desc()))
    return tuple(row for row in map(_row, found) if row.is_offered(at))


def draft(session: Session, at: datetime, owner: Owner, draft_id: int) -> DraftRow | None:
    """A draft of theirs, offered still or not; None: there is none."""
    if not owner.token:
        return None
    row = session.scalar(select(FormDraft).where(*own(owner), FormDraft.id == draft_id, FormDraft.until > at))
    return _row(row) if row else None


def draft_of_link(session: Session, at: datetime, token: str, whose: str) -> int | None:
    """The draft that this link picks up, if nobody or this person wrote it; None: there is none."""
    mine = FormDraft.whose.in_({"", whose})
    found = select(FormDraft.id).where(FormDraft.link == hash_token(token), FormDraft.until > at, mine)
    return session.scalar(found)


def _row(row: FormDraft) -> DraftRow:
    return DraftRow(
        row.id,
        row.whose,
        row.content["path"],
        row.content["window"],
        tuple((name, value) for name, value in row.content["fields"]),
        datetime.fromisoformat(row.content["at"]),
        row.until,
        row.sent,
    )
