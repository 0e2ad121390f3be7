"""The people on an own page: who comes, who else is in the circle, whose device waits, whom the visitor supports."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType

from sqlalchemy.orm import Session

from ekc.conferences.access import Case
from ekc.conferences.queries.members import Member, supported_by
from ekc.core.language import language_of
from ekc.journey.facts import CaseContext
from ekc.links.queries.devices import pending_devices
from ekc.links.tokens import compared_words
from ekc.meetings import queries as meetings
from ekc.workflow.profiles import PROFILES
from ekc.workflow.vocabulary import (
    FAMILY_PARTS,
    FROM_AFAR,
    PRESENT_BY,
    PROFESSIONAL_PARTS,
    TAKES_PART,
    Attends,
    Part,
    Phase,
    PresentBy,
)

#: The order in which people are listed.
_ORDER = (FAMILY_PARTS, {Part.SUPPORTER}, PROFESSIONAL_PARTS)
_RANK = {part: place for place, parts in enumerate(_ORDER) for part in parts}


@dataclass(frozen=True, slots=True)
class OtherPerson:
    """Somebody else in the circle. `part` is None for family; an interpreter has no name. `how`: by video or phone."""

    name: str
    part: Part | None
    how: PresentBy | None


@dataclass(frozen=True, slots=True)
class Waiting:
    """A device that waits to be let into private time: whose link, what it is, and the words it shows."""

    device_id: int
    name: str
    device: str
    words: str


def supports(session: Session, case: Case, read: CaseContext, me: Member) -> tuple[Member, ...]:
    """The children for whom the visitor can say that they do not come."""
    theirs = supported_by(session, case.id, me.id)
    stays = {Attends.NO, Attends.EXCLUDED}
    return tuple(row for row in read.circle if row.id in theirs and row.part is Part.CHILD and row.attends not in stays)


def waiting(session: Session, case: Case, read: CaseContext, at: datetime) -> tuple[Waiting, ...]:
    """The devices that wait, of those who belong in the room."""
    inside = (row for row in read.circle if row.is_inside)
    names = {row.id: row.name for row in inside}
    language = language_of(case.language, PROFILES[case.profile].language)
    return tuple(
        Waiting(one.id, names[one.participant_id], one.device, compared_words(language, one.number))
        for one in pending_devices(session, case.id, at)
        if one.participant_id in names and one.number
    )


def coming(
    session: Session, case: Case, others: list[Member], meeting: meetings.MeetingRow | None
) -> tuple[OtherPerson, ...]:
    """Who is to come, and how; once it was written down who came, who is in the room now, and how."""
    noted = meetings.stretches(session, meeting.id) if meeting and case.phase is Phase.INFORMATION else ()
    if not noted:
        afar = {row.id: PRESENT_BY[row.attends] for row in others if row.attends in FROM_AFAR}
        return other_people((row for row in others if row.attends in TAKES_PART), afar)
    there = {row.participant_id: row.how for row in noted if row.is_open}
    return other_people((row for row in others if row.id in there), there)


def other_people(
    people: Iterable[Member], how: Mapping[int, PresentBy] = MappingProxyType({})
) -> tuple[OtherPerson, ...]:
    """In the order of `_ORDER`. The employer of a professional is shown to staff alone."""
    ordered = sorted(people, key=lambda row: _RANK.get(row.part, len(_ORDER)))
    return tuple(
        OtherPerson(
            name="" if row.part is Part.INTERPRETER else row.name,
            part=None if row.part in FAMILY_PARTS else row.part,
            how=how.get(row.id) if how.get(row.id) is not PresentBy.IN_PERSON else None,
        )
        for row in ordered
    )
