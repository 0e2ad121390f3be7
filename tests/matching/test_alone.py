"""A case whose coordinator cannot act any more: the regional manager hears of it and lets people in, and the family
reads whom to ring.
"""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from ekc.accounts.access import By, Office, Visitor
from ekc.accounts.models import Account
from ekc.conferences.access import open_case
from ekc.conferences.actions import links
from ekc.conferences.actions.circle import add_person
from ekc.conferences.entries import PersonDetails
from ekc.conferences.models import Conference, Participant
from ekc.conferences.queries.registration import assignment
from ekc.core.errors import NotNow, Refusal, Unknown
from ekc.core.outbox import OutboxMessage
from ekc.evaluations.actions import FollowUpReport, record_follow_up
from ekc.evaluations.queries import follow_ups
from ekc.journey.actions.corrections import correct_registration
from ekc.journey.actions.steps import take_step
from ekc.journey.home import staff_home
from ekc.journey.needs.kinds import NeedKind
from ekc.links.models import PersonalLink
from ekc.links.queries.approver import Approver, approver
from ekc.links.tokens import MAX_ATTEMPTS
from ekc.matching.actions import asking, independence
from ekc.plans.actions.agreement import say_own_answer
from ekc.staff.actions import closing, roles
from ekc.workflow.definition.kinds import Taking
from ekc.workflow.vocabulary import Activity, Agreed, Part, Phase, Role, Step, StopReason
from tests import build
from tests.build import Made
from tests.cast import COST, Cast, enter, participant, sign_in
from tests.client import PageClient
from tests.clock import START, FrozenClock
from tests.form import Value
from tests.page import text_of

ALONE = "Noor van Dijk cannot sign in any more: nobody coordinates this conference. Ask somebody today"
LOOKED_FOR = "Another coordinator is being looked for. Do you need somebody now? Ring your region: Ruud Kramer"


def close_noor(session: Session, cast: Cast) -> None:
    closing.close_account(By(session, cast.bas, START), cast.noor.account_id or 0)


@pytest.fixture
def in_setup(db_session: Session, cast: Cast) -> Made:
    case = build.case_in_setup(db_session, cast, START)
    close_noor(db_session, cast)
    return case


@pytest.fixture
def came_out(app: Flask, client: PageClient, db_session: Session, cast: Cast) -> Made:
    """The family comes out of private time when the account of its coordinator is closed."""
    case = build.case_in_private_time(db_session, cast, START)
    close_noor(db_session, cast)
    marieke = participant(case.id, case.people["marieke"])
    assert take_step(By(db_session, marieke, START), case.id, Taking(Step.ASK_FOR_INFORMATION, reason="Which school?"))
    return case


def mails_to(session: Session, name: str) -> list[str]:
    rows = session.scalars(select(OutboxMessage).order_by(OutboxMessage.id))
    return [mail.subject for mail in rows if mail.recipient == f"{name}@example.org"]


def test_the_manager_hears_that_a_family_came_out(db_session: Session, cast: Cast, came_out: Made) -> None:
    subject = "A family has come out, and nobody coordinates its conference"
    assert mails_to(db_session, "ruud").count(subject) == 1
    home = staff_home(db_session, cast.ruud, START)
    assert ([one.case.id for one in home.waits[NeedKind.ALONE]], [needs[0].conference_id for needs in home.needs]) == (
        [came_out.id],
        [came_out.id],
    )


def test_nobody_hears_it_while_somebody_coordinates(db_session: Session, cast: Cast) -> None:
    case = build.case_in_private_time(db_session, cast, START)
    marieke = participant(case.id, case.people["marieke"])
    take_step(By(db_session, marieke, START), case.id, Taking(Step.ASK_FOR_INFORMATION, reason="Which school?"))

    assert mails_to(db_session, "ruud").count("A family has come out, and nobody coordinates its conference") == 0
    assert staff_home(db_session, cast.ruud, START).waits[NeedKind.ALONE] == ()


@pytest.mark.parametrize("make", [build.case_in_setup, build.case_in_evaluation])
def test_the_manager_has_a_line_for_each_case_that_nobody_coordinates(
    client: PageClient, db_session: Session, cast: Cast, make: Callable[[Session, Cast, datetime], Made]
) -> None:
    case = make(db_session, cast, START)
    close_noor(db_session, cast)
    sign_in(client, cast.ruud)
    page = client.page("/")
    assert "Nobody coordinates this conference any more: ask somebody, and ring the family" in page.text
    assert f"/conferences/{case.id}/coordinator" in [address for _name, address in page.links]


