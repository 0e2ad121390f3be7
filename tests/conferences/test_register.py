"""Registering a case: by the public, by staff, and how cases are numbered."""

from datetime import UTC, date, datetime, timedelta
from threading import Thread

import pytest
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from ekc.accounts.access import NOBODY, PROGRAM, By
from ekc.conferences.access import open_case
from ekc.conferences.actions.registration import register_case
from ekc.conferences.entries import NewCase, PersonDetails
from ekc.conferences.forms.fields import languages_of_paper
from ekc.conferences.models import Conference
from ekc.conferences.queries.circle import circle, person
from ekc.conferences.queries.registration import registration
from ekc.conferences.queries.search import search
from ekc.core.db import make_sessions
from ekc.core.errors import Refusal, Unknown
from ekc.core.language import using
from ekc.core.outbox import OutboxMessage
from ekc.staff.actions.accounts import set_phone
from ekc.staff.actions.regions import add_region
from ekc.workflow.vocabulary import Activity, Agreed, Part, VoiceMatter
from tests.cast import Cast, sign_in
from tests.client import PageClient
from tests.clock import START, FrozenClock
from tests.database import refreshed
from tests.form import Form, Value
from tests.page import Page
from tests.plugins.web import MakeApp
from tests.registering import MINE, ON_BEHALF, REFERRED, answer, begin, of_page, register
from tests.voices import said

WIM = PersonDetails(name="Wim Hendriks", part=Part.MAIN_PERSON, relation="husband")
FILLED_IN: dict[str, Value] = {
    "Who registers": REFERRED,
    "Main person 1 / Name": "Marieke de Wit",
    "Main person 1 / Relation or role": "mother",
    "Main person 1 / Phone": "+31 6 12345601",
    "Main person 1 / Said yes to a conference on": date(2026, 3, 1),
    "Your name": "Karim Jansen",
    "Your organisation": "Youth protection Rivierstad",
    "Your email": "karim@example.org",
    "Why now": "Two nights on which the children were alone.",
    "The question, as you would put it today": "Hoe zorgen wij er samen voor?",
    "Topics": "parenting, debts\nmental health",
    "Kind of conference": "family conference",
    "Voluntary or under pressure": "under pressure: a measure is being considered",
    "Wishes for the coordinator": "preferably a woman\nnot from our own district",
    "Municipality, council or area": "Rivierstad",
    "Region": "North",
    "Country": "Netherlands",
}


def new_case(cast: Cast, **changes: object) -> NewCase:
    filled: dict[str, object] = {
        "municipality": "Northfield",
        "region_id": cast.north,
        "reason": "A fall in the night.",
        "main_persons": (WIM,),
    }
    return NewCase(**{**filled, **changes})  # type: ignore[arg-type]


def only_case(session: Session, cast: Cast) -> int:
    (found,) = search(refreshed(session), cast.ruud, "EKC-2026-0001", START)
    return found.conference_id


def test_the_public_registers_and_hears_the_number(client: PageClient, cast: Cast, db_session: Session) -> None:
    client.page("/register")

    thanks = register(client, FILLED_IN)

    assert thanks.url == "/register/thanks"
    assert "The case is registered. Its number is EKC-2026-0001." in thanks.text
    assert "Marieke" not in thanks.text
    case = only_case(db_session, cast)
    row = registration(refreshed(db_session), case)
    assert (row.title, row.registered_on, row.registered_by) == ("Marieke de Wit", date(2026, 3, 2), Part.REFERRER)
    assert (row.topics, row.wishes) == (
        ("parenting", "debts", "mental health"),
        ("preferably a woman", "not from our own district"),
    )
    assert (row.language, row.timezone) == ("nl", "Europe/Amsterdam")
    (marieke, _karim) = circle(db_session, case)
    assert said(db_session, case, VoiceMatter.CONFERENCE) == [(marieke.id, Agreed.YES, date(2026, 3, 1))]
    opened = open_case(By(refreshed(db_session), cast.ruud, START), case, Activity.SEE_CASE)
    people = [found for row in circle(db_session, case) if (found := person(db_session, opened, row.id))]
    assert [(p.name, p.part, p.relation, p.phone, p.organisation, p.email) for p in people] == [
        ("Marieke de Wit", Part.MAIN_PERSON, "mother", "+31 6 12345601", "", ""),
        ("Karim Jansen", Part.REFERRER, "", "", "Youth protection Rivierstad", "karim@example.org"),
    ]


