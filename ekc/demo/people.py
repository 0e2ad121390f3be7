"""The staff of the demo: invented people with an account each."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from ekc.accounts.access import PROGRAM, By, Office, Visitor
from ekc.accounts.queries import visitor_of_account
from ekc.signin.passwords import Cost
from ekc.staff.actions.accounts import NewAccount, open_account
from ekc.staff.actions.regions import add_region
from ekc.workflow.vocabulary import Role

#: The password of all of them, printed by `ekc demo`; the demo holds nothing real.
PASSWORD = "chairs around one table"  # noqa: S105
REGION = "North"


@dataclass(frozen=True)
class Staff:
    """The staff that actions need."""

    region_id: int
    noor: Visitor
    denise: Visitor
    ruud: Visitor


def open_accounts(session: Session, at: datetime, cost: Cost) -> Staff:
    """Open all accounts, in the order in which the first page shows them."""
    north = add_region(By(session, PROGRAM, at), REGION)
    coordinator = (Office(Role.COORDINATOR),)

    def opened(
        name: str,
        introduction: str,
        roles: tuple[Office, ...],
        spoken: tuple[str, ...] = (),
        employer: str = "",
        phone: str = "",
    ) -> Visitor:
        new = NewAccount(
            name=name,
            email=f"{name.split(maxsplit=1)[0].lower()}@example.org",
            region_id=north,
            roles=roles,
            spoken=spoken,
            introduction=introduction,
            employer=employer,
            phone=phone,
            password=PASSWORD,
        )
        visitor = visitor_of_account(session, open_account(By(session, PROGRAM, at), new, cost))
        assert visitor is not None, "it was opened just now"  # noqa: S101 - narrows the type
        return visitor

    noor = opened(
        "Noor van Dijk",
        "Coordinator: has a conference on Saturday",
        coordinator,
        ("nl", "ar", "en"),
        phone="01632 960010",
    )
    denise = opened("Denise Okafor", "Coordinator: has a call to make", coordinator, ("en", "ig"), phone="01632 960020")
    school = "Primary school De Wilg"  # so he cannot be asked for the family De Wit
    opened("Tom Bakker", "Coordinator: has time for a conference", coordinator, ("nl", "tr", "en"), school)
    ruud = opened(
        "Ruud Smit",
        "Regional manager: has to find a coordinator",
        (Office(Role.REGIONAL_MANAGER, region_id=north),),
    )
    opened(
        "Mila Haan",
        "Social care manager: sees which plans are looked at again in time",
        tuple(Office(Role.CARE_MANAGER, municipality=place) for place in ("Rivierstad", "Northfield Borough")),
    )
    opened("Bas Admin", "Administrator: opens accounts, sees no conference", (Office(Role.ADMINISTRATOR),))
    return Staff(north, noor, denise, ruud)
