"""People of a circle from a file: looked at, all that is wrong told, then whole or nobody."""

import io
import zipfile
from datetime import date, datetime

import pytest
from flask import Flask
from openpyxl import Workbook
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from ekc.conferences.forms.importing import read_people
from ekc.conferences.models import Conference, Participant
from ekc.conferences.queries.circle import circle
from ekc.core.errors import Refusal
from ekc.core.outbox import OutboxMessage
from ekc.core.sheets import LARGEST, MOST_ROWS, SheetRow, read_sheet
from ekc.directory.models import Listing
from ekc.directory.queries import KnownNames
from ekc.drafts.models import FormDraft
from ekc.workflow.vocabulary import Part
from tests.build import case_in_setup
from tests.cast import Cast, sign_in
from tests.client import PageClient
from tests.clock import START
from tests.database import refreshed
from tests.page import Page, text_of

HEADINGS = "Naam;Relatie;Rol;Kind;Telefoon;E-mail;Geboortedatum;Taal;Nodig;Opmerking\r\n"
GOOD = (
    "Linda de Wit;aunt;;;;;;;;\r\n"
    "Jan Visser;opa;;;06 12345678;jan@example.org;1-4-1950;Nederlands;ringleiding, tolk, een stoel bij de deur;\r\n"
    "Sanne Visser;dochter;;ja;;;2016-04-01;;;\r\n"
    "Kim Visser;zoon;;;;;1980;;;\r\n"
    "Lindá Dewit;vriendin;;;;;;;;dezelfde?\r\n"
)
WRONG = (
    ";opa;;;;;;;;\r\n"
    "Jan;zoon;;;612345678;jan@;31-2-2015;Klingon;;\r\n"
    "Piet;;koning;misschien;;;;;;\r\n"
    "Ans;zoon;;;=1+1;#REF!;;;;;los\r\n"
)


def workbook(*rows: tuple[object, ...]) -> bytes:
    book = Workbook()
    for row in rows:
        book.active.append(row)
    written = io.BytesIO()
    book.save(written)
    return written.getvalue()


def choose(client: PageClient, where: int | str, content: bytes, name: str = "list.csv") -> Page:
    url = where if isinstance(where, str) else f"/conferences/{where}/circle/import"
    client.page(url)
    sent = {**client.form("Look at the file").fill({}).payload(), "file": (io.BytesIO(content), name)}
    answer = client.post(url, data=sent, content_type="multipart/form-data")
    return client.page(answer.location) if answer.status_code == 303 else Page(answer.text, url, answer.status_code)


def circle_of(session: Session, case: int) -> dict[str, Participant]:
    rows = refreshed(session).scalars(select(Participant).where(Participant.conference_id == case))
    return {row.name: row for row in rows}


def test_people_are_looked_at_and_added_at_once(client: PageClient, db_session: Session, cast: Cast) -> None:
    """Who is there already is left out, who may be is asked; the rows are kept encrypted until then, and no longer."""
    case = case_in_setup(db_session, cast, START).id
    before = set(circle_of(db_session, case))
    sign_in(client, cast.noor)
    client.page(f"/conferences/{case}/circle")
    client.follow("Is the list in a file (CSV, Excel)?")

    page = choose(client, case, (HEADINGS + GOOD).encode("cp1252"))

    assert page.heading == "Is this right?", page.text
    assert "These columns are not read, because we do not know their headings: J (Opmerking)." in page.text
    assert "Is this the same person as Linda de Wit (aunt), who is there already?" in page.text
    assert "Nearly the same name as Linda de Wit." in page.text
    assert set(circle_of(db_session, case)) == before
    kept = refreshed(db_session).scalars(select(FormDraft)).one()
    assert ("Jan Visser" in str(kept.content), kept.conference_id) == (True, case)
    assert ("Opmerking" in str(kept.content), "dezelfde?" in str(kept.content)) == (True, False)
    client.submit("Add them to the circle")
    people = circle_of(db_session, case)
    assert set(people) - before == {"Jan Visser", "Sanne Visser", "Kim Visser", "Lindá Dewit"}
    jan, sanne = people["Jan Visser"], people["Sanne Visser"]
    assert (jan.part, jan.phone, jan.email, jan.born, jan.language) == (
        Part.FAMILY,
        "06 12345678",
        "jan@example.org",
        date(1950, 4, 1),
        "nl",
    )
    assert (jan.need_kinds, jan.needs, jan.needs_interpreter) == (["hearing_loop"], ["een stoel bij de deur"], True)
    assert people["Kim Visser"].part is Part.FAMILY
    assert (sanne.part, sanne.born) == (Part.CHILD, date(2016, 4, 1))
    assert refreshed(db_session).scalars(select(FormDraft)).all() == []
    assert "This file was used already, or is kept no longer." in client.page(page.url).text