def test_what_is_asked_for_in_the_coordinator_is_registered_to_be_compared(
    client: PageClient, cast: Cast, db_session: Session
) -> None:
    asked: dict[str, Value] = {
        "Has to speak": "Dutch and turkish",
        "Has to understand": "Moroccan Arabic",
        "What else matters?": ["is a woman", "is free at weekends"],
        "Must not live in": "Amal",
    }
    client.page("/register")

    register(client, FILLED_IN | asked)

    case = db_session.get_one(Conference, only_case(db_session, cast))
    assert case.sought == [
        ["speaks", "nl"],
        ["speaks", "tr"],
        ["understands", "ary"],
        ["gender", "woman"],
        ["not_from", "Amal"],
        ["hours", "weekends"],
    ]
    assert case.wishes == ["preferably a woman", "not from our own district"]


def test_a_language_that_is_not_known_is_named_where_it_is_asked(client: PageClient) -> None:
    client.page("/register")
    begin(client, FILLED_IN)
    client.page(client.here.url.replace("about", "place"))

    page = client.refused("Continue", {"Has to speak": "Klingon"}, status=422)

    assert "Has to speak: We do not know the language Klingon. Write it as here: Dutch." in page.errors
    assert client.form("Continue").shown("Has to speak") == "Klingon"


def test_the_languages_of_paper_are_named_in_that_of_the_page() -> None:
    with using("nl"):
        assert languages_of_paper().startswith("Onze eigen zinnen staan op papier in: Engels, Nederlands.")


def test_nobody_has_said_yes_because_of_a_preset(client: PageClient, cast: Cast, db_session: Session) -> None:
    """Staff on the telephone choose who registers, and write down on which day the main person said yes, or none."""
    sign_in(client, cast.ruud)
    client.page("/register")
    phoned: dict[str, Value] = {
        "Main person 1 / Name": "Ans Willems",
        "Why now": "She asks for help.",
        "Municipality, council or area": "Rivierstad",
        "Region": "North",
        "Country": "Netherlands",
        "Kind of conference": "family conference",
        "Voluntary or under pressure": "voluntary",
    }
    page = register(client, phoned | {"Who registers": MINE})

    assert said(refreshed(db_session), only_case(db_session, cast), VoiceMatter.CONFERENCE) == []
    assert "Every main person says yes (to do)" in page.text


def test_who_registers_themselves_can_be_reached(client: PageClient, cast: Cast) -> None:
    """Nobody could ring them: no page has another way to reach a family that registered itself."""
    client.page("/register")
    mine: dict[str, Value] = {
        "Who registers": MINE,
        "Main person 1 / Name": "Rosa",
        "Why now": "We need a plan.",
        "Municipality, council or area": "Rivierstad",
        "Region": "North",
        "Country": "Netherlands",
        "Kind of conference": "family conference",
        "Voluntary or under pressure": "voluntary",
    }

    begin(client, mine)
    client.submit("Continue", of_page(client.form("Continue"), mine))
    page = client.refused("Continue", {"Main person 1 / Name": "Rosa"}, status=422)

    reach = "Write a phone number or an email address, so that somebody can reach you."
    assert page.errors == [f"Main person 1, Phone: {reach}"]
    answer(client, mine | {"Main person 1 / Email": "rosa@example.org"})
    assert client.submit("Register").url == "/register/thanks"


def test_who_did_not_register_hears_no_number(client: PageClient, cast: Cast, db_session: Session) -> None:
    register_case(By(db_session, NOBODY, START), new_case(cast))

    assert "EKC-" not in client.page("/register/thanks").text


