"""The own page of somebody in the circle: its content for each part, and what they can do on it."""

from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from ekc.accounts.access import By, Office
from ekc.conferences.actions.circle import add_person
from ekc.conferences.entries import PersonDetails
from ekc.conferences.models import Conference, Participant
from ekc.core.transaction import writing
from ekc.plans.actions.agreement import say_own_answer
from ekc.plans.actions.drafts import change_plan
from ekc.plans.actions.sharing import share_plan
from ekc.plans.edits import set_monitor
from ekc.plans.queries.versions import stored_draft
from ekc.staff.actions.accounts import set_phone
from ekc.staff.actions.closing import close_account
from ekc.staff.actions.roles import give_role
from ekc.workflow.vocabulary import Agreed, Attends, Part, Phase, PlanSharing, Role, Step, StopReason
from tests.build import (
    INDEPENDENT,
    Made,
    answer_plan,
    case_in_evaluation,
    case_in_information,
    case_in_presentation,
    case_in_private_time,
    case_in_setup,
    change_details,
    closed_case,
    prepared_case,
    step,
    write_plan,
)
from tests.cast import Cast, enter, enter_as_before, participant, sign_in
from tests.client import PageClient
from tests.clock import FrozenClock
from tests.page import Page, text_of

DECLARED = (
    " Also works for nobody Knows of the family and the circle nobody What could be of use to them nothing "
    f"Other open conferences from the same referring organisation 0 {INDEPENDENT.independence}"
)

ANOTHER = (
    " I would rather have somebody else You need not say why. The regional manager hears of it and asks "
    "somebody else; Noor van Dijk can read it too. Ask for somebody else"
)


WRONG = "If it goes wrong"


def section(page: Page, heading: str) -> str:
    """The text of the section with this heading; empty where there is none."""
    return next((text_of(node) for node in page.all("section") if text_of(node).startswith(heading)), "")


def test_the_coordinator_can_be_rung(client: PageClient, cast: Cast, db_session: Session, clock: FrozenClock) -> None:
    case = case_in_setup(db_session, cast, clock())
    page = enter(client, db_session, clock(), case.id, case.people["marieke"])
    assert section(page, "Your coordinator").startswith("Your coordinator Noor van Dijk A coordinator decides nothing")
    set_phone(By(db_session, cast.noor, clock()), "01632 960010")

    page = client.page(page.url)

    assert section(page, "Your coordinator").startswith("Your coordinator Noor van Dijk, 01632 960010 A coordinator")
    assert [path for name, path in page.links if name == "01632 960010"] == ["tel:01632960010"]
    assert '<bdi dir="ltr">01632 960010</bdi>' in page.html  # which reads the same from right to left


def test_the_coordinator_can_be_rung_from_private_time(
    client: PageClient, cast: Cast, db_session: Session, clock: FrozenClock
) -> None:
    case = case_in_private_time(db_session, cast, clock())
    set_phone(By(db_session, cast.noor, clock()), "01632 960010")

    page = enter_as_before(client, db_session, clock(), case.id, case.people["marieke"])

    assert section(page, "Your coordinator").startswith("Your coordinator Noor van Dijk, 01632 960010 A coordinator")


def test_the_family_comes_first_in_who_will_be_there(
    client: PageClient, cast: Cast, db_session: Session, clock: FrozenClock
) -> None:
    case = case_in_setup(db_session, cast, clock())
    add_person(
        By(db_session, cast.noor, clock()), case.id, PersonDetails(name="T. Tolk, by phone", part=Part.INTERPRETER)
    )
    for who in (*case.people.values(), case.people["els"] + 1):
        change_details(db_session, cast, clock(), case, who, attends=Attends.IN_PERSON)

    page = enter(client, db_session, clock(), case.id, case.people["marieke"])

    assert section(page, "Who will be there") == (
        "Who will be there Omar El Amrani Linda de Wit Kees de Wit Fatima El Amrani-Benali "
        "Joost Lammers (supporter) Karim Jansen (referrer) Els Vermeer (professional) an interpreter"
    )


def test_whoever_takes_part_from_afar_is_not_expected_in_the_room(
    client: PageClient, cast: Cast, db_session: Session, clock: FrozenClock
) -> None:
    case = case_in_setup(db_session, cast, clock())
    change_details(db_session, cast, clock(), case, case.people["omar"], attends=Attends.VIDEO)

    page = enter(client, db_session, clock(), case.id, case.people["marieke"])

    assert section(page, "Who will be there") == "Who will be there Omar El Amrani (by video)"


