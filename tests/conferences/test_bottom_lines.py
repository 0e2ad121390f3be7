"""Bottom lines are asked of whoever sets them, rewritten together, and shared on screen and on paper."""

from io import BytesIO

import pikepdf
import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from ekc.accounts.access import By
from ekc.conferences.actions import bottom_lines as actions
from ekc.conferences.document.bottom_lines import BOTTOM_LINES, BottomLineSheet, SheetLine
from ekc.conferences.entries import BottomLineText
from ekc.conferences.models import LineWording, Participant
from ekc.conferences.queries.bottom_lines import bottom_lines
from ekc.core.documents import document_html
from ekc.core.errors import Refusal, Stale, Unknown
from ekc.core.language import using
from ekc.core.outbox import OutboxMessage
from ekc.core.transaction import writing
from ekc.workflow.line_hints import LineFlaw, line_hints
from tests.build import Made, case_in_setup
from tests.cast import Cast, enter, participant, sign_in
from tests.client import PageClient
from tests.clock import START
from tests.database import refreshed
from tests.stories.paper import PRINTER

NIGHTS = "An adult is with the children every night."
HOME = "It is safe enough at home."
FORM = "What the plan has to meet"


@pytest.fixture
def case(db_session: Session, cast: Cast) -> Made:
    """In setup; nobody has said anything about bottom lines."""
    made = case_in_setup(db_session, cast, START)
    actions.say_no_bottom_lines(By(db_session, cast.noor, START), made.id, there_are_none=False)
    with writing(db_session):
        db_session.get_one(Participant, made.people["karim"]).email = "karim@example.org"
    return made


def test_asked_by_link_rewritten_together_and_shared(
    client: PageClient, cast: Cast, case: Made, db_session: Session
) -> None:
    address = f"/conferences/{case.id}/bottom-lines"
    karim = enter(client, db_session, START, case.id, case.people["karim"])
    assert "You are asked what the plan has to meet" not in karim.text
    sign_in(client, cast.noor)
    client.page(address)
    page = client.submit("Ask by email: Karim Jansen")
    assert "asked on" in page.text
    mails = db_session.scalars(select(OutboxMessage).where(OutboxMessage.key.contains("bottom-lines"))).all()
    assert [mail.participant_id for mail in mails] == [case.people["karim"]]

    karim = enter(client, refreshed(db_session), START, case.id, case.people["karim"])
    assert "You are asked what the plan has to meet: your bottom lines, or that you set none." in karim.text
    page = client.follow("Write bottom lines")
    assert ("Shared with the family on" in page.text, "“Grandmother moves in.”" in page.text) == (False, False)
    page = client.submit("Write it down", {FORM: HOME})
    assert "safe: Two people may see that differently." in page.text
    assert "words not agreed yet" in page.text
    assert not [name for name in page.buttons if name.startswith("Yes, these words")]

    sign_in(client, cast.noor)
    page = client.page(f"/conferences/{case.id}/steps/open_conference")
    assert "The words of bottom line 1 are not agreed yet" in page.text
    client.page(address)
    page = client.submit("Save", {FORM: NIGHTS})
    assert "These words stand when both of you have said yes to them." in page.flashes
    refused = client.refused("Save", {"Shared with the family on": START.date()}, status=409)
    assert "Whoever sets it has not said yes to these words yet." in refused.text
    assert "The family was told" not in refused.buttons

    karim = enter(client, refreshed(db_session), START, case.id, case.people["karim"])
    assert "The coordinator wrote other words for your bottom line. Do you say yes to them?" in karim.text
    client.follow("Write bottom lines")
    page = client.submit(f"Yes, these words: {NIGHTS}")
    assert ("not shared yet" in page.text, "Earlier words" in page.text) == (True, True)

    sign_in(client, cast.noor)
    client.page(address)
    client.submit("The family was told")
    (line,) = bottom_lines(refreshed(db_session), case.id)
    assert (line.text, line.shared_on, line.agreed_on) == (NIGHTS, START.date(), START.date())
    enter(client, refreshed(db_session), START, case.id, case.people["omar"])
    page = client.follow("What the plan has to meet")
    assert (NIGHTS in page.text, HOME in page.text, "Earlier words" in page.text) == (True, False, False)

    # Other words of the setter leave what the family heard as it is, until the coordinator says yes to them.
    own = By(db_session, participant(case.id, case.people["karim"]), START)
    changed = actions.change_bottom_line(own, case.id, line.id, BottomLineText(text="Somebody grown up sleeps there."))
    assert (changed.unshared, changed.waits) == (False, True)
    noor = By(db_session, cast.noor, START)
    with pytest.raises(Stale):
        actions.agree_words(noor, case.id, line.id, 2)
    assert bottom_lines(refreshed(db_session), case.id)[0].text == NIGHTS
    actions.agree_words(noor, case.id, line.id, 3)
    (line,) = bottom_lines(refreshed(db_session), case.id)
    assert (line.text, line.shared_on) == ("Somebody grown up sleeps there.", None)
    actions.remove_bottom_line(noor, case.id, line.id)
    assert db_session.scalar(select(func.count()).select_from(LineWording)) == 0


