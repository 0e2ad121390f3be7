"""What a correction of a registration brings about, said before it is made. Nothing here writes."""

from dataclasses import dataclass, replace
from datetime import date, datetime

from sqlalchemy.orm import Session

from ekc.accounts import queries as accounts
from ekc.conferences.access import Case
from ekc.conferences.entries import Assignment
from ekc.conferences.queries.circle import circle
from ekc.conferences.roles import unattended
from ekc.directory.models import Listing
from ekc.directory.queries import row_with
from ekc.journey.deadlines import deadlines_of
from ekc.journey.queries import steps as step_queries
from ekc.links.queries.links import on_paper_by
from ekc.matching.queries import match as match_queries
from ekc.matching.queries.coordinators import can_be_asked
from ekc.workflow.ends.kinds import End, EndRule
from ekc.workflow.ends.rows import END_RULES
from ekc.workflow.profiles import PROFILES, Profile
from ekc.workflow.vocabulary import PROFESSIONAL_PARTS


@dataclass(frozen=True, slots=True)
class DueChange:
    """A clock that becomes due on another day; None: it does not run."""

    title: str
    before: date | None
    after: date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Consequences:
    """What follows from a correction. `country`: the new country, if it is another one."""

    region: EndRule | None  # what follows from another region; None: it stays
    loses: tuple[accounts.Reader, ...]
    gains: tuple[accounts.Reader, ...]
    unmanaged: bool  # nobody manages the region of the case then
    due: tuple[DueChange, ...]
    country: Profile | None
    coordinator: str  # accepted, of another region than the case then: stays; empty: there is none
    alone: bool  # nobody coordinates the case that moves: the new region asks somebody
    request_ends: str  # asked, of another region than the case then; empty: there is none
    slips: tuple[str, ...]  # who has a printed slip that names a manager of the region before


def consequences(session: Session, case: Case, at: datetime, before: Assignment, after: Assignment) -> Consequences:
    """What follows if `before` becomes `after`."""
    saw, will_see = (
        accounts.readers(session, one.region_id, row_with(session, Listing.MUNICIPALITIES, one.municipality))
        for one in (before, after)
    )
    matches = match_queries.matches(session, case.id)
    of_region = can_be_asked(session, after.region_id)
    moves = before.region_id != after.region_id
    waiting = case.asked_coordinator_id if moves and case.asked_coordinator_id not in of_region else None
    foreign = moves and case.coordinator_id is not None and case.coordinator_id not in of_region
    alone = moves and unattended(session, case, at)
    former = accounts.managers_but(session, before.region_id, after.region_id)
    named = on_paper_by(session, case.id, [one.id for one in former])
    return Consequences(
        region=END_RULES[End.OTHER_REGION] if moves else None,
        loses=tuple(one for one in saw if one not in will_see),
        gains=tuple(one for one in will_see if one not in saw),
        unmanaged=not accounts.readers(session, after.region_id),
        due=_due_changes(session, case, before, after, at),
        country=PROFILES[after.profile] if after.profile != before.profile else None,
        coordinator=matches.current.name if foreign and matches.current and not alone else "",
        alone=alone,
        slips=tuple(row.name for row in circle(session, case.id) if row.id in named),
        request_ends=matches.pending.name if waiting is not None and matches.pending else "",
    )


def _due_changes(
    session: Session, case: Case, before: Assignment, after: Assignment, at: datetime
) -> tuple[DueChange, ...]:
    steps = step_queries.steps_taken(session, case.id)
    found: list[dict[str, tuple[str, date]]] = []
    for one in (before, after):
        corrected = replace(case, profile=one.profile)
        dues = deadlines_of(session, [corrected], at, {case.id: steps}, referred=one.referrer_id is not None)
        found.append({due.clock.code: (due.clock.title, due.on) for due in dues.get(case.id, ())})
    was, will_be = found
    changed = {code: (was.get(code), will_be.get(code)) for code in {**was, **will_be}}
    return tuple(
        DueChange((old or new or ("",))[0], old[1] if old else None, new[1] if new else None)
        for old, new in changed.values()
        if (old and old[1]) != (new and new[1])
    )


def professionals(session: Session, conference_id: int) -> dict[int, str]:
    """Who of the circle can be the referrer, by participant id."""
    return {row.id: row.name for row in circle(session, conference_id) if row.part in PROFESSIONAL_PARTS}
