"""Forms: what WTForms and our own fields say by themselves is said in the language in force."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any

import pytest
from flask import Flask
from wtforms import Form

from ekc.core.forms import TranslatedForm, rarer_marks
from ekc.core.language import using
from ekc.evaluations.forms import NextEvaluationForm, TickForm
from ekc.meetings.forms.meeting import MeetingForm


@pytest.mark.parametrize(
    ("code", "no_choice", "no_day"),
    [
        ("en", "Not a valid choice.", "Write the day as day-month-year, for example 18-04-2026."),
        ("nl", "Ongeldige keuze.", "Vul de dag in als dag-maand-jaar, bijvoorbeeld 18-04-2026."),
        ("prs", "Not a valid choice.", "Write the day as day-month-year, for example 18-04-2026."),  # not in WTForms
    ],
)
def test_what_wtforms_says_is_in_the_language_in_force(app: Flask, code: str, no_choice: str, no_day: str) -> None:
    with app.test_request_context(method="POST", data={"state": "never", "due_on": "soon"}), using(code):
        tick, evaluation = TickForm(), NextEvaluationForm()
        tick.validate()
        evaluation.validate()

    assert (list(tick.state.errors), list(evaluation.due_on.errors)) == ([no_choice], [no_day])


def test_every_form_is_translated(app: Flask) -> None:
    ours = [kind for kind in _subclasses(Form) if kind.__module__.startswith("ekc.")]
    assert [kind for kind in ours if not issubclass(kind, TranslatedForm)] == []
    assert app
    assert len(ours) > 40


def _subclasses(kind: Any) -> Iterator[type]:
    for one in kind.__subclasses__():
        yield one
        yield from _subclasses(one)


@pytest.mark.parametrize("typed", ["2026-04-08", "08-04-2026", "8-4-2026"])
def test_a_day_is_read_as_a_browser_sends_it_and_as_people_type_it(app: Flask, typed: str) -> None:
    with app.test_request_context(method="POST", data={"due_on": typed}):
        assert NextEvaluationForm().due_on.data == date(2026, 4, 8)


@pytest.mark.parametrize("typed", ["2026-04-08T10:30", "08-04-2026 10:30"])
def test_a_time_is_read_as_a_browser_sends_it_and_as_people_type_it(app: Flask, typed: str) -> None:
    with app.test_request_context(method="POST", data={"starts_at": typed}):
        assert MeetingForm({}, None, ("", "", ""), started=False).starts_at.instant("Europe/Amsterdam") == datetime(
            2026, 4, 8, 8, 30, tzinfo=UTC
        )


@pytest.mark.parametrize(
    ("kinds", "marked"),
    [
        (["optional"], ["optional"]),
        (["optional", "optional"], []),
        (["optional", "required", "required"], ["optional"]),
        (["optional", "optional", "required"], ["required"]),
        (["required", "required"], []),
    ],
)
def test_of_a_form_the_rarer_is_marked_or_a_sentence_says_that_all_may_stay_empty(
    app: Flask, kinds: list[str], marked: list[str]
) -> None:
    drawn = "".join(f'<label> <span class="field__mark" data-mark="{kind}">({kind})</span></label>' for kind in kinds)
    with app.test_request_context(), using("en"):
        form = rarer_marks(drawn)

    assert [kind for kind in ("optional", "required") for _ in range(form.count(f'"{kind}"'))] == marked
    assert ("You need not fill in everything." in form) is (kinds == ["optional", "optional"])
