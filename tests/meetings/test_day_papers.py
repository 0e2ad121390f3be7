"""The papers of the day: one file with what there is, each paper on a new sheet; nobody on them who stays away, and
nothing that a table in the hall may not show.
"""

import io
import re
from dataclasses import fields, replace
from datetime import UTC, datetime

import pikepdf
import pytest
from sqlalchemy.orm import Session

from ekc.accounts.access import By
from ekc.conferences.actions import absent as absent_actions
from ekc.conferences.actions import circle as circle_actions
from ekc.conferences.entries import PersonDetails
from ekc.conferences.queries.circle import PersonRow, circle
from ekc.core.documents import document_html
from ekc.core.language import in_words, using
from ekc.meetings.actions import arranging
from ekc.meetings.actions.arranging import Venue
from ekc.meetings.document.agenda import AGENDA, agenda
from ekc.meetings.document.attendance import ATTENDANCE, attendance_list
from ekc.meetings.document.badges import BADGES, Badges, badges, called
from ekc.meetings.document.head import DayHead
from ekc.meetings.document.pile import PILE, RULES, DayPaper, Pile
from ekc.meetings.document.plan_sheets import PLAN_SHEETS, PlanSheets
from ekc.plans.document import PLAN, PlanDocument, PrintedBottomLine
from ekc.workflow.vocabulary import Attends, Part, Variant
from ekc.workflow.wording import wording
from tests.build import Made, case_in_setup, change_details, prepared_case
from tests.cast import Cast, participant, sign_in
from tests.client import PageClient
from tests.clock import START
from tests.database import refreshed
from tests.plans.printed import EMPTY
from tests.stories.paper import PRINTER, download, words_by_page

HEAD = DayHead("EKC-2026-0001", "Family De Wit", "Saturday 18 April 2026, 10:00", "De Brug")
SPOKEN = {"ar": "Arabic", "tr": "Turkish"}
#: What no paper of the day may say: contact details, a secret address, reasons, and who stays away.
NOT_ON_PAPER = ("Hidden", "061234", "example.org", "restraining", "Rik", "sidedoor", "Wantstocome")
#: The first words of each paper, in the order in which they are bound.
TITLES = {
    "en": (
        "Whatisinthispile",
        "Whattoarrange",
        "Whereitis",
        "Howthedaygoes",
        "Marieke",
        "Attendancelist",
        "FamilygroupconferenceWhattheplanhastomeet",
        "Whatthosewhoarenottherewanttosay",
        "Ourplan",
    ),
    "nl": (
        "Waterindezestapelzit",
        "Watergeregeldmoetworden",
        "Waarhetis",
        "Hoededaggaat",
        "Marieke",
        "Aanwezigheidslijst",
        "EigenKracht-conferentieWaarhetplanaanmoetvoldoen",
        "Watafwezigenwillenzeggen",
        "Onsplan",
    ),
}


def squeezed(paper: bytes) -> list[str]:
    """The text of each page without blanks."""
    return ["".join(words.split()) for words in words_by_page(paper)]


def full_case(session: Session, cast: Cast) -> Made:
    """A case with all that a paper of the day may have, and all that it may not."""
    case, noor = prepared_case(session, cast, START), By(session, cast.noor, START)
    rik = PersonDetails(name="Rik de Wit", part=Part.FAMILY, relation="uncle", phone="+31 6 12349999")
    excluded = circle_actions.add_person(noor, case.id, rik)
    change_details(
        session,
        cast,
        START,
        case,
        excluded,
        attends=Attends.EXCLUDED,
        exclusion_reason="A restraining order.",
        excluded_by="the family",
        excluded_on=START.date(),
    )
    absent_actions.note_view(noor, case.id, excluded, "Wants to come all the same.", read_back=True)
    linda = {"address": "Hidden Lane 3", "address_secret": True, "phone": "+31 6 12345603"}
    change_details(session, cast, START, case, case.people["linda"], **linda)
    change_details(session, cast, START, case, case.people["kees"], attends=Attends.LETTER)
    absent_actions.note_view(noor, case.id, case.people["kees"], "I miss the children.", read_back=True)
    change_details(session, cast, START, case, case.people["omar"], attends=Attends.VIDEO)
    arranging.set_venue(noor, case.id, Venue("De Brug", "Waalkade 12", "ground floor", "https://meet.example/brug"))
    arranging.set_expected_minutes(noor, case.id, 300)
    return case


