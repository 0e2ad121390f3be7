"""Verifying a personal link on a device: by code or answer, by the coordinator's approval, or by a remembered device.

In private time only devices come in that were known before it began. Another one is let in by family in the room, who
see a name and compare two words: whoever made the link knows its code.

Results do not reveal whether link, code or answer was wrong.
"""

import secrets
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from ekc.core.audit import PUBLIC, Actor, ActorKind, record, record_unknown
from ekc.core.crypto import keyring_of
from ekc.core.errors import Refusal, TooMany, Unknown
from ekc.core.tokens import hash_token, new_token
from ekc.core.transaction import writing
from ekc.links.actions import OWN_DEVICE, SHARED_DEVICE, end_devices, start_link_sign_in
from ekc.links.models import Confirmed, LinkDevice, PersonalLink
from ekc.links.queries.devices import device_of, is_pending
from ekc.links.queries.links import link_of_token, live_link
from ekc.links.queries.private_time import private_time
from ekc.links.tokens import MAX_ATTEMPTS, LinkTokenPayload, normalize_answer, read_token
from ekc.signin.actions.sessions import NewSignIn
from ekc.signin.actions.throttle import DEAD_LINKS, LINK_ANSWERS, begin_attempt, count_attempt
from ekc.signin.devices import UNKNOWN_CALLER, Caller
from ekc.signin.models import Attempt, Method, SignIn
from ekc.signin.passwords import Cost, verify_password
from ekc.workflow.vocabulary import N_

#: For each link, so that the coordinator does not approve the wrong device.
MAX_PENDING_DEVICES = 3
_ONE_DAY = timedelta(days=1)


class NotLetIn(Refusal):
    """In private time somebody in the room has to let this device in first."""

    def __init__(self) -> None:
        super().__init__(N_("The family has private time now. Somebody who is in the room lets you in."))


@dataclass(frozen=True, slots=True)
class LinkSignIn:
    """A new sign-in by personal link. `device_token`: for the cookie. `remembered_until`: None on a shared device."""

    sign_in: NewSignIn
    device_token: str = field(repr=False)
    remembered_until: datetime | None


def verify_by_answer(
    session: Session,
    at: datetime,
    token: str,
    typed: str,
    own: bool,
    device: str,
    cost: Cost,
    caller: Caller = UNKNOWN_CALLER,
    device_token: str = "",
) -> LinkSignIn | None:
    """Sign in with the code or answer; None if it is wrong, which counts as an attempt.

    After `MAX_ATTEMPTS` the result is None for the right answer too, and nothing is compared or counted. Raises Unknown
    for a link that does not work, TooMany after too many wrong answers from the same network at any links, NotLetIn in
    private time unless the device with `device_token` was known before: then nothing is compared or counted either.
    """
    link = link_of_token(session, at, token)
    if link is None:
        raise Unknown
    _known_in_private_time(session, link, device_token)
    if link.tries >= MAX_ATTEMPTS:  # not throttled, so that others in the same network are not locked out
        _audit_locked_link(session, at, token)
        return None
    attempt = begin_attempt(session, at, (LINK_ANSWERS, caller.network)) if caller.network else ()
    # Outside the transaction, because hashing is slow; the attempts are checked again below, under the lock.
    right = verify_password(normalize_answer(typed), link.answer_hash, cost)
    with writing(session):
        link = _link_for_update(session, at, token)
        known = _known_in_private_time(session, link, device_token)
        if right and link.tries < MAX_ATTEMPTS:
            how = Confirmed.ANSWER if link.question else Confirmed.CODE
            if known is None:
                device_token = new_token()
            confirmed = known or LinkDevice(
                link_id=link.id,
                token_hash=hash_token(device_token),
                device=device,
                asked_at=at,
                confirmed_at=at,
                how=how,
            )
            confirmed.ended_at = None
            session.add(confirmed)
            session.execute(delete(Attempt).where(Attempt.id.in_(attempt)))
            return _sign_in(session, at, link, confirmed, device_token, own)
        if link.tries < MAX_ATTEMPTS:
            link.tries += 1
            link.tried_at = at
            record(session, PUBLIC, at, "link.refused", link.conference_id, link=link.id, tries=link.tries)
    return None


def _known_in_private_time(session: Session, link: PersonalLink, device_token: str) -> LinkDevice | None:
    """The device in private time, which was known before it began; None outside. Raises NotLetIn for another one."""
    private = private_time(session, link)
    if private is None:
        return None
    known = device_of(session, link.id, device_token)
    if known is None or not private.knows(known):
        raise NotLetIn
    return session.get(LinkDevice, known.id, populate_existing=True)


def _link_for_update(session: Session, at: datetime, token: str) -> PersonalLink:
    """The link that a token opens, with a row lock; inside `writing`. Raises Unknown for a token that does not work."""
    link = link_of_token(session, at, token, lock=True)
    if link is None:
        raise Unknown
    return link


