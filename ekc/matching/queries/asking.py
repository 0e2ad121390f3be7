"""Reading who could be asked for a case, and what a coordinator who is asked sees of it."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from sqlalchemy import ColumnElement, bindparam, func, select
from sqlalchemy.orm import Session

from ekc.accounts.models import Region
from ekc.conferences.models import IS_OPEN, Conference, Participant
from ekc.conferences.queries.agencies import agencies
from ekc.conferences.queries.members import members
from ekc.core.reading import one_of, read_rows
from ekc.directory.models import Listing
from ekc.directory.queries import called
from ekc.matching.queries.coordinators import coordinators
from ekc.matching.queries.match import agencies_of
from ekc.matching.queries.profile import languages
from ekc.names import plain
from ekc.workflow.blocker import Blocker, about_conflict
from ekc.workflow.independence import Agency, Tie, conflicts, named_in
from ekc.workflow.matching import LanguageLevel
from ekc.workflow.vocabulary import Part, Phase


@dataclass(frozen=True, slots=True)
class Candidate:
    """A coordinator of the region. `tied`: their employer is an agency of the case, so they cannot be asked."""

    id: int
    name: str
    spoken: Mapping[str, LanguageLevel]  # by language code
    introduction: str
    employer: str
    open_cases: int  # which they coordinate; a request is not theirs yet
    same_referrer: int  # of these, cases referred by the same agency as this case
    tied: Blocker | None


@dataclass(frozen=True, slots=True)
class CoordinatorRequest:
    """What a coordinator who is asked sees of a case: enough to judge their independence."""

    region: str
    wishes: tuple[str, ...]
    languages: tuple[str, ...]  # codes; the first is the language of the documents
    agencies: tuple[Agency, ...]
    main_persons: tuple[str, ...]  # names
    others: tuple[str, ...]  # names


_OPEN_CASES = (
    select(Conference.coordinator_id, func.count())
    .where(one_of(Conference.coordinator_id, "coordinators"), IS_OPEN)
    .group_by(Conference.coordinator_id)
)
_WISHES = select(Conference.wishes).where(Conference.id == bindparam("case"))


def candidates(session: Session, conference_id: int, region_id: int) -> list[Candidate]:
    """The coordinators of a region with their caseload, and whether they may be asked for this case; by name."""
    of_case = agencies_of(session, conference_id)
    referred = _referred_counts(session, conference_id, of_case, Conference.region_id == region_id)
    known = coordinators(session, region_id)
    spoken = languages(session, [row.id for row in known])
    counted = read_rows(session, _OPEN_CASES, {"coordinators": [row.id for row in known]})
    busy = {row[0]: row[1] for row in counted}
    named = called(session, Listing.ORGANISATIONS, {one for row in known for one in named_in(row.employer or "")})
    found = []
    for row in known:
        employer = row.employer or ""
        tied = conflicts([named[one] for one in named_in(employer)], of_case)
        found.append(
            Candidate(
                id=row.id,
                name=row.name,
                spoken=spoken.get(row.id, {}),
                introduction=row.introduction,
                employer=employer,
                open_cases=busy.get(row.id, 0),
                same_referrer=referred[row.id],
                tied=about_conflict(row.name, tied[0]) if tied else None,
            )
        )
    return found


def referring_agency(session: Session, conference_id: int) -> str:
    """The name of the agency that referred a case; empty where none did."""
    of_case = agencies_of(session, conference_id)
    return next((agency.name for agency in of_case if agency.tie is Tie.REFERS), "")


def same_referrer(session: Session, conference_id: int, account_id: int) -> int:
    """How many other open cases of a coordinator the agency that refers this case referred too."""
    of_case = agencies_of(session, conference_id)
    return _referred_counts(session, conference_id, of_case, Conference.coordinator_id == account_id)[account_id]


def request(session: Session, conference_id: int) -> CoordinatorRequest:
    """What a coordinator who is asked sees of a case."""
    head = session.execute(
        select(Conference.wishes, Conference.language, Region.name)
        .join(Region, Region.id == Conference.region_id)
        .where(Conference.id == conference_id)
    ).one()
    spoken = select(Participant.language).where(
        Participant.conference_id == conference_id, Participant.removed_at.is_(None), Participant.language != ""
    )
    circle = members(session, conference_id)
    return CoordinatorRequest(
        region=head.name,
        wishes=tuple(head.wishes),
        languages=tuple(dict.fromkeys([head.language, *session.scalars(spoken.order_by(Participant.id))])),
        agencies=agencies(circle),
        main_persons=tuple(person.name for person in circle if person.part is Part.MAIN_PERSON),
        others=tuple(person.name for person in circle if person.part is not Part.MAIN_PERSON),
    )


def wishes(session: Session, conference_id: int) -> list[str]:
    """The family's wishes for their coordinator."""
    return session.scalar(_WISHES, {"case": conference_id}) or []


def _referred_counts(
    session: Session, but: int, of_case: Iterable[Agency], *where: ColumnElement[bool]
) -> Counter[int | None]:
    """Open cases referred by the agency that referred this one, without `but`, counted by coordinator."""
    referring = {plain(agency.name) for agency in of_case if agency.tie is Tie.REFERS}
    rows = session.execute(
        select(Conference.id, Conference.coordinator_id, Participant.organisation)
        .join(Participant, Participant.conference_id == Conference.id)
        .where(
            *where,
            Conference.id != but,
            Conference.phase != Phase.CLOSED,
            Participant.part == Part.REFERRER,
            Participant.removed_at.is_(None),
        )
    ).all()
    named = called(session, Listing.ORGANISATIONS, {row.organisation for row in rows})
    theirs = {(row.id, row[1]) for row in rows if plain(named.get(row.organisation, "")) in referring}
    return Counter(whose for _, whose in theirs)
