"""The circle, the page of a person, and safety concerns."""

from datetime import date

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from ekc.accounts.access import By
from ekc.conferences.access import open_case
from ekc.conferences.actions import circle as circle_actions
from ekc.conferences.actions import links
from ekc.conferences.actions import safety as safety_actions
from ekc.conferences.actions.heard import note_heard
from ekc.conferences.effects import begin_round
from ekc.conferences.entries import Concern, HeardOfPeople, PersonDetails, told_of_all
from ekc.conferences.forms.adding import read_line, read_needs
from ekc.conferences.models import Conference, NameKey, Participant
from ekc.conferences.queries.circle import PersonRow, circle, person
from ekc.conferences.queries.concerns import concerns
from ekc.conferences.queries.names import names
from ekc.conferences.queries.search import search
from ekc.core.errors import NotNow, Refusal, Unknown
from ekc.core.transaction import writing
from ekc.workflow.birth import Birth
from ekc.workflow.vocabulary import Activity, Attends, Part
from tests.build import Made, case_in_evaluation, case_in_setup, closed_case, registered_case
from tests.cast import COST, Cast, enter, participant, sign_in
from tests.client import PageClient
from tests.clock import START
from tests.database import refreshed
from tests.effort import Effort
from tests.form import Value
from tests.page import Page, text_of

TODAY = date(2026, 3, 2)
SAVE = "Save what you heard"
DECISION: dict[str, Value] = {
    "Why they stay away": "Threatened Linda in January.",
    "Decided by": "the coordinator with the family",
    "Decided on": TODAY,
}


def ticked(what: str, *names: str) -> dict[str, Value]:
    """The ticks of these people on the page of the circle."""
    return {f"{what}: {name}": True for name in names}


@pytest.fixture
def noor(client: PageClient, cast: Cast, case: Made) -> PageClient:
    sign_in(client, cast.noor)
    client.page(f"/conferences/{case.id}/circle")
    return client


def kept_of(session: Session, cast: Cast, case: Made, name: str) -> PersonRow:
    """The details of somebody, as the coordinator reads them."""
    opened = open_case(By(refreshed(session), cast.noor, START), case.id, Activity.SEE_CASE)
    row = person(session, opened, case.people[name])
    assert row is not None
    return row


def test_a_name_and_a_part_are_enough(noor: PageClient, case: Made, db_session: Session) -> None:
    page = noor.submit(
        "Add to the circle",
        {"Name": "  Ibrahim Yıldız ", "Role in the circle": "neighbour", "Relation": "next door"},
    )

    assert "Ibrahim Yıldız next door told: Ibrahim Yıldız comes: Ibrahim Yıldız safe: Ibrahim Yıldız" in page.text
    added = circle(refreshed(db_session), case.id)[-1]
    assert (added.name, added.part, added.relation) == ("Ibrahim Yıldız", Part.NEIGHBOUR, "next door")
    assert noor.refused("Add to the circle", {"Relation": "uncle"}, status=422).errors == [
        "Name: Write a name.",
        "Role in the circle: Is this right, by what you wrote: family? Then add them; if not, choose.",
    ]
    assert noor.form("Add to the circle").shown("Relation") == "uncle"
    for nothing in ("\u200b\u200b", "\u2060 \u00ad", "\u3164", "\u2800"):
        refused = noor.refused("Add to the circle", {"Name": nothing, "Role in the circle": "neighbour"}, status=422)
        assert refused.errors == ["Name: Write a name."]


def test_the_people_come_first_and_the_form_while_somebody_adds(
    noor: PageClient, client: PageClient, cast: Cast, db_session: Session
) -> None:
    def is_open(page: Page) -> bool:
        (fold,) = (one for one in page.all("details") if text_of(one).startswith("Add somebody"))
        return "open" in fold.attrib

    somebody: dict[str, Value] = {"Name": "Bea Smit", "Role in the circle": "neighbour"}
    assert not is_open(noor.here)
    assert is_open(noor.refused("Add to the circle", {"Name": "Bea Smit"}, status=422))
    assert is_open(noor.submit("Add to the circle", somebody))
    noor.refused("Look at the list", status=422)
    assert [text_of(one)[:12] for one in noor.here.all("details") if "open" in one.attrib] == ["Paste a list"]

    new = registered_case(db_session, cast, START)
    sign_in(client, cast.ruud)
    assert is_open(client.page(f"/conferences/{new.id}/circle"))


@pytest.mark.parametrize(
    ("typed", "rings"),
    [
        ("06 2222", False),
        ("+31 6 1234", False),
        ("(010) 222", False),
        ("06 12345678", True),
        ("04 555 0142", True),
        ("06 12345678, after six", True),
        ("through Kees", True),
        ("0800 1234", True),
        ("14 020", True),
        ("", True),
    ],
)
def test_a_number_that_cannot_be_rung_is_refused(noor: PageClient, typed: str, rings: bool) -> None:
    values: dict[str, Value] = {"Name": "Bea Smit", "Role in the circle": "neighbour", "Phone": typed}
    if rings:
        noor.submit("Add to the circle", values)
        return
    said = "Phone: This number is too short to be rung. Write all of it, with its area code."
    assert noor.refused("Add to the circle", values, status=422).errors == [said]
    assert noor.form("Add to the circle").shown("Phone") == typed


