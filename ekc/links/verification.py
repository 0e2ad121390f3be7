"""Verifying a personal link on a device: by code or answer, by the coordinator's approval, or by a known device.

Nothing here tells whether link, code or answer was wrong. Nothing is written when a link is only looked at.
"""

import secrets
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from ekc.core.audit import PUBLIC, Actor, ActorKind, record, record_unknown
from ekc.core.crypto import keyring_of
from ekc.core.errors import Refusal, TooMany, Unknown
from ekc.core.transaction import writing
from ekc.links.actions import OWN_DEVICE, SHARED_DEVICE, end_devices, start_link_sign_in
from ekc.links.models import Confirmed, LinkDevice, PersonalLink
from ekc.links.queries import device_of, device_waits, link_of_token, live_link
from ekc.links.tokens import TRIES, LinkTokenPayload, plain, read_token
from ekc.signin.actions.throttle import DEAD_LINKS, LINK_ANSWERS, begin_attempt, count_attempt
from ekc.signin.devices import UNKNOWN_CALLER, Caller
from ekc.signin.models import Attempt, Method, SignIn
from ekc.signin.passwords import Cost, matches
from ekc.workflow.vocabulary import N_

#: Of one link; more would only make the coordinator press the wrong button.
MOST_WAITING = 3
_A_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class LinkSignIn:
    """A sign-in by personal link: on which device of which link, and until when that is remembered, if it is."""

    sign_in_id: int
    link_id: int
    device_id: int
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
) -> LinkSignIn | None:
    """Sign in with the code, or the answer to the question; None if it is wrong, which counts as a try.

    After the last try it is None for the right answer too, and nothing is compared or counted any more. Raises Unknown
    for a link that does not work, TooMany after too many wrong answers at whatever links from the same place.
    """
    link = link_of_token(session, at, token)
    if link is None:
        raise Unknown
    if link.tries >= TRIES:  # whoever hammers at it bars nobody beside them
        _note_locked(session, at, token)
        return None
    attempt = begin_attempt(session, at, (LINK_ANSWERS, caller.network)) if caller.network else ()
    # Outside the transaction: it is slow on purpose. Of many at once, only as many as there are tries count below.
    right = matches(plain(typed), link.answer_hash, cost)
    with writing(session):
        link = _locked_link(session, at, token)
        if right and link.tries < TRIES:
            how = Confirmed.ANSWER if link.question else Confirmed.CODE
            confirmed = LinkDevice(link_id=link.id, device=device, asked_at=at, confirmed_at=at, how=how)
            session.add(confirmed)
            session.execute(delete(Attempt).where(Attempt.id.in_(attempt)))
            return _sign_in(session, at, link, confirmed, own)
        if link.tries < TRIES:
            link.tries += 1
            link.tried_at = at
            record(session, PUBLIC, at, "link.refused", link.conference_id, link=link.id, tries=link.tries)
    return None


def _locked_link(session: Session, at: datetime, token: str) -> PersonalLink:
    """The link that a token opens, locked; inside `writing`. Raises Unknown for one that does not work."""
    link = link_of_token(session, at, token, lock=True)
    if link is None:
        raise Unknown
    return link


def _note_locked(session: Session, at: datetime, token: str) -> None:
    """Audit a try at a locked link: the first of a day."""
    with writing(session):
        link = link_of_token(session, at, token, lock=True)
        if link is not None and (link.tried_at is None or at - link.tried_at >= _A_DAY):
            link.tried_at = at
            record(session, PUBLIC, at, "link.refused", link.conference_id, link=link.id, tries=link.tries)


def note_dead_link(session: Session, at: datetime, token: str) -> None:
    """Audit the use of a link of ours that does not work any more: the first of a day.

    The token itself says whose it was, so a revoked, an expired and a deleted link are treated the same.
    """
    payload = read_token(keyring_of(session), token)
    if payload is not None:
        _note_once_a_day(session, at, payload)


def note_ended_link(session: Session, at: datetime, sign_in_id: int, conference_id: int, page: str) -> None:
    """Audit a request for a page of the case from a browser whose link does not work any more: the first of a day.

    It shares the limit of `note_dead_link`. A sign-in that timed out, of a link that still works, is not noted.
    """
    signed_in = (SignIn.id == sign_in_id, PersonalLink.conference_id == conference_id)
    link = session.scalar(select(PersonalLink).join(SignIn, SignIn.link_id == PersonalLink.id).where(*signed_in))
    if link is not None and live_link(session, at, link.id) is None:
        _note_once_a_day(session, at, LinkTokenPayload(link.id, conference_id, link.participant_id), page=page)


def _note_once_a_day(session: Session, at: datetime, dead: LinkTokenPayload, **about: str) -> None:
    with suppress(TooMany), writing(session):
        whose = Actor(ActorKind.PARTICIPANT, dead.participant_id)
        record_unknown(session, whose, at, dead.conference_id, link=dead.link_id, **about)
        count_attempt(session, at, DEAD_LINKS, str(dead.link_id))


def verify_by_device(session: Session, at: datetime, token: str, device_id: int | None, own: bool) -> LinkSignIn | None:
    """Sign in on a device that is remembered, or was approved a moment ago; None if it has to be verified first.

    Raises Unknown for a link that does not work.
    """
    with writing(session):
        link = _locked_link(session, at, token)
        row = device_of(session, link.id, device_id)
        known = session.get(LinkDevice, device_id, populate_existing=True) if row and row.opens(at) else None
        return _sign_in(session, at, link, known, own or known.remembered) if known else None


def _sign_in(session: Session, at: datetime, link: PersonalLink, on: LinkDevice, own: bool) -> LinkSignIn:
    on.remembered = own
    on.number = None
    session.flush()
    sign_in = start_link_sign_in(session, at, link, Method.LINK, on.device, OWN_DEVICE if own else SHARED_DEVICE, on)
    return LinkSignIn(sign_in, link.id, on.id, link.expires_at if own else None)


def ask_coordinator(session: Session, at: datetime, token: str, device: str) -> tuple[int, int]:
    """Ask the coordinator to approve this device: the numbers of link and device.

    Raises Unknown for a link that does not work, Refusal while so many wait that one more would only confuse.
    """
    with writing(session):
        link = _locked_link(session, at, token)
        waiting = select(LinkDevice.number).where(LinkDevice.link_id == link.id, *device_waits(at))
        taken = session.scalars(waiting).all()
        if len(taken) >= MOST_WAITING:
            raise Refusal(N_("Your coordinator was asked already, more than once. Ring them."))
        free = [number for number in range(10, 100) if number not in taken]
        asking = LinkDevice(link_id=link.id, device=device, asked_at=at, number=secrets.choice(free))
        session.add(asking)
        session.flush()
        record(session, PUBLIC, at, "link.asked", link.conference_id, link=link.id, device=device)
        return link.id, asking.id


def forget_device(session: Session, at: datetime, token: str, device_id: int | None) -> None:
    """Others use this device too: it has to be verified anew, and its sign-ins end."""
    with writing(session):
        link = _locked_link(session, at, token)
        if device_of(session, link.id, device_id) is not None:
            end_devices(session, at, [device_id or 0])
            record(session, PUBLIC, at, "link.device_forgotten", link.conference_id, link=link.id)