@PRINTER
@pytest.mark.parametrize("language", ["en", "nl"])
def test_the_pile_has_each_paper_on_a_new_sheet_and_nothing_that_may_not_lie_on_a_table(
    client: PageClient, cast: Cast, db_session: Session, language: str
) -> None:
    case = full_case(db_session, cast)
    sign_in(client, cast.noor)
    client.page(f"/conferences/{case.id}")
    page = client.follow("Papers of the day")
    assert "who stays away, as was decided, is not in this pile" in page.text
    paper = download(
        client, f"/conferences/{case.id}/papers.pdf?language={language}&" + "&".join(f"paper={one}" for one in DayPaper)
    )
    pages = squeezed(paper)
    starts = [number for number, words in enumerate(pages) if words.startswith(TITLES[language])]
    assert [next(one for one in TITLES[language] if pages[at].startswith(one)) for at in starts] == [*TITLES[language]]
    assert [at for at in starts if at % 2] == []
    words = "".join(pages)
    for secret in NOT_ON_PAPER:
        assert secret not in words
    assert "Waalkade12" in pages[starts[2]]
    assert "meet.example" not in pages[starts[2]]
    joining = next(one for one in pages if "meet.example" in one)
    assert "Waalkade" not in joining
    assert "DeBrug" not in joining
    assert pages.index(joining) % 2 == 0
    with pikepdf.open(io.BytesIO(paper)) as pdf:
        assert str(pdf.Root.Lang) == language
        cells = [one for one in pdf.objects if isinstance(one, pikepdf.Dictionary) and one.get("/S") == "/TH"]
        assert {str(one.A.Scope) for one in cells} == {"/Column", "/Row"}


def test_a_paper_without_content_says_why_and_what_is_missing_is_said(
    client: PageClient, cast: Cast, db_session: Session
) -> None:
    case = case_in_setup(db_session, cast, START)
    sign_in(client, cast.noor)
    page = client.page(f"/conferences/{case.id}/papers")
    for said in (
        "Route and parking There is no place yet.",
        "What the plan has to meet There are no bottom lines yet that the family can be told.",
        "What those who are not there want to say There is nothing to be read out.",
        "No date has been chosen yet: there is room to write the times.",
        "Nothing is arranged for food and drink yet.",
        "Of 8 people it is not known yet whether they come.",
    ):
        assert said in page.text
    ticked = {box.get("value") for box in page.tree.iter("input") if box.get("name") == "paper"}
    assert ticked == {"arrangements", "agenda", "badges", "attendance", "plan_sheets"}
    assert "Tick a paper that can be printed." in client.page(f"/conferences/{case.id}/papers.pdf?only=views").text
    assert "Tick a paper that can be printed." in client.page(f"/conferences/{case.id}/papers.pdf?language=en").text


@PRINTER
def test_a_regional_manager_prints_the_pile_without_the_words_of_those_who_are_not_there(
    client: PageClient, cast: Cast, db_session: Session
) -> None:
    case = full_case(db_session, cast)
    sign_in(client, cast.ruud)
    page = client.page(f"/conferences/{case.id}/papers")
    assert "want to say" not in page.text
    words = "".join(squeezed(download(client, f"/conferences/{case.id}/papers.pdf")))
    assert "Imissthechildren" not in words
    assert "Aanwezigheidslijst" in words
    assert "NoorvanDijk" in words