def test_the_coordinator_notes_the_yes_of_somebody_without_a_link(
    client: PageClient, cast: Cast, case: Made, db_session: Session
) -> None:
    noor, karim = By(db_session, cast.noor, START), By(db_session, participant(case.id, case.people["karim"]), START)
    line = actions.add_bottom_line(karim, case.id, BottomLineText(text=HOME))
    with pytest.raises(Unknown):
        actions.agree_words(By(db_session, participant(case.id, case.people["els"]), START), case.id, line, 1)
    actions.change_bottom_line(noor, case.id, line, BottomLineText(text=NIGHTS, set_by=case.people["karim"]))
    with pytest.raises(Refusal):
        actions.share_bottom_lines(noor, case.id, None)
    sign_in(client, cast.noor)
    client.page(f"/conferences/{case.id}/bottom-lines")
    assert "Make their link first: Els Vermeer" in client.here.text

    client.submit(f"Karim Jansen said yes to me: {NIGHTS}")

    assert actions.share_bottom_lines(noor, case.id, None) == 1


def test_a_professional_sets_none_and_the_referrer_still_may(
    client: PageClient, cast: Cast, case: Made, db_session: Session
) -> None:
    els = case.people["els"]
    noor = By(db_session, cast.noor, START)
    actions.ask_for_bottom_lines(noor, case.id, els)
    for nobody in ("omar", "marieke"):
        with pytest.raises(Refusal):
            actions.ask_for_bottom_lines(noor, case.id, case.people[nobody])
    page = enter(client, refreshed(db_session), START, case.id, els)
    client.follow("Write bottom lines")
    assert "You were asked on Monday 2 March 2026" in client.here.text
    page = client.submit("I set none")
    assert "I set none" not in page.buttons
    assert "You are asked" not in client.page(f"/conferences/{case.id}/mine").text
    sign_in(client, cast.noor)
    assert "sets none" in client.page(f"/conferences/{case.id}/bottom-lines").text
    db_session.rollback()
    own = By(db_session, participant(case.id, els), START)
    actions.add_bottom_line(own, case.id, BottomLineText(text=NIGHTS))
    assert db_session.get_one(Participant, els).lines_none_on is None
    with pytest.raises(Refusal):
        actions.say_i_set_none(own, case.id)


@pytest.mark.parametrize(
    ("text", "flaws"),
    [
        (NIGHTS, []),
        ("Elke nacht is er een volwassene bij de kinderen.", []),
        ("Oma trekt in bij het gezin.", [LineFlaw.PRESCRIBES]),
        ("Mother follows therapy.", [LineFlaw.PRESCRIBES]),
        ("Er is voldoende toezicht.", [LineFlaw.VAGUE]),
        ("Daan is at school. He is often on time.", [LineFlaw.VAGUE, LineFlaw.LONG]),
        ("The neighbourhood is unsafe.", []),
    ],
)
def test_a_hint_says_what_may_be_amiss(text: str, flaws: list[LineFlaw]) -> None:
    assert [hint.flaw for hint in line_hints(text)] == flaws