def test_a_short_number_that_stood_there_before_holds_nothing_up(
    noor: PageClient, cast: Cast, case: Made, db_session: Session
) -> None:
    theirs = PersonDetails(name="Kees de Wit", part=Part.FAMILY, phone="06 2222")
    circle_actions.change_person(By(db_session, cast.noor, START), case.id, case.people["kees"], theirs)
    noor.page(noor.here.url)
    noor.follow("Kees de Wit")
    noor.submit("Save", {"Relation": "grandfather"})
    assert kept_of(db_session, cast, case, "kees").phone == "06 2222"


CHILD_OR_NOT = (
    "Role in the circle: Is this a child? Then choose the role child. If not, say below that they are 18 or older."
)


@pytest.mark.parametrize(
    ("relation", "asks"),
    [
        ("son", True),
        ("Daughter of Marieke", True),
        ("zoontje van Marieke", True),
        ("kleindochter", True),
        ("pleegkind", True),
        ("friend of my daughter", False),
        ("moeder van het kind", False),
        ("aunt", False),
    ],
)
def test_whoever_may_be_a_child_by_relation_is_asked_about(
    noor: PageClient, case: Made, db_session: Session, relation: str, asks: bool
) -> None:
    sam = {"Name": "Sam de Wit", "Role in the circle": "family", "Relation": relation}
    if asks:
        assert noor.refused("Add to the circle", sam, status=422).errors == [CHILD_OR_NOT]
        noor.submit("Add to the circle", {"They are 18 or older": True})
    else:
        noor.submit("Add to the circle", sam)

    assert (circle(refreshed(db_session), case.id)[-1].name, circle(db_session, case.id)[-1].part) == (
        "Sam de Wit",
        Part.FAMILY,
    )


def test_whose_relation_becomes_that_of_a_child_is_asked_about_once(
    noor: PageClient, cast: Cast, case: Made, db_session: Session
) -> None:
    noor.follow("Linda de Wit")
    assert noor.refused("Save", {"Relation": "daughter"}, status=422).errors == [CHILD_OR_NOT]
    noor.submit("Save", {"They are 18 or older": True})
    noor.follow("Linda de Wit")
    noor.submit("Save", {"Needs": "a lift"})  # nothing that says how old she is has changed

    linda = kept_of(db_session, cast, case, "linda")
    assert (linda.relation, linda.part, linda.needs) == ("daughter", Part.FAMILY, ("a lift",))


def test_people_stand_by_side_where_there_are_sides(client: PageClient, cast: Cast, db_session: Session) -> None:
    case = registered_case(db_session, cast, START, sides=("residents", "young people"))
    for new in (
        PersonDetails(name="Gerda de Boer", part=Part.NETWORK, side="residents"),
        PersonDetails(name="Tineke Smit", part=Part.SUPPORTER, side="young people"),
        PersonDetails(name="Marit Kok", part=Part.PROFESSIONAL, organisation="Police"),
        PersonDetails(name="A voice on the phone", part=Part.INTERPRETER),
    ):
        circle_actions.add_person(By(db_session, cast.ruud, START), case.id, new)
    sign_in(client, cast.ruud)

    page = client.page(f"/conferences/{case.id}/circle")

    headings = [heading.text for heading in page.all("h2")]
    first = headings.index("residents")
    assert headings[first : first + 5] == [
        "residents",
        "young people",
        "Family and network",
        "Professionals",
        "Interpreters",
    ]


def test_who_could_support_somebody_is_their_own_side_first(
    client: PageClient, cast: Cast, db_session: Session
) -> None:
    case = registered_case(db_session, cast, START, sides=("residents", "young people"))
    by = By(db_session, cast.ruud, START)
    added = {
        name: circle_actions.add_person(by, case.id, PersonDetails(name=name, part=part, side=side))
        for name, part, side in (
            ("Police", Part.PROFESSIONAL, ""),
            ("Bram", Part.NETWORK, "young people"),
            ("Cor", Part.SUPPORTER, "residents"),
            ("Gerda", Part.NETWORK, "residents"),
            ("Dirk", Part.NETWORK, "residents"),
        )
    }
    with writing(db_session):
        dirk = db_session.get_one(Participant, added["Dirk"])
        dirk.attends, dirk.exclusion_reason = Attends.EXCLUDED, "x"
        dirk.excluded_by, dirk.excluded_on = "x", START.date()
    sign_in(client, cast.ruud)

    page = client.page(f"/conferences/{case.id}/circle/{added['Gerda']}")

    supporters = next(one for one in page.all("select") if one.get("name") == "support_id")
    offered = [text_of(one) for one in supporters.iter("option") if text_of(one) in {*added, "Gerda"}]
    assert offered == ["Cor", "Bram", "Police"]