@pytest.mark.parametrize("attends", [None, Attends.IN_PERSON, Attends.PART, Attends.NO])
def test_the_page_says_whether_one_is_expected(
    client: PageClient, cast: Cast, db_session: Session, clock: FrozenClock, attends: Attends | None
) -> None:
    case = prepared_case(db_session, cast, clock())
    change_details(db_session, cast, clock(), case, case.people["omar"], attends=attends)

    page = enter(client, db_session, clock(), case.id, case.people["omar"])

    said = [
        sentence
        for sentence in (
            "It is written down that you come.",
            "It is written down that you come for a part of it.",
            "Tell your coordinator whether you come.",
        )
        if sentence in page.text
    ]
    expected = {
        None: ["Tell your coordinator whether you come."],
        Attends.IN_PERSON: ["It is written down that you come."],
        Attends.PART: ["It is written down that you come for a part of it."],
    }
    assert said == expected.get(attends, [])


@pytest.mark.parametrize("part", [Part.CHILD, Part.FAMILY, Part.PROFESSIONAL])
def test_the_family_reads_beforehand_how_the_day_goes_and_a_child_what_it_may(
    client: PageClient, cast: Cast, db_session: Session, clock: FrozenClock, part: Part
) -> None:
    case = case_in_setup(db_session, cast, clock())
    new = PersonDetails(name="Kay", part=part, relation="son" if part is Part.CHILD else "")
    kay = add_person(By(db_session, cast.noor, clock()), case.id, new)

    page = enter(client, db_session, clock(), case.id, kay)

    assert ("You make a plan with each other." in page.text) is (part is not Part.PROFESSIONAL)
    assert ("you need not say anything" in page.text) is (part is Part.CHILD)
    assert ("They have declared that they are independent." in page.text) is (part is not Part.CHILD)


def test_the_convenor_is_led_to_the_report_itself(
    client: PageClient, cast: Cast, db_session: Session, clock: FrozenClock
) -> None:
    case = case_in_evaluation(db_session, cast, clock())
    enter(client, db_session, clock(), case.id, case.people["omar"])

    page = client.follow("Write down how it went")

    assert page.heading == "Evaluation"
    assert "In danger? Ring 112." in page.text


def test_once_there_is_a_plan_ones_own_tasks_come_right_after_it(
    client: PageClient, cast: Cast, db_session: Session, clock: FrozenClock
) -> None:
    case = case_in_evaluation(db_session, cast, clock())

    page = enter(client, db_session, clock(), case.id, case.people["omar"])

    headings = [text_of(heading) for heading in page.all("h2")]
    assert headings[headings.index("The plan") + 1] == "What I do"


def test_in_private_time_the_family_reads_what_a_plan_says(
    client: PageClient, cast: Cast, db_session: Session, clock: FrozenClock
) -> None:
    case = case_in_private_time(db_session, cast, clock())

    page = enter_as_before(client, db_session, clock(), case.id, case.people["omar"])

    assert "A plan says who does what, and by when or how often;" in page.text


def test_while_nobody_is_noted_as_coming_a_main_person_sees_who_is_in_the_circle(
    client: PageClient, cast: Cast, db_session: Session, clock: FrozenClock
) -> None:
    case = case_in_setup(db_session, cast, clock())
    change_details(db_session, cast, clock(), case, case.people["marieke"], attends=Attends.IN_PERSON)

    page = enter(client, db_session, clock(), case.id, case.people["marieke"])

    assert ("Who is in the circle Omar El Amrani" in page.text, "Who will be there" in page.text) == (True, False)


@pytest.mark.parametrize(
    ("who", "whose"), [("marieke", "you can make your own plan"), ("els", "the family can make its own plan")]
)
def test_what_a_coordinator_is_for_is_said_to_each(
    client: PageClient, cast: Cast, db_session: Session, clock: FrozenClock, who: str, whose: str
) -> None:
    case = case_in_setup(db_session, cast, clock())

    page = enter(client, db_session, clock(), case.id, case.people[who])

    assert section(page, "Your coordinator") == (
        "Your coordinator Noor van Dijk A coordinator decides nothing and takes no side. "
        f"They see to it that {whose}. They have declared that they are independent."
        + (" What they said about themselves" + DECLARED + ANOTHER if who == "marieke" else "")
    )


def test_a_professional_with_whom_nothing_is_shared_sees_what_is_asked_of_them(
    client: PageClient, cast: Cast, db_session: Session, clock: FrozenClock
) -> None:
    case = case_in_evaluation(db_session, cast, clock())
    els = case.people["els"]

    page = enter(client, db_session, clock(), case.id, els)

    assert section(page, "The plan") == "The plan What the plan asks of you"
    told = "It has not shared it with you. You see what the plan asks of you and has to meet."
    assert told in client.follow("What the plan asks of you").text


