"""Every text field has a maximum length (docs/security/limits.md), and none cuts what is typed."""

import importlib
from collections.abc import Iterator
from datetime import date
from typing import Any

from flask import Flask
from werkzeug.datastructures import MultiDict
from wtforms import Field, HiddenField, PasswordField, StringField, TextAreaField
from wtforms.fields.core import UnboundField
from wtforms.form import BaseForm

from ekc.conferences.forms.days import DayField, MomentField
from ekc.conferences.forms.fields import BirthField
from ekc.conferences.forms.languages import LanguagesField
from ekc.conferences.forms.numbers import NumberField
from ekc.conferences.forms.places import OwnZoneField
from ekc.core.forms import AtMost, PlainForm, TranslatedForm
from ekc.core.lengths import LINE, PASSAGE
from ekc.venues.forms import HoursField
from tests.architecture.sources import EKC, ROOT


def forms() -> Iterator[type[BaseForm]]:
    """Every form of the product."""
    for path in sorted([*EKC.rglob("forms.py"), *EKC.rglob("forms/*.py")]):
        importlib.import_module(".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"))
    waiting = [BaseForm]
    while waiting:
        below = waiting.pop().__subclasses__()
        waiting += below
        yield from (form for form in below if form.__module__.startswith("ekc."))


#: What is typed into them is read as something else than a text.
READ = (BirthField, DayField, HoursField, LanguagesField, MomentField, NumberField, OwnZoneField)


def is_text(field: object) -> bool:
    """Whether it is a field that people type into."""
    kind = field.field_class if isinstance(field, UnboundField) else object
    return issubclass(kind, StringField) and not issubclass(kind, HiddenField)


def typed_fields() -> Iterator[tuple[str, UnboundField]]:
    """Every field of the product that people type into."""
    for form in forms():
        yield from ((f"{form.__name__}.{name}", field) for name, field in vars(form).items() if is_text(field))


def sent(unbound: UnboundField, text: str) -> Field:
    """The field of a form in which this text was sent, looked at."""
    one_field: Any = type("OneField", (PlainForm,), {"typed": unbound, "today": date(2026, 3, 2)})
    form = one_field(formdata=MultiDict({"typed": text}))
    form.typed.validate({"new_password": form.typed, **form.data})
    return form.typed


def test_every_text_has_its_limit(app: Flask) -> None:
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


def test_a_secret_is_hidden_while_it_is_typed() -> None:
    secrets = {
        f"{form.__name__}.{name}": field.field_class
        for form in forms()
        for name, field in vars(form).items()
        if isinstance(field, UnboundField) and "password" in name
    }

    assert secrets
    assert set(secrets.values()) == {PasswordField}


def test_a_text_that_names_no_limit_has_one(app: Flask) -> None:
    class Endless(PlainForm):
        line = StringField("x")
        area = TextAreaField("x")
        short = StringField("x", [AtMost(3)])

    with app.test_request_context():
        assert [field.flags.at_most for field in Endless()] == [LINE, PASSAGE, 3]
        full = Endless(formdata=MultiDict({"line": "x" * (LINE + 1), "area": "x" * (PASSAGE + 1), "short": "x"}))
        assert (full.validate(), [*full.errors]) == (False, ["line", "area"])


def test_no_text_turns_what_follows_it() -> None:
    texts = {
        form for form in forms() if any(is_text(one) and one.field_class not in READ for one in vars(form).values())
    }
    assert [form for form in texts if not issubclass(form, TranslatedForm)] == []
    with Flask("here").test_request_context():

        class Typed(TranslatedForm):
            class Meta:
                csrf = False

            text = StringField("x", filters=[str.strip])
            password = PasswordField("x")

        sent = "\u202e a\u2066b\u200f "
        form = Typed(formdata=MultiDict({"text": sent, "password": sent}))

    assert (form.text.data, form.password.data) == ("ab\u200f", sent)