def test_all_that_is_kept_of_somebody_can_be_written(
    noor: PageClient, cast: Cast, case: Made, db_session: Session
) -> None:
    noor.follow("Linda de Wit")
    written: dict[str, Value] = {
        "Told on": date(2026, 3, 1),
        "How they come": "for part of it",
        "What they want to say, if they are not there": "Ik wil dat de kinderen bij elkaar blijven.",
        "Name": "Linda de Wit-Bos",
        "Role in the circle": "friend",
        "Relation": "aunt",
        "Organisation": "Thuis",
        "Speaks on behalf of": "her mother",
        "Born on": date(1991, 7, 4),
        "Needs": "halal food\nhearing loop",
        "Language": "Tigrinya",
        "Needs an interpreter": True,
        "Who supports them": "Kees de Wit",
        "Phone": "+31 6 12345678",
        "Email": "linda@example.org",
        "Address": "Waalkade 12\nRivierstad",
        "The address is secret: print it nowhere": True,
    }

    noor.submit("Save", written)

    row = kept_of(db_session, cast, case, "linda")
    assert PersonDetails(**{name: getattr(row, name) for name in PersonDetails.__dataclass_fields__}) == PersonDetails(
        name="Linda de Wit-Bos",
        part=Part.FRIEND,
        relation="aunt",
        organisation="Thuis",
        speaks_for="her mother",
        language="ti",
        born=date(1991, 7, 4),
        phone="+31 6 12345678",
        email="linda@example.org",
        address="Waalkade 12\nRivierstad",
        address_secret=True,
        needs=("halal food", "hearing loop"),
        needs_interpreter=True,
        support_id=case.people["kees"],
        attends=Attends.PART,
        view="Ik wil dat de kinderen bij elkaar blijven.",
        informed_on=date(2026, 3, 1),
    )
    noor.follow("Linda de Wit-Bos")
    shown = noor.form("Save").shown
    assert [shown(label) for label in ("How they come", "Language", "Who supports them", "Born on")] == [
        "for part of it",
        "Tigrinya",
        "Kees de Wit",
        "04-07-1991",
    ]
    noor.submit("Save")
    assert kept_of(db_session, cast, case, "linda") == row


def test_languages_have_proper_names(noor: PageClient) -> None:
    page = noor.follow("Omar El Amrani")
    offered = {option.get("value"): text_of(option) for option in page.all("option")}
    assert [offered[code] for code in ("prs", "ary", "ckb", "nl")] == [
        "Dari",
        "Moroccan Arabic",
        "Central Kurdish",
        "Dutch",
    ]


def test_staying_away_is_explained_and_ends_the_link(
    app: Flask, noor: PageClient, cast: Cast, case: Made, db_session: Session
) -> None:
    omar = app.test_client()
    assert isinstance(omar, PageClient)
    enter(omar, refreshed(db_session), START, case.id, case.people["omar"])
    noor.follow("Omar El Amrani")
    page = noor.refused("Save", {"How they come": "stays away, as was decided"}, status=422)
    assert page.errors == [
        "Why they stay away: Write why they stay away. It is kept for everybody's safety.",
        "Decided by: Write who decided that they stay away.",
        "Decided on: Choose the day on which that was decided.",
    ]

    page = noor.submit("Save", DECISION)

    assert page.flashes == ["Omar El Amrani stays away. The personal link has stopped."]
    row = kept_of(db_session, cast, case, "omar")
    assert (row.excluded, row.exclusion_reason, row.excluded_by, row.excluded_on) == (
        True,
        "Threatened Linda in January.",
        "the coordinator with the family",
        TODAY,
    )
    assert omar.get(f"/conferences/{case.id}/mine").status_code == 302
    with pytest.raises(Refusal):
        links.make_link(By(db_session, cast.noor, START), case.id, case.people["omar"], cost=COST)


@pytest.mark.parametrize("coming", ["not known yet", "in person"])
def test_a_decision_that_somebody_stays_away_holds_whatever_was_chosen(
    app: Flask, noor: PageClient, cast: Cast, case: Made, db_session: Session, coming: str
) -> None:
    """Entering the decision is enough, whatever was chosen for how they attend."""
    omar = app.test_client()
    assert isinstance(omar, PageClient)
    enter(omar, refreshed(db_session), START, case.id, case.people["omar"])
    noor.follow("Omar El Amrani")
    part = {label: DECISION[label] for label in ("Why they stay away", "Decided on")}
    page = noor.refused("Save", {"How they come": coming, **part}, status=422)
    assert page.errors == ["Decided by: Write who decided that they stay away."]

    page = noor.submit("Save", DECISION)

    assert page.flashes == ["Omar El Amrani stays away. The personal link has stopped."]
    assert kept_of(db_session, cast, case, "omar").attends is Attends.EXCLUDED
    assert omar.get(f"/conferences/{case.id}/mine").status_code == 302
    noor.follow("Omar El Amrani")
    assert noor.submit("Save", {"Relation": "father"}).flashes == ["What you wrote about Omar El Amrani is saved."]