def test_also_for_one_that_is_asked_for_and_one_that_a_main_person_does_not_want(
    client: PageClient, db_session: Session, cast: Cast, clock: FrozenClock
) -> None:
    asked = build.registered_case(db_session, cast, START)
    asking.ask_coordinator(By(db_session, cast.ruud, START), asked.id, cast.denise.account_id or 0)
    db_session.execute(update(Account).where(Account.id == cast.denise.account_id).values(phone="01632 960222"))
    db_session.commit()
    for waited, rings in ((0, False), (1, False), (1, True)):  # for two days they have time to answer
        clock.advance(days=waited)
        sign_in(client, cast.ruud)
        home = client.page("/").text
        assert ("has not answered: ring them" in home, "A coordinator was asked on" in home) == (rings, not rings)
    clock.advance(days=10)
    sign_in(client, cast.ruud)
    text = client.page("/").text
    assert (
        "Denise Okafor was asked on 2 Mar, 12 days ago, and has not answered: ring them, or ask somebody else "
        "Denise Okafor, 01632 960222"
    ) in text
    independence.accept(By(db_session, cast.denise, clock()), asked.id, build.INDEPENDENT)
    unwanted = "A main person would rather have another coordinator: ask somebody else"
    assert unwanted not in client.page("/").text
    marieke = participant(asked.id, asked.people["marieke"])
    independence.want_another_coordinator(By(db_session, marieke, clock()), asked.id)
    assert unwanted in client.page("/").text


def test_a_wish_to_stop_is_for_the_manager_where_nobody_coordinates(
    client: PageClient, db_session: Session, cast: Cast, in_setup: Made
) -> None:
    omar = in_setup.people["omar"]
    row = db_session.get_one(Participant, omar)
    row.part = Part.MAIN_PERSON
    db_session.commit()
    stop = Taking(Step.STOP, stop_reason=StopReason.MAIN_PERSON_WITHDREW)
    take_step(By(db_session, participant(in_setup.id, omar), START), in_setup.id, stop)
    sign_in(client, cast.ruud)
    text = client.page("/").text
    assert "A main person wants to stop: ring them" in text
    assert "Nobody coordinates this conference any more: ask somebody, and ring the family" in text


@pytest.mark.parametrize("closed", [False, True])
def test_the_manager_settles_that_somebody_does_not_feel_safe_where_nobody_coordinates(
    client: PageClient, db_session: Session, cast: Cast, clock: FrozenClock, closed: bool
) -> None:
    case = build.case_in_evaluation(db_session, cast, START)
    clock.advance(days=28)
    (call, *_) = follow_ups(db_session, case.id, clock().date())
    found = FollowUpReport(held_on=clock().date(), found="It goes.", unsafe=True)
    record_follow_up(By(db_session, cast.noor, clock()), case.id, call.id, found)
    close_noor(db_session, cast)
    if closed:  # whoever is not safe is not, however it ended
        gone = Taking(Step.MAIN_PERSON_GONE, stop_reason=StopReason.DIED)
        take_step(By(db_session, cast.ruud, clock()), case.id, gone)
    clock.advance(hours=1)
    unsafe = "Somebody does not feel safe, a follow-up found"
    sign_in(client, cast.ruud)
    assert unsafe in client.page("/").text
    client.page(f"/conferences/{case.id}")
    client.follow("Write down whom you spoke with")

    client.submit("Add to the log", {"What was said or agreed": "Nobody at home."})  # with nobody
    assert unsafe in client.page("/").text
    client.page(f"/conferences/{case.id}/contact")
    spoken: dict[str, Value] = {"With": "Kees de Wit", "What was said or agreed": "He is safe now."}
    client.submit("Add to the log", spoken | {"On": clock().date() - timedelta(days=1)})  # before it was found
    assert unsafe in client.page("/").text
    client.page(f"/conferences/{case.id}/contact")
    client.submit("Add to the log", spoken)

    assert unsafe not in client.page("/").text
    assert unsafe not in client.page(f"/conferences/{case.id}").text


def test_a_no_to_the_plan_is_for_the_manager_to_hear_where_nobody_coordinates(
    client: PageClient, db_session: Session, cast: Cast, clock: FrozenClock
) -> None:
    case = build.case_in_evaluation(db_session, cast, START)
    clock.advance(days=3)
    say_own_answer(By(db_session, participant(case.id, case.people["kees"]), clock()), case.id, Agreed.NO)
    sign_in(client, cast.ruud)
    line = "Somebody does not agree with the plan any more"
    assert line not in client.page("/").text
    close_noor(db_session, cast)
    assert line in client.page("/").text
    clock.advance(hours=1)

    client.page(f"/conferences/{case.id}")
    client.follow(f"{line}, or with part of it: speak with them, and write it in the contact log")
    client.submit("Add to the log", {"With": "Kees de Wit", "What was said or agreed": "He thinks it over."})

    assert line not in client.page("/").text