def test_all_that_is_wrong_is_told_by_row_and_column_and_nothing_is_kept(
    client: PageClient, db_session: Session, cast: Cast
) -> None:
    case = case_in_setup(db_session, cast, START).id
    sign_in(client, cast.noor)

    page = choose(client, case, (HEADINGS + GOOD + WRONG).encode())

    assert page.status == 422
    told = [item for item in page.text.splitlines() if item.startswith("Row ")] or page.text
    for place, said in (
        ("Row 7, column A (Naam)", "Write a name."),
        ("Row 8, column E (Telefoon)", "Is a 0 missing at its beginning?"),
        ("Row 8, column F (E-mail)", "Write an email address such as name@example.org."),
        ("Row 8, column G (Geboortedatum)", "Write a day (3-2-2015), a year (2015)"),
        ("Row 8, column H (Taal)", "We do not know the language Klingon."),
        ("Row 9, column C (Rol)", "We do not know this role. Write one of these: main person, child,"),
        ("Row 9, column D (Kind)", "Write yes or no."),
        ("Row 10, column D (Kind)", "Is this a child? Write yes or no."),
        ("Row 10, column E (Telefoon)", "This is a formula. Write what it shows."),
        ("Row 10, column F (E-mail)", "The formula in this cell failed."),
        ("Row 10, column K", "This column has no heading."),
    ):
        assert f"{place}: {said}" in page.text, (place, told)
    assert refreshed(db_session).scalars(select(FormDraft)).all() == []
    assert "Jan Visser" not in circle_of(db_session, case)


def test_a_side_is_one_of_the_conference_however_it_is_written(app: Flask) -> None:
    rows = [SheetRow(1, ("Name", "Role", "Side")), SheetRow(2, ("Jan", "family", "MOTHER's side"))]
    rows.append(SheetRow(3, ("Piet", "family", "his")))
    with app.test_request_context():
        found, none = (
            read_people(rows, (), sides, KnownNames(Listing.ORGANISATIONS, {}), START.date())
            for sides in (("Mother's side", "Father's"), ())
        )
    assert [one.details.side for one in found.people] == ["Mother's side"]
    assert [(one.row, one.said) for one in found.problems] == [
        (3, "We do not know this side. Write one of these: Mother's side, Father's.")
    ]
    assert [one.said for one in none.problems] == ["This conference has no sides."] * 2


def test_a_list_of_excel_has_days_numbers_and_no_formulas(client: PageClient, db_session: Session, cast: Cast) -> None:
    case = case_in_setup(db_session, cast, START).id
    sign_in(client, cast.noor)
    rows = (
        ("Name", "Role", "Date of birth", "Child", "Needs"),
        ("Ans Kok", "neighbour", datetime(1960, 4, 1), False, None),  # noqa: DTZ001
        (None, None, None, None, None),
        ("Bo Kok", None, "1-4-16", True, "=1+1"),
    )

    choose(client, case, workbook(*rows), "people.xlsx")
    client.submit("Add them to the circle")

    people = circle_of(db_session, case)
    assert (people["Ans Kok"].part, people["Ans Kok"].born) == (Part.NEIGHBOUR, date(1960, 4, 1))
    assert (people["Bo Kok"].part, people["Bo Kok"].born, people["Bo Kok"].needs) == (Part.CHILD, date(2016, 4, 1), [])


def test_who_may_not_change_the_circle_chooses_no_file(client: PageClient, db_session: Session, cast: Cast) -> None:
    case = case_in_setup(db_session, cast, START).id
    sign_in(client, cast.noor)
    kept = choose(client, case, (HEADINGS + GOOD).encode()).url
    other = case_in_setup(db_session, cast, START).id
    assert "kept no longer" in client.page(kept.replace(f"/{case}/", f"/{other}/")).text
    sign_in(client, cast.iris)
    client.page(f"/conferences/{case}/circle/import", status=404)
    client.page(kept, status=404)


