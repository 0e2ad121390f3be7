"""Two people of one name in a circle: wherever a page or a mail names one of them, it says which."""

import re

import pytest
from sqlalchemy.orm import Session

from ekc.accounts.access import By
from ekc.conferences.actions.safety import add_concern
from ekc.conferences.entries import Concern
from ekc.conferences.queries.mails import sent_mails, unreachable
from ekc.core.outbox import OutboxMessage
from ekc.core.transaction import writing
from ekc.plans.actions.agreement import record_agreement
from ekc.workflow.vocabulary import Agreed, Attends, Step
from tests import build
from tests.build import Made
from tests.cast import Cast, enter, sign_in
from tests.client import PageClient
from tests.clock import START
from tests.page import Page

SAME = "Kees de Wit"
WITHOUT_MORE = re.compile(rf"{SAME}(?! \((?:uncle|grandfather)\))")


def _namesakes(session: Session, cast: Cast, case: Made) -> None:
    """The uncle is called as the grandfather is."""
    build.change_details(session, cast, START, case, case.people["omar"], name=SAME)


def _assert_told_apart(page: Page, *, named: bool) -> None:
    assert (SAME in page.text) is named, page.url
    assert not WITHOUT_MORE.search(page.text), page.url
    labels = [node.get("aria-label") or "" for node in page.all("button", "a", "input")]
    assert not [label for label in labels if WITHOUT_MORE.search(label)], page.url


@pytest.mark.parametrize("page", ["", "/circle", "/links", "/history", "/safety", "/attendance"])
def test_before_the_conference_and_on_its_day(client: PageClient, db_session: Session, cast: Cast, page: str) -> None:
    stages = {"/attendance": build.case_in_information, "/history": build.prepared_case}
    case = stages.get(page, build.case_in_setup)(db_session, cast, START)
    _namesakes(db_session, cast, case)
    if page == "/safety":
        add_concern(
            By(db_session, cast.noor, START),
            case.id,
            Concern(participant_id=case.people["omar"], concern="Of shouting."),
        )
    sign_in(client, cast.noor)

    _assert_told_apart(client.page(f"/conferences/{case.id}{page}"), named=True)


def test_a_link_and_a_letter(client: PageClient, db_session: Session, cast: Cast) -> None:
    case = build.case_in_information(db_session, cast, START)
    _namesakes(db_session, cast, case)
    changes = {"attends": Attends.LETTER, "view": "I am proud of you."}
    build.change_details(db_session, cast, START, case, case.people["kees"], **changes)
    sign_in(client, cast.noor)

    _assert_told_apart(client.page(f"/conferences/{case.id}/information"), named=True)
    client.page(f"/conferences/{case.id}/links")
    _assert_told_apart(client.shown(f"Make a link for {SAME} (grandfather)"), named=True)


def test_who_does_not_agree_and_whom_to_ring(client: PageClient, db_session: Session, cast: Cast) -> None:
    """The family reads who says no: nobody is taken for somebody else."""
    case = build.case_in_presentation(db_session, cast, START)
    _namesakes(db_session, cast, case)
    build.write_plan(db_session, cast, START, case)
    noor = By(db_session, cast.noor, START)
    sign_in(client, cast.noor)
    _assert_told_apart(client.page(f"/conferences/{case.id}/plan"), named=True)
    _assert_told_apart(client.page(f"/conferences/{case.id}"), named=True)
    build.answer_plan(db_session, cast, START, case)
    build.step(db_session, cast, START, case, Step.AGREE_PLAN)
    record_agreement(noor, case.id, case.people["omar"], Agreed.NO, "I was not heard.")

    _assert_told_apart(enter(client, db_session, START, case.id, case.people["marieke"]), named=True)


def test_whom_no_mail_reaches(client: PageClient, db_session: Session, cast: Cast) -> None:
    case = build.case_in_setup(db_session, cast, START)
    _namesakes(db_session, cast, case)
    build.change_details(db_session, cast, START, case, case.people["kees"], email="kees@example.org")
    with writing(db_session):
        db_session.add_all(
            OutboxMessage(
                key=f"test:{who}",
                message_id=who,
                language="en",
                way="email",
                subject="A link",
                recipient=f"{who}@example.org",
                body="",
                conference_id=case.id,
                participant_id=case.people[who],
                queued_at=START,
                returned_at=START,
            )
            for who in ("omar", "kees")
        )
    both = {f"{SAME} (uncle)", f"{SAME} (grandfather)"}

    assert {one.name for one in unreachable(db_session, [case.id])[case.id]} == both
    assert {name for sent in sent_mails(db_session, case.id) for name in sent.lost} == both
    sign_in(client, cast.noor)
    _assert_told_apart(client.page("/"), named=True)
