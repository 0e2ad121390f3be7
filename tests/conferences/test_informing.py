"""Who was told: several people at once, each with their own day and way; asked whether it is safe; not reached."""

import io
from dataclasses import replace
from datetime import date, timedelta

import pikepdf
import pytest
from sqlalchemy.orm import Session

from ekc.accounts.access import By
from ekc.conferences.access import open_case
from ekc.conferences.actions.contact import log_contact
from ekc.conferences.actions.heard import note_heard
from ekc.conferences.document.leaflet import LEAFLET, Leaflet
from ekc.conferences.effects import begin_round
from ekc.conferences.entries import HeardOfPeople, NewContact, told_of_all
from ekc.conferences.models import Conference, Participant
from ekc.conferences.queries.circle import circle
from ekc.conferences.queries.concerns import concerns
from ekc.conferences.queries.informing import ToldRow, told
from ekc.core.documents import as_printed, document_html, document_pdf
from ekc.core.language import LANGUAGES, PAPER_LANGUAGES, gettext, using
from ekc.core.transaction import writing
from ekc.workflow.vocabulary import Activity, Attends, CallResult, InformedHow, InformedOf, Part
from tests.build import Made, case_in_setup, change_details
from tests.cast import Cast, sign_in
from tests.client import PageClient
from tests.clock import START
from tests.database import refreshed
from tests.form import Value

pytestmark = pytest.mark.filterwarnings("ignore:unclosed file.*sRGB2014.icc:ResourceWarning")
TODAY, BEFORE = START.date(), date(2026, 2, 27)
SAVE = "Save who was told"


@pytest.fixture
def case(db_session: Session, cast: Cast) -> Made:
    made = case_in_setup(db_session, cast, START)
    with writing(db_session):
        for name in ("omar", "kees"):
            db_session.get_one(Participant, made.people[name]).phone = "+31 6 12345678"
    return made


@pytest.fixture
def noor(client: PageClient, cast: Cast, case: Made) -> PageClient:
    sign_in(client, cast.noor)
    client.page(f"/conferences/{case.id}/circle/informed")
    return client


def told_now(session: Session, cast: Cast, case: Made) -> dict[str, ToldRow]:
    session = refreshed(session)
    rows = told(session, open_case(By(session, cast.noor, START), case.id, Activity.SEE_REGISTRATION))
    return {name: rows[id_] for name, id_ in case.people.items()}


def test_several_are_told_at_once_each_on_their_own_day_and_what_they_said_is_noted_with_it(
    noor: PageClient, cast: Cast, case: Made, db_session: Session
) -> None:
    not_all = "Told about: Kees de Wit / what each is responsible for"
    values: dict[str, Value] = {
        "told: Omar El Amrani": True,
        "safe: Omar El Amrani": True,
        "told: Linda de Wit": True,
        "Told on another day: Linda de Wit": BEFORE,
        "Told in another way: Linda de Wit": "by video",
        "safe: Linda de Wit": True,
        "told: Kees de Wit": True,
        not_all: False,
        "What worries them: Kees de Wit": "That he cannot hear it.",
        "Why it is not safe for them yet: Kees de Wit": "Omar shouted at him.",
    }

    page = noor.submit(SAVE, values)

    assert page.flashes == ["It is noted of 3 people."]
    assert "Not yet about: what each is responsible for." in page.text
    now, every = told_now(db_session, cast, case), tuple(InformedOf)
    assert (now["omar"].of, now["omar"].on, now["omar"].how, now["omar"].by) == (
        every,
        TODAY,
        InformedHow.IN_PERSON,
        cast.noor.actor.name,
    )
    assert (now["linda"].of, now["linda"].on, now["linda"].how) == (every, BEFORE, InformedHow.VIDEO)
    assert (now["kees"].not_of, now["kees"].worries) == (
        (InformedOf.RESPONSIBILITIES,),
        "That he cannot hear it.",
    )
    rows = {row.name: row for row in circle(refreshed(db_session), case.id)}
    assert [rows[name].informed_on for name in ("Omar El Amrani", "Linda de Wit", "Kees de Wit")] == [
        TODAY,
        BEFORE,
        None,  # not of all yet
    ]
    assert (rows["Linda de Wit"].safe_on, now["linda"].safe_by) == (BEFORE, cast.noor.actor.name)
    assert [(one.name, one.concern, one.arrangement) for one in concerns(db_session, case.id)] == [
        ("Kees de Wit", "Omar shouted at him.", None)
    ]
    assert rows["Marieke de Wit"].informed_on is rows["Marieke de Wit"].safe_on is None

    noor.submit(SAVE, {"told: Kees de Wit": True, "What worries them: Kees de Wit": "And the stairs."})

    now = told_now(db_session, cast, case)
    assert (now["kees"].not_of, now["kees"].worries) == ((), "That he cannot hear it.\nAnd the stairs.")