def test_what_no_form_of_ours_sends_is_no_file(client: PageClient, db_session: Session, cast: Cast) -> None:
    """Neither a text in place of a file nor a draft of another form."""
    case = case_in_setup(db_session, cast, START).id
    sign_in(client, cast.noor)
    url = f"/conferences/{case}/circle/import"
    client.page(url)
    payload = client.form("Look at the file").fill({}).payload()

    answer = client.post(url, data={**payload, "file": "Name"})
    assert (answer.status_code, "The file is empty." in answer.text) == (422, True)
    assert client.post(url, data={**payload, "keep_draft": "1", "x": "y"}).status_code == 204
    draft = refreshed(db_session).scalars(select(FormDraft)).one()
    assert client.page(f"{url}/{draft.id}").heading == "People from a file"


def test_a_list_with_much_text_is_kept_or_said_to_be_too_large(
    client: PageClient, db_session: Session, cast: Cast
) -> None:
    sign_in(client, cast.ruud)
    head = ("Main person", "Kind of conference", "Voluntary or under pressure", "Municipality", "Country")
    longest = "a" * 2000

    def chosen(*texts: str) -> Page:
        rows = (
            (f"Ans {number}", "family", "voluntary", f"Place {number}", "nl", *[longest] * 4) for number in range(100)
        )
        taken = 5 + len(texts)
        return choose(client, "/register/import", workbook(*(row[:taken] for row in ((*head, *texts), *rows))))

    assert chosen("Reason", "Question").heading == "Is this right?"
    assert "There is too much text in the file." in chosen("Reason", "Question", "Wishes", "Topics").text


def test_so_many_are_registered_at_once_and_no_more(client: PageClient, db_session: Session, cast: Cast) -> None:
    sign_in(client, cast.ruud)
    head = "Main person;Kind;Voluntary;Why now;Municipality;Country"
    rows = [f"{chr(65 + n % 26)}an Q{n}q{n};family;voluntary;Help.;Place {n};nl" for n in range(101)]
    assert "At most 100 registrations in one file." in client.page("/register/import").text
    page = choose(client, "/register/import", "\r\n".join([head, *rows]).encode())
    assert page.errors == ["These are 101 registrations. At most 100 are registered at once: make several files of it."]
    choose(client, "/register/import", "\r\n".join([head, *rows[:100]]).encode())
    assert "100 conferences are registered." in client.submit("Register").flashes
    assert db_session.scalar(select(func.count()).select_from(Conference)) == 100


def test_of_many_mistakes_the_first_are_listed(client: PageClient, cast: Cast) -> None:
    sign_in(client, cast.ruud)
    rows = ["Main person;Kind;Voluntary;Why now;Municipality;Country", *["Ans;;;Help.;Rivierstad;nl"] * 60]
    page = choose(client, "/register/import", "\r\n".join(rows).encode())
    (listed,) = [one for one in page.all("ul") if text_of(one).startswith("Row 2")]
    assert len(listed.findall("li")) == 50
    assert "120 cells have to be corrected" in page.text
    assert "And 70 more, which you see when these are corrected." in page.text


def test_registrations_are_made_at_once_for_the_regions_of_a_manager(
    client: PageClient, db_session: Session, cast: Cast
) -> None:
    """In the pages' own words; what seems to be registered is left out, and nobody gets a mail about what is old."""
    sign_in(client, cast.ruud)
    client.page("/register")
    client.follow("Several, from a file")
    head = "Hoofdpersoon;Soort;Vrijwillig of onder druk;Waarom nu;Gemeente;Land;Naam aanmelder;Mail aanmelder;Datum\r\n"
    good = "Ans Willems;Eigen Kracht-conferentie (familie);vrijwillig;Hulp nodig.;Rivierstad;Nederland;;;1-12-25\r\n"
    referred = "Bo Kok;group;voluntary;Noise.;Rivierstad;nl;Karim;karim@example.org;\r\n"
    wrong = ";feest;;;Rivierstad;Narnia;;;1-1-2030\r\n"

    page = choose(client, "/register/import", (head + good + wrong).encode())
    for said in (
        "Row 3, column A (Hoofdpersoon): Write the name of the main person.",
        "Row 3, column B (Soort): Write one of these: family conference,",
        "Row 3, column F (Land): Write one of these:",
        "Row 3, column D (Waarom nu): Write in a sentence or two why a conference is asked for now.",
        "Row 3, column I (Datum): This day is still to come.",
        "In order: Ans Willems.",
    ):
        assert said in page.text, said
    choose(client, "/register/import", (head + good + referred).encode())
    client.submit("Register")

    cases = refreshed(db_session).scalars(select(Conference).order_by(Conference.id)).all()
    assert [(case.title, case.registered_on, case.registered_by, case.region_id) for case in cases] == [
        ("Ans Willems", date(2025, 12, 1), Part.MAIN_PERSON, cast.north),
        ("Bo Kok", date(2026, 3, 2), Part.REFERRER, cast.north),
    ]
    assert db_session.scalars(select(OutboxMessage)).all() == []
    page = choose(client, "/register/import", (head + good.replace("Willems", "Wilems")).encode())
    assert f"This may be the same as {cases[0].number}" in page.text
    assert client.refused("Register", status=422).errors == ["Every row is left out: there is nothing to register."]
    sign_in(client, cast.noor)
    client.page("/register/import", status=404)