@PRINTER
@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_the_sheet(client: PageClient, cast: Cast, case: Made, db_session: Session) -> None:
    address = f"/conferences/{case.id}/bottom-lines"
    noor = By(db_session, cast.noor, START)
    for text, day in ((NIGHTS, START.date()), ("Daan is at school.", None)):
        line = BottomLineText(text=text, ground="safety", set_by=case.people["karim"], shared_on=day)
        actions.add_bottom_line(noor, case.id, line)
    enter(client, refreshed(db_session), START, case.id, case.people["omar"])
    client.page(address)

    paper = client.paper(client.here.link("Print the sheet (PDF)"))

    assert paper.headers["Content-Disposition"].endswith('-bottom-lines.pdf"')
    with pikepdf.open(BytesIO(paper.data)) as pdf:
        assert len(pdf.pages) == 1
    sheet = BottomLineSheet("nl", "EKC-1", "De Wit", "", None, (SheetLine(1, NIGHTS, "veiligheid", "Karim Jansen"),))
    with using("nl"):
        words = document_html(BOTTOM_LINES, sheet)
    assert all(one in words for one in ("Waar het plan aan moet voldoen", "1. An adult", "Gesteld door Karim Jansen."))


def test_whoever_sets_an_agreed_line_asks_to_take_it_away_and_the_coordinator_does(
    client: PageClient, cast: Cast, case: Made, db_session: Session
) -> None:
    noor, karim = By(db_session, cast.noor, START), case.people["karim"]
    line = actions.add_bottom_line(noor, case.id, BottomLineText(text=NIGHTS, set_by=karim, shared_on=START.date()))
    other = actions.add_bottom_line(noor, case.id, BottomLineText(text=HOME, set_by=karim, shared_on=START.date()))
    address = f"/conferences/{case.id}/bottom-lines"
    asked = "Whoever set bottom line 1 asks for other words, or to take it away"

    enter(client, refreshed(db_session), START, case.id, karim)
    client.page(address)
    page = client.submit(f"Ask to take bottom line 1 away: {NIGHTS}")
    assert page.flashes == ["Your coordinator is asked to take it away. Until then it stands."]
    assert "Ask to take bottom line 1 away" not in page.text
    client.submit("Save", {"What the plan has to meet": NIGHTS}, near=NIGHTS)  # and takes that back
    sign_in(client, cast.noor)
    assert asked not in client.page(f"/conferences/{case.id}").text
    enter(client, refreshed(db_session), START, case.id, karim)
    client.page(address)
    client.submit(f"Ask to take bottom line 1 away: {NIGHTS}")

    sign_in(client, cast.noor)
    assert asked in client.page(f"/conferences/{case.id}").text
    page = client.page(address)
    assert "Karim Jansen asks to take this bottom line away." in page.text
    with pytest.raises(Refusal):  # nothing else is shared by it
        actions.share_bottom_lines(noor, case.id, None)
    assert [row.text for row in bottom_lines(refreshed(db_session), case.id)] == [NIGHTS, HOME]
    page = client.submit(f"Take bottom line 1 away: {NIGHTS}")
    assert page.flashes == ["The bottom line is taken away.", "The family knew it. Tell them that it is gone."]
    assert [row.id for row in bottom_lines(refreshed(db_session), case.id)] == [other]
    assert line != other


def test_a_link_that_is_made_leads_on_to_asking_and_the_page_says_once_that_one_was_asked(
    client: PageClient, cast: Cast, case: Made, db_session: Session
) -> None:
    sign_in(client, cast.noor)
    client.page(f"/conferences/{case.id}/bottom-lines")
    client.follow("Make their link first: Els Vermeer")
    client.shown("Make a link for Els Vermeer")
    client.follow("Then ask Els Vermeer for bottom lines")
    client.submit("Ask on their page: Els Vermeer")
    enter(client, refreshed(db_session), START, case.id, case.people["els"])
    page = client.page(f"/conferences/{case.id}/bottom-lines")
    assert "You were asked on Monday 2 March 2026" in page.text
    assert "has said yet whether there are bottom lines" not in page.text