def _audit_locked_link(session: Session, at: datetime, token: str) -> None:
    """Audit an attempt at a locked link, at most once a day."""
    with writing(session):
        link = link_of_token(session, at, token, lock=True)
        if link is not None and (link.tried_at is None or at - link.tried_at >= _ONE_DAY):
            link.tried_at = at
            record(session, PUBLIC, at, "link.refused", link.conference_id, link=link.id, tries=link.tries)


def audit_dead_link(session: Session, at: datetime, token: str) -> None:
    """Audit the use of a link that no longer works, at most once a day.

    The signed token names case and participant, so revoked, expired and deleted links are treated alike.
    """
    payload = read_token(keyring_of(session), token)
    if payload is not None:
        _audit_once_a_day(session, at, payload)


def audit_ended_link(session: Session, at: datetime, token: str, conference_id: int, page: str) -> None:
    """Audit a request for a case page from a browser whose link no longer works, at most once a day.

    Shares its limit with `audit_dead_link`. Sign-ins that only timed out are not audited.
    """
    signed_in = (SignIn.token_hash == hash_token(token), PersonalLink.conference_id == conference_id)
    link = session.scalar(select(PersonalLink).join(SignIn, SignIn.link_id == PersonalLink.id).where(*signed_in))
    if link is not None and live_link(session, at, link.id) is None:
        _audit_once_a_day(session, at, LinkTokenPayload(link.id, conference_id, link.participant_id), page=page)


def _audit_once_a_day(session: Session, at: datetime, dead: LinkTokenPayload, **about: str) -> None:
    with suppress(TooMany), writing(session):
        whose = Actor(ActorKind.PARTICIPANT, dead.participant_id)
        record_unknown(session, whose, at, dead.conference_id, link=dead.link_id, **about)
        count_attempt(session, at, DEAD_LINKS, str(dead.link_id))


def verify_by_device(session: Session, at: datetime, token: str, device_token: str, own: bool) -> LinkSignIn | None:
    """Sign in on a remembered or just approved device; None if the device has to be verified or let in first.

    Raises Unknown for a link that does not work.
    """
    with writing(session):
        link = _link_for_update(session, at, token)
        row = device_of(session, link.id, device_token)
        private = private_time(session, link)
        if row is None or not row.is_trusted(at) or (private is not None and not private.knows(row)):
            return None
        known = session.get_one(LinkDevice, row.id, populate_existing=True)
        return _sign_in(session, at, link, known, device_token, own or known.remembered)


def _sign_in(
    session: Session, at: datetime, link: PersonalLink, on: LinkDevice, device_token: str, own: bool
) -> LinkSignIn:
    on.remembered = own
    on.number = None
    session.flush()
    sign_in = start_link_sign_in(session, at, link, Method.LINK, on.device, OWN_DEVICE if own else SHARED_DEVICE, on)
    remembered = max(link.expires_at, at + OWN_DEVICE.absolute) if own else None
    return LinkSignIn(sign_in, device_token, remembered)


def ask_to_come_in(session: Session, at: datetime, token: str, device: str) -> tuple[int, str]:
    """Ask to be let in on this device: the coordinator, or in private time the family in the room.

    Returns the id of the device, and the token for its cookie.

    Raises Unknown for a link that does not work, Refusal if `MAX_PENDING_DEVICES` wait already.
    """
    with writing(session):
        link = _link_for_update(session, at, token)
        pending = select(LinkDevice.number).where(LinkDevice.link_id == link.id, *is_pending(at))
        taken = session.scalars(pending).all()
        if len(taken) >= MAX_PENDING_DEVICES:
            if private_time(session, link) is not None:
                raise Refusal(N_("The family was asked already, more than once. Ask them in the room."))
            raise Refusal(N_("Your coordinator was asked already, more than once. Ring them."))
        free = [number for number in range(10, 100) if number not in taken]
        device_token, number = new_token(), secrets.choice(free)
        asking = LinkDevice(
            link_id=link.id, token_hash=hash_token(device_token), device=device, asked_at=at, number=number
        )
        session.add(asking)
        session.flush()
        record(session, PUBLIC, at, "link.asked", link.conference_id, link=link.id, device=device)
        return asking.id, device_token


def forget_device(session: Session, at: datetime, token: str, device_token: str) -> None:
    """End this device, which turned out to be shared, and its sign-ins. Raises Unknown if the link does not work."""
    with writing(session):
        link = _link_for_update(session, at, token)
        known = device_of(session, link.id, device_token)
        if known is not None:
            end_devices(session, at, [known.id])
            record(session, PUBLIC, at, "link.device_forgotten", link.conference_id, link=link.id)