def test_a_decision_is_lifted_with_its_words_alone(
    noor: PageClient, cast: Cast, case: Made, db_session: Session
) -> None:
    noor.follow("Omar El Amrani")
    assert noor.submit("Save", DECISION).flashes == ["Omar El Amrani stays away."]
    noor.follow("Omar El Amrani")

    page = noor.refused("Save", {"How they come": "in person"}, status=409)

    assert page.errors == [
        "It was decided that Omar El Amrani stays away. If that holds no longer, clear why, by whom and when it was "
        "decided."
    ]
    noor.submit("Save", {"Why they stay away": "", "Decided by": "", "Decided on": ""})
    row = kept_of(db_session, cast, case, "omar")
    decision = (row.exclusion_reason, row.excluded_by, row.excluded_on)
    assert (row.attends, decision) == (Attends.IN_PERSON, (None, None, None))


@pytest.mark.parametrize(
    ("wrong", "said", "status"),
    [
        ({"Born on": date(2026, 3, 3)}, "Born on: This day is still to come. Choose today or an earlier day.", 422),
        ({"Told on": date(2026, 3, 3)}, "Told on: This day is still to come. Choose today or an earlier day.", 422),
        (
            {"Role in the circle": "family"},
            "Marieke de Wit is the only main person. Add another main person first, or stop the case.",
            409,
        ),
    ],
)
def test_what_cannot_be_of_somebody_is_said(noor: PageClient, wrong: dict[str, str], said: str, status: int) -> None:
    noor.follow("Marieke de Wit")

    assert noor.refused("Save", wrong, status=status).errors == [said]


def test_a_day_that_is_none_is_said(noor: PageClient, case: Made) -> None:
    noor.follow("Marieke de Wit")
    sent = noor.form("Save").fill({}).payload()
    for typed, said in (("yesterday", "Write the day as day-month-year"), ("0026-03-01", "Look at the year again.")):
        answer = noor.post(noor.here.url, data={**sent, "informed_on": typed})
        assert (answer.status_code, said in answer.text) == (422, True)


def test_told_today_and_several_told_on_a_day(noor: PageClient, case: Made, db_session: Session) -> None:
    noor.submit(SAVE, ticked("told", "Omar El Amrani"))

    noor.submit(SAVE, {"Told on": date(2026, 2, 27), **ticked("told", "Linda de Wit", "Kees de Wit")})

    told = {row.name: row.informed_on for row in circle(refreshed(db_session), case.id) if row.informed_on}
    assert told == {
        "Omar El Amrani": TODAY,
        "Linda de Wit": date(2026, 2, 27),
        "Kees de Wit": date(2026, 2, 27),
    }
    assert noor.refused(SAVE, status=409).errors == ["Tick what you heard, and of whom."]
    assert "told: Omar El Amrani" not in noor.form(SAVE).labels


def test_told_coming_and_safe_of_several_are_noted_with_one_press_and_a_call_with_one_too(
    noor: PageClient, cast: Cast, case: Made, db_session: Session
) -> None:
    with writing(db_session):
        omar = db_session.get(Participant, case.people["omar"])
        assert omar is not None
        omar.phone = "+31 6 12345678"
    page = noor.page(f"/conferences/{case.id}/circle")
    assert "tel:+31612345678" in [target for _name, target in page.links]
    ticks = ticked("told", "Omar El Amrani") | ticked("comes", "Omar El Amrani", "Linda de Wit")
    page = noor.submit("Log a call: Omar El Amrani", ticks | ticked("safe", "Kees de Wit"))

    assert "It is noted of 3 people." in page.text
    people = {row.name: row for row in circle(refreshed(db_session), case.id)}
    states = {name: (row.informed_on, row.attends, row.safe_on) for name, row in people.items()}
    assert states["Omar El Amrani"] == (TODAY, Attends.IN_PERSON, None)
    assert states["Linda de Wit"] == (None, Attends.IN_PERSON, None)
    assert states["Kees de Wit"] == (None, None, TODAY)
    assert "phone call, Omar El Amrani" in noor.page(f"/conferences/{case.id}/contact").text


def test_whoever_says_that_it_is_safe_is_asked_again_in_a_new_round(db_session: Session, cast: Cast) -> None:
    case = case_in_evaluation(db_session, cast, START)
    note_heard(By(db_session, cast.noor, START), case.id, HeardOfPeople(safe=[case.people["kees"]]))
    with writing(db_session):
        begin_round(db_session, db_session.get_one(Conference, case.id))
    assert {row.safe_on for row in circle(refreshed(db_session), case.id)} == {None}