@pytest.mark.parametrize(
    "text",
    ["Name;Phone\nJán;1,2", "Name\tPhone\nJán\t1,2", 'Name,Phone\n"Ján","1,2"\n', "sep=|\nName|Phone\nJán|1,2\n\n|\n"],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
def test_a_list_is_read_however_a_spreadsheet_writes_it(text: str, encoding: str) -> None:
    rows = read_sheet(text.replace("\n", "\r\n").encode(encoding))

    assert [row.cells for row in rows] == [("Name", "Phone"), ("Ján", "1,2")]


def _packed(**parts: bytes) -> bytes:
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, content in parts.items():
            packed.writestr(name, content)
    return written.getvalue()


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "The file is empty."),
        (b" ; \r\n", "The file is empty."),
        (b"a" * (LARGEST + 1), "The file is too large: at most 500 kB fit."),
        (b"Name\n" + b"Jan\n" * (MOST_ROWS + 1), "The file has more than 500 rows. Make several files of it."),
        (b"\xd0\xcf\x11\xe0 old", "This is an old Excel file. Save it as XLSX or CSV."),
        (b"%PDF-1.7", "This is not a table. Choose a CSV or XLSX file."),
        (_packed(bomb=b"0" * 30_000_000), "The file is too large when it is unpacked."),
        (_packed(xml=b"<!DOCTYPE a [<!ENTITY b 'c'>]>"), "This XLSX file cannot be read. Save it again"),
        (
            _packed(xml=b"<?xml version='1.0' encoding='IBM037'?>"),
            "This XLSX file cannot be read. Save it again",
        ),
        (_packed(xml="<!DOCTYPE a>".encode("utf-16")), "This XLSX file cannot be read. Save it again"),
        (_packed(**{"xl/styles.xml": b"<font/>" * 20_001}), "The file is too large when it is unpacked."),
        (_packed(**{"xl/worksheets/sheet1.xml": b"<c/>" * 300_001}), "The file is too large when it is unpacked."),
        (_packed(other=b"text"), "This XLSX file cannot be read. Save it again as XLSX or CSV."),
        (b"PK\x03\x04 broken", "This XLSX file cannot be read. Save it again as XLSX or CSV."),
    ],
)
def test_what_is_no_table_is_refused(content: bytes, said: str) -> None:
    with pytest.raises(Refusal) as refused:
        read_sheet(content)

    assert refused.value.message.startswith(said)


def test_a_cell_far_away_costs_nothing() -> None:
    book = Workbook()
    book.active["A1"], book.active["XFD9000"] = "Name", "far"
    written = io.BytesIO()
    book.save(written)

    assert [row.cells for row in read_sheet(written.getvalue())] == [("Name",)]


def test_nearly_the_same_name_with_the_same_number_is_left_out(app: Flask, db_session: Session, cast: Cast) -> None:
    case = case_in_setup(db_session, cast, START)
    rows = [
        SheetRow(1, ("Name", "Role", "Phone")),
        SheetRow(2, ("Lindá Dewit", "family", "06 12345678")),
        SheetRow(3, ("Bo Kok", "family", "0612345678")),  # one telephone of two people
        SheetRow(4, ("Keess de Wit", "family", "06 87654321")),
    ]
    phones = {case.people["linda"]: "+31 6 12345678"}
    with app.test_request_context():
        known = KnownNames(Listing.ORGANISATIONS, {})
        found = read_people(rows, circle(db_session, case.id), (), known, START.date(), phones)
    assert [(one.near, one.phone_of, one.left_out) for one in found.people] == [
        ("Linda de Wit", "", True),
        ("", "Linda de Wit", False),
        ("Kees de Wit", "", False),
    ]
