"""Every text field has a maximum length (docs/security/limits.md)."""

import importlib
from collections.abc import Iterator

from flask import Flask
from werkzeug.datastructures import MultiDict
from wtforms import HiddenField, PasswordField, StringField
from wtforms.fields.core import UnboundField
from wtforms.form import BaseForm
from wtforms.validators import Length

from ekc.conferences.forms.days import DayField, MomentField
from ekc.conferences.forms.fields import BirthField
from ekc.conferences.forms.numbers import NumberField
from ekc.core.forms import TranslatedForm
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


def texts(form: type[BaseForm]) -> Iterator[tuple[str, int]]:
    """The text fields of a form with their maximum length; -1 without one."""
    for name, field in vars(form).items():
        if not isinstance(field, UnboundField) or not issubclass(field.field_class, StringField):
            continue
        if issubclass(field.field_class, HiddenField | NumberField | DayField | MomentField | BirthField):
            continue  # what the page showed: compared, never kept; a number or a day, whose pattern has its end
        validators = field.kwargs.get("validators") or next((a for a in field.args if isinstance(a, list)), [])
        yield name, max((one.max for one in validators if isinstance(one, Length)), default=-1)


def test_every_text_has_its_limit() -> None:
    found = {f"{form.__name__}.{name}": most for form in forms() for name, most in texts(form)}

    assert len(found) > 50
    assert {name: most for name, most in found.items() if not 0 < most <= 5000} == {}


def test_a_secret_is_hidden_while_it_is_typed() -> None:
    secrets = {
        f"{form.__name__}.{name}": field.field_class
        for form in forms()
        for name, field in vars(form).items()
        if isinstance(field, UnboundField) and "password" in name
    }

    assert secrets
    assert set(secrets.values()) == {PasswordField}


def test_a_text_without_a_limit_is_seen() -> None:
    class Endless(BaseForm):  # type: ignore[misc]
        short = StringField("x", [Length(max=3)])
        long = StringField("x")
        secret = PasswordField("x", validators=[])
        shown = HiddenField()

    assert list(texts(Endless)) == [("short", 3), ("long", -1), ("secret", -1)]


def test_no_text_turns_what_follows_it() -> None:
    bare = {name for form in forms() for name, _ in texts(form) if not issubclass(form, TranslatedForm)}
    assert bare == set()
    with Flask("here").test_request_context():

        class Typed(TranslatedForm):
            class Meta:
                csrf = False

            text = StringField("x", filters=[str.strip])
            password = PasswordField("x")

        sent = "\u202e a\u2066b\u200f "
        form = Typed(formdata=MultiDict({"text": sent, "password": sent}))

    assert (form.text.data, form.password.data) == ("ab\u200f", sent)
