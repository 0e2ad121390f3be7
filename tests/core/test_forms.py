"""Forms: what WTForms and our own fields say by themselves is said in the language in force."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any

import pytest
from flask import Flask
from flask_wtf import FlaskForm
from werkzeug.datastructures import MultiDict
from wtforms import Field, HiddenField, PasswordField, StringField
from wtforms.fields.core import UnboundField

from ekc.conferences.forms.days import DayField, MomentField
from ekc.conferences.forms.fields import BirthField
from ekc.conferences.forms.numbers import NumberField
from ekc.core.forms import PlainForm, TranslatedForm
from ekc.core.language import using
from ekc.evaluations.forms import NextEvaluationForm, TickForm
from ekc.meetings.forms import DateForm
from tests.conferences.all_forms import fields_of, form_classes


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


#: What is typed into them is read as something else than a text.
READ = (BirthField, DayField, MomentField, NumberField)


def typed_fields() -> Iterator[tuple[str, UnboundField]]:
    """Every field of the product that people type into."""
    for form in form_classes():
        for name, field in fields_of(form).items():
            if issubclass(field.field_class, StringField) and not issubclass(field.field_class, HiddenField):
                yield f"{form.__module__}.{form.__name__}.{name}", field


def sent(unbound: UnboundField, text: str) -> Field:
    """The field of a form in which this text was sent, looked at."""
    one_field: Any = type("OneField", (PlainForm,), {"typed": unbound, "today": date(2026, 3, 2)})
    form = one_field(formdata=MultiDict({"typed": text}))
    form.typed.validate({"new_password": form.typed, **form.data})
    return form.typed


def test_each_text_has_a_limit_and_none_is_cut(app: Flask) -> None:
    wrong = []
    with app.test_request_context(method="POST"):
        for called, unbound in typed_fields():
            most = sent(unbound, "").flags.at_most
            fits, over = sent(unbound, "x" * most), sent(unbound, "x" * (most + 1))
            said = f"This is {most + 1:,} characters long, and at most {most:,} fit. Shorten it by 1."
            read = unbound.field_class in READ or fits.data == "x" * most
            whole = isinstance(over, PasswordField) or "x" * (most + 1) in str(over())  # a password is typed anew
            if said in fits.errors or said not in over.errors or not (read and whole) or "maxlength" in str(over()):
                wrong.append(called)

    assert wrong == []


def test_every_form_that_is_sent_is_translated(app: Flask) -> None:
    ours = [kind for kind in _subclasses(FlaskForm) if kind.__module__.startswith("ekc.")]
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
        assert DateForm().to_instant("Europe/Amsterdam") == datetime(2026, 4, 8, 8, 30, tzinfo=UTC)
