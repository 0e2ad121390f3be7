"""Forms: what WTForms and our own fields say by themselves is said in the language in force."""

from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from flask_wtf import FlaskForm

from ekc.core.forms import TranslatedForm
from ekc.core.language import using
from ekc.evaluations.forms import NextEvaluationForm
from ekc.signin.forms import SignInForm


@pytest.mark.parametrize(
    ("code", "too_long", "no_day"),
    [
        (
            "en",
            "Field cannot be longer than 254 characters.",
            "Write the day as year-month-day, for example 2026-04-18.",
        ),
        (
            "nl",
            "Veld mag niet langer zijn dan 254 karakters.",
            "Schrijf de dag als jaar-maand-dag, bijvoorbeeld 2026-04-18.",
        ),
        (
            "prs",
            "Field cannot be longer than 254 characters.",
            "Write the day as year-month-day, for example 2026-04-18.",
        ),  # not in WTForms
    ],
)
def test_what_wtforms_says_is_in_the_language_in_force(app: Flask, code: str, too_long: str, no_day: str) -> None:
    sent = {"email": "a" * 255, "password": "x", "due_on": "soon"}
    with app.test_request_context(method="POST", data=sent), using(code):
        sign_in, evaluation = SignInForm(), NextEvaluationForm()
        sign_in.validate()
        evaluation.validate()

    assert (list(sign_in.email.errors), list(evaluation.due_on.errors)) == ([too_long], [no_day])


def test_every_form_that_is_sent_is_translated(app: Flask) -> None:
    ours = [kind for kind in _subclasses(FlaskForm) if kind.__module__.startswith("ekc.")]
    assert [kind for kind in ours if not issubclass(kind, TranslatedForm)] == []
    assert app
    assert len(ours) > 40


def _subclasses(kind: Any) -> Iterator[type]:
    for one in kind.__subclasses__():
        yield one
        yield from _subclasses(one)