def test_whoever_leaves_the_circle_is_out_at_once(
    app: Flask, noor: PageClient, cast: Cast, case: Made, db_session: Session
) -> None:
    omar = app.test_client()
    assert isinstance(omar, PageClient)
    enter(omar, refreshed(db_session), START, case.id, case.people["omar"])
    noor.follow("Omar El Amrani")
    noor.refused("Take out of the circle", {"Why": ""}, status=422)

    page = noor.submit("Take out of the circle", {"Why": "Moved abroad"})

    assert page.flashes == ["Omar El Amrani is out of the circle. The personal link has stopped."]

    assert "Omar El Amrani" not in [row.name for row in circle(refreshed(db_session), case.id)]
    assert names(refreshed(db_session), case.id)[case.people["omar"]] == "Omar El Amrani"
    assert search(refreshed(db_session), cast.noor, "omar", START) == ()
    assert omar.get(f"/conferences/{case.id}/mine").status_code == 302
    assert noor.get(f"/conferences/{case.id}/circle/{case.people['omar']}").status_code == 404


def test_the_last_main_person_stays(noor: PageClient, cast: Cast, case: Made, db_session: Session) -> None:
    only = case.people["marieke"]
    with pytest.raises(Refusal):
        circle_actions.remove_person(By(db_session, cast.noor, START), case.id, only, "left")
    new = PersonDetails(name="Hassan El Amrani", part=Part.MAIN_PERSON)
    circle_actions.add_person(By(db_session, cast.noor, START), case.id, new)

    circle_actions.remove_person(By(db_session, cast.noor, START), case.id, only, "left")

    main = [row.name for row in circle(refreshed(db_session), case.id) if row.part is Part.MAIN_PERSON]
    assert main == ["Hassan El Amrani"]


def test_a_name_is_found_as_it_is_now(cast: Cast, case: Made, db_session: Session) -> None:
    kees = PersonDetails(name="Cornelis van Oort", part=Part.FAMILY)
    circle_actions.change_person(By(db_session, cast.noor, START), case.id, case.people["kees"], kees)

    found = [
        [one.name for one in search(refreshed(db_session), cast.noor, asked, START)] for asked in ("kees", "corn oort")
    ]

    assert found == [[], ["Cornelis van Oort"]]
    keys = select(func.count()).where(NameKey.participant_id == case.people["kees"])
    assert db_session.scalar(keys) == len(("co", "cor", "corn", "va", "van", "oo", "oor", "oort"))


def test_people_of_another_case_are_unknown(cast: Cast, case: Made, db_session: Session) -> None:
    other = case_in_setup(db_session, cast, START)
    stranger, details = other.people["omar"], PersonDetails(name="X", part=Part.FAMILY)
    noor = cast.noor
    supported = PersonDetails(name="X", part=Part.FAMILY, support_id=stranger)
    for attempt in (
        lambda: circle_actions.change_person(By(db_session, noor, START), case.id, stranger, details),
        lambda: circle_actions.change_person(By(db_session, noor, START), case.id, case.people["omar"], supported),
        lambda: circle_actions.add_person(By(db_session, noor, START), case.id, supported),
        lambda: circle_actions.remove_person(By(db_session, noor, START), case.id, stranger, "x"),
        lambda: note_heard(
            By(db_session, noor, START), case.id, HeardOfPeople(told=told_of_all([case.people["omar"], stranger]))
        ),
        lambda: safety_actions.add_concern(
            By(db_session, noor, START), case.id, Concern(participant_id=stranger, concern="x")
        ),
        lambda: links.make_link(By(db_session, noor, START), case.id, stranger, cost=COST),
        lambda: links.revoke_links(By(db_session, noor, START), case.id, stranger),
    ):
        with pytest.raises(Unknown):
            attempt()
    assert [row.informed_on for row in circle(refreshed(db_session), case.id) if row.informed_on] == []


@pytest.mark.parametrize("number", [2**31, 2**63, 10**30])
def test_numbers_that_no_case_has_are_unknown(noor: PageClient, case: Made, number: int) -> None:
    assert noor.get(f"/conferences/{number}/circle").status_code == 404
    assert noor.get(f"/conferences/{case.id}/circle/{number}").status_code == 404


@pytest.mark.parametrize("button", ["spoke_with", "as_last_time"])
@pytest.mark.parametrize("number", ["9" * 25, "2147483648", "-1", "x"])
def test_a_button_of_somebody_with_no_number_of_a_person_notes_nothing(
    noor: PageClient, button: str, number: str
) -> None:
    sending = noor.form(SAVE).fill({})

    assert noor.post(sending.url, data=sending.payload() | {button: number}).status_code == 404


def test_who_may_not_change_the_circle(cast: Cast, case: Made, db_session: Session) -> None:
    new = PersonDetails(name="X", part=Part.FAMILY)
    for visitor in (cast.denise, cast.mila, cast.bas, participant(case.id, case.people["marieke"])):
        with pytest.raises(Unknown):
            circle_actions.add_person(By(db_session, visitor, START), case.id, new)
    closed = closed_case(db_session, cast, START)
    with pytest.raises(NotNow):
        circle_actions.add_person(By(db_session, cast.noor, START), closed.id, new)


