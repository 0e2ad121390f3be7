"""Reading who can take a case in a region, and how much coordinators do."""

from collections.abc import Collection, Iterable
from typing import Any

from sqlalchemy import Row, bindparam, exists, func, or_, select
from sqlalchemy.orm import Session

from ekc.accounts.models import Account
from ekc.accounts.queries import COORDINATES
from ekc.conferences.models import IS_OPEN, Conference
from ekc.core.reading import one_of, read_rows
from ekc.directory.models import Municipality
from ekc.matching.models import CoordinatorProfile, CoordinatorRegion
from ekc.names import apart, by_surname
from ekc.workflow.matching import Hours

_takes_here = or_(
    Account.region_id == bindparam("region"),
    exists().where(CoordinatorRegion.account_id == Account.id, CoordinatorRegion.region_id == bindparam("region")),
)
_CAN_TAKE_A_CASE = (
    select(
        *(getattr(Account, name) for name in ("id", "name", "email", "introduction", "employer", "region_id")),
        *(getattr(CoordinatorProfile, name) for name in ("load_wanted", "travel_km", *Hours)),
        Municipality.name.label("municipality"),
    )
    .outerjoin(CoordinatorProfile, CoordinatorProfile.account_id == Account.id)
    .outerjoin(Municipality, Municipality.id == CoordinatorProfile.municipality_id)
    .where(_takes_here, Account.active, Account.leaves_on.is_(None), COORDINATES)
)
_OPEN_CASES = (
    select(Conference.coordinator_id, func.count())
    .where(one_of(Conference.coordinator_id, "accounts"), IS_OPEN)
    .group_by(Conference.coordinator_id)
)


def coordinators(session: Session, region_id: int) -> list[Row[*tuple[Any, ...]]]:
    """The coordinators who can take a case in a region, with what is compared with every wish; by name.

    Without those who have a last day, because a conference takes months.
    """
    return sorted(
        read_rows(session, _CAN_TAKE_A_CASE, {"region": region_id}), key=lambda row: (by_surname(row.name), row.id)
    )


def labels(rows: Iterable[Row[*tuple[Any, ...]]]) -> dict[int, str]:
    """By account the name that a list shows: of those of one name with their address. Rows with id, name and email."""
    known = list(rows)
    named = apart([(row.name, row.email) for row in known])
    return {row.id: label for row, label in zip(known, named, strict=True)}


def can_be_asked(session: Session, region_id: int) -> frozenset[int]:
    """The accounts of the coordinators who can take a case in a region."""
    return frozenset(row.id for row in coordinators(session, region_id))


def open_cases(session: Session, account_ids: Collection[int]) -> dict[int, int]:
    """How many open cases each of these coordinates; those without any are missing."""
    rows = read_rows(session, _OPEN_CASES, {"accounts": list(account_ids)})
    return {row[0]: row[1] for row in rows}