def test_a_main_person_who_registers_has_said_yes_for_themselves(
    client: PageClient, cast: Cast, db_session: Session
) -> None:
    client.page("/register")
    mine = {
        "Who registers": MINE,
        "Voluntary or under pressure": "voluntary",
        "Region": "North",
        "Country": "Netherlands",
        "Main person 1 / Name": "Ans Willems",
        "Main person 1 / Phone": "06 12345678",
        "Main person 1 / Side": "residents",
        "Main person 2 / Name": "Bilal Öztürk",
        "Main person 2 / Side": "young people",
        "Kind of conference": "neighbourhood or group conference",
        "Sides": "residents, young people",
        "Why now": "61 complaints in half a year.",
        "Municipality, council or area": "Rivierstad",
        "Language of the letters and the plan": "Turkish",
    }

    register(client, mine)

    row = registration(refreshed(db_session), only_case(db_session, cast))
    assert (row.title, row.sides, row.language, row.timezone) == (
        "Ans Willems, Bilal Öztürk",
        ("residents", "young people"),
        "tr",
        "Europe/Amsterdam",
    )
    case = only_case(db_session, cast)
    (ans, _bilal) = circle(db_session, case)
    assert said(db_session, case, VoiceMatter.CONFERENCE) == [(ans.id, Agreed.YES, date(2026, 3, 2))]


def test_what_is_wrong_is_said_on_its_page_and_nothing_is_lost(client: PageClient, cast: Cast) -> None:
    sign_in(client, cast.ruud)
    client.page("/register")
    begin(client, FILLED_IN)
    about = ["Kind of conference", "Voluntary or under pressure", "Why now"]
    page = client.refused("Continue", {"Topics": "school"}, status=422)
    assert [error.split(":")[0] for error in page.errors] == about
    assert client.form("Continue").shown("Topics") == "school"
    client.submit("Continue", of_page(client.form("Continue"), FILLED_IN))

    wrong = {"Main person 2 / Phone": "06 12345678", "Their email": "karim at work"}
    page = client.refused("Continue", wrong, status=422)
    assert page.errors == [
        "Main person 1, Name: Write the name of the main person.",
        "Main person 2, Name: Write a name, or leave this person out.",
        "Their name: Write the name of whoever rang.",
        "Their email: Write an email address such as name@example.org.",
    ]
    assert [client.form("Continue").shown(label) for label in wrong] == list(wrong.values())
    client.submit("Continue", of_page(client.form("Continue"), FILLED_IN) | {"Main person 2 / Phone": ""})

    wrong = {"Time zone": "Amsterdam", "Municipality, council or area": "Rivierstad"}
    page = client.refused("Continue", wrong, status=422)
    assert page.errors == [
        "Region: Choose the region where they live.",
        "Country: Choose the country where they live.",
        "Time zone: Write a time zone such as Europe/Amsterdam.",
    ]
    assert [client.form("Continue").shown(label) for label in wrong] == list(wrong.values())


@pytest.mark.parametrize(
    ("page", "field"),
    [
        ("who", "registered_by"),
        ("about", "variant"),
        ("about", "legal_context"),
        ("place", "region_id"),
        ("place", "profile"),
        ("place", "language"),
    ],
)
def test_a_choice_that_was_not_offered_is_refused(client: PageClient, cast: Cast, page: str, field: str) -> None:
    client.page("/register")
    begin(client, FILLED_IN)
    answer(client, FILLED_IN)
    client.follow("Change", near={"who": "Who registers"}.get(page, "")) if page == "who" else client.page(
        client.here.url.replace("check", page)
    )
    sent = client.form("Continue").fill({}).payload()

    response = client.post(client.here.url, data={**sent, field: "forged"})

    assert response.status_code == 422
    assert "Choose from the list." in response.text


def test_staff_register_for_somebody_who_rang(client: PageClient, cast: Cast, db_session: Session) -> None:
    sign_in(client, cast.ruud)
    client.page("/register")
    begin(client, FILLED_IN)
    for _page in ("about", "people"):
        client.submit("Continue", of_page(client.form("Continue"), FILLED_IN))
    place = of_page(client.form("Continue"), FILLED_IN)
    late = client.refused("Continue", place | {"Registered on": date(2026, 3, 3)}, status=422)
    assert late.errors == ["Registered on: This day is still to come. Choose today or an earlier day."]
    client.submit("Continue", {"Registered on": date(2025, 12, 30)})
    client.page(client.here.url.replace("check", "people"))
    client.submit("Continue", {"Main person 1 / Said yes to a conference on": ""})

    page = client.submit("Register")

    assert page.heading == "Marieke de Wit"
    (found,) = search(refreshed(db_session), cast.ruud, "EKC-2025-0001", START)
    assert registration(refreshed(db_session), found.conference_id).registered_on == date(2025, 12, 30)