def test_whoever_keeps_an_eye_on_the_plan_or_calls_everybody_together_is_told_so(
    app: Flask, cast: Cast, db_session: Session, clock: FrozenClock
) -> None:
    case = case_in_evaluation(db_session, cast, clock())
    pages = {who: enter(PageClient(app), db_session, clock(), case.id, case.people[who]) for who in ("omar", "marieke")}

    wrong, again = (
        {who: section(page, heading) for who, page in pages.items()} for heading in (WRONG, "We meet again")
    )

    assert wrong["omar"].startswith(f"{WRONG} You keep an eye on the plan: people ring you first. Does somebody ring?")
    first = f"{WRONG} Ring Omar El Amrani first, who keeps an eye on the plan."
    assert wrong["marieke"] == f"{first} Their number is not in the plan."
    assert ["You call everybody together for the evaluation on" in one for one in again.values()] == [True, False]
    assert "Afterwards you write down here how it went, at the latest on" in again["omar"]


def test_whoever_reads_the_plan_and_is_not_invited_is_not_told_that_we_meet_again(
    client: PageClient, cast: Cast, db_session: Session, clock: FrozenClock
) -> None:
    case = case_in_evaluation(db_session, cast, clock())
    els = case.people["els"]
    share_plan(By(db_session, cast.noor, clock()), case.id, case.people["marieke"], {els: PlanSharing.ALL})

    page = enter(client, db_session, clock(), case.id, els)

    assert section(page, "The family looks at the plan again") != ""
    assert ("We meet again" in page.text, "We meet again" in client.follow("Read the plan").text) == (False, False)


def test_nobody_is_sent_to_a_coordinator_who_is_not_there_any_more(
    client: PageClient, cast: Cast, db_session: Session, clock: FrozenClock
) -> None:
    case = closed_case(db_session, cast, clock())
    with writing(db_session):
        db_session.get_one(Participant, case.people["marieke"]).phone = "01632 960011"

    page = enter(client, db_session, clock(), case.id, case.people["marieke"])

    assert "Is something wrong? Ask the regional manager." in section(page, "What we have about you")


def test_a_main_person_stops_in_their_own_words(
    client: PageClient, cast: Cast, db_session: Session, clock: FrozenClock
) -> None:
    case = case_in_setup(db_session, cast, clock())
    enter(client, db_session, clock(), case.id, case.people["marieke"])

    page = client.follow("We want to stop the conference")

    assert page.heading == "We want to stop the conference"
    assert (
        "No conference is prepared any more. Everybody who would come, the referrer and the professionals hear "
        "that it does not go on. They do not hear why: only your coordinator and the regional manager read that."
    ) in page.text
    [choice] = page.all("select")
    assert [text_of(one) for one in choice.iter("option")] == [
        "Choose",
        "we have a plan already",
        "things are different now",
        "there are too few people around us",
        "we do not want it any more",
        "it does not feel safe",
        "another reason",
    ]
    client.submit("We want to stop the conference", {"Why does it stop?": "it does not feel safe"})
    told = db_session.execute(select(Conference.phase, Conference.stop_reason)).one()
    assert tuple(told) == (Phase.CLOSED, StopReason.NOT_SAFE)


def test_the_coordinator_stops_in_the_words_of_the_field(
    client: PageClient, cast: Cast, db_session: Session, clock: FrozenClock
) -> None:
    case = case_in_setup(db_session, cast, clock())
    sign_in(client, cast.noor)

    page = client.page(f"/conferences/{case.id}/steps/stop")

    assert (page.heading, "No conference is prepared any more" in page.text) == ("Stop", False)
    assert "a main person does not want it any more" in page.text


def test_whoever_does_not_read_the_plan_does_not_read_who_says_no_to_it(
    app: Flask, cast: Cast, db_session: Session, clock: FrozenClock
) -> None:
    """A professional keeps an eye on the plan, and is told what concerns them alone."""
    case = case_in_presentation(db_session, cast, clock())
    write_plan(db_session, cast, clock(), case)
    els, noor = case.people["els"], By(db_session, cast.noor, clock())
    change_plan(noor, case.id, stored_draft(db_session, case.id).revision, set_monitor(els))
    answer_plan(db_session, cast, clock(), case)
    step(db_session, cast, clock(), case, Step.AGREE_PLAN)
    kees = By(db_session, participant(case.id, case.people["kees"]), clock())
    say_own_answer(kees, case.id, Agreed.NO, "I am afraid of him.")
    read = []

    for sharing in (PlanSharing.NOTHING, PlanSharing.CONCERNS, PlanSharing.ALL):
        share_plan(noor, case.id, case.people["marieke"], {els: sharing})
        db_session.rollback()
        page = enter(app.test_client(), db_session, clock(), case.id, els)  # type: ignore[arg-type]
        read.append(("Kees de Wit does not agree" in page.text, "I am afraid of him." in page.text))

    assert read == [(False, False), (False, False), (True, True)]


