"""Who can let somebody in on a new device."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from ekc.accounts.models import Account
from ekc.accounts.queries import managers_of, who_can_coordinate
from ekc.links.queries.life import access_is_over, case_table
from ekc.workflow.vocabulary import Phase, Role


@dataclass(frozen=True, slots=True)
class Approver:
    """Who can let somebody in on a new device, and a number to ring; None and "": the service alone.

    `rings`: whose number it is: that of a regional manager too, where a coordinator who lets in gave none. Without a
    name: the link may have been found by a stranger.
    """

    role: Role | None = None
    phone: str = ""
    rings: Role | None = None


def approver(session: Session, conference_id: int, at: datetime) -> Approver:
    """The coordinator while their access lasts, else a regional manager; and the number of whoever of them has one."""
    case = session.execute(select(case_table).where(case_table.c.id == conference_id)).one()
    coordinator = session.get(Account, case.coordinator_id or 0)
    if coordinator is not None and not access_is_over(case, at) and who_can_coordinate(session, [coordinator.id], at):
        lets_in = Role.COORDINATOR
        if coordinator.phone:
            return Approver(lets_in, coordinator.phone, lets_in)
    else:
        lets_in = Role.REGIONAL_MANAGER
    managers = managers_of(session, case.region_id)
    if lets_in is Role.REGIONAL_MANAGER and (
        not managers or coordinator is None or case.phase == Phase.PRIVATE_TIME  # then they let nobody in
    ):
        return Approver()
    phone = next((one.phone for one in managers if one.phone), "")
    return Approver(lets_in, phone, Role.REGIONAL_MANAGER if phone else None)
