"""Who of the staff sees to a case, and whom one can ring."""

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from ekc.accounts.models import Account
from ekc.accounts.queries import managers_of
from ekc.conferences.access import Case
from ekc.conferences.models import Conference

_COORDINATOR = select(Account).where(Account.id == bindparam("coordinator"))


def staff_of(session: Session, case: Case | Conference, coordinated: bool) -> tuple[Account, ...]:
    """The coordinator if the case is `coordinated`, by one who can act, and the managers of the region, each once."""
    first = session.scalars(_COORDINATOR, {"coordinator": case.coordinator_id}) if coordinated else ()
    return tuple({one.id: one for one in (*first, *managers_of(session, case.region_id))}.values())


def staff_to_ring(session: Session, case: Case | Conference, coordinated: bool) -> tuple[Account, ...]:
    """Those of them who have a number."""
    return tuple(one for one in staff_of(session, case, coordinated) if one.phone)
