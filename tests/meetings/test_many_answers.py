"""Answers about possible dates that come all at once, after the date was set, or from a link that has ended."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from threading import Barrier
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from ekc.accounts.access import By
from ekc.conferences.actions import circle
from ekc.conferences.actions import links as link_actions
from ekc.conferences.entries import PersonDetails
from ekc.core.db import make_sessions
from ekc.core.errors import Refusal
from ekc.meetings import queries
from ekc.meetings.actions import dates
from ekc.meetings.actions.dates import DatesOffered, DatesSaid
from ekc.meetings.models import DateAnswer, DateGuest
from ekc.workflow.vocabulary import DateFit, Part
from tests.build import Made, case_in_setup
from tests.cast import Cast, come_in, make_link, open_link, participant
from tests.client import PageClient
from tests.clock import START
from tests.database import refreshed
from tests.page import Page

pytestmark = pytest.mark.both_databases
TUESDAY = datetime(2026, 3, 10, 9, 0, tzinfo=UTC)
PEOPLE, DATES = 20, 20
FITS = tuple(DateFit)


@pytest.fixture
def case(db_session: Session, cast: Cast) -> Made:
    """Twenty people of the family are asked about twenty dates."""
    made = case_in_setup(db_session, cast, START)
    noor = By(db_session, cast.noor, START)
    new = [PersonDetails(name=f"Cousin {n}", part=Part.FAMILY, relation="cousin") for n in range(PEOPLE)]
    ids = circle.add_people(noor, made.id, new)
    possible = tuple(TUESDAY + timedelta(days=n) for n in range(DATES))
    dates.offer_dates(noor, made.id, DatesOffered(frozenset(), possible))
    dates.ask_about_dates(noor, made.id, ids)
    return Made(made.id, {f"cousin {n}": id_ for n, id_ in enumerate(ids)})


def options(session: Session, case: Made) -> list[int]:
    meeting = queries.current_meeting(refreshed(session), case.id)
    assert meeting is not None
    return [row.id for row in queries.date_options(session, meeting.id)]


def kept(session: Session) -> dict[tuple[int, int], DateFit]:
    rows = refreshed(session).execute(select(DateAnswer.option_id, DateAnswer.participant_id, DateAnswer.fits))
    return {(option, person): fit for option, person, fit in rows}


def test_of_400_answers_that_come_at_once_each_is_kept(
    engine: Engine, db_session: Session, cast: Cast, case: Made
) -> None:
    """Each in a transaction of its own: by whoever is asked, and by the coordinator who rings others meanwhile."""
    asked = options(db_session, case)
    wanted = {
        (option, person): FITS[(option + person) % len(FITS)] for option in asked for person in case.people.values()
    }
    make = make_sessions(engine)

    def answer(one: tuple[tuple[int, int], DateFit]) -> None:
        (option, person), fit = one
        said = DatesSaid({option: fit})
        with make() as session:
            if option % 2:
                dates.answer_dates(By(session, participant(case.id, person), START), case.id, said)
            else:
                dates.note_dates(By(session, cast.noor, START), case.id, person, said)

    db_session.rollback()
    with ThreadPoolExecutor(16) as pool:
        list(pool.map(answer, wanted.items()))  # raises what any of them raised

    assert len(wanted) == PEOPLE * DATES == 400
    assert kept(db_session) == wanted
    assert db_session.scalar(select(func.count()).select_from(DateGuest)) == PEOPLE


def test_twenty_who_send_their_answers_in_one_moment_are_thanked(
    app: Flask, db_session: Session, cast: Cast, case: Made
) -> None:
    together = Barrier(PEOPLE)
    pages: list[tuple[PageClient, str, Any]] = []
    for n, person in enumerate(case.people.values()):
        client = app.test_client()
        assert isinstance(client, PageClient)
        come_in(client, refreshed(db_session), START, participant(case.id, person))
        client.page(f"/conferences/{case.id}/my-dates")
        said = ("yes", "if needed", "no")[n % 3]
        sending = client.form("Send my answers").fill({"All dates that have no answer yet": said})
        pages.append((client, sending.url, sending.payload()))

    def send(one: tuple[PageClient, str, Any]) -> int:
        client, url, payload = one
        together.wait(30)
        return client.post(url, data=payload).status_code

    db_session.rollback()
    with ThreadPoolExecutor(PEOPLE) as pool:
        statuses = list(pool.map(send, pages))

    assert Counter(statuses) == {303: PEOPLE}
    counted = Counter(kept(db_session).values())
    assert counted == {DateFit.YES: 7 * DATES, DateFit.IF_NEEDED: 7 * DATES, DateFit.NO: 6 * DATES}


def test_whoever_answers_while_the_date_is_set_is_counted_or_hears_that_it_was_chosen(
    engine: Engine, db_session: Session, cast: Cast, case: Made
) -> None:
    chosen = options(db_session, case)[0]
    make, together = make_sessions(engine), Barrier(PEOPLE + 1)

    def answer(person: int) -> str:
        with make() as session:
            together.wait(30)
            try:
                said = DatesSaid({chosen: DateFit.YES})
                dates.answer_dates(By(session, participant(case.id, person), START), case.id, said)
            except Refusal as refused:
                return str(refused)
        return ""

    def choose() -> int:
        with make() as session:
            together.wait(30)
            return dates.choose_from_answers(By(session, cast.noor, START), case.id, chosen)

    db_session.rollback()
    with ThreadPoolExecutor(PEOPLE + 1) as pool:
        come = pool.submit(choose)
        told = list(pool.map(answer, case.people.values()))

    refused = [one for one in told if one]
    assert all(one.startswith("The day has been chosen meanwhile") for one in refused)
    assert len(kept(db_session)) == PEOPLE - len(refused) == come.result()


def test_an_answer_from_a_link_that_has_ended_is_not_kept_and_the_page_says_what_to_do(
    client: PageClient, db_session: Session, cast: Cast, case: Made
) -> None:
    person = case.people["cousin 3"]
    path = make_link(refreshed(db_session), START, case.id, person)
    open_link(client, path)
    client.follow("Say which days suit me")
    sending = client.form("Send my answers").fill({"All dates that have no answer yet": "yes"})
    link_actions.revoke_links(By(refreshed(db_session), cast.noor, START), case.id, person)

    answer = client.post(sending.url, data=sending.payload(), follow_redirects=True)
    page = Page(answer.text, answer.request.path, answer.status_code)
    assert (page.heading, kept(db_session)) == ("You are signed out", {})
    assert "Does your link not work any more? Ring your coordinator: they make you a new one." in page.text
    page = client.page(path, status=404)
    assert page.heading == "This link does not work any more"
    assert "Ask your coordinator for a new one." in page.text