def test_each_is_asked_what_concerns_them_alone(client: PageClient, cast: Cast) -> None:
    """No said-yes of whoever says it by registering, no organisation of a sister, no day and no title of the public."""
    asked: dict[str, set[str]] = {}
    for who in (MINE, ON_BEHALF, REFERRED):
        client.page("/register")
        begin(client, {"Who registers": who})
        asked[who] = {label.partition(" (")[0] for label in client.form("Continue").labels}
        client.submit("Continue", of_page(client.form("Continue"), FILLED_IN))  # of a family, so that sides are asked
        for page in ("people", "place"):
            client.page(client.here.url.rpartition("/")[0] + f"/{page}")
            asked[who] |= {label.partition(" (")[0] for label in client.form("Continue").labels}
    only = {who: labels - (asked[MINE] & asked[ON_BEHALF] & asked[REFERRED]) for who, labels in asked.items()}
    assert only[MINE] == set()
    yours = {"Said yes to a conference on", "Your name", "Your phone", "Your email"}
    assert only[ON_BEHALF] == yours | {"What you are to the people it is about"}
    assert only[REFERRED] == yours | {"Your organisation"}
    assert all("Sides" in labels for labels in asked.values())  # folded: parents may live apart
    assert {"Registered on", "Title of the case", "Time zone", "Side"} & (asked[ON_BEHALF] | asked[REFERRED]) == set()


def test_somebody_who_knows_them_registers_on_their_behalf(client: PageClient, cast: Cast, db_session: Session) -> None:
    """They join the circle, and the main person has not said yes by that."""
    client.page("/register")
    values = FILLED_IN | {
        "Who registers": ON_BEHALF,
        "Main person 1 / Said yes to a conference on": "",
        "What you are to the people it is about": "sister",
        "Your phone": "06 11122233",
    }
    del values["Your organisation"]

    thanks = register(client, values)

    assert thanks.url == "/register/thanks"
    case = only_case(db_session, cast)
    assert registration(refreshed(db_session), case).registered_by is Part.NETWORK
    assert said(db_session, case, VoiceMatter.CONFERENCE) == []
    opened = open_case(By(refreshed(db_session), cast.ruud, START), case, Activity.SEE_CASE)
    people = [found for row in circle(db_session, case) if (found := person(db_session, opened, row.id))]
    assert [(p.name, p.part, p.relation, p.phone) for p in people] == [
        ("Marieke de Wit", Part.MAIN_PERSON, "mother", "+31 6 12345601"),
        ("Karim Jansen", Part.NETWORK, "sister", "06 11122233"),
    ]


def test_a_referrer_can_be_reached(client: PageClient, cast: Cast) -> None:
    client.page("/register")
    begin(client, FILLED_IN)
    client.submit("Continue", of_page(client.form("Continue"), FILLED_IN))
    page = client.refused("Continue", of_page(client.form("Continue"), FILLED_IN | {"Your email": ""}), status=422)
    assert page.errors == ["Your phone: Write a phone number or an email address, so that somebody can reach you."]
    client.submit("Continue", {"Your phone": "0318 555 100"})


def test_all_answers_are_checked_and_each_leads_back_to_its_page(client: PageClient, cast: Cast) -> None:
    client.page("/register")
    begin(client, FILLED_IN)
    page = answer(client, FILLED_IN)
    assert page.heading == "Check your answers"
    for said_so in (
        "I refer somebody, for my work",
        "Marieke de Wit",
        "Karim Jansen",
        "family conference",
        "Rivierstad",
    ):
        assert said_so in page.text
    assert "Two nights on which the children were alone." in page.text

    client.follow("Change: What it is about")
    client.submit("Continue", {"Why now": "Three nights."})

    assert (client.here.heading, "Three nights." in client.here.text) == ("Check your answers", True)
    client.follow("Change: Who registers")
    client.submit("Continue", {"Who registers": MINE})
    assert (client.here.heading, "Karim" in client.here.text) == ("Check your answers", False)


