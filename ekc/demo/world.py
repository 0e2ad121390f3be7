"""The demo: conferences at every stage, set around the moment at which it is made."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from functools import cached_property

from sqlalchemy import bindparam, func, select, update
from sqlalchemy.orm import Session

from config import Settings
from ekc.accounts.access import PROGRAM, By
from ekc.accounts.models import Account, Region
from ekc.conferences.actions.absent import add_picture
from ekc.conferences.actions.links import make_link
from ekc.conferences.actions.pauses import pause
from ekc.conferences.entries import NewLink
from ekc.conferences.models import Conference
from ekc.core.clock import from_local, local_date, to_local
from ekc.core.demo_clock import set_clock
from ekc.core.errors import Refusal
from ekc.core.pictures import made_anew
from ekc.core.transaction import as_one, nested, writing
from ekc.demo.case_schema import CaseFile
from ekc.demo.casefile import CASES, read_case
from ekc.demo.clock import catch_up
from ekc.demo.drawing import drawing
from ekc.demo.people import Staff, open_accounts
from ekc.demo.play import play
from ekc.demo.player import Player, Stage
from ekc.demo.validation import last_day
from ekc.demo.venues import list_venues
from ekc.directory.actions import Entry, add_rows
from ekc.directory.models import Listing
from ekc.links.models import PersonalLink
from ekc.matching.actions.asking import ask_coordinator
from ekc.matching.actions.independence import accept, confirm_coordinator
from ekc.matching.actions.wishes import set_wishes
from ekc.matching.entries import Declaration
from ekc.signin.passwords import Cost
from ekc.workflow.engine import FOLLOW_UP_RULES
from ekc.workflow.follow_ups import FollowUpKind
from ekc.workflow.matching import CoordinatorWish, Gender, Hours, WishKind
from ekc.workflow.profiles import NL, PROFILES
from ekc.workflow.vocabulary import N_, PROFESSIONAL_PARTS, Step

#: The clock time at which the demo begins: in the middle of two conferences.
BEGINS = time(11, 40)
_WEEK = timedelta(weeks=1)
#: How long ago all accounts were opened: before the first day of any case.
_ACCOUNTS_OPENED_BEFORE = timedelta(weeks=104)
_SATURDAY = 5
_LINK_DAYS = 730


def _chosen(case: CaseFile) -> date:
    assert case.setup is not None, "the file has it"  # noqa: S101 - narrows the type
    return case.setup.chosen.date()


def _evaluated(case: CaseFile) -> date:
    assert case.plan is not None, "the file has it"  # noqa: S101 - narrows the type
    return case.plan.evaluation.on.date()


def _called(case: CaseFile) -> date:
    """The day on which the call after four weeks is due."""
    assert case.plan is not None, "the file has it"  # noqa: S101 - narrows the type
    profile = PROFILES[case.profile]
    return profile.due(profile.clock(FOLLOW_UP_RULES[FollowUpKind.CALL].clock), case.plan.accepted_on)


def _last_informed(case: CaseFile) -> date:
    assert case.setup is not None, "the file has it"  # noqa: S101 - narrows the type
    return max(case.setup.informed.values())


def _registered(case: CaseFile) -> date:
    return case.registration.on


def _in(days: int) -> Callable[[date], date]:
    return lambda today: today + timedelta(days=days)


def _next_saturday(today: date) -> date:
    return today + timedelta(days=(_SATURDAY - today.weekday() - 1) % 7 + 1)


# What is done after the file was played


def _hand_over(player: Player, staff: Staff) -> None:
    """The coordinator fell ill, and Tom took over; nobody but the main person has heard it yet."""
    manager, tom = player.cast.manager, staff.visitors["Tom"]
    day = _last_informed(player.case) + timedelta(days=1)
    at = player.on(day, "09:00")
    ask_coordinator(player.by(at, manager), player.id, tom.account_id or 0, "Noor is ziek.")
    declared = Declaration("Ik ken de familie niet en werk niet voor de opvang.")
    accept(player.by(player.on(day, "12:00"), tom), player.id, declared)
    confirm_coordinator(player.by(player.on(day, "16:00"), player.visitor("samira")), player.id)


def _seek(*sought: CoordinatorWish) -> Callable[[Player, Staff], None]:
    """The manager noted, as it was registered, which of the family's wishes are compared with coordinators."""

    def note(player: Player, _staff: Staff) -> None:
        at = player.on(player.case.registration.on, "10:30")
        set_wishes(player.by(at, player.cast.manager), player.id, sought)

    return note