def test_what_somebody_wrote_for_the_day_is_not_printed_before_it_unless_they_say_so(
    client: PageClient, cast: Cast, db_session: Session
) -> None:
    case = prepared_case(db_session, cast, START)
    kees = case.people["kees"]
    change_details(db_session, cast, START, case, kees, attends=Attends.LETTER, need_kinds=("large_print",))
    own = By(db_session, participant(case.id, kees), START)
    absent_actions.say_own_view(own, case.id, "I miss the children.", may_read=False)
    sign_in(client, cast.noor)
    page = client.page(f"/conferences/{case.id}/papers")
    assert "There is nothing to be read out." in page.text
    assert "large print" not in page.text  # Kees gets no paper
    absent_actions.say_own_view(own, case.id, "I miss the children.", may_read=True)
    change_details(db_session, cast, START, case, case.people["linda"], need_kinds=("large_print",))
    page = client.page(f"/conferences/{case.id}/papers")
    assert "1 copy, for the person who reads it out" in page.text
    assert "1 person reads large print: enlarge what they get to A3." in page.text


@PRINTER
def test_one_paper_is_printed_without_the_first_sheet(client: PageClient, cast: Cast, db_session: Session) -> None:
    case = full_case(db_session, cast)
    sign_in(client, cast.noor)
    (said,) = squeezed(download(client, f"/conferences/{case.id}/papers.pdf?only=views&language=nl"))
    assert said.startswith("Watafwezigenwillenzeggen")
    assert "KeesdeWitImissthechildren" in said
    assert "Wantstocome" not in said


@PRINTER
def test_a_secret_address_is_told_and_not_printed(client: PageClient, cast: Cast, db_session: Session) -> None:
    case = full_case(db_session, cast)
    venue = Venue("At home of Linda", "Hidden Lane 3", "the side door", secret=True)
    arranging.set_venue(By(db_session, cast.noor, START), case.id, venue)
    sign_in(client, cast.noor)
    page = client.page(f"/conferences/{case.id}/papers")
    assert "The address is secret, and not on this paper." in page.text
    words = "".join(squeezed(download(client, f"/conferences/{case.id}/papers.pdf?only=route&language=en")))
    assert "Yourcoordinatortellsyoutheaddress" in words
    for secret in ("HiddenLane", "sidedoor"):
        assert secret not in words


def people_of(session: Session, cast: Cast, case: Made, *more: PersonDetails) -> tuple[PersonRow, ...]:
    for one in more:
        circle_actions.add_person(By(session, cast.noor, START), case.id, one)
    return circle(refreshed(session), case.id)


def of_badges(made: Badges) -> dict[str, tuple[str, tuple[str, ...]]]:
    return {one.name or one.called: (one.called, one.more) for one in made.badges}


def test_badges_tell_people_apart_and_say_no_relation_unasked(cast: Cast, db_session: Session) -> None:
    case = case_in_setup(db_session, cast, START)
    people = people_of(
        db_session,
        cast,
        case,
        PersonDetails(name="Jan de Wit", part=Part.FAMILY, relation="grandfather, not to be alone with Yara"),
        PersonDetails(name="Jan de Wit", part=Part.FAMILY, relation="cousin"),
        PersonDetails(name="Jan de Wit", part=Part.FAMILY, attends=Attends.NO, relation="great-uncle"),
        PersonDetails(name="Oma Riet", part=Part.FAMILY),
        PersonDetails(name="Mevrouw van der Berg", part=Part.NEIGHBOUR),
        PersonDetails(name="فاطمة الزهراء", part=Part.FRIEND),
        PersonDetails(name="W" * 120, part=Part.FRIEND),
        PersonDetails(name="Interpreter, telephone number with the agency", part=Part.INTERPRETER, language="ar"),
        PersonDetails(name="Nachtwinkel Plein 3, vertegenwoordigd door Raj Patel", part=Part.NEIGHBOUR),
        PersonDetails(name="Amal Said", part=Part.INTERPRETER, language="tr"),
        PersonDetails(name="Paul Bos", part=Part.PROFESSIONAL, relation="mentor", organisation="De Wilg"),
    )
    made = badges("en", "EKC-1", people, "Noor van Dijk", SPOKEN.__getitem__, relations=False)
    both = [one for one in made.badges if one.name == "Jan de Wit"]
    assert [one.more for one in both] == [("grandfather",), ("cousin",)]
    found = of_badges(made)
    assert found["Omar El Amrani"] == ("Omar", ())
    assert found["Oma Riet"] == ("Oma Riet", ())
    assert found["Mevrouw van der Berg"] == ("Mevrouw van der Berg", ())
    assert found["فاطمة الزهراء"] == ("فاطمة", ())
    assert found["Interpreter"] == ("Interpreter", ("Arabic",))
    assert found["Nachtwinkel Plein 3, vertegenwoordigd door Raj Patel"][0] == "Nachtwinkel Plein 3"
    assert found["Amal Said"] == ("Amal", ("interpreter: Turkish",))
    assert found["Paul Bos"] == ("Paul", ("mentor", "De Wilg"))
    assert found["Noor van Dijk"] == ("Noor", ("coordinator",))
    assert found["W" * 120][0] == "W" * 120
    assert of_badges(badges("en", "", people, "", SPOKEN.__getitem__, relations=True))["Omar El Amrani"][1] == (
        "uncle",
    )
    empty = [one for sheet in made.sheets for one in sheet if one is None]
    assert len(empty) >= 2
    assert {len(sheet) for sheet in made.sheets} == {10}
    assert document_html(BADGES, made).count("W" * 120) == 1