def test_a_worry_waits_until_something_is_arranged(
    noor: PageClient, cast: Cast, case: Made, db_session: Session
) -> None:
    noor.page(f"/conferences/{case.id}/safety")
    nobody = noor.refused("Write it down", {"What are they afraid of?": "Saïd"}, status=422)
    assert nobody.errors == ["Who: Choose who is worried."]
    noor.submit(
        "Write it down", {"Who": "Linda de Wit", "What are they afraid of?": "Saïd must not learn where she lives"}
    )
    assert state_of_linda(db_session, cast, case) == (1, 1)

    page = noor.submit("Save", {"What was arranged?": "address on no document\nside door"})

    assert "Arranged: address on no document side door" in page.text
    assert state_of_linda(db_session, cast, case) == (1, 0)
    (row,) = concerns(refreshed(db_session), case.id)
    other = case_in_setup(db_session, cast, START)
    with pytest.raises(Unknown):
        safety_actions.remove_concern(By(db_session, cast.noor, START), other.id, row.id)
    noor.submit("Take this concern away")
    assert state_of_linda(db_session, cast, case) == (0, 0)


def state_of_linda(session: Session, cast: Cast, case: Made) -> tuple[int, int]:
    row = kept_of(session, cast, case, "linda")
    return row.concerns, row.unmet_concerns


def test_the_role_is_guessed_from_the_relation_and_asked(noor: PageClient, case: Made, db_session: Session) -> None:
    before = len(circle(refreshed(db_session), case.id))
    asked = "Role in the circle: Is this right, by what you wrote: %s? Then add them; if not, choose."
    bea = {"Name": "Bea Smit", "Relation": "aunt of Daan", "Phone": "06 12345678"}
    assert noor.refused("Add to the circle", bea, status=422).errors == [asked % "family"]
    assert len(circle(refreshed(db_session), case.id)) == before

    page = noor.submit("Add to the circle")  # Enter once more is a yes

    assert "Bea Smit is in the circle. Who is next?" in page.text
    (name,) = [node for node in page.all("input") if "autofocus" in node.attrib]
    assert (name.get("name"), name.get("value")) == ("name", "")
    added = circle(refreshed(db_session), case.id)[-1]
    assert (added.name, added.part, added.relation) == ("Bea Smit", Part.FAMILY, "aunt of Daan")
    kay = {"Name": "Kay Smit", "Relation": "son of Bea"}
    assert noor.refused("Add to the circle", kay, status=422).errors == [asked % "child"]
    noor.page(f"/conferences/{case.id}/circle")
    choose = ["Role in the circle: Choose their role."]
    wrong: dict[str, Value]
    for called, relation, said in (
        ("Oma Vos", "rings, often", choose),
        ("Jim Oom", "", choose),
        ("Oma Riet", "", [asked % "family"]),
        ("Tolk van het bureau", "", [asked % "interpreter"]),
        ("Begeleider Kim", "", [asked % "professional"]),
    ):
        wrong = {"Name": called, "Relation": relation, "Role in the circle": "choose"}
        assert noor.refused("Add to the circle", wrong, status=422).errors == said


LIST = """Bea Smit, aunt of Daan; 06 12345678; bea@example.org; Halal, interpreter, a chair
Daan Smit, grandson

Hans Vos, rings, often
Els Bos, Primary school De Wilg, 010 1234567
OMAR el Amrani, uncle"""


def test_a_pasted_list_is_looked_at_and_then_kept_whole_or_not_at_all(
    noor: PageClient, cast: Cast, case: Made, db_session: Session
) -> None:
    before = len(circle(refreshed(db_session), case.id))
    noor.shown("Look at the list", {"One person on each line": "Bea Smit"})
    page = noor.shown("Look at the list", {"One person on each line": LIST})  # the list can be changed there
    assert "Is this the same person as Omar El Amrani (uncle), who is there already?" in page.text
    form, role = noor.form("Add them to the circle"), "%s / Role in the circle"
    who = ["1. Bea Smit", "2. Daan Smit", "3. Hans Vos", "4. Els Bos", "5. OMAR el Amrani"]
    assert [form.shown(role % one) for one in who] == ["family", "child", "choose", "professional", "family"]
    assert form.shown("1. Bea Smit / Phone") == "06 12345678"
    assert form.shown("1. Bea Smit / Email") == "bea@example.org"
    assert form.shown("4. Els Bos / Organisation") == "Primary school De Wilg"
    assert len(circle(refreshed(db_session), case.id)) == before

    page = noor.refused("Add them to the circle", {role % who[1]: "family"}, status=422)
    assert page.errors == [f"2. Daan Smit, {CHILD_OR_NOT}", "3. Hans Vos, Role in the circle: Choose their role."]
    assert len(circle(refreshed(db_session), case.id)) == before
    page = noor.submit("Add them to the circle", {role % who[1]: "child", role % who[2]: "neighbour"})

    assert "4 people were added to the circle." in page.text
    added = [(row.name, row.part, row.relation) for row in circle(refreshed(db_session), case.id)[before:]]
    assert added == [
        ("Bea Smit", Part.FAMILY, "aunt of Daan"),
        ("Daan Smit", Part.CHILD, "grandson"),
        ("Hans Vos", Part.NEIGHBOUR, "rings, often"),
        ("Els Bos", Part.PROFESSIONAL, ""),
    ]
    bea = next(row for row in circle(refreshed(db_session), case.id) if row.name == "Bea Smit")
    assert (bea.need_kinds, bea.needs, bea.needs_interpreter) == (("halal",), ("a chair",), True)


