"""Days and times as people type them: one reader, one field, in every form that asks for one."""

import re
from datetime import date, datetime

import pytest
import wtforms
from flask import Flask
from sqlalchemy.orm import Session
from wtforms import Form

from ekc.conferences.forms.days import DayField, MomentField, read_day, read_moment
from ekc.conferences.forms.fields import BirthField
from ekc.core.errors import Refusal
from tests.build import case_in_setup
from tests.cast import Cast, sign_in
from tests.client import PageClient
from tests.clock import START
from tests.conferences.all_forms import fields_of, form_classes

TODAY = date(2026, 3, 2)
#: What a day or time is called in a form.
DATE_LIKE = re.compile(r"(.*_)?(on|at|since|until|starts|came|left|date|born)")


@pytest.mark.parametrize(
    ("typed", "day"),
    [
        ("18-4-2026", date(2026, 4, 18)),
        ("18/04/2026", date(2026, 4, 18)),
        ("18.4.2026", date(2026, 4, 18)),
        ("18 april 2026", date(2026, 4, 18)),
        ("2026-04-18", date(2026, 4, 18)),
        ("3 feb", date(2026, 2, 3)),
        ("3 februari", date(2026, 2, 3)),
        ("3-2", date(2026, 2, 3)),
        ("30 dec.", date(2025, 12, 30)),
        ("1 mei", date(2026, 5, 1)),
        ("29 feb 2028", date(2028, 2, 29)),
        ("Saturday 18 April 2026", date(2026, 4, 18)),
        ("za 18 april", date(2026, 4, 18)),
        ("18th April", date(2026, 4, 18)),
        ("1e mei", date(2026, 5, 1)),
        ("18 – 4 – 2026", date(2026, 4, 18)),
        ("30/11/26", date(2026, 11, 30)),
        ("18-4-46", date(2046, 4, 18)),
        ("18-4-47", date(1947, 4, 18)),
        ("3 feb '27", date(2027, 2, 3)),
    ],
)
def test_a_day_is_read_as_people_type_it(typed: str, day: date) -> None:
    assert read_day(typed, TODAY) == day


@pytest.mark.parametrize(
    ("typed", "day"),
    [("3 feb", date(2027, 2, 3)), ("2 mrt", TODAY), ("1 mei", date(2026, 5, 1)), ("3 feb 2026", date(2026, 2, 3))],
)
def test_a_day_without_a_year_that_lies_ahead_is_the_next(typed: str, day: date) -> None:
    assert read_day(typed, TODAY, ahead=True) == day
    assert read_moment(f"{typed} 10:00", TODAY, ahead=True) == datetime(day.year, day.month, day.day, 10)  # noqa: DTZ001


@pytest.mark.parametrize("typed", ["31-2-2026", "29 feb", "18-4-126", "3 xyz", "18", "20260418", "2026-W16-6", ""])
def test_what_is_no_day_is_refused(typed: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        read_day(typed, TODAY)


@pytest.mark.parametrize("typed", ["0026-12-20", "20-12-0026", "31-12-1899", "1-1-2201", "9999-12-31"])
def test_a_year_that_cannot_be_is_refused(typed: str) -> None:
    with pytest.raises(OverflowError):
        read_day(typed, TODAY)


@pytest.mark.parametrize(
    ("typed", "moment"),
    [
        ("18-04-2026 10:00", "2026-04-18T10:00:00"),
        ("2026-04-18T10:00", "2026-04-18T10:00:00"),
        ("2026-04-18T10:00:30", "2026-04-18T10:00:00"),
        ("3 feb 14.30", "2026-02-03T14:30:00"),
        ("18 april 2026, 9:05", "2026-04-18T09:05:00"),
        ("18 april om 10 uur", "2026-04-18T10:00:00"),
        ("Saturday 18 April 2026, 10:00", "2026-04-18T10:00:00"),
        ("18-4-2026 2.30 pm", "2026-04-18T14:30:00"),
        ("18 April at 12am", "2026-04-18T00:00:00"),
    ],
)
def test_a_moment_is_read_as_people_type_it(typed: str, moment: str) -> None:
    assert read_moment(typed, TODAY).isoformat() == moment


@pytest.mark.parametrize("typed", ["18-4-2026", "18-4-2026 10", "18-4-2026 25:00", "10:00", "18-4-2026 13pm"])
def test_what_is_no_moment_is_refused(typed: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        read_moment(typed, TODAY)


def test_an_hour_that_the_clock_skips_is_refused(app: Flask) -> None:
    class Asks(Form):  # type: ignore[misc]
        at = MomentField()

    with app.test_request_context():
        at = Asks(data={"at": datetime.fromisoformat("2026-03-29T02:30")}).at
        with pytest.raises(Refusal) as refusal:
            at.instant("Europe/Amsterdam")
        assert (refusal.value.field, refusal.value.params) == ("at", {"before": "02:00", "after": "03:00"})
        assert str(at.instant("Europe/Kyiv")) == "2026-03-29 00:30:00+00:00"


def test_the_page_says_that_an_hour_is_skipped_and_what_day_was_understood(
    client: PageClient, db_session: Session, cast: Cast
) -> None:
    case = case_in_setup(db_session, cast, START)
    sign_in(client, cast.noor)
    client.page(f"/conferences/{case.id}/meeting")
    page = client.refused("Save", {"Day and time": "29 mrt 2:30"}, status=422)
    assert page.errors == ["Day and time: That night the clock goes from 02:00 to 03:00. Choose another time."]
    assert "Sunday 29 March 2026, 02:30" in page.text
    client.submit("Save", {"Day and time": "29 mrt 3:30"})
    assert "Sunday 29 March 2026" in client.page(f"/conferences/{case.id}/meeting").text


def test_every_form_asks_for_a_day_or_a_time_with_these_fields() -> None:
    of_others, called_so = {}, {}
    for form in form_classes():
        for name, field in fields_of(form).items():
            kind = field.field_class
            if issubclass(kind, (wtforms.DateTimeField, wtforms.DateField, wtforms.TimeField, wtforms.MonthField)):
                of_others[form.__name__, name] = kind
            if DATE_LIKE.fullmatch(name):
                called_so[form.__name__, name] = kind
    assert of_others == {}
    assert len(called_so) > 20
    assert {where: kind for where, kind in called_so.items() if kind not in {DayField, MomentField, BirthField}} == {}