IN_EACH_PHASE = [
    case_in_setup,
    case_in_information,
    case_in_private_time,
    case_in_presentation,
    case_in_evaluation,
    closed_case,
    prepared_case,
]


@pytest.mark.parametrize("make", IN_EACH_PHASE)
def test_while_nobody_coordinates_no_own_page_speaks_of_a_coordinator_who_does_something(
    app: Flask, cast: Cast, db_session: Session, clock: FrozenClock, make: Callable[..., Made]
) -> None:
    case = make(db_session, cast, clock())
    set_phone(By(db_session, cast.noor, clock()), "01632 960010")
    close_account(By(db_session, cast.bas, clock()), cast.noor.account_id or 0)
    how = {"marieke": None, "omar": Attends.NO, "joost": Attends.VIDEO, "karim": None, "els": Attends.IN_PERSON}
    for name, attends in how.items():
        with writing(db_session):
            db_session.get_one(Participant, case.people[name]).attends = attends
        reader = app.test_client()
        assert isinstance(reader, PageClient)
        page = enter_as_before(reader, db_session, clock(), case.id, case.people[name])
        assert "your coordinator" not in page.text.lower(), name
        assert "01632 960010" not in page.text, name
        if "Say that I do not come" in page.buttons:
            assert "The regional manager hears of it." in reader.submit("Say that I do not come").text


RUNG = "tel:01632960010"


@pytest.mark.parametrize("make", IN_EACH_PHASE)
@pytest.mark.parametrize("rung", ["noor", "ruud"])
def test_each_own_page_names_a_number_in_each_phase(
    app: Flask, cast: Cast, db_session: Session, clock: FrozenClock, make: Callable[..., Made], rung: str
) -> None:
    """Mails and pages say that one can ring. `rung`: the one of coordinator and manager who has a number."""
    case = make(db_session, cast, clock())
    set_phone(By(db_session, getattr(cast, rung), clock()), "01632 960010")
    for name in ("marieke", "omar", "joost", "karim", "els"):
        reader = app.test_client()
        assert isinstance(reader, PageClient)
        page = enter_as_before(reader, db_session, clock(), case.id, case.people[name])
        assert RUNG in {one.get("href") for one in page.all("a")}, name


def test_whom_one_can_ring_is_named_once_and_has_a_number(
    client: PageClient, cast: Cast, db_session: Session, clock: FrozenClock
) -> None:
    """The coordinator manages the region too; the other manager has no number."""
    case = closed_case(db_session, cast, clock())
    set_phone(By(db_session, cast.noor, clock()), "01632 960010")
    manages = Office(Role.REGIONAL_MANAGER, region_id=db_session.get_one(Conference, case.id).region_id)
    give_role(By(db_session, cast.bas, clock()), cast.noor.account_id or 0, manages)
    page = enter(client, db_session, clock(), case.id, case.people["els"])
    assert page.text.count("You can ring: Noor van Dijk, 01632 960010") == 1
    assert page.text.count("01632 960010") == 1
    assert "Ruud Kramer" not in page.text


@pytest.mark.parametrize("phone", ["", "01632 960011"])
def test_only_whose_number_is_known_reads_that_somebody_rings_them(
    client: PageClient, cast: Cast, db_session: Session, clock: FrozenClock, phone: str
) -> None:
    case = case_in_setup(db_session, cast, clock())
    for who in ("noor", "ruud"):
        set_phone(By(db_session, getattr(cast, who), clock()), "01632 96001" + str(len(who)))
    with writing(db_session):
        db_session.get_one(Participant, case.people["marieke"]).phone = phone

    page = enter(client, db_session, clock(), case.id, case.people["marieke"])
    assert ("rings you" in page.text, "ring you" in page.text) == (bool(phone), bool(phone))

    page = client.follow("It does not feel safe")
    assert ("Write below at which one we can ring you safely." in page.text) == (not phone)
    numbers = [one.get("href") for one in page.all("a") if "tel:0" in str(one.get("href"))]
    assert len(numbers) == 2, "the manager's too: the coordinator may be ill"


def test_a_number_in_the_plan_is_not_said_to_be_seen_by_nobody(
    client: PageClient, cast: Cast, db_session: Session, clock: FrozenClock
) -> None:
    case = case_in_evaluation(db_session, cast, clock())
    with writing(db_session):
        for name in ("marieke", "omar"):
            db_session.get_one(Participant, case.people[name]).phone = "01632 960011"
        db_session.get_one(Participant, case.people["omar"]).plan_phone = "01632 960011"
    for name, says in (("marieke", "Nobody in the circle sees this."), ("omar", "except your number in the plan.")):
        page = enter(client, db_session, clock(), case.id, case.people[name])
        assert says in section(page, "What we have about you")
