"""The page about the coordinator, over HTTP: from the request to the confirmation by the main person."""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from ekc.accounts.access import PROGRAM, By
from ekc.accounts.queries import phone_of
from ekc.core.errors import Refusal, Unknown
from ekc.core.outbox import OutboxMessage
from ekc.matching.actions import asking as asking_actions
from ekc.matching.actions import independence
from ekc.matching.actions.independence import set_employer
from ekc.matching.entries import Declaration
from ekc.matching.queries.match import matches
from ekc.workflow.vocabulary import Agreed, Part, Role, VoiceMatter
from tests.build import Made, case_in_private_time, matched_case, registered_case
from tests.cast import Cast, enter, participant, sign_in
from tests.client import PageClient
from tests.clock import FrozenClock
from tests.form import Value
from tests.voices import said

OWN_WORDS = "I work for nobody here. I do not know the family.\nMy sister teaches at another school."
WORKS = "Do you work for somebody, besides being a coordinator?"
KNOWS = "Do you know anybody of the family or of the circle?"
GAINS = "Could anything in the plan, or in how it ends, be of use to you or yours?"
RETIRED = "No: I am retired, a student, at home, between jobs, or work for myself"
SAME = "How many other open conferences do you have that the same organisation referred?"
PHONE = "Your phone number for the family"
#: A declaration without conflicts, as form values.
FREE: dict[str, Value] = {WORKS: RETIRED, KNOWS: "No, nobody", GAINS: "No", "How independent are you?": OWN_WORDS}
#: What somebody writes who takes a case.
TAKEN: dict[str, Value] = {**FREE, PHONE: "01632 960111"}


@pytest.fixture
def case(db_session: Session, cast: Cast, clock: FrozenClock) -> Made:
    return registered_case(db_session, cast, clock())


def page_of(case: Made) -> str:
    return f"/conferences/{case.id}/coordinator"


@pytest.fixture
def asked(db_session: Session, cast: Cast, clock: FrozenClock, case: Made) -> Made:
    """Noor is asked."""
    asking_actions.ask_coordinator(By(db_session, cast.ruud, clock()), case.id, cast.noor.account_id or 0)
    return case


@pytest.fixture
def taken(db_session: Session, cast: Cast, clock: FrozenClock, asked: Made) -> Made:
    """Noor accepted the case, with a declaration."""
    independence.accept(
        By(db_session, cast.noor, clock()),
        asked.id,
        Declaration(OWN_WORDS, employer="", relation="", interest="My sister works for the school.", caseload=2),
    )
    return asked


def test_the_manager_sees_the_wishes_and_asks(client: PageClient, cast: Cast, case: Made) -> None:
    sign_in(client, cast.ruud)
    page = client.page(page_of(case))
    assert [wish for wish in ("understands Moroccan Arabic", "preferably a woman") if wish not in page.text] == []
    assert [name for name in page.buttons if name.startswith("Ask ")] == ["Ask Noor van Dijk", "Ask Denise Okafor"]
    assert "Speaks Arabic, English, Dutch." in page.text

    asked = client.submit("Ask Noor van Dijk")

    assert [name for name in asked.buttons if name.startswith("Ask ")] == ["Ask Denise Okafor"]
    assert "Noor van Dijk was asked." in asked.text
    assert "Phone no number known" in asked.text


@pytest.mark.parametrize("make", [matched_case, case_in_private_time])
def test_where_nobody_can_be_asked_the_page_says_so_and_asks_for_no_reason(
    client: PageClient, cast: Cast, db_session: Session, clock: FrozenClock, make: Callable[..., Made]
) -> None:
    """It asked why another coordinator is needed, and had no button to go on with."""
    taken = make(db_session, cast, clock())
    sign_in(client, cast.ruud)
    nobody, why = "Nobody else of this region can be asked for this conference.", "Why is another coordinator needed?"
    page = client.page(page_of(taken))
    assert (nobody in page.text, why in page.text) == (False, True)
    set_employer(By(db_session, PROGRAM, clock()), cast.denise.account_id or 0, "Youth protection")

    page = client.page(page_of(taken))

    assert (nobody in page.text, why in page.text) == (True, False)


