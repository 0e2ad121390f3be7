"""Keeping and forgetting drafts. Not audited: nothing of a case changes, and the audit is never deleted."""

import json
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, delete, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from ekc.core.errors import Refusal
from ekc.core.tokens import hash_token
from ekc.core.transaction import writing
from ekc.drafts.models import FormDraft
from ekc.drafts.queries import Owner, own, place_of
from ekc.signin.actions.throttle import Limit, count_attempt
from ekc.workflow.vocabulary import N_

#: How long a draft of somebody who signs in is kept, from the last time that it was; then until midnight UTC.
KEPT = timedelta(days=14)
#: What was sent after the sign-in had ended, and what is written without signing in.
KEPT_SHORTLY = timedelta(days=1)
_LARGEST = 128 * 1024  # bytes of one draft
_MOST = 20  # drafts of one person in one browser
KEEPING = Limit("drafts", 600, timedelta(hours=1))  # for one person; of the public for one network
#: The public has no account by which drafts could be counted.
_BEGINNING = Limit("drafts begun", 30, timedelta(hours=1))  # for one network


class TooLarge(Refusal):
    """More than is kept."""

    status = 413

    def __init__(self) -> None:
        super().__init__(N_("That is more than can be kept. Copy it from here before you go on."))


@dataclass(frozen=True, slots=True)
class Content:
    """What is kept of a form: the address to which it is sent, the window in which it is written, and its fields."""

    path: str
    window: str
    fields: tuple[tuple[str, str], ...]
    conference_id: int | None


def keep(session: Session, at: datetime, owner: Owner, content: Content, network: str, *, sent: bool = False) -> int:
    """Keep a draft in place of the one before of that window; returns its id. Raises TooLarge, TooMany."""
    try:
        return _keep(session, at, owner, content, network, sent)
    except IntegrityError:  # two requests began it at once
        return _keep(session, at, owner, content, network, sent)


def _keep(session: Session, at: datetime, owner: Owner, content: Content, network: str, sent: bool) -> int:
    said = {"path": content.path, "window": content.window, "fields": content.fields, "at": at.isoformat()}
    if len(json.dumps(said, ensure_ascii=False).encode()) > _LARGEST:
        raise TooLarge
    place = place_of(session, content.path, content.window)
    life = KEPT if owner.whose and not sent else KEPT_SHORTLY
    with writing(session):
        count_attempt(session, at, KEEPING, owner.whose or network)
        mine = own(owner)
        row = session.scalar(select(FormDraft).where(*mine, FormDraft.place == place).with_for_update())
        if row is None:
            if not owner.whose:
                count_attempt(session, at, _BEGINNING, network)
            row = FormDraft(browser=hash_token(owner.token), whose=owner.whose, place=place)
            session.add(row)
        row.content, row.conference_id, row.sent, row.until = said, content.conference_id, sent, _midnight(at + life)
        session.flush()
        newest = select(FormDraft.id).where(*mine).order_by(FormDraft.id.desc()).limit(_MOST)
        kept = session.scalars(newest).all()
        session.execute(delete(FormDraft).where(*mine, FormDraft.id.not_in(kept)))
        return row.id


def forget(session: Session, owner: Owner, draft_id: int) -> None:
    """Destroy a draft of theirs."""
    with writing(session):
        _forget(session, *own(owner), FormDraft.id == draft_id)


def forget_sent_by_others(session: Session, owner: Owner) -> None:
    """Destroy what others sent in this browser after their sign-in had ended: somebody else has signed in in it."""
    with writing(session):
        _forget(
            session,
            FormDraft.browser == hash_token(owner.token),
            FormDraft.whose != owner.whose,
            FormDraft.sent.is_(True),
        )


def forget_of_case(session: Session, conference_id: int) -> None:
    """Destroy the drafts of a case. Does not commit."""
    _forget(session, FormDraft.conference_id == conference_id)


def forget_drafts(session: Session, at: datetime) -> int:
    """Destroy the drafts whose time has passed; returns how many."""
    with writing(session):
        return _forget(session, FormDraft.until <= at)


def _forget(session: Session, *which: ColumnElement[bool]) -> int:
    return len(session.scalars(delete(FormDraft).where(*which).returning(FormDraft.id)).all())


def _midnight(at: datetime) -> datetime:
    """The midnight after an instant, in UTC."""
    return at.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