def test_the_pages_of_staff_say_it_first(client: PageClient, cast: Cast, came_out: Made) -> None:
    sign_in(client, cast.ruud)
    assert "The conference is being held, and its coordinator cannot sign in any more: ask somebody today" in (
        client.page("/").text
    )
    page = client.page(f"/conferences/{came_out.id}")
    assert ALONE in page.text
    assert "Nothing has to be done now" not in page.text
    page = client.follow("Ask somebody today")
    assert ALONE in page.text
    assert "coordinator of this conference" not in page.text
    assert "stays the coordinator until" not in page.text


def test_the_family_reads_whom_to_ring(app: Flask, db_session: Session, cast: Cast, came_out: Made) -> None:
    page = enter(app.test_client(), db_session, START, came_out.id, came_out.people["marieke"])  # type: ignore[arg-type]
    assert LOOKED_FOR in page.text
    assert "Noor van Dijk" not in page.text


def test_nobody_says_yes_to_somebody_who_cannot_act(db_session: Session, cast: Cast, in_setup: Made) -> None:
    marieke = participant(in_setup.id, in_setup.people["marieke"])
    with pytest.raises(Refusal, match="cannot sign in any more"):
        independence.confirm_coordinator(By(db_session, marieke, START), in_setup.id)


def test_the_manager_lets_people_in_as_long_as_no_coordinator_can(
    db_session: Session, cast: Cast, in_setup: Made
) -> None:
    by = By(db_session, cast.ruud, START)
    assert Role.STANDS_IN in open_case(by, in_setup.id, Activity.MAKE_LINKS).roles
    assert approver(db_session, in_setup.id, START) == Approver(Role.REGIONAL_MANAGER)
    for other in (cast.iris, cast.mila, cast.bas, cast.denise):
        with pytest.raises(Unknown):
            open_case(By(db_session, other, START), in_setup.id, Activity.MAKE_LINKS)


def test_while_a_coordinator_can_the_manager_does_not(db_session: Session, cast: Cast) -> None:
    case = build.case_in_setup(db_session, cast, START)
    with pytest.raises(NotNow):
        open_case(By(db_session, cast.ruud, START), case.id, Activity.MAKE_LINKS)


def test_the_list_of_a_region_names_no_coordinator_who_is_gone(
    client: PageClient, db_session: Session, cast: Cast
) -> None:
    case = build.case_in_setup(db_session, cast, START)
    sign_in(client, cast.ruud)
    number = db_session.get_one(Conference, case.id).number
    assert f"{number} · Rivierstad · Noor van Dijk" in client.page("/").text
    close_noor(db_session, cast)
    assert f"{number} · Rivierstad · nobody coordinates it" in client.page("/").text


def test_in_private_time_the_manager_lets_nobody_in(db_session: Session, cast: Cast) -> None:
    case = build.case_in_private_time(db_session, cast, START)
    close_noor(db_session, cast)
    with pytest.raises(NotNow):
        open_case(By(db_session, cast.ruud, START), case.id, Activity.MAKE_LINKS)
    assert approver(db_session, case.id, START) == Approver()
    home = staff_home(db_session, cast.ruud, START)
    assert [one.case.phase for one in home.waits[NeedKind.ALONE]] == [Phase.PRIVATE_TIME]


def test_a_request_without_an_answer_and_with_a_day_soon_is_urgent(
    client: PageClient, db_session: Session, cast: Cast, clock: FrozenClock
) -> None:
    case = build.prepared_case(db_session, cast, START)  # its conference is in forty days
    clock.advance(days=34)
    asking.ask_coordinator(By(db_session, cast.ruud, clock()), case.id, cast.denise.account_id or 0, "Noor is ill.")
    clock.advance(days=1)
    assert staff_home(db_session, cast.ruud, clock()).waits[NeedKind.URGENT] == ()
    clock.advance(days=1)
    sign_in(client, cast.ruud)
    text = client.page("/").text
    assert "Urgent: Denise Okafor was asked on 5 Apr and has not answered" in text
    assert "Ring, or ask somebody else Denise Okafor (no number known)" in text