@pytest.mark.parametrize(
    ("typed", "name", "relation", "phone"),
    [
        ("Bea Smit - aunt of Daan", "Bea Smit", "aunt of Daan", ""),
        ("Bea Smit; aunt of Daan; 06 12345678", "Bea Smit", "aunt of Daan", "06 12345678"),
        ("Bea Smit – aunt – 06 - 12345678", "Bea Smit", "aunt", "06 - 12345678"),
        ("Bea Smit-Bos, aunt; 06 12345678 (evenings)", "Bea Smit-Bos", "aunt", "06 12345678 (evenings)"),
        ("Bea Smit (aunt of Daan), 06 12345678, often away", "Bea Smit", "aunt of Daan, often away", "06 12345678"),
        ("Bea (Beatrix) Smit, aunt", "Bea (Beatrix) Smit", "aunt", ""),
    ],
)
def test_a_pasted_line_is_read_however_its_pieces_are_kept_apart(
    typed: str, name: str, relation: str, phone: str
) -> None:
    read = read_line(typed)

    assert (read["name"], read["relation"], read["phone"], read["part"]) == (name, relation, phone, "family")


def test_of_two_people_of_one_name_in_a_list_nobody_is_left_out_unseen(
    noor: PageClient, case: Made, db_session: Session
) -> None:
    """Uncle and nephew are called the same; whoever stands there twice is one."""
    typed = "Jan Visser, uncle of Daan\nJan Visser, nephew of Daan\nJan Visser\n\u200b\nOmar El Amrani, godfather"
    page = noor.shown("Look at the list", {"One person on each line": typed})
    form = noor.form("Add them to the circle")
    who = ["1. Jan Visser", "2. Jan Visser", "3. Jan Visser", "4. Omar El Amrani"]
    assert [form.shown(f"{one} / Leave this line out") for one in who] == [[], [], ["Leave this line out"], []]
    assert "Is this the same person as Jan Visser (uncle of Daan), Jan Visser (nephew of Daan), who" in page.text
    roles = {f"{one} / Role in the circle": "family" for one in (who[0], who[1])}

    page = noor.submit("Add them to the circle", roles | {f"{who[3]} / Leave this line out": True})

    assert {"Jan Visser (uncle of Daan)", "Jan Visser (nephew of Daan)"} <= {
        one.label for one in circle(refreshed(db_session), case.id)
    }


def test_a_need_that_is_explained_after_a_colon_is_known_by_its_word(app: Flask) -> None:
    with app.test_request_context():
        for typed, kind in (("Rolstoel", "wheelchair"), ("wheelchair", "wheelchair"), ("geen trap", "no_steps")):
            assert read_needs([typed]) == {"need_kinds": (kind,), "needs": (), "needs_interpreter": False}
        assert read_needs(["rolstoel: elektrisch"])["needs"] == ("rolstoel: elektrisch",)


def test_of_a_pasted_line_birth_language_and_needs_are_read_too(app: Flask) -> None:
    with app.test_request_context():
        read = read_line(
            "Oma Riet, grandmother; Arabisch; 06 12345678; halal food, large print; 2-11-1948; riet@example.org"
        )
        assert (read["phone"], read["email"], read["language"]) == ("06 12345678", "riet@example.org", "ar")
        assert read["needs"] == "halal food\nlarge print"
        assert read["born"] == Birth(date(1948, 11, 2), date(1948, 11, 2))
        commas = read_line(
            "Riet, grandmother, riet@example.org, 78 jaar, THEIR side, Arabic", ["Our side", "Their side"]
        )
        assert (commas["relation"], commas["email"], commas["side"]) == (
            "grandmother",
            "riet@example.org",
            "Their side",
        )
        assert (commas["language"], commas["born"].last.year) == ("ar", 1948)
        assert read_line("Bo; uncle; looks after 2 children")["needs"] == "looks after 2 children"
        born = [read_line(f"Bo; son; {typed}")["born"] for typed in ("2015", "11 jaar", "11", "31-2-2015")]
        assert [one and (one.first.year, one.last.year) for one in born] == [(2015, 2015), (2014, 2015), None, None]


