"""The staff of the demo: invented people with an account each, in a region of each country."""

from dataclasses import dataclass, field, replace
from datetime import datetime

from sqlalchemy.orm import Session

from ekc.accounts.access import PROGRAM, By, Office, Visitor
from ekc.accounts.queries import visitor_of_account
from ekc.demo.player import Cast
from ekc.matching.actions.profile import save_profile
from ekc.matching.entries import SelfDescription
from ekc.signin.passwords import Cost
from ekc.staff.actions.accounts import NewAccount, open_account
from ekc.staff.actions.regions import add_region
from ekc.workflow.matching import Gender, Hours, LanguageLevel
from ekc.workflow.profiles import ENGLAND, NEW_ZEALAND, NL, Profile
from ekc.workflow.vocabulary import Role

_NATIVE, _FLUENT, _SOME = LanguageLevel
#: The password of all of them, printed by `ekc demo`; the demo holds nothing real.
PASSWORD = "chairs around one table"  # noqa: S105
#: The region of each country.
_REGIONS = {NL.code: "Rivierenland", ENGLAND.code: "Northfield", NEW_ZEALAND.code: "Te Whanganui-a-Tara"}


@dataclass(frozen=True)
class Worker:
    """Somebody who works here. `introduction`: in the language of their pages, as they wrote it."""

    name: str
    country: Profile
    role: Role
    introduction: str = ""
    told: SelfDescription = field(default_factory=SelfDescription)  # of a coordinator
    employer: str = ""
    phone: str = ""

    @property
    def first_name(self) -> str:
        """What they are called here."""
        return self.name.split(maxsplit=1)[0]

    @property
    def email(self) -> str:
        """Their address: their first name."""
        return f"{self.first_name.lower()}@example.org"

    def office(self, region_id: int) -> Office:
        """Their office, in the region of their country."""
        if self.role is Role.CARE_MANAGER:
            return Office(self.role, municipality="Rivierstad")
        return Office(self.role, region_id=region_id if self.role is Role.REGIONAL_MANAGER else None)


#: In the order in which the first page shows them.
WORKERS = (
    Worker(
        "Noor van Dijk",
        NL,
        Role.COORDINATOR,
        "Was onderwijzer, doet drie conferenties per jaar",
        SelfDescription(
            languages={"nl": _NATIVE, "en": _FLUENT, "ar": _FLUENT, "ary": _SOME},
            gender=Gender.WOMAN,
            lives_in="Kerkdorp",
            municipality="Rivierstad",
            travel_km=30,
            hours=frozenset({Hours.DAYS, Hours.EVENINGS, Hours.WEEKENDS}),
            load_wanted=6,
            training="Basisopleiding, zes dagen, 2021",
            fee_cents=65000,
        ),
        phone="+31 6 12345691",
    ),
    Worker(
        "Tom Bakker",
        NL,
        Role.COORDINATOR,
        "Werkt in de bouw, doet conferenties in het weekend",
        SelfDescription(
            languages={"nl": _NATIVE, "tr": _NATIVE, "en": _SOME},
            gender=Gender.MAN,
            background="Ouders uit Turkije",
            lives_in="Rivierstad",
            municipality="Rivierstad",
            travel_km=60,
            hours=frozenset({Hours.EVENINGS, Hours.WEEKENDS}),
            load_wanted=4,
        ),
        employer="Basisschool De Wilg",  # so he cannot be asked for the family De Wit
        phone="+31 6 12345692",
    ),
    Worker("Ruud Smit", NL, Role.REGIONAL_MANAGER, phone="+31 6 12345693"),
    Worker("Mila Haan", NL, Role.CARE_MANAGER),
    Worker("Bas Meijer", NL, Role.ADMINISTRATOR),
    Worker(
        "Denise Okafor",
        ENGLAND,
        Role.COORDINATOR,
        "Retired bookkeeper, two conferences a year",
        SelfDescription(languages={"en": _NATIVE, "ig": _NATIVE}, gender=Gender.WOMAN),
        phone="01632 960020",
    ),
    Worker("Helen Marsh", ENGLAND, Role.REGIONAL_MANAGER, phone="01632 960021"),
    Worker(
        "Aroha Tamihana",
        NEW_ZEALAND,
        Role.COORDINATOR,
        "Knows the marae of the valley, works at weekends",
        SelfDescription(languages={"en": _NATIVE, "mi": _FLUENT}, hours=frozenset({Hours.WEEKENDS})),
        phone="021 555 0151",
    ),
    Worker("Moana Ruru", NEW_ZEALAND, Role.REGIONAL_MANAGER, phone="021 555 0152"),
)


@dataclass(frozen=True)
class Staff:
    """The staff that actions need."""

    regions: dict[str, int]  # by the code of the country
    visitors: dict[str, Visitor]  # by the first name

    def cast(self, country: str, coordinator: str) -> Cast:
        """The staff of a case in a country, with this coordinator."""
        managers = (one for one in WORKERS if one.country.code == country and one.role is Role.REGIONAL_MANAGER)
        return Cast(self.regions[country], self.visitors[next(managers).first_name], self.visitors[coordinator])


def open_accounts(session: Session, at: datetime, cost: Cost) -> Staff:
    """Open all accounts."""
    by = By(session, PROGRAM, at)
    countries = {one.country.code: one.country for one in WORKERS}
    regions = {code: add_region(by, _REGIONS[code], country.timezone) for code, country in countries.items()}
    return Staff(regions, {one.first_name: _open(by, one, regions[one.country.code], cost) for one in WORKERS})


def _open(by: By, one: Worker, region_id: int, cost: Cost) -> Visitor:
    new = NewAccount(
        name=one.name,
        email=one.email,
        region_id=region_id,
        roles=(one.office(region_id),),
        introduction=one.introduction,
        employer=one.employer,
        phone=one.phone,
        language="nl" if one.country is NL else "en",
        password=PASSWORD,
    )
    account_id = open_account(by, new, cost)
    if one.role is Role.COORDINATOR:
        save_profile(by, account_id, replace(one.told, introduction=one.introduction))
    visitor = visitor_of_account(by.session, account_id)
    assert visitor is not None, "it was opened just now"  # noqa: S101 - narrows the type
    return visitor