def test_the_coordinator_takes_the_case(client: PageClient, cast: Cast, asked: Made, db_session: Session) -> None:
    sign_in(client, cast.noor)
    client.page(page_of(asked))
    assert client.form("Take the case").shown("Day on which you said yes") == "02-03-2026"

    page = client.submit("Take the case", {**TAKEN, GAINS: "Yes", "If so, how?": "I rent out the house.", SAME: "3"})

    match = matches(db_session, asked.id).current
    assert match is not None
    assert (match.declaration, match.accepted_on) == (
        Declaration(OWN_WORDS, employer="", relation="", interest="I rent out the house.", caseload=3),
        date(2026, 3, 2),
    )
    assert phone_of(db_session, cast.noor.account_id) == "01632 960111"
    assert "The outcome could be of use to Noor van Dijk" in page.text
    assert (
        "Ring your regional manager, who decides on this page. Nobody decides about themselves. "
        "Ruud Kramer (no number known)"
    ) in page.text
    assert "It is no obstacle" not in page.buttons


def test_another_coordinator_is_asked_with_a_reason(client: PageClient, cast: Cast, taken: Made) -> None:
    sign_in(client, cast.ruud)
    client.page(page_of(taken))

    refused = client.refused("Ask Denise Okafor")
    assert (refused.status, refused.errors) == (
        422,
        ["Why is another coordinator needed? Write down why another coordinator is needed. Then ask somebody."],
    )
    page = client.submit("Ask Denise Okafor", {"Why is another coordinator needed?": "She cannot work for a month."})

    assert "Denise Okafor was asked. She cannot work for a month." in page.text


def test_no_case_is_taken_without_a_declaration(client: PageClient, cast: Cast, asked: Made) -> None:
    sign_in(client, cast.noor)
    client.page(page_of(asked))

    empty = client.refused("Take the case", {"How independent are you?": " \n ", "Day on which you said yes": ""})
    assert (empty.status, empty.errors) == (
        422,
        [
            f"{WORKS} Choose one of the two.",
            f"{KNOWS} Choose one of the two.",
            f"{GAINS} Choose one of the two.",
            "How independent are you? Write a sentence or two for the family: where you stand, and why they can trust "
            "you.",
            "Your phone number for the family: Write the number on which the family can ring you.",
            "Day on which you said yes: Choose a day.",
        ],
    )
    half = client.refused(
        "Take the case",
        {**TAKEN, WORKS: "Yes", KNOWS: "Yes", "If so, how?": "Hardly.", "Day on which you said yes": date(2026, 3, 2)},
    )
    assert (half.status, half.errors) == (
        422,
        [
            "If so, for whom? Write for whom you work.",
            "If so, whom, and how? Write whom you know, and how.",
            "If so, how? You said no, and wrote something here. Choose yes, or leave this empty.",
        ],
    )

    late = client.refused(
        "Take the case",
        {**TAKEN, KNOWS: "No, nobody", "If so, how?": "", "Day on which you said yes": date(2026, 3, 3)},
    )
    assert (late.status, late.errors) == (
        422,
        ["Day on which you said yes: This day is still to come. Choose today or an earlier day."],
    )
    form = client.form("Take the case")
    assert (form.shown("How independent are you?"), form.shown(WORKS)) == (OWN_WORDS, [RETIRED])


