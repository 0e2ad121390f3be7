"""The ecomap: who stands where, the picture that touches nobody, moving somebody by one tap, and the paper."""

import io
from itertools import combinations

import pikepdf
import pytest
from sqlalchemy.orm import Session

from ekc.accounts.access import By
from ekc.conferences.actions.circle import add_person, remove_person
from ekc.conferences.actions.ecomap import place_own
from ekc.conferences.document.ecomap import ECOMAP, Ecomap, EcomapPerson, draw
from ekc.conferences.document.who_else import WHO_ELSE, WHO_ELSE_PAPER, WhoElse
from ekc.conferences.entries import PersonDetails
from ekc.conferences.queries.circle import circle
from ekc.core.documents import document_html, document_pdf
from ekc.core.errors import Unknown
from ekc.core.language import using
from ekc.workflow.vocabulary import INSIDE_PARTS, Attends, Closeness, Part
from tests.build import Made, change_details
from tests.cast import Cast, enter, participant, sign_in
from tests.client import PageClient
from tests.clock import START
from tests.database import refreshed
from tests.page import Page, text_of

pytestmark = pytest.mark.filterwarnings(
    "ignore:unclosed file.*sRGB2014.icc:ResourceWarning"
)  # left open by WeasyPrint 70

NAMES = ("Jo", "Marieke de Wit", "Wilhelmina Johanna van der Heijden-Groenewoud", "فاطمة الزهراء بنعلي", "Mo Ali")
RINGS = ("closest", "close", "far", None)


def made_up(many: int, main: int = 1, sides: tuple[str, ...] = (), longest: str = "") -> Ecomap:
    """A circle of so many people, spread over everything that there is."""
    people = [
        EcomapPerson(
            id=number,
            name=longest or NAMES[number % len(NAMES)],
            relation="aunt",
            part=Part.MAIN_PERSON
            if number <= main
            else (Part.CHILD, Part.FAMILY, Part.FRIEND, Part.PROFESSIONAL)[number % 4],
            closeness=Closeness(ring) if (ring := RINGS[number % 7 % 4]) else None,
            side=(*sides, "")[number % (len(sides) + 1)],
            away=number % 3 == 0,
            mark="does not come" if number % 3 == 0 else "",
            brought_by=number // 2,
        )
        for number in range(1, many + 1)
    ]
    return Ecomap("nl", "EKC-2026-0001", "Family De Wit", sides, tuple(people))


@pytest.mark.parametrize(
    "ecomap",
    [
        made_up(1),
        made_up(4),
        made_up(18, sides=("mother's side", "father's side")),
        made_up(45, main=2),
        made_up(45, main=6, sides=("the square", "young people", "the shops")),
        made_up(45, longest="x" * 200),
    ],
    ids=["one", "four", "two sides", "forty-five", "three sides", "longest names"],
)
def test_everybody_stands_in_the_picture_and_touches_nobody(ecomap: Ecomap) -> None:
    picture = draw(ecomap)

    assert sorted(box.person.id for box in picture.boxes) == [one.id for one in ecomap.people]
    assert [(a.person.id, b.person.id) for a, b in combinations(picture.boxes, 2) if a.touches(b)] == []
    right, bottom = picture.left + picture.width, picture.top + picture.height
    for box in picture.boxes:
        assert picture.left <= box.x - box.width // 2
        assert box.x + box.width // 2 <= right
        assert picture.top <= box.y - box.height // 2
        assert box.y + box.height // 2 <= bottom
    assert 40 * picture.unit >= 2.4  # millimetres, of the letters


