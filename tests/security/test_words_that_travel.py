"""Text in exports and documents (spreadsheet formulas, characters), and consent that must reach the right person."""

import io

import pikepdf
import pytest
from sqlalchemy.orm import Session

from ekc.accounts.access import By
from ekc.conferences.queries.circle import circle
from ekc.core.errors import Stale
from ekc.matching.actions.asking import ask_coordinator
from ekc.matching.actions.independence import accept, confirm_coordinator
from ekc.matching.entries import Declaration
from ekc.matching.queries.match import matches
from ekc.plans import edits
from ekc.plans.actions.drafts import change_plan
from ekc.plans.draft import NewAction
from ekc.reports.exports import _without_formula
from ekc.workflow.vocabulary import Step, VoiceMatter
from tests import build
from tests.cast import Cast, participant, sign_in
from tests.client import PageClient
from tests.clock import FrozenClock
from tests.voices import said


@pytest.mark.parametrize(
    ("typed", "written"),
    [
        ("Rivierstad", "Rivierstad"),
        ("Sint-Oedenrode, Best", "Sint-Oedenrode, Best"),
        ("=HYPERLINK(1)", "'=HYPERLINK(1)"),
        ("＝HYPERLINK(1)", "'＝HYPERLINK(1)"),
        ("Best;=HYPERLINK(1)", "Best;'=HYPERLINK(1)"),
        ('Best; "@SUM(1)', "Best;' \"@SUM(1)"),
        ("Best\n+1", "Best\n'+1"),
        ("\t=1", "'\t'=1"),
    ],
)
def test_no_cell_is_a_formula_wherever_it_is_cut(typed: str, written: str) -> None:
    assert _without_formula(typed) == written


def test_a_name_stands_on_one_line(client: PageClient, db_session: Session, cast: Cast, clock: FrozenClock) -> None:
    case = build.case_in_setup(db_session, cast, clock())
    sign_in(client, cast.noor)
    client.page(f"/conferences/{case.id}/circle")
    sending = client.form("Add to the circle").fill({"Name": "Oma", "Role in the circle": "family", "Relation": "gran"})
    payload = sending.payload() | {"name": ["Oma\u202e\r\nBcc: x@example.org\r=1\u2066"]}

    db_session.rollback()
    client.post(sending.url, data=payload)

    assert circle(db_session, case.id)[-1].name == "Oma Bcc: x@example.org =1"


@pytest.mark.filterwarnings("ignore:unclosed file.*sRGB2014.icc:ResourceWarning")  # of the renderer itself
def test_words_on_paper_fetch_nothing_and_run_nothing(
    client: PageClient, db_session: Session, cast: Cast, clock: FrozenClock
) -> None:
    words = (
        '<img src="file:///etc/passwd"> <link rel=attachment href=file:///etc/passwd> <style>*{background:url(http://127.0.0.1:1)}'
        "</style> {{ 7*7 }} {% raw %} %(name)s %s url(file:///etc/hosts)"
    )
    sign_in(client, cast.noor)
    case = build.case_in_presentation(db_session, cast, clock(), title=words)
    build.write_plan(db_session, cast, clock(), case)
    new = NewAction(what=words[:300], who=(case.people["omar"],), by=clock().date())
    change_plan(By(db_session, cast.noor, clock()), case.id, 6, edits.add_action("g1", new))
    build.answer_plan(db_session, cast, clock(), case)
    build.step(db_session, cast, clock(), case, Step.AGREE_PLAN)

    answer = client.paper(f"/conferences/{case.id}/plan/versions/1.pdf")

    assert (answer.status_code, answer.mimetype) == (200, "application/pdf")
    assert answer.headers["Content-Disposition"] == 'inline; filename="EKC-2026-0001-plan-1.pdf"'
    with pikepdf.open(io.BytesIO(answer.data)) as paper:
        assert list(paper.attachments) == ["plan.json"]
        assert words in str(paper.docinfo["/Title"])
    assert b"root:x:" not in answer.data


def test_a_yes_is_for_the_coordinator_who_was_shown(db_session: Session, cast: Cast, clock: FrozenClock) -> None:
    case = build.registered_case(db_session, cast, clock())
    marieke = participant(case.id, case.people["marieke"])
    ask_coordinator(By(db_session, cast.ruud, clock()), case.id, cast.noor.account_id or 0)
    accept(By(db_session, cast.noor, clock()), case.id, Declaration("I know nobody."))
    shown = matches(db_session, case.id).current
    assert shown is not None
    ask_coordinator(By(db_session, cast.ruud, clock()), case.id, cast.denise.account_id or 0)
    accept(By(db_session, cast.denise, clock()), case.id, Declaration("Nor do I."))

    with pytest.raises(Stale):
        confirm_coordinator(By(db_session, marieke, clock()), case.id, match_id=shown.id)

    now = matches(db_session, case.id).current
    assert now is not None
    assert (now.name, said(db_session, case.id, VoiceMatter.COORDINATOR)) == ("Denise Okafor", [])