def test_whoever_works_for_an_agency_of_the_case_says_no(client: PageClient, cast: Cast, asked: Made) -> None:
    sign_in(client, cast.noor)
    client.page(page_of(asked))
    told = {**TAKEN, WORKS: "Yes", "If so, for whom?": "Youth Protection (part-time); Stichting Youth protection"}

    refused = client.refused("Take the case", told)

    assert (refused.status, refused.errors) == (
        409,
        [
            "You work for Youth protection, which takes part in this conference, and so you cannot be its coordinator. "
            "Say no below; you need not say why."
        ],
    )
    form = client.form("Take the case")
    assert (form.shown("If so, for whom?"), form.shown("How independent are you?")) == (
        "Youth Protection (part-time); Stichting Youth protection",
        OWN_WORDS,
    )
    client.submit("Say no")
    assert client.get(page_of(asked)).status_code == 403


def test_the_manager_notes_for_whom_a_coordinator_works(client: PageClient, cast: Cast, case: Made) -> None:
    sign_in(client, cast.ruud)
    client.page(page_of(case))
    asking = client.form("Ask Noor van Dijk").fill({})
    profile = f"/coordinators/{cast.noor.account_id}"
    client.page(profile)

    page = client.submit("Note it", {"Also works for": "stichting youth protection"})

    assert page.flashes == ["Noor van Dijk: also works for stichting youth protection (was: nobody)"]
    page = client.page(page_of(case))
    assert [name for name in page.buttons if name.startswith("Ask ")] == ["Ask Denise Okafor"]
    assert "Noor van Dijk works for Youth protection, which referred this conference." in page.text
    late = client._arrive(client.post(asking.url, data=asking.payload()), 409)
    assert late.errors == [
        "Noor van Dijk works for Youth protection, which takes part in this conference, and so cannot be its "
        "coordinator. Ask somebody else."
    ]
    client.page(profile)
    assert client.form("Note it").shown("Also works for") == "stichting youth protection"
    page = client.submit("Note it", {"Also works for": "Library; Choir"})
    assert page.flashes == ["Noor van Dijk: also works for Library; Choir (was: stichting youth protection)"]
    page = client.page(page_of(case))
    assert "Also works for Library; Choir." in page.text
    page = client.submit("Ask Noor van Dijk")
    assert "Also works for Library; Choir" in page.text


def test_what_is_known_of_an_employer_stands_in_the_declaration(
    client: PageClient, cast: Cast, db_session: Session, clock: FrozenClock, asked: Made
) -> None:
    set_employer(By(db_session, PROGRAM, clock()), cast.noor.account_id or 0, "Library")
    sign_in(client, cast.noor)
    client.page(page_of(asked))
    form = client.form("Take the case")
    assert (form.shown(WORKS), form.shown("If so, for whom?")) == (["Yes"], "Library")
    assert (form.shown(KNOWS), form.shown(GAINS), form.shown(SAME)) == ([], [], "0")

    client.submit("Take the case", {**TAKEN, WORKS: "Yes"})

    again = client.form("Change the declaration")
    assert (again.shown(WORKS), again.shown("If so, for whom?"), again.shown(KNOWS)) == (
        ["Yes"],
        "Library",
        ["No, nobody"],
    )
    page = client.submit("Change the declaration", {KNOWS: "Yes", "If so, whom, and how?": "I sing with an aunt."})
    assert "Noor van Dijk knows somebody of the family or the circle" in page.text


def test_nobody_referred_the_case_so_that_is_not_asked(
    client: PageClient, cast: Cast, db_session: Session, clock: FrozenClock
) -> None:
    case = registered_case(db_session, cast, clock(), registrant=None, registered_by=Part.MAIN_PERSON)
    asking_actions.ask_coordinator(By(db_session, cast.ruud, clock()), case.id, cast.noor.account_id or 0)
    sign_in(client, cast.noor)
    page = client.page(page_of(case))
    assert SAME not in page.text

    client.submit("Take the case", TAKEN)

    match = matches(db_session, case.id).current
    assert match is not None
    assert match.declaration == Declaration(OWN_WORDS, employer="", relation="", interest="", caseload=None)


def test_the_coordinator_says_no(client: PageClient, cast: Cast, asked: Made) -> None:
    sign_in(client, cast.noor)
    client.page(page_of(asked))

    client.submit("Say no")

    assert client.get(page_of(asked)).status_code == 403