def test_who_hands_over_is_not_told_that_nothing_waits(client: PageClient, db_session: Session, cast: Cast) -> None:
    """Denise is coordinator without cases, and from now on manages the region."""
    build.case_in_setup(db_session, cast, START)
    close_noor(db_session, cast)
    manages = Office(Role.REGIONAL_MANAGER, region_id=cast.north)
    roles.give_role(By(db_session, cast.bas, START), cast.denise.account_id or 0, manages)

    sign_in(client, cast.denise)

    home = client.page("/").text
    assert "Nobody can reach 1 conference: ask today" in home
    assert "You have nothing to do now." not in home


def take_over(session: Session, cast: Cast, case: Made, clock: FrozenClock, name: str) -> None:
    whom = getattr(cast, name)
    asking.ask_coordinator(By(session, cast.ruud, clock()), case.id, whom.account_id or 0, "The other one is ill.")
    independence.accept(By(session, whom, clock()), case.id, build.INDEPENDENT)


def test_the_own_page_says_who_it_was_before(app: Flask, db_session: Session, cast: Cast, clock: FrozenClock) -> None:
    """Otherwise the page would take somebody off the list of who has to hear, without having told them."""
    case = build.prepared_case(db_session, cast, START)
    before = enter(app.test_client(), db_session, START, case.id, case.people["linda"])  # type: ignore[arg-type]
    assert "and not" not in before.text
    clock.advance(days=1)
    take_over(db_session, cast, case, clock, "denise")

    page = enter(app.test_client(), db_session, clock(), case.id, case.people["linda"])  # type: ignore[arg-type]

    told = "Since 3 March 2026 Denise Okafor is your coordinator, and not Noor van Dijk any more."
    assert told in page.text
    assert "Your slip may still" not in page.text  # she has none


def test_whoever_joins_later_reads_of_no_change_that_was_none_for_them(
    app: Flask, db_session: Session, cast: Cast, clock: FrozenClock
) -> None:
    case = build.prepared_case(db_session, cast, START)
    clock.advance(days=1)
    take_over(db_session, cast, case, clock, "denise")
    manages = Office(Role.REGIONAL_MANAGER, region_id=cast.south)
    roles.give_role(By(db_session, cast.bas, clock()), cast.denise.account_id or 0, manages)
    ruud = By(db_session, cast.ruud, clock())
    correct_registration(ruud, case.id, replace(assignment(db_session, case.id), region_id=cast.south))
    clock.advance(days=1)
    new = PersonDetails(name="Petra Bos", part=Part.FRIEND)
    petra = add_person(By(db_session, cast.denise, clock()), case.id, new)
    told = ("Another region looks after your conference now.", "and not Noor van Dijk any more")
    for who, reads in ((case.people["linda"], True), (petra, False)):
        db_session.rollback()
        page = enter(app.test_client(), db_session, clock(), case.id, who)  # type: ignore[arg-type]
        assert [words in page.text for words in told] == [reads, reads]


def take_slip(session: Session, clock: FrozenClock, who: Visitor, case: Made, name: str) -> None:
    noted = By(session, who, clock())
    links.hand_over(noted, case.id, [links.make_link(noted, case.id, case.people[name], cost=COST).token], "paper")


def test_only_whose_slip_names_the_former_coordinator_reads_that_it_does(
    app: Flask, db_session: Session, cast: Cast, clock: FrozenClock
) -> None:
    case = build.prepared_case(db_session, cast, START)
    take_slip(db_session, clock, cast.noor, case, "linda")
    clock.advance(days=1)
    close_noor(db_session, cast)
    take_slip(db_session, clock, cast.ruud, case, "omar")  # names the manager
    take_over(db_session, cast, case, clock, "denise")
    take_slip(db_session, clock, cast.denise, case, "kees")
    for name, old in (("linda", True), ("kees", False), ("omar", False)):
        db_session.rollback()
        page = enter(app.test_client(), db_session, clock(), case.id, case.people[name])  # type: ignore[arg-type]
        assert ("Your slip may still have the old number." in page.text) == old, name


def test_everybody_hears_from_what_they_heard_last(
    client: PageClient, app: Flask, db_session: Session, cast: Cast, clock: FrozenClock
) -> None:
    """Noor gives the case to Denise and takes it back: who never heard of Denise has nothing to hear."""
    case = build.prepared_case(db_session, cast, START)
    clock.advance(days=1)
    take_over(db_session, cast, case, clock, "denise")
    clock.advance(days=1)
    enter(app.test_client(), db_session, clock(), case.id, case.people["linda"])  # type: ignore[arg-type]
    clock.advance(days=1)
    take_over(db_session, cast, case, clock, "noor")

    sign_in(client, cast.noor)
    page = client.page(f"/conferences/{case.id}/to-tell")

    told = [box for box in page.all("input") if box.get("name") == "told"]
    assert [box.get("value") for box in told] == [str(case.people["linda"])]


