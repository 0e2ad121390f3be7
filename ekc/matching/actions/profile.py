"""What coordinators say of themselves, and when they are away: by themselves, or by the manager of their region."""

from collections.abc import Iterable

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from ekc.accounts.access import By
from ekc.accounts.models import Account, Region
from ekc.accounts.queries import COORDINATES
from ekc.core.clock import local_date
from ekc.core.errors import Refusal, Unknown
from ekc.core.transaction import writing
from ekc.directory.actions import row_of
from ekc.directory.models import Listing
from ekc.matching.entries import Absence, SelfDescription
from ekc.matching.models import CoordinatorAbsence, CoordinatorLanguage, CoordinatorProfile, CoordinatorRegion
from ekc.matching.queries.coordinators import can_be_asked
from ekc.matching.queries.profile import may_edit
from ekc.workflow.matching import Hours, LanguageLevel
from ekc.workflow.vocabulary import N_


def save_profile(by: By, account_id: int, profile: SelfDescription) -> None:
    """Replace what a coordinator says of themselves. The audit keeps that it changed, and nothing of what was said."""
    with writing(by.session):
        account = _lock(by, account_id)
        by.check_form()
        _ensure_regions(by.session, profile.regions)
        account.introduction = profile.introduction
        row = by.session.get(CoordinatorProfile, account_id) or CoordinatorProfile(account_id=account_id)
        row.gender = profile.gender
        row.background, row.lives_in, row.training = profile.background, profile.lives_in, profile.training
        named = profile.municipality.strip()
        row.municipality_id = row_of(by, Listing.MUNICIPALITIES, named) if named else None
        row.travel_km, row.load_wanted, row.fee_cents = profile.travel_km, profile.load_wanted, profile.fee_cents
        for hours in Hours:
            setattr(row, hours, hours in profile.hours)
        by.session.add(row)
        _delete(by.session, account_id, CoordinatorLanguage, CoordinatorRegion)
        spoken = profile.languages.items()
        by.session.add_all(CoordinatorLanguage(account_id=account_id, language=code, level=how) for code, how in spoken)
        others = profile.regions - {account.region_id}
        by.session.add_all(CoordinatorRegion(account_id=account_id, region_id=one) for one in sorted(others))
        by.record("profile.changed", account=account_id)


def note_languages(session: Session, account_id: int, codes: Iterable[str]) -> None:
    """Note the languages of a new account, in the caller's transaction. Its owner says how well they speak each."""
    for code in codes:
        session.add(CoordinatorLanguage(account_id=account_id, language=code, level=LanguageLevel.FLUENT))


def forget_profile(session: Session, account_id: int) -> None:
    """Delete what a coordinator said of themselves, in the caller's transaction: their account is closed."""
    _delete(session, account_id, CoordinatorProfile, CoordinatorLanguage, CoordinatorRegion, CoordinatorAbsence)


def add_absence(by: By, account_id: int, absence: Absence) -> None:
    """Note on which days a coordinator is away; of days that are noted already only the deputy changes.

    Raises Refusal for days that are over, or in the wrong order, and for a deputy who could not be asked.
    """
    with writing(by.session):
        account = _lock(by, account_id)
        by.check_form()
        today = local_date(by.at, by.session.get_one(Region, account.region_id).timezone)
        if absence.last_day < absence.first_day:
            raise Refusal(N_("That is before the first day. Choose the first day or a later one.")).at("last_day")
        if absence.last_day < today:
            raise Refusal(N_("These days are over. Choose days to come.")).at("last_day")
        deputy = absence.deputy_id
        if deputy is not None and (deputy == account_id or deputy not in can_be_asked(by.session, account.region_id)):
            raise Refusal(N_("This colleague cannot take conferences here. Choose somebody else.")).at("deputy_id")
        days = {"account_id": account_id, "first_day": absence.first_day, "last_day": absence.last_day}
        row = by.session.scalar(select(CoordinatorAbsence).filter_by(**days)) or CoordinatorAbsence(**days)
        row.deputy_id = deputy
        by.session.add(row)
        by.record("profile.absence", account=account_id)


def remove_absence(by: By, account_id: int, absence_id: int) -> None:
    """Take an absence away. Raises Unknown for one of somebody else."""
    with writing(by.session):
        _lock(by, account_id)
        row = by.session.get(CoordinatorAbsence, absence_id)
        if row is None or row.account_id != account_id:
            raise Unknown
        by.session.delete(row)
        by.record("profile.absence_removed", account=account_id)


def _lock(by: By, account_id: int) -> Account:
    """The account of a coordinator, locked. Raises Unknown unless it is the visitor's, or of a region they manage."""
    found = select(Account).where(Account.id == account_id, Account.active, COORDINATES).with_for_update(of=Account)
    account = by.session.scalar(found)
    if account is None or not may_edit(by.visitor, account_id, account.region_id):
        raise Unknown
    return account


def _ensure_regions(session: Session, region_ids: frozenset[int]) -> None:
    if len(session.scalars(select(Region.id).where(Region.id.in_(region_ids))).all()) < len(region_ids):
        raise Refusal(N_("There is no such region. Add it first."))


_Kept = type[CoordinatorProfile | CoordinatorLanguage | CoordinatorRegion | CoordinatorAbsence]


def _delete(session: Session, account_id: int, *kept: _Kept) -> None:
    for one in kept:
        session.execute(delete(one).where(one.account_id == account_id))