def test_what_is_noted_without_a_day_that_can_be_or_contradicts_itself_comes_back(noor: PageClient) -> None:
    words: dict[str, Value] = {"What worries them: Kees de Wit": "That he cannot hear it."}
    ahead: dict[str, Value] = {
        "told: Omar El Amrani": True,
        "Told on another day: Omar El Amrani": TODAY + timedelta(days=1),
    }
    both: dict[str, Value] = {
        "safe: Kees de Wit": True,
        "Why it is not safe for them yet: Kees de Wit": "Omar shouted.",
    }
    nothing: dict[str, Value] = {f"Told about: Linda de Wit / {one.label}": False for one in InformedOf}

    page = noor.refused(SAVE, {**words, **ahead, **both, **nothing, "told: Linda de Wit": True}, status=422)

    assert page.errors == [
        "Told on another day: Omar El Amrani: This day is still to come. Choose today or an earlier day.",
        "Why it is not safe for them yet: Kees de Wit: You also ticked that it is safe for them. Which of the two is "
        "it?",
        "Told about: Linda de Wit: Choose what they were told about.",
    ]
    assert "That he cannot hear it." in page.text
    noor.page(page.url)
    assert noor.refused(SAVE, {}, status=409).errors == ["Tick what you heard, and of whom."]


def test_who_was_rung_is_told_or_not_reached_with_one_press_and_only_who_was_spoken_with_counts(
    noor: PageClient, cast: Cast, case: Made, db_session: Session
) -> None:
    assert ("+31 6 12345678", "tel:+31612345678") in noor.here.links
    noor.submit("did not pick up: Omar El Amrani", {"safe: Linda de Wit": True})
    noor.submit("will ring back: Omar El Amrani")
    page = noor.submit("told by phone: Kees de Wit", {"safe: Kees de Wit": True})

    now = told_now(db_session, cast, case)
    assert [(one.result, one.by) for one in now["omar"].attempts] == [
        (CallResult.NO_ANSWER, cast.noor.actor.name),
        (CallResult.CALLS_BACK, cast.noor.actor.name),
    ]
    assert (now["omar"].of, now["kees"].how, now["kees"].on) == ((), InformedHow.PHONE, TODAY)
    assert "did not pick up" in page.text
    log = noor.page(f"/conferences/{case.id}/contact").text
    assert "phone call, Kees de Wit" in log
    assert "Omar El Amrani" not in log.partition("Add to the log")[2]
    for wrong in ("999999-told", f"{case.people['kees']}-maybe", "x"):
        noor.page(f"/conferences/{case.id}/circle/informed")
        sent = [*noor.form(SAVE).fill({}).fields, ("rung", wrong)]
        assert noor.post(noor.here.url, data=dict(sent)).status_code == 404