def test_a_coordinator_who_registers_gets_the_number(client: PageClient, cast: Cast) -> None:
    sign_in(client, cast.noor)
    client.page("/register")

    assert "EKC-2026-0001" in register(client, FILLED_IN).text


def test_the_public_cannot_register_for_another_day(cast: Cast, db_session: Session) -> None:
    case = register_case(By(db_session, NOBODY, START), new_case(cast, registered_on=date(2020, 1, 1)))

    assert registration(refreshed(db_session), case).registered_on == date(2026, 3, 2)


def test_it_is_already_tomorrow_in_new_zealand(cast: Cast, db_session: Session) -> None:
    evening = datetime(2026, 3, 2, 20, 0, tzinfo=UTC)

    case = register_case(By(db_session, NOBODY, evening), new_case(cast, profile="nz"))

    assert registration(refreshed(db_session), case).registered_on == date(2026, 3, 3)


def test_a_case_needs_a_main_person_a_place_and_a_referrer_who_refers(cast: Cast, db_session: Session) -> None:
    for wrong in ({"main_persons": ()}, {"registered_by": Part.REFERRER}):
        with pytest.raises(Refusal):
            register_case(By(db_session, NOBODY, START), new_case(cast, **wrong))
    for unknown in ({"region_id": 999}, {"profile": "narnia"}):
        with pytest.raises(Unknown):
            register_case(By(db_session, NOBODY, START), new_case(cast, **unknown))


def test_numbers_run_on_and_begin_anew_each_year(cast: Cast, db_session: Session) -> None:
    year = timedelta(days=365)
    cases = [register_case(By(db_session, NOBODY, at), new_case(cast)) for at in (START, START, START + year)]

    numbers = refreshed(db_session).scalars(select(Conference.number)).all()

    assert len(set(cases)) == 3
    assert sorted(numbers) == ["EKC-2026-0001", "EKC-2026-0002", "EKC-2027-0001"]


