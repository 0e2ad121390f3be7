"""Creating and revoking personal links, signing participants in and out, and ending devices."""

import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, bindparam, delete, select, update
from sqlalchemy.orm import InstrumentedAttribute, Session
from sqlalchemy.sql.dml import ReturningUpdate

from ekc.accounts.access import By
from ekc.core.audit import Actor, ActorKind, record
from ekc.core.crypto import keyring_of
from ekc.core.errors import Unknown
from ekc.core.outbox import OutboxMessage
from ekc.core.tokens import hash_token
from ekc.core.transaction import writing
from ekc.links.models import LinkDevice, PersonalLink
from ekc.links.queries.links import live_link
from ekc.links.tokens import Check, LinkTokenPayload, new_token, outbox_keys
from ekc.signin.actions.sessions import Lifetime, NewSignIn, begin_sign_in
from ekc.signin.models import Method, SignIn

#: A phone or computer that only the participant uses.
OWN_DEVICE = Lifetime(absolute=timedelta(days=30))
#: A shared device, such as a tablet at the conference or a computer in a library.
SHARED_DEVICE = Lifetime(timedelta(minutes=15), timedelta(hours=2), shared=True)


def sign_in_by_link(session: Session, at: datetime, method: Method, device: str, link_id: int) -> NewSignIn | None:
    """Sign a participant in without verification, for the demo; None if the link is unknown, revoked or expired."""
    with writing(session):
        link = live_link(session, at, link_id)
        return None if link is None else start_link_sign_in(session, at, link, method, device, OWN_DEVICE)


def start_link_sign_in(
    session: Session,
    at: datetime,
    link: PersonalLink,
    method: Method,
    device: str,
    lifetime: Lifetime,
    on: LinkDevice | None = None,
) -> NewSignIn:
    """Sign in the owner of a valid link. Stores the first use. Does not commit."""
    link.used_at = link.used_at or at
    begun = begin_sign_in(session, at, method, device, lifetime, link_id=link.id, link_device_id=on.id if on else None)
    actor = Actor(ActorKind.PARTICIPANT, link.participant_id)
    how = on.how if on and on.how else method
    record(session, actor, at, "link.entered", link.conference_id, link=link.id, device=device, how=how)
    return begun


def end_link_sign_in(by: By) -> None:
    """End the visitor's sign-in by link, and on a shared device the device too. Raises Unknown if it has ended."""
    with writing(by.session):
        this = (SignIn.id == by.visitor.sign_in_id, SignIn.link_id.is_not(None), SignIn.ended_at.is_(None))
        ending = update(SignIn).where(*this).values(ended_at=by.at).returning(SignIn.shared, SignIn.link_device_id)
        ended = by.session.execute(ending).one_or_none()
        if ended is None:
            raise Unknown
        if ended.shared and ended.link_device_id is not None:
            end_devices(by.session, by.at, [ended.link_device_id])
        by.record("link.left", by.visitor.conference_id)


def new_link(
    session: Session,
    at: datetime,
    *,
    conference_id: int,
    participant_id: int,
    made_by: int | None,
    days: int,
    check: Check,
    note: str | None = None,
) -> str:
    """Create a link that works for `days`; returns its token, of which only the hash is stored. Does not commit."""
    link = PersonalLink(
        participant_id=participant_id,
        conference_id=conference_id,
        token_hash=secrets.token_bytes(32),  # placeholder: the token contains the id, which flush assigns
        question=check.question or None,
        answer_hash=check.answer_hash,
        made_by=made_by,
        made_at=at,
        expires_at=at + timedelta(days=days),
        note=note,
    )
    session.add(link)
    session.flush()
    token = new_token(keyring_of(session), LinkTokenPayload(link.id, conference_id, participant_id))
    link.token_hash = hash_token(token)
    session.flush()
    return token


def _revoke_where(column: InstrumentedAttribute[int]) -> ReturningUpdate[int]:
    ended = update(PersonalLink).where(column == bindparam("which"), PersonalLink.revoked_at.is_(None))
    at = bindparam("at", type_=PersonalLink.__table__.c.revoked_at.type)
    return ended.values(revoked_at=at).returning(PersonalLink.id)


_REVOKE, _REVOKE_ALL = _revoke_where(PersonalLink.id), _revoke_where(PersonalLink.participant_id)


def revoke(session: Session, at: datetime, *, link_id: int | None = None, participant_id: int | None = None) -> int:
    """Revoke one link, or all links of a participant; returns how many were not revoked yet. Does not commit.

    Also ends its devices (pending ones too) and sign-ins, and deletes a mail with the link that was not sent yet. The
    caller checks that the link or participant belongs to the case. Raises ValueError unless exactly one is given.
    """
    if (link_id is None) == (participant_id is None):
        raise ValueError("say either which link or whose links")
    which = _REVOKE if link_id is not None else _REVOKE_ALL
    ended = session.scalars(which, {"which": link_id or participant_id, "at": at}).all()
    if not ended:
        return 0
    end_devices(session, at, session.scalars(select(LinkDevice.id).where(LinkDevice.link_id.in_(ended))).all())
    session.execute(update(SignIn).where(SignIn.link_id.in_(ended), SignIn.ended_at.is_(None)).values(ended_at=at))
    keys = [key for one in ended for key in outbox_keys(one)]
    unsent = (OutboxMessage.key.in_(keys), OutboxMessage.sent_at.is_(None))
    session.execute(delete(OutboxMessage).where(*unsent))
    return len(ended)


def ask_on_new_devices(session: Session, which: ColumnElement[bool]) -> list[int]:
    """Delete code or answer of these links, so that new devices need the coordinator's approval. Does not commit.

    Used when the person who made the links, and so knows codes and answers, is no longer the coordinator. Verified
    devices stay verified. Revoked and expired links are included, because a new link would copy their question.
    Returns the ids of the cases concerned.
    """
    asks = (which, PersonalLink.answer_hash.is_not(None))
    changed = update(PersonalLink).where(*asks).values(question=None, answer_hash=None)
    return sorted(set(session.scalars(changed.returning(PersonalLink.conference_id))))


def set_code(session: Session, link_id: int, check: Check, made_by: int | None) -> None:
    """Give a link another code or answer, known to `made_by`; wrong ones of before are forgotten. Does not commit."""
    values = {"question": check.question or None, "answer_hash": check.answer_hash, "made_by": made_by}
    session.execute(update(PersonalLink).where(PersonalLink.id == link_id).values(**values, tries=0, tried_at=None))


def end_devices(session: Session, at: datetime, device_ids: Sequence[int]) -> None:
    """End devices and their sign-ins; they have to be verified again. Does not commit."""
    if not device_ids:
        return
    for kind, which in ((LinkDevice, LinkDevice.id), (SignIn, SignIn.link_device_id)):
        session.execute(update(kind).where(which.in_(device_ids), kind.ended_at.is_(None)).values(ended_at=at))