@pytest.mark.parametrize(
    ("name", "large"),
    [
        ("Marieke de Wit", "Marieke"),
        ("Ben van Dam", "Ben"),
        ("Van den Berg", "Van den Berg"),
        ("K.J. Bos", "K.J. Bos"),
        ("A de Groot", "A de Groot"),
        ("mw. El Amrani", "mw. El Amrani"),
        ("Tante Truus Bakker", "Tante Truus"),
        ("Cher", "Cher"),
    ],
)
def test_a_badge_says_large_what_somebody_is_called(name: str, large: str) -> None:
    assert called(name, Part.FAMILY) == large


def test_the_list_names_who_is_expected_by_group_and_how_only_from_elsewhere(cast: Cast, db_session: Session) -> None:
    case = full_case(db_session, cast)
    people = people_of(
        db_session,
        cast,
        case,
        PersonDetails(name="Omar El Amrani", part=Part.FAMILY, relation="cousin"),
        PersonDetails(name="Jan Bos", part=Part.FRIEND, relation="friend - drinks"),
        PersonDetails(name="Jan Bos", part=Part.NEIGHBOUR, relation="neighbour (not beside Linda)"),
        PersonDetails(name="Rik de Wit", part=Part.FRIEND, relation="friend"),
        PersonDetails(name="Tolk Amal", part=Part.INTERPRETER, language="ar"),
    )
    made = attendance_list("en", HEAD, people, "Noor van Dijk", SPOKEN.__getitem__)
    rows = {group.title: [(one.name, one.more, one.how) for one in group.people] for group in made.groups}
    assert ("Omar El Amrani (uncle)", "", "by video") in rows["Family and network"]
    assert ("Omar El Amrani (cousin)", "", "") in rows["Family and network"]
    names = [name for name, _more, _how in rows["Family and network"]]
    assert {"Jan Bos (friend)", "Jan Bos (neighbour)"} <= {*names}
    assert names.count("Rik de Wit") == 1  # that another of this name stays away is not to be seen
    assert rows["Here for their work"] == [
        ("Karim Jansen", "Youth protection", ""),
        ("Els Vermeer", "Primary school De Wilg", ""),
        ("Noor van Dijk", "coordinator", ""),
    ]
    assert rows["Interpreters"] == [("Tolk Amal", "Arabic", "")]
    html = document_html(ATTENDANCE, made)
    assert html.count("Rik") == 1
    assert "Kees" not in html  # sends a letter
    assert "061234" not in html.replace(" ", "")


def times(zone: str, starts_at: datetime | None, minutes: int | None = 300) -> list[str]:
    made = agenda("en", HEAD, "", zone, starts_at, minutes, food=True)
    return [one.time for one in made.lines if one.time]