def test_paper_is_one_sheet_with_the_picture_and_a_list_of_everybody_whole() -> None:
    ecomap = made_up(18, sides=("mother's side", "father's side"))
    with pikepdf.open(io.BytesIO(document_pdf(ECOMAP, ecomap))) as pdf:
        assert [round(float(side)) for side in pdf.pages[0].mediabox[2:]] == [842, 595]
        assert len(pdf.pages) == 2
    html = document_html(ECOMAP, ecomap)
    assert "Wilhelmina Johanna van der Heijden-Groenewoud" in html
    with pikepdf.open(io.BytesIO(document_pdf(ECOMAP, made_up(45, main=6)))) as pdf:
        assert [round(float(side)) for side in pdf.pages[0].mediabox[2:]] == [1191, 842]  # A3


@pytest.fixture
def noor(client: PageClient, cast: Cast, case: Made) -> PageClient:
    sign_in(client, cast.noor)
    client.page(f"/conferences/{case.id}/circle")
    client.follow("Ecomap")
    return client


def by_ring(page: Page) -> dict[str, list[str]]:
    """The list: who stands on which ring."""
    return {
        text_of(next(section.iter("h2"))): [text_of(name) for name in section.iter("strong")]
        for section in page.all("section")
    }


def test_nobody_is_placed_until_it_was_said_and_one_tap_moves_somebody(
    noor: PageClient, case: Made, db_session: Session
) -> None:
    rings = by_ring(noor.here)
    assert rings["Closest"] == rings["Close"] == rings["Further away"] == []
    assert "Linda de Wit" in rings["Not placed yet"]
    linda = f"Closest: {next(one for one in rings['Not placed yet'] if one.startswith('Linda'))}"
    noor.submit(linda)
    assert "Linda de Wit: closest." in noor.here.text
    assert by_ring(noor.here)["Closest"] == ["Linda de Wit"]
    noor.submit("Further away: Linda de Wit")
    assert by_ring(noor.here)["Further away"] == ["Linda de Wit"]
    noor.submit("Close: Linda de Wit")
    assert by_ring(noor.here)["Close"] == ["Linda de Wit"]
    row = next(one for one in circle(refreshed(db_session), case.id) if one.name == "Linda de Wit")
    assert row.closeness is Closeness.CLOSE


def test_a_ring_that_there_is_not_is_refused_in_words(noor: PageClient, case: Made, db_session: Session) -> None:
    linda = case.people["linda"]
    page = noor.page(f"/conferences/{case.id}/circle/ecomap")
    token = next(one.get("value") for one in page.all("input") if one.get("name") == "csrf_token")
    sent = {"closeness": "next door", "csrf_token": token}
    answer = noor.post(f"/conferences/{case.id}/circle/ecomap/{linda}", data=sent)
    assert "Choose how close they are: closest, close or further away." in answer.text
    assert next(one for one in circle(db_session, case.id) if one.id == linda).closeness is None


def test_the_picture_says_what_the_list_says_and_who_was_brought_in(
    noor: PageClient, cast: Cast, case: Made, db_session: Session
) -> None:
    linda, marieke = case.people["linda"], case.people["marieke"]
    change_details(db_session, cast, START, case, linda, attends=Attends.LETTER, brought_by_id=marieke)
    sem = PersonDetails(name="Sem", part=Part.CHILD, relation="son", attends=Attends.NO, brought_by_id=linda)
    add_person(By(db_session, cast.noor, START), case.id, sem)
    page = noor.page(f"/conferences/{case.id}/circle/ecomap")
    picture = next(iter(page.all("svg")))
    assert [one.get("style") for one in picture.iter()] == [None] * len(list(picture.iter()))
    words = text_of(picture)
    for part in ("Ecomap of", "Marieke", "by letter", "child, does not come", "not placed yet", "Professionals"):
        assert part in words
    assert len(list(picture.iter("circle"))) == 2
    assert "brought in by Marieke de Wit" in page.text
    assert "brought in by Linda de Wit" in page.text
    remove_person(By(refreshed(db_session), cast.noor, START), case.id, linda, "moved away")
    assert "brought in by Linda" not in noor.page(f"/conferences/{case.id}/circle/ecomap").text


