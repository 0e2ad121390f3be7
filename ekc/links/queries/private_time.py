"""Which links lead into private time, and whether the family can let others in."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Boolean, column, exists, select, table
from sqlalchemy.orm import Session

from ekc.core.db import Instant
from ekc.core.language import language_of
from ekc.links.models import Confirmed, PersonalLink
from ekc.links.queries.devices import DeviceRow
from ekc.links.queries.life import NOT_REVOKED
from ekc.signin.models import SignIn
from ekc.signin.queries import is_unexpired
from ekc.workflow.profiles import PROFILES
from ekc.workflow.vocabulary import FAMILY_PARTS, INSIDE_PARTS, Phase, Variant

#: Tables of features that stand above, read by name: the phase of the case, whose link it is, and who is in the room.
_conference = table(
    "conference", *map(column, ("id", "phase", "language", "profile", "variant")), column("phase_since", Instant())
)
_participant = table("participant", column("id"), column("part"), column("came_as_professional", Boolean))
_stretch = table("stretch", *map(column, ("participant_id", "part", "left_at", "corrected_at")))


@dataclass(frozen=True, slots=True)
class PrivateTime:
    """The private time that runs: since when, the language in which words are compared, and the kind of conference."""

    since: datetime
    language: str
    variant: Variant

    def knows(self, device: DeviceRow | None) -> bool:
        """Whether a device was verified before it began, or let in by the family since.

        One that ended meanwhile was signed out on the device itself: nobody outside ends devices in private time.
        """
        if device is None or device.confirmed_at is None:
            return False
        ended_before = device.ended_at is not None and device.ended_at <= self.since
        return not ended_before and (device.confirmed_at <= self.since or device.how is Confirmed.FAMILY)


def private_time(session: Session, link: PersonalLink) -> PrivateTime | None:
    """The private time in which this link leads into the room; None outside private time and for links of others."""
    running = (
        select(_conference.c.phase_since, _conference.c.language, _conference.c.profile, _conference.c.variant)
        .select_from(_conference.join(_participant, _participant.c.id == link.participant_id))
        .where(
            _conference.c.id == link.conference_id,
            _conference.c.phase == Phase.PRIVATE_TIME,
            _participant.c.part.in_(INSIDE_PARTS),
            ~_participant.c.came_as_professional,
        )
    )
    row = session.execute(running).one_or_none()
    if row is None:
        return None
    language = language_of(row.language, PROFILES[row.profile].language)
    return PrivateTime(row.phase_since, language, Variant(row.variant))


def family_is_in(session: Session, conference_id: int, at: datetime) -> bool:
    """Whether somebody of the family who is in the room is signed in on a device, and so can let others in."""
    there = exists().where(
        _stretch.c.participant_id == PersonalLink.participant_id,
        _stretch.c.part.in_(FAMILY_PARTS),
        _stretch.c.left_at.is_(None),
        _stretch.c.corrected_at.is_(None),
    )
    signed_in = (
        select(SignIn.seen_at, SignIn.idle_minutes, SignIn.ends_at)
        .join(PersonalLink, PersonalLink.id == SignIn.link_id)
        .where(PersonalLink.conference_id == conference_id, SignIn.ended_at.is_(None), NOT_REVOKED, there)
    )
    return any(is_unexpired(row, at) for row in session.execute(signed_in))
