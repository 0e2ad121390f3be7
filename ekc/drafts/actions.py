"""Keeping and forgetting drafts. Not audited: nothing of a case changes, and the audit is never deleted."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, delete, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from ekc.core.errors import Refusal, Unknown
from ekc.core.tokens import hash_token, new_token
from ekc.core.transaction import writing
from ekc.drafts.models import FormDraft
from ekc.drafts.queries import Owner, own, place_of
from ekc.signin.actions.throttle import Limit, count_attempt
from ekc.workflow.vocabulary import N_

#: How long a draft of somebody who signs in is kept, from the last time that it was; then until midnight UTC.
KEPT = timedelta(days=14)
#: What was sent after the sign-in had ended, and what is written without signing in.
KEPT_SHORTLY = timedelta(days=1)
_LARGEST, _LARGEST_OF_FILE = 128 * 1024, 640 * 1024  # bytes of one draft
_MOST = 20  # drafts of one person in one browser
KEEPING = Limit("drafts", 600, timedelta(hours=1))  # for one person; of the public for one network
#: The public has no account by which drafts could be counted.
_BEGINNING = Limit("drafts begun", 30, timedelta(hours=1))  # for one network
_FILES = Limit("drafts of files", 60, timedelta(hours=1))  # for one person
#: Those that are kept for two weeks, so that a network cannot fill the disk.
_BEGINNING_PAGES = Limit("drafts of pages begun", 60, timedelta(days=1))


class TooLarge(Refusal):
    """More than is kept."""

    status = 413

    def __init__(self, of_file: bool = False) -> None:
        super().__init__(
            N_("There is too much text in the file. Make several files of it.")
            if of_file
            else N_("That is more than can be kept. Copy it from here before you go on.")
        )


@dataclass(frozen=True, slots=True)
class Content:
    """What is kept of a form: the address to which it is sent, the window in which it is written, and its fields.

    `pages`: whether it is a form of several pages. Such a draft can be picked up by a link, so it is kept as long as
    that of somebody who signs in. `of_file`: whether it is the rows of a file.
    """

    path: str
    window: str
    fields: tuple[tuple[str, str], ...]
    conference_id: int | None = None
    pages: bool = False
    of_file: bool = False


def keep(session: Session, at: datetime, owner: Owner, content: Content, network: str, *, sent: bool = False) -> int:
    """Keep a draft in place of the one before of that window; returns its id. Raises TooLarge, TooMany."""
    try:
        return _keep(session, at, owner, content, network, sent)
    except IntegrityError:  # two requests began it at once
        return _keep(session, at, owner, content, network, sent)


def _keep(session: Session, at: datetime, owner: Owner, content: Content, network: str, sent: bool) -> int:
    said = _said(content, at)
    place = place_of(session, content.path, content.window)
    life = KEPT if content.pages or (owner.whose and not sent) else KEPT_SHORTLY
    with writing(session):
        count_attempt(session, at, KEEPING, owner.whose or network)
        if content.of_file:
            count_attempt(session, at, _FILES, owner.whose)
        mine = own(owner)
        row = session.scalar(select(FormDraft).where(*mine, FormDraft.place == place).with_for_update())
        if row is None:
            if not owner.whose:
                count_attempt(session, at, _BEGINNING, network)
                if content.pages:
                    count_attempt(session, at, _BEGINNING_PAGES, network)
            row = FormDraft(browser=hash_token(owner.token), whose=owner.whose, place=place)
            session.add(row)
        row.content, row.conference_id, row.sent, row.until = said, content.conference_id, sent, _midnight(at + life)
        session.flush()
        newest = select(FormDraft.id).where(*mine).order_by(FormDraft.id.desc()).limit(_MOST)
        kept = session.scalars(newest).all()
        session.execute(delete(FormDraft).where(*mine, FormDraft.id.not_in(kept)))
        return row.id


def _said(content: Content, at: datetime) -> dict[str, object]:
    """What a row holds of it. Raises TooLarge."""
    said: dict[str, object] = {
        "path": content.path,
        "window": content.window,
        "fields": content.fields,
        "at": at.isoformat(),
    }
    if len(json.dumps(said, ensure_ascii=False).encode()) > (_LARGEST_OF_FILE if content.of_file else _LARGEST):
        raise TooLarge(content.of_file)
    return said


# A form of several pages


def begin(
    session: Session, at: datetime, owner: Owner, path: str, fields: tuple[tuple[str, str], ...], network: str
) -> int:
    """Keep what the first page of a form of several asked; returns the id of the draft. Raises TooLarge, TooMany."""
    return keep(session, at, owner, Content(path, new_token(), fields, pages=True), network)


def answer(
    session: Session,
    at: datetime,
    owner: Owner,
    draft_id: int,
    change: Callable[[tuple[tuple[str, str], ...]], tuple[tuple[str, str], ...]],
    network: str,
) -> tuple[tuple[str, str], ...]:
    """Put what was answered on one page into a draft; returns all its fields. `change`: makes them of those before.

    Raises Unknown, TooLarge, TooMany, and what `change` raises.
    """
    with writing(session):
        count_attempt(session, at, KEEPING, owner.whose or network)
        row = _locked(session, owner, draft_id)
        fields = change(tuple((name, value) for name, value in row.content["fields"]))
        row.content = _said(Content(row.content["path"], row.content["window"], fields), at)
        row.until = _midnight(at + KEPT)
    return fields


def make_link(session: Session, owner: Owner, draft_id: int) -> str:
    """Make the link that picks a draft up in another browser, in place of the one before; returns its token.

    Raises Unknown.
    """
    token = new_token()
    with writing(session):
        _locked(session, owner, draft_id).link = hash_token(token)
    return token


def pick_up(session: Session, at: datetime, owner: Owner, draft_id: int) -> None:
    """Let a draft that its link found be of this browser and person from now on, and of no other. Raises Unknown."""
    with writing(session):
        row = session.scalar(select(FormDraft).where(FormDraft.id == draft_id).with_for_update())
        if row is None or row.whose not in ("", owner.whose):
            raise Unknown
        row.browser, row.whose = hash_token(owner.token), owner.whose
        row.content = {**row.content, "at": at.isoformat()}


def use_up(session: Session, owner: Owner, draft_id: int) -> None:
    """Destroy a draft with what is saved of it. Does not commit. Raises Unknown if it was used up meanwhile."""
    if not _forget(session, *own(owner), FormDraft.id == draft_id):
        raise Unknown


def _locked(session: Session, owner: Owner, draft_id: int) -> FormDraft:
    row = session.scalar(select(FormDraft).where(*own(owner), FormDraft.id == draft_id).with_for_update())
    if row is None:
        raise Unknown
    return row


# Forgetting


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
