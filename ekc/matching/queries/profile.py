"""Reading what coordinators say of themselves: their profiles, languages, regions and absences."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Row, bindparam, func, select
from sqlalchemy.orm import Session, aliased

from ekc.accounts.access import PROGRAM, Visitor
from ekc.accounts.models import Account, Region
from ekc.accounts.queries import COORDINATES
from ekc.core.clock import local_date
from ekc.core.errors import Unknown
from ekc.core.reading import one_of, read_rows
from ekc.directory.models import Municipality
from ekc.matching.entries import SelfDescription
from ekc.matching.models import CoordinatorAbsence, CoordinatorLanguage, CoordinatorProfile, CoordinatorRegion
from ekc.matching.queries.coordinators import labels, open_cases
from ekc.names import by_surname
from ekc.workflow.matching import Gender, Hours, LanguageLevel
from ekc.workflow.vocabulary import Role

_LEVELS = list(LanguageLevel)


@dataclass(frozen=True, slots=True)
class AbsenceRow:
    """An absence. `deputy`: the name of who stands in; empty: nobody."""

    id: int
    account_id: int
    first_day: date
    last_day: date
    deputy_id: int | None
    deputy: str


@dataclass(frozen=True, slots=True)
class ProfilePage:
    """A coordinator, and what they say of themselves. `own`: it is the visitor's."""

    account_id: int
    name: str
    region_id: int
    region: str
    timezone: str
    employer: str
    profile: SelfDescription
    absences: tuple[AbsenceRow, ...]  # those that are not over
    own: bool


@dataclass(frozen=True, slots=True)
class ColleagueRow:
    """A coordinator in the list of a regional manager."""

    account_id: int
    name: str
    languages: Mapping[str, LanguageLevel]
    open_cases: int
    load_wanted: int | None
    away: AbsenceRow | None  # now, or the next time


_PAGE = (
    select(Account.id, Account.name, Account.region_id, Account.introduction, Account.employer)
    .add_columns(Region.name.label("region"), Region.timezone)
    .join(Region, Region.id == Account.region_id)
    .where(Account.id == bindparam("account"), Account.active, COORDINATES)
)
_PROFILE = (
    select(CoordinatorProfile, Municipality.name)
    .outerjoin(Municipality, Municipality.id == CoordinatorProfile.municipality_id)
    .where(CoordinatorProfile.account_id == bindparam("account"))
)
_LANGUAGES = select(CoordinatorLanguage.account_id, CoordinatorLanguage.language, CoordinatorLanguage.level).where(
    one_of(CoordinatorLanguage.account_id, "accounts")
)
_REGIONS = select(CoordinatorRegion.region_id).where(CoordinatorRegion.account_id == bindparam("account"))
_deputy = aliased(Account)
_ABSENCES = (
    select(
        *(getattr(CoordinatorAbsence, name) for name in ("id", "account_id", "first_day", "last_day", "deputy_id")),
        func.coalesce(_deputy.name, "").label("deputy"),
    )
    .outerjoin(_deputy, _deputy.id == CoordinatorAbsence.deputy_id)
    .where(one_of(CoordinatorAbsence.account_id, "accounts"))
    .where(CoordinatorAbsence.last_day >= bindparam("today"), CoordinatorAbsence.first_day <= bindparam("until"))
    .order_by(CoordinatorAbsence.first_day, CoordinatorAbsence.id)
)
_COLLEAGUES = (
    select(Account.id, Account.name, Account.email, Region.timezone, CoordinatorProfile.load_wanted)
    .join(Region, Region.id == Account.region_id)
    .outerjoin(CoordinatorProfile, CoordinatorProfile.account_id == Account.id)
    .where(Account.active, COORDINATES, one_of(Account.region_id, "regions"))
)


def may_edit(visitor: Visitor, account_id: int, region_id: int) -> bool:
    """Whether somebody may see and change the profile of a coordinator: their own, or as manager of their region."""
    own = visitor.account_id == account_id and Role.COORDINATOR in visitor.roles
    return own or region_id in visitor.regions or visitor is PROGRAM


def profile_page(session: Session, visitor: Visitor, account_id: int, at: datetime) -> ProfilePage:
    """The profile of a coordinator. Raises Unknown for anybody but themselves and the managers of their region."""
    row = session.execute(_PAGE, {"account": account_id}).one_or_none()
    if row is None or not may_edit(visitor, account_id, row.region_id):
        raise Unknown
    today = local_date(at, row.timezone)
    return ProfilePage(
        account_id=row.id,
        name=row.name,
        region_id=row.region_id,
        region=row.region,
        timezone=row.timezone,
        employer=row.employer or "",
        profile=_profile(session, row),
        absences=absences(session, [account_id], today).get(account_id, ()),
        own=visitor.account_id == account_id,
    )


def _profile(session: Session, row: Row[int, str, int, str, str | None, str, str]) -> SelfDescription:
    found = session.execute(_PROFILE, {"account": row.id}).one_or_none()
    said, municipality = found or (CoordinatorProfile(background="", lives_in="", training=""), None)
    return SelfDescription(
        introduction=row.introduction,
        languages=languages(session, [row.id]).get(row.id, {}),
        gender=Gender(said.gender) if said.gender else None,
        background=said.background,
        lives_in=said.lives_in,
        municipality=municipality or "",
        travel_km=said.travel_km,
        regions=frozenset(session.scalars(_REGIONS, {"account": row.id})),
        hours=frozenset(one for one in Hours if getattr(said, one)),
        load_wanted=said.load_wanted,
        training=said.training,
        fee_cents=said.fee_cents,
    )


def languages(session: Session, account_ids: Collection[int]) -> dict[int, dict[str, LanguageLevel]]:
    """The languages of each of these coordinators, the one they speak best first."""
    found: dict[int, dict[str, LanguageLevel]] = defaultdict(dict)
    rows = read_rows(session, _LANGUAGES, {"accounts": list(account_ids)})
    for row in sorted(rows, key=lambda one: (_LEVELS.index(one.level), one.language)):
        found[row.account_id][row.language] = row.level
    return dict(found)


def absences(
    session: Session, account_ids: Collection[int], today: date, until: date = date.max
) -> dict[int, tuple[AbsenceRow, ...]]:
    """The absences of each of these coordinators that are not over and begin by a day, the first one first."""
    found: dict[int, tuple[AbsenceRow, ...]] = {}
    for row in read_rows(session, _ABSENCES, {"accounts": list(account_ids), "today": today, "until": until}):
        found[row.account_id] = (*found.get(row.account_id, ()), AbsenceRow(*row))
    return found


def colleagues(session: Session, regions: Collection[int], at: datetime) -> list[ColleagueRow]:
    """The coordinators of these regions, by name."""
    rows = read_rows(session, _COLLEAGUES, {"regions": list(regions)})
    ids = [row.id for row in rows]
    if not ids:
        return []
    spoken, busy, label = languages(session, ids), open_cases(session, ids), labels(rows)
    away = absences(session, ids, min(local_date(at, row.timezone) for row in rows))
    return [
        ColleagueRow(
            account_id=row.id,
            name=label[row.id],
            languages=spoken.get(row.id, {}),
            open_cases=busy.get(row.id, 0),
            load_wanted=row.load_wanted,
            away=next((one for one in away.get(row.id, ()) if one.last_day >= local_date(at, row.timezone)), None),
        )
        for row in sorted(rows, key=lambda row: by_surname(row.name))
    ]
