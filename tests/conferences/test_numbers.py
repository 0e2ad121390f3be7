"""Hours, money and marks as people type them: one reader, one field, in every form that asks for a number."""

from decimal import Decimal

import pytest
import wtforms
from flask import Flask
from werkzeug.datastructures import MultiDict
from wtforms import Form
from wtforms.widgets import HiddenInput

from ekc.conferences.forms.numbers import NumberField, read_number
from ekc.core.language import using
from ekc.evaluations.forms import read_marks
from tests.conferences.all_forms import fields_of, form_classes


@pytest.mark.parametrize(
    ("typed", "dutch", "english"),
    [
        ("7,5", "7.5", "7.5"),
        ("7.5", "7.5", "7.5"),
        ("1.234,50", "1234.50", "1234.50"),
        ("1,234.50", "1234.50", "1234.50"),
        ("€ 1 234,50", "1234.50", "1234.50"),
        ("1.234.567", "1234567", "1234567"),
        ("1.234", "1234", "1.234"),
        ("1,234", "1.234", "1234"),
        ("0,125", "0.125", "0.125"),
        ("€ 12,-", "12", "12"),
    ],
)
def test_a_number_is_read_as_people_type_it(typed: str, dutch: str, english: str) -> None:
    assert (read_number(typed, "."), read_number(typed, ",")) == (Decimal(dutch), Decimal(english))


@pytest.mark.parametrize(
    "typed", ["31:30", "1.65.0", "1.2,3", "1,65.432,1", "-3", "1e3", "many", "", "9" * 41, "1" * 99_999 + "x"]
)
def test_what_is_no_number_is_refused(typed: str) -> None:
    for group in ".,":
        with pytest.raises(ValueError, match=r"^"):
            read_number(typed, group)


@pytest.mark.parametrize(
    ("language", "typed", "cents", "shown"),
    [
        ("nl", "1.234,50", 123450, "1234,50"),
        ("en", "1.234,50", 123450, "1234.50"),
        ("nl", "1.234", 123400, "1234,00"),
        ("en", "1.234", None, ""),
        ("nl", "0,125", None, ""),
    ],
)
def test_money_is_shown_as_its_reader_writes_it(
    app: Flask, language: str, typed: str, cents: int | None, shown: str
) -> None:
    class Asks(Form):  # type: ignore[misc]
        fee = NumberField("Fee", 100, "Type an amount.")

    with app.test_request_context(), using(language):
        sent = Asks(MultiDict({"fee": typed}))
        assert (sent.fee.data, sent.fee.process_errors) == (cents, [] if cents else ["Type an amount."])
        assert Asks(data={"fee": cents}).fee._value() == shown


@pytest.mark.parametrize(
    ("typed", "marks"), [("9, 8,8", (9, 8, 8)), ("9 8 8", (9, 8, 8)), ("9,8,8", (9, 8, 8)), ("9; 8", (9, 8))]
)
def test_marks_are_read(typed: str, marks: tuple[int, ...]) -> None:
    assert read_marks(typed) == marks


@pytest.mark.parametrize("typed", ["7,5 8", "7,5", "7.5 8", "11"])
def test_a_mark_with_a_fraction_is_not_two_marks(typed: str) -> None:
    with pytest.raises(ValueError, match=r"\d"):
        read_marks(typed)


def test_every_form_asks_for_a_number_with_this_field() -> None:
    others = {
        (form.__name__, name)
        for form in form_classes()
        for name, field in fields_of(form).items()
        if issubclass(field.field_class, wtforms.IntegerField | wtforms.DecimalField | wtforms.FloatField)
        and not isinstance(field.kwargs.get("widget", field.field_class.widget), HiddenInput)
    }
    assert others == set()
