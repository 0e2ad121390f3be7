"""Reading who could be asked for a case, ranked; the rules of it are in `workflow/matching.py`."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import Row, Select, bindparam, func, select
from sqlalchemy.orm import Session

from ekc.conferences.models import Conference
from ekc.core.clock import local_date
from ekc.core.reading import one_of, read_rows
from ekc.directory.models import Listing
from ekc.directory.queries import called
from ekc.matching.models import CoordinatorProfile
from ekc.matching.queries.asking import referred_counts, sought_in
from ekc.matching.queries.coordinators import coordinators, labels, open_cases
from ekc.matching.queries.match import agencies_of
from ekc.matching.queries.profile import AbsenceRow, absences, languages
from ekc.workflow.blocker import Blocker, about_conflict
from ekc.workflow.independence import conflicts, named_in
from ekc.workflow.matching import (
    Compared,
    ComparedCase,
    CoordinatorWish,
    Fit,
    Gender,
    Hours,
    LanguageLevel,
    Qualities,
    RankFacts,
    WishKind,
    compare,
    rank,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A coordinator who takes conferences in the region. `tied`: their employer is an agency of the case, so they
    cannot be asked.
    """

    id: int
    name: str
    spoken: Mapping[str, LanguageLevel]  # by language code
    introduction: str
    employer: str
    own_region: bool  # whether they work in the region of the case
    open_cases: int  # which they coordinate; a request is not theirs yet
    load_wanted: int | None
    same_referrer: int  # of their open cases, those referred by the same agency as this case
    tied: Blocker | None
    unwanted: bool  # a main person would rather have somebody else
    refusal: str  # how it ended when they were asked for this case last: declined, unanswered; empty: otherwise
    away: AbsenceRow | None  # now, or in the weeks in which a conference is prepared
    compared: tuple[Compared, ...]  # with the wishes of the family

    @property
    def full(self) -> bool:
        """Whether they have as many open cases as they want."""
        return self.load_wanted is not None and self.open_cases >= self.load_wanted

    def those(self, fit: Fit) -> tuple[Compared, ...]:
        """The wishes with which they compare so."""
        return tuple(one for one in self.compared if one.fit == fit)

    @property
    def rank(self) -> tuple[int, ...]:
        """What candidates are sorted by."""
        return rank(
            RankFacts(
                tied=self.tied is not None,
                unwanted=self.unwanted,
                away=self.away is not None,
                missed=len(self.those(Fit.MISSED)),
                unknown=len(self.those(Fit.UNKNOWN)),
                full=self.full,
                same_referrer=self.same_referrer,
                open_cases=self.open_cases,
            )
        )


_COMPARED = select(Conference.sought, Conference.variant, Conference.municipality, Conference.timezone).where(
    Conference.id == bindparam("case")
)
_HELD = (
    select(Conference.coordinator_id, func.count())
    .where(one_of(Conference.coordinator_id, "coordinators"), Conference.variant == bindparam("variant"))
    .where(Conference.plan_number > 0)
    .group_by(Conference.coordinator_id)
)
#: So long a conference is prepared, most often (EK3): whoever is away then cannot take it.
_PREPARING = timedelta(weeks=6)
#: What is read of a profile only if the family has such a wish.
_READ_FOR = {
    "gender": {WishKind.GENDER},
    "background": {WishKind.BACKGROUND},
    "lives_in": {WishKind.NEAR, WishKind.NOT_FROM},
}


def candidates(
    session: Session,
    conference_id: int,
    region_id: int,
    at: datetime,
    *,
    in_private_time: bool = False,
    unwanted: Collection[int] = (),
    refusals: Mapping[int, str] | None = None,
) -> list[Candidate]:
    """Who takes conferences in a region, as they are ranked for this case.

    `unwanted`: the accounts of those than whom a main person would rather have somebody else. `refusals`: by
    account, how it ended for those who were asked and did not take it. `in_private_time` nothing of the family is told:
    its wishes are not compared, and of its agencies it is only said who cannot be asked.
    """
    of_case = agencies_of(session, conference_id)
    told = () if in_private_time else of_case
    referred = referred_counts(session, conference_id, told, Conference.region_id == region_id)
    known = coordinators(session, region_id)
    ids, label = [row.id for row in known], labels(known)
    spoken = languages(session, ids)
    busy = open_cases(session, ids)
    named = called(session, Listing.ORGANISATIONS, {one for row in known for one in named_in(row.employer or "")})
    case = session.execute(_COMPARED, {"case": conference_id}).one()
    today = local_date(at, case.timezone)
    away = absences(session, ids, today, today + _PREPARING)
    comparison = _Comparison(session, () if in_private_time else sought_in(case.sought), case, ids)
    found = []
    for row in known:
        employer = row.employer or ""
        tied = next(iter(conflicts([named[one] for one in named_in(employer)], of_case)), None)
        found.append(
            Candidate(
                id=row.id,
                name=label[row.id],
                spoken=spoken.get(row.id, {}),
                introduction=row.introduction,
                employer=employer,
                own_region=row.region_id == region_id,
                open_cases=busy.get(row.id, 0),
                load_wanted=row.load_wanted,
                same_referrer=referred[row.id],
                tied=about_conflict(label[row.id], tied, unnamed=in_private_time) if tied else None,
                unwanted=row.id in unwanted,
                refusal=(refusals or {}).get(row.id, ""),
                away=next(iter(away.get(row.id, ())), None),
                compared=comparison.with_one(row, spoken.get(row.id, {})),
            )
        )
    return sorted(found, key=lambda one: one.rank)  # they stand by name, and stay so where they rank the same


class _Comparison:
    """Compares the wishes of a case with its candidates. What no wish is about is not read."""

    def __init__(
        self, session: Session, wishes: tuple[CoordinatorWish, ...], case: Row[*tuple[Any, ...]], ids: list[int]
    ) -> None:
        kinds = {one.kind for one in wishes}
        self._wishes, self._case = wishes, ComparedCase(case.municipality, case.variant)
        self._said: dict[int, Row[*tuple[Any, ...]]] = {}
        self._held: dict[int, int] = {}
        if columns := tuple(name for name, needing in _READ_FOR.items() if needing & kinds):
            self._said = {row.account_id: row for row in read_rows(session, _said(columns), {"coordinators": ids})}
        if WishKind.EXPERIENCE in kinds:
            rows = read_rows(session, _HELD, {"coordinators": ids, "variant": case.variant})
            self._held = {row[0]: row[1] for row in rows}

    def with_one(self, row: Row[*tuple[Any, ...]], spoken: Mapping[str, LanguageLevel]) -> tuple[Compared, ...]:
        """Each wish, and how this candidate compares with it."""
        if not self._wishes:
            return ()
        said = self._said.get(row.id)
        gender = getattr(said, "gender", None)
        one = Qualities(
            languages=spoken,
            gender=Gender(gender) if gender else None,
            background=getattr(said, "background", ""),
            lives_in=getattr(said, "lives_in", ""),
            municipality=row.municipality or "",
            travel_km=row.travel_km,
            hours=frozenset(hours for hours in Hours if getattr(row, hours)),
            held={self._case.variant: self._held.get(row.id, 0)},
        )
        return compare(self._wishes, one, self._case)


@cache
def _said(columns: tuple[str, ...]) -> Select[*tuple[Any, ...]]:
    of = CoordinatorProfile
    return select(of.account_id, *(getattr(of, name) for name in columns)).where(one_of(of.account_id, "coordinators"))