@pytest.mark.parametrize(
    ("zone", "starts_at", "expected", "clocks"),
    [
        # It begins at 01:30, and at 03:00 it is 02:00 again.
        ("Europe/Amsterdam", datetime(2026, 10, 24, 23, 30, tzinfo=UTC), ["01:30", "02:30", "about 05:30"], "back"),
        ("Europe/Amsterdam", datetime(2026, 10, 25, 9, 0, tzinfo=UTC), ["10:00", "11:00", "about 15:00"], "back"),
        ("Europe/London", datetime(2026, 3, 29, 0, 30, tzinfo=UTC), ["00:30", "02:30", "about 06:30"], "forward"),
        ("Pacific/Auckland", datetime(2026, 4, 4, 13, 30, tzinfo=UTC), ["02:30", "02:30", "about 06:30"], "back"),
        ("Pacific/Auckland", datetime(2026, 9, 26, 13, 30, tzinfo=UTC), ["01:30", "03:30", "about 07:30"], "forward"),
        ("Pacific/Auckland", datetime(2026, 4, 17, 22, 0, tzinfo=UTC), ["10:00", "11:00", "about 15:00"], ""),
    ],
)
def test_times_are_those_of_the_clock_on_the_wall(
    zone: str, starts_at: datetime, expected: list[str], clocks: str
) -> None:
    made = agenda("en", HEAD, "", zone, starts_at, 300, food=True)
    by_title = {one.title: one.time for one in made.lines}
    assert [by_title[part] for part in ("Coming in", "Private time", "The end")] == expected
    assert made.clock == (f"The clocks go {clocks} that night. These are the times on the clock." if clocks else "")


def test_what_is_not_known_of_the_day_is_a_line_to_write_on() -> None:
    assert times("Europe/Amsterdam", None) == []
    whole = agenda("nl", HEAD, "Waarom?", "Europe/Amsterdam", None, None, food=False)
    assert [one.title for one in whole.lines if one.blank] == [
        "Binnenkomen",
        "Welkom",
        "Informatie",
        "Besloten tijd",
        "Einde",
    ]
    assert "Eten" not in [one.title for one in whole.lines]
    assert document_html(AGENDA, whole).count('class="blank"') == 5
    assert times("Europe/Amsterdam", START, 60) == ["10:00", "10:05", "10:10", "10:20", "about 11:00"]


def test_the_sheets_have_the_parts_of_the_printed_plan_in_its_order() -> None:
    sheets = PlanSheets("en", "EKC-1", "Family De Wit", "How?", ("An adult is there.",))
    parts = (
        "We meet again",
        "If it goes wrong",
        "What the plan had to make sure of",
        "Accepted by:",
    )
    written = document_html(PLAN_SHEETS, sheets)
    printed = document_html(PLAN, _plan_with_bottom_line())
    for html in (written, printed):
        found = [html.index(f"<h2>{part}" if part[-1] != ":" else part) for part in parts]
        assert found == sorted(found)


def _plan_with_bottom_line() -> PlanDocument:
    return replace(EMPTY, language="en", bottom_lines=(PrintedBottomLine("An adult is there.", None),))


@pytest.mark.parametrize("language", ["en", "nl"])
def test_papers_of_a_group_speak_of_no_family(language: str) -> None:
    with in_words(wording(Variant.GROUP)), using(language):
        day = agenda(language, replace(HEAD, title="Kastanjeplein"), "", "Europe/Amsterdam", START, 300, food=True)
        list_ = attendance_list(language, HEAD, (), "Noor", SPOKEN.__getitem__)
        pile = Pile(language, HEAD, ())
        said = document_html(AGENDA, day) + document_html(PLAN_SHEETS, PlanSheets(language, "", "", "", ("One.",)))
        said += document_html(ATTENDANCE, list_) + document_html(PILE, pile)
    assert re.findall(r"famil|gezin", said.replace(HEAD.title, ""), re.IGNORECASE) == []


def test_every_paper_has_a_row_and_a_field() -> None:
    assert list(RULES) == list(DayPaper)
    assert {one.value for one in DayPaper} <= {field.name for field in fields(Pile)}