def test_the_manager_decides_about_a_conflict(client: PageClient, cast: Cast, taken: Made) -> None:
    sign_in(client, cast.ruud)
    page = client.page(page_of(taken))
    assert OWN_WORDS.replace("\n", " ") in page.text
    assert client.refused("It is no obstacle", {"Why is it no obstacle?": ""}).errors == [
        "Why is it no obstacle? Write down why."
    ]

    page = client.submit("It is no obstacle", {"Why is it no obstacle?": "It is another school."})

    assert "It is no obstacle" not in page.buttons
    assert "What ties Noor van Dijk to the case is no obstacle. It is another school." in page.text
    assert (
        "The outcome could be of use to Noor van Dijk. "
        "Ruud Kramer, regional manager, decided on 2 March 2026 that this is no obstacle: It is another school."
    ) in page.text


def test_the_manager_ends_a_match(client: PageClient, cast: Cast, taken: Made) -> None:
    sign_in(client, cast.ruud)
    client.page(page_of(taken))

    page = client.submit("Take the coordinator off the conference", {"Why does it end?": "She is ill."})

    assert "Noor van Dijk is no longer the coordinator. She is ill." in page.text
    assert [name for name in page.buttons if name.startswith("Ask ")] == ["Ask Noor van Dijk", "Ask Denise Okafor"]


def test_the_coordinator_notes_the_main_persons_yes(client: PageClient, cast: Cast, taken: Made) -> None:
    sign_in(client, cast.noor)
    client.page(page_of(taken))
    early = client.refused("Note their yes", {"Day on which they said yes": date(2026, 3, 1)})
    assert early.errors == [
        "Day on which they said yes: The coordinator took the case later than that day. Choose that day or a later one."
    ]

    page = client.submit("Note their yes", {"Day on which they said yes": date(2026, 3, 2)})

    assert "Note their yes" not in page.buttons


def test_the_main_person_says_yes_on_their_own_page(
    client: PageClient, db_session: Session, clock: FrozenClock, taken: Made
) -> None:
    page = enter(client, db_session, clock(), taken.id, taken.people["marieke"])
    assert OWN_WORDS.replace("\n", " ") in page.text

    page = client.submit("Yes, that is good")

    assert "Yes, that is good" not in page.buttons
    assert said(db_session, taken.id, VoiceMatter.COORDINATOR) == [
        (taken.people["marieke"], Agreed.YES, date(2026, 3, 2))
    ]


def test_the_main_person_would_rather_have_somebody_else(
    app: Flask, client: PageClient, cast: Cast, db_session: Session, clock: FrozenClock, taken: Made
) -> None:
    own = enter(client, db_session, clock(), taken.id, taken.people["marieke"])

    page = client.submit("Ask for somebody else")

    assert (page.url, "Noted. The regional manager hears of it." in page.text) == (own.url, True)
    assert "You would rather have another coordinator We know since Monday 2 March 2026." in page.text
    assert "Yes, that is good" not in page.buttons
    sent = db_session.execute(select(OutboxMessage.subject, OutboxMessage.recipient)).all()
    assert [tuple(row) for row in sent][-1] == (
        "A main person would rather have another coordinator",
        "ruud@example.org",
    )
    noor, ruud = app.test_client(), app.test_client()
    assert isinstance(noor, PageClient)
    assert isinstance(ruud, PageClient)
    sign_in(noor, cast.noor)
    sign_in(ruud, cast.ruud)
    told = "The main person would rather have another coordinator than Noor van Dijk, and need not say why."
    for one in (noor, ruud):
        assert told in one.page(f"/conferences/{taken.id}").text
    pages = [one.page(page_of(taken)) for one in (noor, ruud)]
    assert ["The main person would rather have somebody else than Noor van Dijk." in one.text for one in pages] == [
        True,
        True,
    ]
    assert ["Note their yes" in one.buttons for one in pages] == [False, True]