def _come_together_again(player: Player, _staff: Staff) -> None:
    """The family comes together again, the day after the evaluation, and waits for one of them."""
    at = player.on(last_day(player.case) + timedelta(days=1), "10:00")
    player.step(at, Step.RECONVENE, "Maarten verhuist voor zijn werk. De familie wil het plan opnieuw maken.")
    pause(player.by(at + timedelta(hours=1)), player.id, "Maarten is drie weken op reis. De familie wacht op hem.")


def _draws(child: str, shows: str, then: Callable[[Player, Staff], None]) -> Callable[[Player, Staff], None]:
    """The coordinator keeps a drawing that a child who is not there made, beside what else is done then."""

    def do(player: Player, staff: Staff) -> None:
        then(player, staff)
        at = player.on(_last_informed(player.case), "16:30")
        add_picture(player.by(at), player.id, player.people[child], made_anew(drawing()), shows)

    return do


@dataclass(frozen=True, kw_only=True)
class DemoCase:
    """A case of the demo: its file is played up to a stage, so moved that `anchor` falls on the day `on`, or up to six
    days before it, because whole weeks keep the weekdays; `exact`: on that day itself.

    `links`: who has a personal link, so that a visitor can become them. `shows`: what is special about it.
    """

    file: str
    shows: str
    coordinator: str
    until: Stage
    anchor: Callable[[CaseFile], date]
    on: Callable[[date], date]
    exact: bool = False
    links: tuple[str, ...] = ()
    not_informed: tuple[str, ...] = ()
    then: Callable[[Player, Staff], None] = lambda _player, _staff: None
    misspelled: str = ""  # the municipality as the referrer typed it, for somebody to merge with the right one

    @cached_property
    def case(self) -> CaseFile:
        """The case in its file."""
        return read_case(CASES / f"{self.file}.toml")

    def shift(self, case: CaseFile, today: date) -> timedelta:
        """By how much its days move."""
        apart = self.on(today) - self.anchor(case)
        return apart if self.exact else apart // _WEEK * _WEEK


DEMO_CASES = (
    DemoCase(
        file="de-wit",
        shows=N_("Under pressure: two bottom lines, a grandmother who speaks Arabic, an uncle who may not come"),
        coordinator="Noor",
        until=Stage.PREPARED,
        anchor=_chosen,
        on=_next_saturday,
        links=("marieke", "yara", "fatima", "omar", "referrer"),
        not_informed=("buur", "coach"),
        then=_draws(
            "sami",
            "Ons huis, met mama en de bal",
            _seek(
                CoordinatorWish(WishKind.SPEAKS, "nl"),
                CoordinatorWish(WishKind.UNDERSTANDS, "ary"),
                CoordinatorWish(WishKind.GENDER, Gender.WOMAN),
                CoordinatorWish(WishKind.NOT_FROM, "Amal"),
            ),
        ),
    ),
    DemoCase(
        file="yilmaz",
        shows=N_("A daughter who cares for her father: the family speaks Turkish, and an interpreter comes"),
        coordinator="Tom",
        until=Stage.INSIDE,
        anchor=_chosen,
        on=_in(0),
        exact=True,
        links=("emine", "halil", "wijk"),
    ),
    DemoCase(
        file="ramdin",
        shows=N_("A grandmother who brings up her grandson"),
        coordinator="Noor",
        until=Stage.PRESENTED,
        anchor=_chosen,
        on=_in(0),
        exact=True,
        links=("shanti", "kavita", "referrer"),
    ),
    DemoCase(
        file="haddad",
        shows=N_("New in town: the family reads Arabic, and another coordinator took over"),
        coordinator="Noor",
        until=Stage.PREPARED,
        anchor=_chosen,
        on=_in(24),
        links=("samira", "referrer"),
        then=_hand_over,
        misspelled="Riverstad",
    ),
    DemoCase(
        file="visser",
        shows=N_("One woman and the people in her street"),
        coordinator="Tom",
        until=Stage.AGREED,
        anchor=_called,
        on=_in(-28),
        links=("tineke", "rob"),
    ),
    DemoCase(
        file="kastanjeplein",
        shows=N_("Two sides of a square: residents and young people"),
        coordinator="Noor",
        until=Stage.CALLED,
        anchor=_evaluated,
        on=_in(21),
        links=("ans", "bilal"),
    ),
    DemoCase(
        file="stationsstraat",
        shows=N_("Recovery: a baker, the young man who robbed her, and the people of both"),
        coordinator="Tom",
        until=Stage.EVALUATED,
        anchor=last_day,
        on=_in(-1),
        links=("ilse", "milan"),
    ),
    DemoCase(
        file="kuipers",
        shows=N_("Two fathers and their daughter, who come together a second time; paused until one is back"),
        coordinator="Noor",
        until=Stage.EVALUATED,
        anchor=last_day,
        on=_in(-2),
        links=("jeroen", "maarten"),
        then=_come_together_again,
    ),
    DemoCase(
        file="hendriks",
        shows=N_("England: an older couple, mostly on paper"),
        coordinator="Denise",
        until=Stage.AGREED,
        anchor=_called,
        on=_in(0),
        links=("joan", "peter"),
    ),
    DemoCase(
        file="okonkwo",
        shows="",
        coordinator="Denise",
        until=Stage.REGISTERED,
        then=_seek(CoordinatorWish(WishKind.HOURS, Hours.WEEKENDS)),
        anchor=_registered,
        on=_in(-1),
    ),
    DemoCase(
        file="rewiti",
        shows=N_("New Zealand: a hui ā-whānau for two sisters"),
        coordinator="Aroha",
        until=Stage.PREPARED,
        anchor=_chosen,
        on=_in(14),
        links=("mereana", "referrer"),
    ),
)