def test_a_list_in_which_nobody_is_new_or_that_is_too_long_adds_nobody(noor: PageClient, case: Made) -> None:
    noor.shown("Look at the list", {"One person on each line": "Omar El Amrani, uncle"})
    page = noor.refused("Add them to the circle", status=422)
    assert page.errors == ["Every line is left out: there is nobody to add."]
    noor.page(f"/conferences/{case.id}/circle")
    many = "\n".join(f"Somebody {number}, neighbour" for number in range(61))
    page = noor.refused("Look at the list", {"One person on each line": many}, status=422)
    assert page.errors == ["One person on each line: These are 61 lines. Paste at most 60 at once."]


def test_eleven_people_come_in_twelve_taps_and_one_load(
    noor: PageClient, cast: Cast, case: Made, db_session: Session
) -> None:
    by = By(db_session, cast.noor, START)
    names = [f"Neighbour {number}" for number in range(11)]
    circle_actions.add_people(by, case.id, [PersonDetails(name=name, part=Part.NEIGHBOUR) for name in names])
    noor.page(f"/conferences/{case.id}/circle")
    before = noor.effort
    noor.submit("Save what you heard", {f"comes: {name}": True for name in names})

    assert (noor.effort - before).is_within(Effort(clicks=12, loads=1))
    coming = {row.name for row in circle(refreshed(db_session), case.id) if row.attends is Attends.IN_PERSON}
    assert coming >= set(names)


def test_how_several_come_is_noted_at_once_and_replaces_nothing(
    noor: PageClient, cast: Cast, case: Made, db_session: Session
) -> None:
    decided, *undecided = sorted(case.people.values())
    by = By(db_session, cast.noor, START)
    note_heard(by, case.id, HeardOfPeople(comes=[decided], how=Attends.PHONE))
    noor.page(f"/conferences/{case.id}/circle")
    names = [row.name for row in circle(refreshed(db_session), case.id) if row.id != decided]
    assert noor.refused(SAVE, {"How they come": "by video"}).errors == ["Tick what you heard, and of whom."]

    page = noor.submit(SAVE, {**ticked("comes", *names), "How they come": "by video"})

    assert f"It is noted of {len(undecided)} people." in page.text
    note_heard(by, case.id, HeardOfPeople(comes=[decided, *undecided], how=Attends.NO))
    now = {row.id: row.attends for row in circle(refreshed(db_session), case.id)}
    assert now == {decided: Attends.PHONE, **dict.fromkeys(undecided, Attends.VIDEO)}


def test_the_page_of_safety_asks_of_those_who_have_not_said_it_is_safe(noor: PageClient, case: Made) -> None:
    """Not of an interpreter: the circle has no tick for that either."""
    noor.submit("Add to the circle", {"Name": "Karima", "Role in the circle": "interpreter"})
    address = f"/conferences/{case.id}/safety"
    asks = noor.page(address).text.partition("Did you ask each of them on their own: ")[2].partition("?")[0].split(", ")
    first, *others = asks
    noor.page(f"/conferences/{case.id}/circle")
    noor.submit(SAVE, ticked("safe", first))

    assert f"on their own: {', '.join(others)}?" in noor.page(address).text
    noor.page(f"/conferences/{case.id}/circle")
    noor.submit(SAVE, ticked("safe", *others))
    assert "No worries are written down. Write" in noor.page(address).text


def test_whoever_is_under_18_by_a_pasted_line_is_guessed_a_child_and_another_role_is_asked_about(
    noor: PageClient, cast: Cast, case: Made, db_session: Session
) -> None:
    """Whatever the relation says: a niece can be 15 or 40, and a son 30."""
    noor.page(f"/conferences/{case.id}/circle")
    people = "Sara Vos, niece; 15 years\nIna Vos, niece; 40 years\nTim Vos, son of Kees; 30 years\n"
    people += "Mies Bos, teacher; 17 years"
    noor.shown("Look at the list", {"One person on each line": people})
    role, who = "%s / Role in the circle", ("1. Sara Vos", "2. Ina Vos", "3. Tim Vos", "4. Mies Bos")
    form = noor.form("Add them to the circle")
    assert [form.shown(role % one) for one in who] == ["child", "family", "family", "professional"]

    page = noor.refused("Add them to the circle", {role % who[0]: "family"}, status=422)
    asked = "They may be under 18. Choose the role child, or say below that they come in this role all the same."
    assert page.errors == [f"1. Sara Vos, Role in the circle: {asked}"]
    noor.submit("Add them to the circle", {f"{who[0]} / They come in this role, under 18 or not": True})
    assert {one.name: one.part for one in circle(refreshed(db_session), case.id)}["Sara Vos"] is Part.FAMILY


def test_whoever_comes_for_their_work_is_not_asked_whether_it_is_safe(noor: PageClient, case: Made) -> None:
    page = noor.page(f"/conferences/{case.id}/circle")
    labels = noor.form("Save what you heard").labels
    assert ("safe: Linda de Wit" in labels, "safe: Karim Jansen" in labels) == (True, False)
    (karim,) = (one for one in page.all("li") if one.get("id") == f"person-{case.people['karim']}")
    assert "no worries known" not in text_of(karim)