def test_no_number_is_given_twice_or_left_out(engine: Engine, cast: Cast) -> None:
    """Eight concurrent registrations, the first ones of a year."""

    def register() -> None:
        with make_sessions(engine)() as session:
            register_case(By(session, NOBODY, START), new_case(cast))

    threads = [Thread(target=register) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    with make_sessions(engine)() as session:
        numbers = sorted(session.scalars(select(Conference.number)))
    assert numbers == [f"EKC-2026-{n:04}" for n in range(1, 9)]


def test_the_public_registers_so_often_and_no_oftener(make_app: MakeApp, cast: Cast, clock: FrozenClock) -> None:
    app = make_app(registrations_an_hour=2)
    client = app.test_client()
    assert isinstance(client, PageClient)
    for name in ("Marieke de Wit", "Vera Bakker"):
        client.page("/register")
        register(client, FILLED_IN | {"Main person 1 / Name": name})
    client.page("/register")
    begin(client, FILLED_IN)
    answer(client, FILLED_IN)

    client.refused("Register", status=429)

    sign_in(client, cast.ruud)
    client.page("/register")
    register(client, FILLED_IN)


def test_nothing_that_sends_a_family_elsewhere_is_chosen_beforehand(client: PageClient, cast: Cast) -> None:
    client.page("/register")
    begin(client, FILLED_IN)
    shown = client.form("Continue").shown
    assert [shown(label) for label in ("Kind of conference", "Voluntary or under pressure")] == [[], []]
    client.page(client.here.url.replace("about", "place"))
    shown = client.form("Continue").shown
    assert [shown(label) for label in ("Region", "Country")] == ["Choose", []]


def test_where_there_is_one_region_or_one_country_none_is_asked(
    make_app: MakeApp, db_session: Session, clock: FrozenClock
) -> None:
    only = add_region(By(db_session, PROGRAM, START), "Wellington")
    client = make_app(countries=("nz",)).test_client()
    assert isinstance(client, PageClient)
    client.page("/register")
    values = {label: value for label, value in FILLED_IN.items() if label not in ("Region", "Country")}
    del values["Municipality, council or area"]
    begin(client, values)
    place = client.page(client.here.url.replace("about", "place"))
    assert client.form("Continue").asks("Area")
    assert [label for label in ("Region", "Country", "Municipality") if label in place.text] == []
    client.page(client.here.url.replace("place", "about"))
    answer(client, {**values, "Area": "Porirua"})

    client.submit("Register")

    (row,) = refreshed(db_session).execute(select(Conference.region_id, Conference.profile, Conference.number))
    assert row == (only, "nz", "FGC-2026-0001")


def test_numbers_bear_the_letters_of_the_country_and_are_found_by_any_of_them(cast: Cast, db_session: Session) -> None:
    for profile in ("nl", "england", "nz"):
        register_case(By(db_session, NOBODY, START), new_case(cast, profile=profile))

    def found(asked: str) -> list[str]:
        return [one.number for one in search(refreshed(db_session), cast.ruud, asked, START)]

    assert found("EKC-2026-0001") == ["EKC-2026-0001"]
    for asked in ("FGC-2026-0002", "fgc-2026-0002", "EKC-2026-0002", "2026-0002", "0002", "2"):
        assert found(asked) == ["FGC-2026-0002"], asked
    assert found("FGC-2025-0002") == found("9") == found("0") == []
    assert [one.number for one in search(refreshed(db_session), cast.iris, "0002", START)] == []


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"Who registers": REFERRED}, ["ruud@example.org", "karim@example.org"]),
        (
            {
                "Who registers": MINE,
                "Main person 1 / Email": "marieke@example.org",
            },
            ["ruud@example.org", "marieke@example.org"],
        ),
        ({"Your email": "", "Your phone": "0318 555 100"}, ["ruud@example.org"]),
    ],
)
def test_a_registration_is_told_to_the_manager_and_to_whoever_registered(
    client: PageClient, cast: Cast, db_session: Session, changes: dict[str, Value], told: list[str]
) -> None:
    """Neither mail names anybody, and the managers of other regions get none."""
    client.page("/register")
    thanks = register(client, {**FILLED_IN, **changes})

    mails = refreshed(db_session).scalars(select(OutboxMessage).order_by(OutboxMessage.id)).all()
    assert [mail.recipient for mail in mails] == told
    subjects = ["A conference was registered in your region", "We received your registration"]
    assert [mail.subject for mail in mails] == subjects[: len(told)]
    words = "".join(mail.subject + mail.body for mail in mails)
    assert [word for word in ("Marieke", "Karim", "Rivierstad", "EKC") if word in words] == []
    assert "The regional manager has a message about your registration" in thanks.text
    sign_in(client, cast.ruud)
    home = client.page("/")
    assert client.here.link("Marieke de Wit", near="A new registration: ask a coordinator")
    client.follow("Marieke de Wit")
    client.submit("Ask Noor van Dijk")
    home = client.page("/")
    assert "A new registration" not in home.text


def test_whoever_registered_reads_who_looks_after_it_and_the_number(
    client: PageClient, cast: Cast, db_session: Session, clock: FrozenClock
) -> None:
    """On the page and in the mail; a page of thanks of nobody's registration names nobody."""
    set_phone(By(db_session, cast.ruud, clock()), "0318 555 019")
    client.page("/register")
    thanks = register(client, FILLED_IN)

    assert "The regional manager looks after it: Ruud Kramer, 0318 555 019." in thanks.text
    assert "The regional manager rings whoever registered, on Thursday 5 March 2026 at the latest." in thanks.text
    mail = refreshed(db_session).scalars(select(OutboxMessage).where(OutboxMessage.key.contains(":received:"))).one()
    assert mail.ring == "Ruud Kramer, 0318 555 019"
    assert "The coordinator rings the main person, and says their name and number." in thanks.text
    client.page("/register")
    thanks = register(client, FILLED_IN | {"Main person 2 / Name": "Bilal Öztürk"})
    assert "The coordinator rings the main persons, and says their name and number." in thanks.text
    assert "Each main person says whether they want this coordinator." in thanks.text