def test_one_list_says_whom_to_ring_and_what_they_need(
    client: PageClient, db_session: Session, cast: Cast, clock: FrozenClock
) -> None:
    case = build.prepared_case(db_session, cast, START)
    noor = By(db_session, cast.noor, START)
    made = links.make_link(noor, case.id, case.people["linda"], cost=COST)
    links.hand_over(noor, case.id, [made.token], "paper")
    clock.advance(days=1)
    take_over(db_session, cast, case, clock, "denise")

    sign_in(client, cast.denise)
    page = client.page(f"/conferences/{case.id}/to-tell")

    assert re.search(r"Linda de Wit[^•]*?has no code", page.text)
    client.follow("Make new codes, and tell them when you ring")
    assert client.here.heading == "Personal links"


def test_a_locked_link_stays_locked_until_somebody_asked(
    client: PageClient, db_session: Session, cast: Cast, clock: FrozenClock
) -> None:
    case = build.prepared_case(db_session, cast, START)
    for name in ("linda", "omar"):
        links.make_link(By(db_session, cast.noor, START), case.id, case.people[name], cost=COST)
    locked = {"tries": MAX_ATTEMPTS, "tried_at": START}
    db_session.execute(update(PersonalLink).where(PersonalLink.participant_id == case.people["linda"]).values(**locked))
    db_session.commit()
    clock.advance(days=1)
    take_over(db_session, cast, case, clock, "denise")

    sign_in(client, cast.denise)
    assert "Wrong answers were given at a personal link" in client.page("/").text
    assert "Wrong answers at the link of Linda de Wit" in client.page(f"/conferences/{case.id}/links").text
    form = client.form("Make new codes for everybody").fill({})
    made = client.post(form.url, data=dict(form.fields)).text
    assert ("Omar" in made, "Linda" in made) == (True, False)
    assert "Wrong answers at the link of Linda de Wit" in client.page(f"/conferences/{case.id}/links").text


def test_whoever_was_not_wanted_is_known_beside_the_name(
    client: PageClient, db_session: Session, cast: Cast, clock: FrozenClock
) -> None:
    case = build.prepared_case(db_session, cast, START)
    marieke = participant(case.id, case.people["marieke"])
    independence.want_another_coordinator(By(db_session, marieke, START), case.id)
    take_over(db_session, cast, case, clock, "denise")
    said = "A main person would rather have somebody else than Noor van Dijk."

    sign_in(client, cast.ruud)
    rows = [text_of(row) for row in client.page(f"/conferences/{case.id}/coordinator").all("li")]
    assert [said in row for row in rows if row.startswith("Noor van Dijk") and "Speaks" in row] == [True]
    assert [said in row for row in rows if row.startswith("Denise Okafor") and "Speaks" in row] == [False]


def test_calls_of_this_week_stand_in_this_week(
    client: PageClient, db_session: Session, cast: Cast, clock: FrozenClock
) -> None:
    case = build.case_in_evaluation(db_session, cast, START)
    clock.set(datetime(2026, 3, 24, 9, 0, tzinfo=UTC))  # its call is on the 30th
    home = staff_home(db_session, cast.noor, clock())
    assert [(call.due_on, row.id) for call, row in home.calls] == [(date(2026, 3, 30), case.id)]
    sign_in(client, cast.noor)
    assert "This week Monday 30 March" in client.page("/").text
    clock.set(datetime(2026, 3, 23, 9, 0, tzinfo=UTC))
    assert staff_home(db_session, cast.noor, clock()).calls == ()


def test_everybody_with_a_mail_address_hears_by_mail(db_session: Session, cast: Cast, clock: FrozenClock) -> None:
    """Who knew the coordinator: a main person gets a mail of their own, others one each."""
    case = build.prepared_case(db_session, cast, START)
    build.change_details(db_session, cast, START, case, case.people["omar"], email="omar@example.org")
    clock.advance(days=1)
    take_over(db_session, cast, case, clock, "denise")

    assert mails_to(db_session, "omar").count("The conference has another coordinator") == 1
    assert mails_to(db_session, "marieke").count("You have another coordinator") == 1
    assert mails_to(db_session, "marieke").count("The conference has another coordinator") == 0
