"""Days: of what happened none lies in the future, and what is set for later lies ahead. Nothing typed is lost.

Which fields these are, the forms say; each has to be known here.
"""

from datetime import timedelta
from enum import Enum

import pytest
from flask import Flask

from ekc.core.db import make_sessions
from tests.cast import make_cast
from tests.clock import START
from tests.database import Database
from tests.page import Page
from tests.security.every_form import DEMO, Found, distinct, every_form, forms_of, undone
from tests.security.test_older_pages import post, wholes
from tests.stories.paper import PRINTER

pytestmark = [PRINTER, pytest.mark.parametrize("database", ["sqlite"], indirect=True)]


class Lies(Enum):
    """Where a day has to lie, seen from today."""

    HAPPENED = "This day is still to come. Choose today or an earlier day.", timedelta(days=2)
    TIME_PASSED = "This time has not come yet. Give the times as they were.", timedelta(days=2)
    AHEAD = "This day has passed. Choose a day that lies ahead.", timedelta(days=-2)
    LAST_DAY = "This day is over. Choose today or a later day, or close the account.", timedelta(days=-2)
    EVALUATION = "The evaluation date does not lie ahead: choose a later one", timedelta(days=-2)
    ANYWHERE = "", timedelta()


#: By endpoint and field, without prefixes and ids.
DAYS = {
    ("conferences.add_bottom_line", "shared_on"): Lies.HAPPENED,
    ("conferences.share_bottom_lines", "on"): Lies.HAPPENED,
    ("conferences.add_consent", "given_on"): Lies.HAPPENED,
    ("conferences.change_bottom_line", "shared_on"): Lies.HAPPENED,
    ("conferences.change_person", "born"): Lies.HAPPENED,
    ("conferences.change_person", "excluded_on"): Lies.HAPPENED,
    ("conferences.change_person", "informed_on"): Lies.HAPPENED,
    ("conferences.change_registration", "question_agreed_on"): Lies.HAPPENED,
    ("conferences.change_registration", "said_yes_"): Lies.HAPPENED,
    ("conferences.fill_in", "born"): Lies.HAPPENED,
    ("conferences.fill_in", "consented_on"): Lies.HAPPENED,
    ("conferences.fill_in", "excluded_on"): Lies.HAPPENED,
    ("conferences.log_contact", "on"): Lies.HAPPENED,
    ("conferences.hear", "on"): Lies.HAPPENED,
    ("conferences.inform", "on"): Lies.HAPPENED,
    ("conferences.change_person", "safe_on"): Lies.HAPPENED,
    ("conferences.withdraw_consent", "on"): Lies.HAPPENED,
    ("evaluations.record_follow_up", "held_on"): Lies.HAPPENED,
    ("evaluations.plan_evaluation", "due_on"): Lies.AHEAD,
    ("matching.add_absence", "first_day"): Lies.ANYWHERE,  # it may have begun
    ("matching.add_absence", "last_day"): Lies.ANYWHERE,  # judged beside the first (tests/matching/test_profile.py)
    ("matching.accept", "accepted_on"): Lies.HAPPENED,
    ("matching.confirm", "confirmed_on"): Lies.HAPPENED,
    ("meetings.arrange", "starts_at"): Lies.AHEAD,
    ("meetings.offer_dates", "other"): Lies.AHEAD,
    ("plans.add_action", "by"): Lies.AHEAD,
    ("plans.add_action", "starts"): Lies.ANYWHERE,  # it may have begun
    ("plans.change_part", "by"): Lies.AHEAD,
    ("plans.change_part", "starts"): Lies.ANYWHERE,
    ("plans.set_evaluation", "at"): Lies.EVALUATION,
    ("privatetime.correct", "started"): Lies.TIME_PASSED,
    ("privatetime.correct_stretch", "came"): Lies.TIME_PASSED,
    ("privatetime.correct_stretch", "left"): Lies.TIME_PASSED,
    ("staff.leaving", "leaves_on"): Lies.LAST_DAY,
    ("conferences.note_offer", "on"): Lies.HAPPENED,
    ("conferences.register_page", "said_yes_on"): Lies.HAPPENED,
}


def fields(form: Found) -> dict[str, str]:
    """The name of each field for a day or a time, by the name under which it stands in `DAYS`."""
    days = [
        field.name for field in form.fields if field.kind in ("date", "datetime-local") or field.name.endswith("born")
    ]
    return {name.rpartition("-")[2].rstrip("0123456789"): name for name in days}


@pytest.fixture(scope="module")
def forms(shared_app: Flask, database: Database) -> dict[str, Found]:
    """The form of each route that takes one by POST and has a day or a time."""
    with make_sessions(database.engine)() as session:
        _, found = every_form(session, shared_app, make_cast(session))
    return {form.endpoint: form for form in found if form.method == "POST" and form.endpoint not in DEMO}


def test_each_day_is_known(forms: dict[str, Found]) -> None:
    assert {(form.endpoint, name) for form in forms.values() for name in fields(form)} == DAYS.keys()


def test_no_page_leaves_a_day_to_a_box_of_the_browser(forms: dict[str, Found]) -> None:
    assert {field.kind for form in forms.values() for field in form.fields} & {"time", "month", "week"} == set()
    days = [field for form in forms.values() for field in form.fields if field.kind in ("date", "datetime-local")]
    assert {field.drawn for field in days} == {"text"}


def test_a_day_on_the_wrong_side_of_today_is_refused_where_it_is_typed(
    shared_app: Flask, forms: dict[str, Found]
) -> None:
    faults = {
        key: fault
        for key, lies in DAYS.items()
        if lies is not Lies.ANYWHERE and (fault := wrong(shared_app, forms[key[0]], key[1], lies))
    }
    assert not faults, "\n".join(f"{k}: {v}" for k, v in faults.items())


def wrong(app: Flask, form: Found, name: str, lies: Lies) -> str:
    """What is wrong with the answer to a day on the wrong side; "" if nothing is."""
    sentence, off = lies.value
    field = next(field for field in form.fields if field.name == fields(form)[name])
    there = START + off
    typed = there.strftime("%Y-%m-%dT%H:%M" if field.kind == "datetime-local" else "%Y-%m-%d")
    answers = []
    empty = {"starts", "every", "employer", "relation", "interest"}  # to be left out beside what else is sent
    beside = {one.name: [""] for one in form.fields if one.name.rpartition("-")[2] in empty}
    for sent in distinct(whole | beside | {field.name: [typed]} for whole in wholes(form)):
        with undone(app) as ask:
            answer = post(ask, form, sent)
            page = Page(answer.text, form.url, answer.status_code)
            said = [error for error in page.errors if error.endswith(sentence) and error != sentence]
            again = [one.shown()[field.name] for one in forms_of(app, page, form.cookie) if one.url == form.url]
            if answer.status_code == 422 and said and [typed] in again:
                return ""
            answers.append((answer.status_code, page.errors, again))
    return str(answers[:4])