def test_everybody_who_was_spoken_with_is_told_as_the_log_says_and_nobody_else(
    noor: PageClient, cast: Cast, case: Made, db_session: Session
) -> None:
    assert not noor.form(SAVE).asks("Also told: everybody I spoke with")
    by = By(db_session, cast.noor, START)
    for who, on, channel in (("omar", BEFORE, "visit"), ("linda", TODAY, "phone"), ("kees", TODAY, "letter")):
        log_contact(by, case.id, NewContact(on=on, channel=channel, text="Spoke.", participant_id=case.people[who]))
    page = noor.page(f"/conferences/{case.id}/circle/informed")
    assert "in the way that the contact log says: Omar El Amrani, Linda de Wit." in page.text

    noor.submit(SAVE, {"Also told: everybody I spoke with": True})

    now = told_now(db_session, cast, case)
    assert {name: (row.on, row.how) for name, row in now.items() if row.of} == {
        "omar": (BEFORE, InformedHow.IN_PERSON),
        "linda": (TODAY, InformedHow.PHONE),
    }


def test_a_child_is_asked_through_whoever_supports_it_and_nobody_who_comes_for_their_work(
    noor: PageClient, cast: Cast, case: Made, db_session: Session
) -> None:
    change_details(db_session, cast, START, case, case.people["omar"], part=Part.CHILD, born=date(2016, 5, 1))
    page = noor.page(noor.here.url)
    assert "Too young to ask alone: choose who supports them" in page.text
    change_details(db_session, cast, START, case, case.people["omar"], support_id=case.people["linda"])
    page = noor.page(noor.here.url)
    assert "Ask through Linda de Wit whether it is safe." in page.text
    labels = noor.form(SAVE).labels
    assert ("safe: Joost Lammers" in labels, "safe: Karim Jansen" in labels, "told: Karim Jansen" in labels) == (
        True,
        False,
        True,
    )


def test_a_round_begins_with_nobody_told_and_a_correction_takes_away_how(
    noor: PageClient, cast: Cast, case: Made, db_session: Session
) -> None:
    who = case.people["omar"]
    note_heard(
        By(db_session, cast.noor, START), case.id, HeardOfPeople(told=told_of_all([who], how=InformedHow.LETTER))
    )
    change_details(db_session, cast, START, case, who, attends=Attends.PHONE)
    assert told_now(db_session, cast, case)["omar"].how is InformedHow.LETTER
    change_details(db_session, cast, START, case, who, informed_on=None)

    row = told_now(db_session, cast, case)["omar"]
    assert (row.of, row.on, row.how, row.by) == ((), None, None, None)
    note_heard(By(db_session, cast.noor, START), case.id, HeardOfPeople(told=told_of_all([who]), safe=[who]))
    with writing(db_session):
        begin_round(db_session, db_session.get_one(Conference, case.id))
    row = told_now(db_session, cast, case)["omar"]
    assert (row.of, row.on, row.how, row.by, row.safe_by) == ((), None, None, None, None)


def test_the_words_to_say_are_there_in_the_language_of_whoever_is_still_to_be_told(
    noor: PageClient, cast: Cast, case: Made, db_session: Session
) -> None:
    """The page is English and the case Dutch."""
    page = noor.page(noor.here.url)
    assert "You make a plan together" in page.text
    assert "Words to say, in Dutch" in page.text
    assert "Jullie maken samen een plan" in page.text


def test_the_leaflet_is_in_the_language_of_each_and_of_one_alone_where_that_is_asked(
    noor: PageClient, cast: Cast, case: Made
) -> None:
    address = f"/conferences/{case.id}/circle/informed.pdf"
    pages = [
        len(pikepdf.open(io.BytesIO(noor.paper(one).data)).pages)
        for one in (f"{address}?person={case.people['omar']}", address)
    ]
    assert pages == [1, len(case.people)]
    assert noor.get(f"{address}?person=999999").status_code == 404
    read = [Leaflet(name, "Noor van Dijk", "", "", code) for name, code in (("Omar", "en"), ("Linda", "nl"))]
    every = document_html(LEAFLET, *read)
    for said in ("For Omar", "Nobody else makes it for you.", "Voor Linda", "Niemand anders maakt het voor jullie."):
        assert said in every