def begins_at(now: datetime) -> datetime:
    """The first moment from `now` on at which the demo can begin."""
    local = to_local(now, NL.timezone)
    day = local.date() + timedelta(days=local.time() > BEGINS)
    return from_local(datetime.combine(day, BEGINS), NL.timezone)


def make_demo(session: Session, settings: Settings) -> dict[str, int]:
    """Make the demo, whole or not at all, and set its clock; returns the ids of its cases by file.

    Raises Refusal unless the database is empty.
    """
    now, cost = begins_at(settings.clock()), settings.password_cost
    if any(session.scalar(select(func.count()).select_from(kind)) for kind in (Region, Account, Conference)):
        raise Refusal(N_("This database is not empty. Make the demonstration in a new one."))
    with nested(session) as inside:
        with as_one(inside) as one:
            staff = open_accounts(one, now - _ACCOUNTS_OPENED_BEFORE, cost)
            before = By(one, PROGRAM, now - _ACCOUNTS_OPENED_BEFORE)
            _list_names(before)
            list_venues(before, staff, local_date(now, NL.timezone))
            made = {row.file: _make(one, now, row, staff, cost) for row in DEMO_CASES}
        catch_up(inside, settings, now)
        with writing(inside):
            set_clock(inside, settings, now)
    return made


def _list_names(by: By) -> None:
    """List the municipalities and organisations of all cases, as somebody confirmed them before."""
    cases = [row.case for row in DEMO_CASES]
    professionals = (one for case in cases for one in case.people.values() if one.role in PROFESSIONAL_PARTS)
    names = {
        Listing.MUNICIPALITIES: {case.municipality for case in cases},
        Listing.ORGANISATIONS: {one.organisation for one in professionals if one.organisation},
    }
    for listing, found in names.items():
        add_rows(by, listing, [Entry(name=name) for name in sorted(found)])


_NOTE = (
    update(PersonalLink.__table__)  # type: ignore[arg-type]
    .where(PersonalLink.participant_id == bindparam("person"))
    .values(note=bindparam("shows"))
)


def _make(session: Session, now: datetime, row: DemoCase, staff: Staff, cost: Cost) -> int:
    case = row.case
    if row.misspelled:
        case = replace(case, municipality=row.misspelled)
    shift = row.shift(case, local_date(now, case.timezone))
    cast = staff.cast(case.profile, row.coordinator)

    def give_links(player: Player) -> None:
        at = player.on(_last_informed(player.case), "18:00")
        for id_ in row.links:
            who = player.people[id_]
            make_link(player.by(at), player.id, who, NewLink(days=_LINK_DAYS), cost)
            with writing(session):
                session.execute(_NOTE, {"person": who, "shows": row.shows})

    return play(
        session,
        case,
        cast,
        until=row.until,
        shift=shift,
        not_informed=row.not_informed,
        settles=True,
        when_prepared=give_links,
        afterwards=lambda player: row.then(player, staff),
    )