def test_a_no_of_the_main_person_is_taken_back_by_themselves(
    client: PageClient, cast: Cast, db_session: Session, clock: FrozenClock, taken: Made
) -> None:
    enter(client, db_session, clock(), taken.id, taken.people["marieke"])
    client.submit("Ask for somebody else")
    with pytest.raises(Refusal, match="would rather have somebody else"):
        independence.confirm_coordinator(By(db_session, cast.noor, clock()), taken.id)

    page = client.submit("Yes, Noor van Dijk after all")

    assert said(db_session, taken.id, VoiceMatter.COORDINATOR) == [
        (taken.people["marieke"], Agreed.YES, date(2026, 3, 2))
    ]
    assert OWN_WORDS.replace("\n", " ") in page.text
    assert [name for name in page.buttons if "else" in name or "after all" in name] == ["Ask for somebody else"]


def test_a_yes_that_others_noted_is_no_bar_to_asking_for_another(
    client: PageClient, cast: Cast, db_session: Session, clock: FrozenClock, taken: Made
) -> None:
    independence.confirm_coordinator(By(db_session, cast.noor, clock()), taken.id)
    enter(client, db_session, clock(), taken.id, taken.people["marieke"])

    client.submit("Ask for somebody else")

    no = (taken.people["marieke"], Agreed.NO, date(2026, 3, 2))
    assert said(db_session, taken.id, VoiceMatter.COORDINATOR) == [no]
    offices = frozenset({Role.COORDINATOR, Role.REGIONAL_MANAGER})
    manager_too = replace(cast.noor, roles=offices, regions=frozenset({cast.north}))
    for somebody in (cast.noor, manager_too):  # only she can withdraw her wish
        with pytest.raises(Refusal, match="would rather have somebody else"):
            independence.confirm_coordinator(By(db_session, somebody, clock()), taken.id)
    independence.confirm_coordinator(By(db_session, cast.ruud, clock()), taken.id)


def test_nobody_but_a_main_person_asks_for_another_coordinator(
    cast: Cast, db_session: Session, clock: FrozenClock, taken: Made
) -> None:
    for somebody in (cast.noor, cast.ruud, participant(taken.id, taken.people["karim"]), cast.nobody):
        with pytest.raises(Unknown):
            independence.want_another_coordinator(By(db_session, somebody, clock()), taken.id)


def test_a_forged_coordinator_is_not_there(client: PageClient, cast: Cast, case: Made) -> None:
    sign_in(client, cast.ruud)
    client.page(page_of(case))
    shown = {name: value for name, value in client.form("Ask Noor van Dijk").fill({}).fields if name != "account_id"}

    forged = [str(cast.iris.account_id), "99", "x", "", "9" * 40]
    answers = [client.post(f"{page_of(case)}/ask", data={**shown, "account_id": who}).status_code for who in forged]

    assert answers == [404] * 5
    in_turn = {**shown, "account_id": "0"}
    answers = [client.post(f"{page_of(case)}/ask", data={**in_turn, "in_turn": who}).status_code for who in forged]
    assert answers == [404] * 5


def test_others_do_not_see_the_page(app: Flask, cast: Cast, taken: Made) -> None:
    for somebody in (cast.denise, cast.iris, cast.mila, cast.bas):
        client = app.test_client()
        assert isinstance(client, PageClient)
        sign_in(client, somebody)
        assert client.get(page_of(taken)).status_code == 404
    assert app.test_client().get(page_of(taken)).status_code == 302


def test_all_that_can_have_happened_has_words() -> None:
    root = Path(__file__).parents[2]
    actions = "".join(file.read_text("utf-8") for file in sorted((root / "ekc/matching/actions").glob("*.py")))
    page = (root / "templates/matching/coordinator.html").read_text("utf-8")

    recorded = set(re.findall(r'"match\.(\w+)"', actions))
    assert len(recorded) > 8
    assert recorded - set(re.findall(r'^    "(\w+)": _\(', page, re.MULTILINE)) == set()