def test_nobody_brings_themselves_in(noor: PageClient, case: Made) -> None:
    noor.page(f"/conferences/{case.id}/circle/{case.people['linda']}")
    noor.submit("Save", {"How close they are": "close", "Who brought them in": "Marieke de Wit"})
    noor.page(f"/conferences/{case.id}/circle/{case.people['linda']}")
    shown = noor.form("Save")
    assert shown.shown("How close they are") == "close"
    assert shown.shown("Who brought them in") == "Marieke de Wit"


def test_the_paper_is_handed_out(noor: PageClient, case: Made) -> None:
    answer = noor.paper(f"/conferences/{case.id}/circle/ecomap.pdf")
    assert answer.mimetype == "application/pdf"
    assert answer.data.startswith(b"%PDF")


def test_questions_who_else_cares_are_printed_in_a_language_with_nobodys_name(noor: PageClient, case: Made) -> None:
    with using("nl"):
        dutch = document_html(WHO_ELSE_PAPER, WhoElse("nl", "EKC-2026-0001"))
    assert "Wie heeft een sleutel?" in dutch
    assert dutch.count('class="line"') == 3 * len(WHO_ELSE)
    page = noor.page(f"/conferences/{case.id}/circle")
    assert all(title in page.text for title, _questions in WHO_ELSE)
    with pikepdf.open(io.BytesIO(noor.paper(page.link("Nederlands", near="On paper, to write on:")).data)) as pdf:
        assert str(pdf.Root.Lang) == "nl"


def test_a_main_person_moves_people_by_their_own_link_and_sees_names_and_rings_alone(
    client: PageClient, cast: Cast, case: Made, db_session: Session
) -> None:
    linda, omar, kees = (case.people[name] for name in ("linda", "omar", "kees"))
    for who, changes in (
        (case.people["marieke"], {"side": "mother's side"}),
        (omar, {"side": "father's side"}),
        (linda, {"relation": "sister with a secret", "attends": Attends.LETTER}),
        (kees, {"attends": Attends.EXCLUDED, "exclusion_reason": "x", "excluded_by": "x", "excluded_on": START.date()}),
    ):
        change_details(db_session, cast, START, case, who, **changes)
    page = enter(client, db_session, START, case.id, case.people["marieke"])
    page = client.page(page.link("Who is close to you: a picture"))
    names = [text_of(one) for one in page.all("bdi")]
    assert ("Linda de Wit" in names, "Omar El Amrani" in names, "Kees de Wit" in names) == (True, False, False)
    assert ("secret" in page.text, "by letter" in page.text, "Karim Jansen" in page.text) == (False, False, False)

    page = client.submit("Closest: Linda de Wit")

    assert page.flashes == ["Linda de Wit: closest."]
    rows = {row.name: row.closeness for row in circle(refreshed(db_session), case.id)}
    assert rows["Linda de Wit"] is Closeness.CLOSEST
    marieke = By(db_session, participant(case.id, case.people["marieke"]), START)
    for somebody in (omar, kees, case.people["karim"]):
        with pytest.raises(Unknown):
            place_own(marieke, case.id, somebody, Closeness.FAR)


def test_whoever_is_of_no_side_stands_between_the_two() -> None:
    picture = draw(made_up(30, main=4, sides=("mother's side", "father's side")))
    around = [box for box in picture.boxes if box.person.part in INSIDE_PARTS]
    left, right, neither = (
        [box.x for box in around if box.person.side == side] for side in ("mother's side", "father's side", "")
    )
    assert (max(left) < 0, min(right) > 0) == (True, True)
    rings = {box.person.closeness for box in around if not box.person.side}
    for ring in rings:
        own = [box.x for box in around if not box.person.side and box.person.closeness == ring]
        assert abs(sum(own) / len(own)) < picture.width / 8, "near the middle of their ring"
    assert max(map(abs, neither)) < max(map(abs, left))