def test_the_day_on_which_somebody_rings_is_no_holiday(client: PageClient, cast: Cast, clock: FrozenClock) -> None:
    """After Thursday 2 April 2026: from Good Friday to Easter Monday nobody works."""
    clock.advance(days=31)
    client.page("/register")

    thanks = register(client, FILLED_IN)

    assert "rings whoever registered, on Thursday 9 April 2026 at the latest." in thanks.text


def test_nobody_is_told_to_ring_without_a_number(client: PageClient, cast: Cast) -> None:
    client.page("/register")
    thanks = register(client, FILLED_IN)

    assert "The regional manager looks after it: Ruud Kramer (no number known)." in thanks.text
    assert "Ring them" not in thanks.text


def test_the_rules_of_the_country_stand_where_whoever_registered_reads_on(client: PageClient, cast: Cast) -> None:
    """Law and local target are told apart; no rule of another country stands there."""
    client.page("/register")
    thanks = register(client, {**FILLED_IN, "Country": "England"})

    assert "(Children Act 1989, s.31ZA; from which day it holds is not verified.) (law)" in thanks.text
    assert "within two days that the referral came in. (local target)" in thanks.text
    assert "municipality" not in thanks.text.lower()
    assert "EKC" not in thanks.text


def test_what_the_law_says_about_children_stands_at_no_street(client: PageClient, cast: Cast) -> None:
    client.page("/register")

    thanks = register(client, {**FILLED_IN, "Kind of conference": "neighbourhood or group conference"})

    assert ("Rules to know here" in thanks.text, "guardianship" in thanks.text) == (False, False)
    assert "The people whom it is about decide. Nobody makes the plan for them." in thanks.text


def test_a_registration_that_no_manager_sees_is_told_to_the_administrators(
    client: PageClient, cast: Cast, db_session: Session
) -> None:
    client.page("/register")
    page = register(client, {**FILLED_IN, "Region": "South", "Your email": "", "Your phone": "0318 555 100"})

    assert "This region has no regional manager now. The administrators have a message" in page.text
    (mail,) = refreshed(db_session).scalars(select(OutboxMessage))
    assert (mail.recipient, mail.subject) == ("bas@example.org", "A registration came in that no manager sees")


def test_an_older_window_of_a_page_replaces_no_newer_answer(client: PageClient, cast: Cast) -> None:
    """What it has not touched is taken over; what both answered is said, and the words stay. Sent again it is taken."""
    client.page("/register")
    begin(client, FILLED_IN)
    about = client.here.url
    older = client.form("Continue")
    client.page(about)
    newer: dict[str, Value] = {"Why now": "A letter of the court.", "Topics": "school\nsleep"}
    client.submit("Continue", of_page(client.form("Continue"), FILLED_IN) | newer)

    typed = of_page(older, FILLED_IN) | {"Why now": "Two nights alone.", "Topics": ""}
    answer = client.post(about, data=older.fill(typed).payload())
    conflict = Page(answer.text, about, answer.status_code)

    assert (conflict.status, len(conflict.errors)) == (409, 2)
    assert conflict.errors[1] == "Now at “Why now”, where you have something else: A letter of the court."
    form = Form(conflict, conflict.button("Continue"))
    assert form.shown("Why now") == "Two nights alone."
    client.page(about)
    assert client.form("Continue").shown("Why now") == "A letter of the court."
    assert client.post(about, data=form.fill({"Topics": "sleep"}).payload()).status_code == 303
    client.page(about)
    shown = client.form("Continue").shown
    assert (shown("Why now"), shown("Topics")) == ("Two nights alone.", "sleep")
    untouched = older.fill(of_page(older, FILLED_IN) | {"Why now": "", "Topics": ""}).payload()
    assert client.post(about, data=untouched).status_code == 303
    client.page(about)
    assert client.form("Continue").shown("Why now") == "Two nights alone."


def test_what_was_written_in_lines_is_checked_in_lines(client: PageClient, cast: Cast) -> None:
    client.page("/register")
    begin(client, FILLED_IN)
    check = answer(client, FILLED_IN)

    assert "preferably a woman\nnot from our own district" in check.html.replace("\r\n", "\n")