@pytest.mark.parametrize("language", PAPER_LANGUAGES)
def test_a_leaflet_is_one_sheet_in_each_of_its_languages_and_says_who_has_not_read_it(language: str) -> None:
    """With names and numbers as long as they come."""
    leaflets = [
        Leaflet(
            "Marie-Christine van den Boogaard", "Noor van Dijk", "+31 6 12345678", "Own Plan, 020 1234567", language, to
        )
        for to in (False, True)
    ]
    pdf = pikepdf.open(io.BytesIO(document_pdf(LEAFLET, *leaflets)))
    with using(language):
        unread, title = (
            gettext("Translated by machine, not yet read by a native speaker."),
            gettext("A plan of their own"),
        )
    html = document_html(LEAFLET, *leaflets)

    assert len(pdf.pages) == len(leaflets)
    assert (html.count(unread), html.count(f"<h1>{title}</h1>")) == (0 if language in LANGUAGES else 2, 1)
    assert f'<section class="leaflet" lang="{language}" dir="{"rtl" if language == "ar" else "ltr"}">' in html


def test_on_paper_from_right_to_left_each_value_stands_apart() -> None:
    """A telephone number would turn around, and a name take the full stop behind it along."""
    whole = Leaflet("Sami", "Noor van Dijk", "+31 6 12345678", "", "ar")
    said = [
        one.split("\N{POP DIRECTIONAL ISOLATE}")[0]
        for one in document_html(LEAFLET, as_printed(whole)).split("\N{FIRST STRONG ISOLATE}")[1:]
    ]
    assert set(said) == {"Sami", "Noor van\N{NO-BREAK SPACE}Dijk", "+31 6 12345678"}
    assert "\N{FIRST STRONG ISOLATE}" not in document_html(LEAFLET, as_printed(replace(whole, language="pl")))


def test_whoever_speaks_a_language_without_a_leaflet_is_named_with_what_then(
    noor: PageClient, cast: Cast, case: Made, db_session: Session
) -> None:
    change_details(db_session, cast, START, case, case.people["omar"], language="so")
    change_details(db_session, cast, START, case, case.people["kees"], language="so", second_language="ar")
    change_details(db_session, cast, START, case, case.people["linda"], language="tr")
    page = noor.page(noor.here.url)
    assert "Omar El Amrani (Somali; the paper is in Dutch) no interpreter asked for yet" in page.text
    assert "Kees de Wit (" not in page.text
    for said in (
        "Words to say, in Turkish",
        "birlikte bir plan yaparsınız",
        "Words to say, in Arabic",
        "تضعون خطة معًا",
    ):
        assert said in page.text
    assert '<div class="folded__body" lang="ar" dir="rtl">' in page.html

    change_details(db_session, cast, START, case, case.people["omar"], needs_interpreter=True)
    assert "no interpreter asked for yet" not in noor.page(noor.here.url).text


def test_professionals_have_words_of_their_own(noor: PageClient, cast: Cast, case: Made) -> None:
    page = noor.page(noor.here.url)
    assert "Words to say to professionals" in page.text
    assert "Then you leave the room, as I do: that time is theirs." in page.text
    paper = noor.paper(f"/conferences/{case.id}/circle/informed.pdf?person={case.people['karim']}")
    assert len(pikepdf.open(io.BytesIO(paper.data)).pages) == 1


def test_one_tap_notes_all_that_is_still_to_be_heard_of_somebody(
    noor: PageClient, cast: Cast, case: Made, db_session: Session
) -> None:
    """What that is stands on it; so nobody is noted as coming or safe who was not asked."""
    form = noor.form(SAVE)
    asked = ("told, comes, safe: Kees de Wit", "told, comes, safe: Karim Jansen", "told, comes: Karim Jansen")
    assert [form.asks(one) for one in asked] == [True, False, True]
    noor.submit(SAVE, {asked[0]: True, "Told on another day: Kees de Wit": BEFORE, asked[2]: True})

    rows = {row.name: row for row in circle(refreshed(db_session), case.id)}
    kees, karim = rows["Kees de Wit"], rows["Karim Jansen"]
    assert (kees.informed_on, kees.attends, kees.safe_on) == (BEFORE, Attends.IN_PERSON, BEFORE)
    assert (karim.informed_on, karim.attends, karim.safe_on) == (TODAY, Attends.IN_PERSON, None)
