"""Reading what the family asks for, and what a coordinator who is asked sees of a case."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, bindparam, select
from sqlalchemy.orm import Session

from ekc.accounts.models import Account, Region
from ekc.accounts.queries import managers_of
from ekc.conferences.models import Conference, Participant
from ekc.conferences.queries.agencies import agencies
from ekc.conferences.queries.members import members
from ekc.directory.models import Listing
from ekc.directory.queries import called
from ekc.matching.models import CoordinatorTurn, Match
from ekc.matching.queries.match import agencies_of
from ekc.names import plain
from ekc.workflow.independence import Agency, Tie
from ekc.workflow.matching import CoordinatorWish, WishKind
from ekc.workflow.vocabulary import Part, Phase


@dataclass(frozen=True, slots=True)
class Wishes:
    """The family's wishes for their coordinator: in their own words, and those that are compared."""

    words: tuple[str, ...]
    sought: tuple[CoordinatorWish, ...]

    def __bool__(self) -> bool:
        return bool(self.words or self.sought)


@dataclass(frozen=True, slots=True)
class CoordinatorRequest:
    """What a coordinator who is asked sees of a case: enough to judge their independence."""

    region: str
    wishes: Wishes
    languages: tuple[str, ...]  # codes; the first is the language of the documents
    agencies: tuple[Agency, ...]
    main_persons: tuple[str, ...]  # names
    others: tuple[str, ...]  # names


_WISHES = select(Conference.wishes, Conference.sought).where(Conference.id == bindparam("case"))


def referring_agency(session: Session, conference_id: int) -> str:
    """The name of the agency that referred a case; empty where none did."""
    of_case = agencies_of(session, conference_id)
    return next((agency.name for agency in of_case if agency.tie is Tie.REFERS), "")


def same_referrer(session: Session, conference_id: int, account_id: int) -> int:
    """How many other open cases of a coordinator the agency that refers this case referred too."""
    of_case = agencies_of(session, conference_id)
    return referred_counts(session, conference_id, of_case, Conference.coordinator_id == account_id)[account_id]


def request(session: Session, conference_id: int) -> CoordinatorRequest:
    """What a coordinator who is asked sees of a case."""
    head = session.execute(
        select(Conference.wishes, Conference.sought, Conference.language, Region.name)
        .join(Region, Region.id == Conference.region_id)
        .where(Conference.id == conference_id)
    ).one()
    spoken = select(Participant.language).where(
        Participant.conference_id == conference_id, Participant.removed_at.is_(None), Participant.language != ""
    )
    circle = members(session, conference_id)
    return CoordinatorRequest(
        region=head.name,
        wishes=Wishes(tuple(head.wishes), sought_in(head.sought)),
        languages=tuple(dict.fromkeys([head.language, *session.scalars(spoken.order_by(Participant.id))])),
        agencies=agencies(circle),
        main_persons=tuple(person.name for person in circle if person.part is Part.MAIN_PERSON),
        others=tuple(person.name for person in circle if person.part is not Part.MAIN_PERSON),
    )


def wishes(session: Session, conference_id: int) -> Wishes:
    """The family's wishes for their coordinator."""
    row = session.execute(_WISHES, {"case": conference_id}).one()
    return Wishes(tuple(row.wishes), sought_in(row.sought))


_NEXT = (
    select(Account.name)
    .join(CoordinatorTurn, CoordinatorTurn.account_id == Account.id)
    .where(CoordinatorTurn.conference_id == bindparam("case"))
    .order_by(CoordinatorTurn.id)
)


def next_in_turn(session: Session, conference_id: int) -> tuple[str, ...]:
    """The names of those who are asked next, one after the other."""
    return tuple(session.scalars(_NEXT, {"case": conference_id}))


_ASKED_BEFORE = (
    select(Match.answer_by, Match.declined_on, Match.ended_on, Conference.region_id)
    .join(Conference, Conference.id == Match.conference_id)
    .where(Match.conference_id == bindparam("case"), Match.account_id == bindparam("account"))
    .where(Match.ended_on.is_not(None), Match.accepted_on.is_(None))
    .order_by(Match.id.desc())
    .limit(1)
)


@dataclass(frozen=True, slots=True)
class AskedBefore:
    """That somebody was asked for a case and did not take it: until when, and on which day they said no.

    `managers`: whom they ring about it.
    """

    answer_by: date | None
    declined_on: date | None
    ended_on: date
    managers: str


def asked_before(session: Session, conference_id: int, account_id: int) -> AskedBefore | None:
    """How somebody was asked for a case and did not take it; None: no such. It tells nothing of the case."""
    row = session.execute(_ASKED_BEFORE, {"case": conference_id, "account": account_id}).one_or_none()
    if row is None:
        return None
    who = ", ".join(f"{one.name} {one.phone or ''}".strip() for one in managers_of(session, row.region_id))
    return AskedBefore(row.answer_by, row.declined_on, row.ended_on, who)


def sought_in(stored: Iterable[tuple[str, str]]) -> tuple[CoordinatorWish, ...]:
    """The wishes, as they are stored."""
    return tuple(CoordinatorWish(WishKind(kind), about) for kind, about in stored)


def referred_counts(
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
