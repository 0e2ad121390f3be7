"""Who is in the circle, and what they said: what guards, lists and other features ask of people."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import Select, String, and_, bindparam, case, cast, exists, func, or_, select, type_coerce
from sqlalchemy.orm import Session

from ekc.conferences.models import BottomLine, Participant, Voice
from ekc.conferences.queries.rows import by_case, of_cases
from ekc.core.reading import one_of, read_rows
from ekc.directory.models import Listing
from ekc.directory.queries import called
from ekc.names import names_of_several
from ekc.workflow.birth import Birth, says_child
from ekc.workflow.facts import PersonFacts
from ekc.workflow.professionals import MaybeProfessional
from ekc.workflow.vocabulary import INSIDE_PARTS, PROFESSIONAL_PARTS, Agreed, Attends, Part, VoiceMatter

_people = Participant.__table__.c
_lines = BottomLine.__table__.c
BY_PROFESSION = _people.part.in_(PROFESSIONAL_PARTS)
SETS_LINE = exists().where(_lines.conference_id == _people.conference_id, _lines.set_by == _people.id)


@dataclass(frozen=True, slots=True)
class Said:
    """What somebody said in one matter, without words and days."""

    matter: VoiceMatter
    about: int
    text: int
    answer: Agreed
    spoken: bool  # of a wish: staff spoke about it with them


@dataclass(frozen=True, slots=True)
class Member(MaybeProfessional):
    """Somebody in the circle."""

    id: int
    name: str  # and, of people of one name, what tells them apart
    part: Part
    attends: Attends | None
    born: date | None
    born_until: date | None
    informed_on: date | None
    needs_interpreter: bool
    came_as_professional: bool
    no_stands: bool
    safe_on: date | None
    attends_before: Attends | None  # in the round before, or for the day before
    asked_again: bool  # whether they come on another day
    informed_at: datetime | None  # when it was written down that they were informed
    informed_before_on: date | None  # for a round before
    earlier_plans: int  # versions of the rounds before they came
    view_destroyed_on: date | None  # what they wanted to have said
    left: bool  # was taken out of the circle
    has_task: bool  # the plan in force names them
    # Organisations as their rows are called, or as typed where they have none.
    organisation: str | None  # of referrer and professionals only
    speaks_for: str | None  # of referrer and professionals only
    works_for: str | None  # of others, unless it was said that they come for themselves
    relation: str | None  # of a main person whose birth is not known only
    sets_bottom_line: bool
    side: str
    said: tuple[Said, ...]

    @property
    def organisations(self) -> tuple[str | None, ...]:
        """The organisations that are named of them."""
        return self.organisation, self.speaks_for, self.works_for

    def as_called(self, named: Mapping[str, str]) -> "Member":
        """The same with the organisations as their rows are called."""
        organisation, speaks_for, works_for = official = tuple(named[one] if one else one for one in self.organisations)
        if official == self.organisations:
            return self
        return replace(self, organisation=organisation, speaks_for=speaks_for, works_for=works_for)

    def answer_to_plan(self, presentation: int, text: int) -> Agreed | None:
        """What they say of this text of the plan, in this presentation; None: nothing yet."""
        about = (VoiceMatter.PLAN, presentation, text)
        return next((one.answer for one in self.said if (one.matter, one.about, one.text) == about), None)

    def answer_to_text(self, text: int) -> Agreed | None:
        """What they say of this text of the plan, in whichever presentation; None: nothing yet."""
        about = (VoiceMatter.PLAN, text)
        return next((one.answer for one in self.said if (one.matter, one.text) == about), None)

    def answered_plan(self, presentation: int) -> bool:
        """Whether they said anything of some text of the plan, in this presentation."""
        return any((one.matter, one.about) == (VoiceMatter.PLAN, presentation) for one in self.said)

    def facts(self, today: date, about: Mapping[VoiceMatter, int], **known: Any) -> PersonFacts:
        """What guards know of this person from the circle, and what else is `known`.

        `about`: what a voice is about that counts now.
        """
        birth = Birth.of(self.born, self.born_until)
        now = [one for one in self.said if one.about == about.get(one.matter)]
        return PersonFacts(
            id=self.id,
            name=self.name,
            part=self.part,
            attends=self.attends,
            informed=self.informed_on is not None,
            said_safe=self.safe_on is not None,
            age=birth.youngest(today) if birth else None,
            oldest=birth.oldest(today) if birth else None,
            may_be_a_child=says_child(self.relation or ""),
            needs_interpreter=self.needs_interpreter,
            side=self.side,
            came_as_professional=self.came_as_professional,
            no_stands=self.no_stands,
            voices={one.matter: one.answer for one in now},
            spoken_with=frozenset(one.matter for one in now if one.spoken),
            **known,
        )


Circle = tuple[Member, ...]

_voices = Voice.__table__.c
#: The columns of `Said` as one text.
_VOICE = (
    type_coerce(_voices.matter, String)
    + ":"
    + cast(_voices.about, String)
    + ":"
    + cast(_voices.text, String)
    + ":"
    + type_coerce(_voices.answer, String)
    + case((_voices.spoken_at.is_(None), ":"), else_=":spoken")
)
_MEMBERS: Select[*tuple[Any, ...]] = (
    select(
        _people.conference_id,
        *(_people[name] for name in ("id", "name", "part", "attends", "born", "born_until", "informed_on")),
        *(_people[name] for name in ("needs_interpreter", "came_as_professional", "no_stands", "safe_on")),
        *(
            _people[name]
            for name in ("attends_before", "asked_again", "informed_at", "informed_before_on", "earlier_plans")
        ),
        _people.view_destroyed_on,
        _people.removed_at.is_not(None),
        _people.tasks_until.is_not(None),
        case((BY_PROFESSION, _people.organisation)),
        case((BY_PROFESSION, _people.speaks_for)),
        case((and_(_people.part.in_(INSIDE_PARTS), ~_people.for_themselves), _people.organisation)),
        case((and_(_people.part == Part.MAIN_PERSON, _people.born.is_(None)), _people.relation)),
        SETS_LINE,
        _people.side,
        select(func.aggregate_strings(_VOICE, " "))
        .where(_voices.participant_id == _people.id)
        .correlate(Participant.__table__)
        .scalar_subquery(),
    )
    .where(
        of_cases(_people.conference_id),
        or_(_people.removed_at.is_(None), _people.no_stands),
    )
    .order_by(_people.conference_id, _people.id)
)


_SUPPORTED = select(_people.id).where(
    _people.conference_id == bindparam("case"),
    _people.support_id == bindparam("participant"),
    _people.removed_at.is_(None),
)


def supported_by(session: Session, conference_id: int, participant_id: int) -> frozenset[int]:
    """Beside whom somebody is as their supporter."""
    return frozenset(session.scalars(_SUPPORTED, {"case": conference_id, "participant": participant_id}))


def members(session: Session, conference_id: int) -> Circle:
    """Everybody in the circle now, in the order in which they were added."""
    return members_of_cases(session, [conference_id]).get(conference_id, ())


def members_of_cases(session: Session, conference_ids: Collection[int]) -> dict[int, Circle]:
    """The circles of several cases at once; a case without anybody is left out."""
    everybody = with_former_of_cases(session, conference_ids)
    return {id_: here for id_, people in everybody.items() if (here := tuple(one for one in people if not one.left))}


def with_former(session: Session, conference_id: int) -> Circle:
    """Everybody in the circle now, and whoever was taken out of it while their no as a main person stands."""
    return with_former_of_cases(session, [conference_id]).get(conference_id, ())


def with_former_of_cases(session: Session, conference_ids: Collection[int]) -> dict[int, Circle]:
    """The same of several cases at once."""
    cases = {
        id_: tuple(Member(*[*row[1:-1], _said(row[-1])]) for row in rows)
        for id_, rows in by_case(session, _MEMBERS, conference_ids).items()
    }
    cases = _told_apart(session, cases)
    typed = {name for people in cases.values() for one in people for name in one.organisations}
    named = called(session, Listing.ORGANISATIONS, typed)
    return {id_: tuple(one.as_called(named) for one in people) for id_, people in cases.items()}


_RELATIONS = select(_people.id, _people.relation).where(one_of(_people.id, "people"))


def _told_apart(session: Session, cases: dict[int, Circle]) -> dict[int, Circle]:
    """The same, behind a name that two have in one case the relation, or the organisation of a professional.

    Relations are read only where there are such people.
    """
    shared = {id_: names_of_several(one.name for one in people) for id_, people in cases.items()}
    alike = [one.id for id_, people in cases.items() for one in people if one.name in shared[id_]]
    if not alike:
        return cases
    relations = {row.id: row.relation for row in read_rows(session, _RELATIONS, {"people": alike})}

    def called_apart(one: Member) -> Member:
        more = relations.get(one.id) or one.organisation
        return replace(one, name=f"{one.name} ({more})") if more and one.id in relations else one

    return {id_: tuple(map(called_apart, people)) if shared[id_] else people for id_, people in cases.items()}


def _said(text: str | None) -> tuple[Said, ...]:
    parts = (one.split(":") for one in (text or "").split())
    return tuple(
        Said(VoiceMatter(matter), int(about), int(text), Agreed(answer), bool(spoken))
        for matter, about, text, answer, spoken in parts
    )
