"""Forms of the possible dates: choosing them from weeks, asking people, and what somebody says of each."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any, Self

from wtforms import BooleanField, RadioField, SelectField, SelectMultipleField
from wtforms.fields import SelectChoice
from wtforms.validators import Optional, ValidationError

from ekc.conferences.forms.days import MomentField, instant, moment
from ekc.conferences.forms.fields import FROM_LIST
from ekc.core.clock import to_local
from ekc.core.forms import EditingForm, PlainForm
from ekc.core.language import gettext
from ekc.core.language import lazy_gettext as _l
from ekc.core.routes import now
from ekc.meetings.actions.dates import DatesOffered, DatesSaid
from ekc.meetings.queries import DateOptionRow
from ekc.workflow.vocabulary import N_, DateFit, Labelled

_HALF_HOUR = timedelta(minutes=30)
#: So many weeks ahead the page goes at most; what is planned farther ahead is a year that was typed wrong.
MOST_WEEKS = 60


class PartOfDay(Labelled):
    """A part of a day in which people can meet."""

    MORNING = "morning", N_("morning")
    AFTERNOON = "afternoon", N_("afternoon")
    EVENING = "evening", N_("evening")


@dataclass(frozen=True, slots=True)
class _Hours:
    """From when until before when a part of the day goes, and when a conference in it begins by default."""

    since: time
    until: time
    usual: time


_DAY: dict[PartOfDay, _Hours] = {
    PartOfDay.MORNING: _Hours(time(0), time(12), time(10)),
    PartOfDay.AFTERNOON: _Hours(time(12), time(17), time(14)),
    PartOfDay.EVENING: _Hours(time(17), time(23, 59), time(19)),
}
_EARLIEST = time(7)


def part_of(local: datetime) -> PartOfDay:
    """The part of the day in which a local time falls."""
    return next(part for part, hours in reversed(_DAY.items()) if local.time() >= hours.since)


@dataclass(frozen=True, slots=True)
class Slot:
    """A part of a day, and the possible dates in it there are already, as local times."""

    on: date
    part: PartOfDay
    options: tuple[datetime, ...]

    @property
    def value(self) -> str:
        """As the form sends it."""
        return f"{self.on.isoformat()}.{self.part}"


def slots(first: date, weeks: int, options: Iterable[datetime]) -> list[list[tuple[Slot, ...]]]:
    """The parts of each day of some weeks from the Monday of `first` on. `options`: possible dates, as local times."""
    by_part: dict[tuple[date, PartOfDay], tuple[datetime, ...]] = {}
    for local in sorted(options):
        place = (local.date(), part_of(local))
        by_part[place] = (*by_part.get(place, ()), local)
    monday = first - timedelta(days=first.weekday())
    return [
        [
            tuple(Slot(on, part, by_part.get((on, part), ())) for part in PartOfDay)
            for on in (monday + timedelta(days=7 * week + day) for day in range(7))
        ]
        for week in range(weeks)
    ]


def _begins(label: Any, part: PartOfDay) -> Any:
    hours = _DAY[part]
    at = datetime.combine(date.min, max(hours.since, _EARLIEST))
    choices: list[SelectChoice] = []
    while at < datetime.combine(date.min, hours.until):
        choices.append(SelectChoice(f"{at:%H:%M}", f"{at:%H:%M}"))
        at += _HALF_HOUR
    return SelectField(label, choices=choices, default=f"{hours.usual:%H:%M}", **FROM_LIST)


class OfferDatesForm(EditingForm):
    """The parts of days that are possible dates. Only those that the page showed are replaced."""

    slots = SelectMultipleField(_l("Possible dates"), **FROM_LIST)
    morning = _begins(_l("A morning begins at"), PartOfDay.MORNING)
    afternoon = _begins(_l("An afternoon begins at"), PartOfDay.AFTERNOON)
    evening = _begins(_l("An evening begins at"), PartOfDay.EVENING)
    other = moment(_l("Another day and time"), ahead=True)

    def __init__(self, shown: Sequence[Slot], in_words: Callable[[date], str], **kwargs: Any) -> None:
        self._slots = {slot.value: slot for slot in shown}
        super().__init__(data={"slots": [slot.value for slot in shown if slot.options]}, **kwargs)
        self.slots.choices = [
            SelectChoice(value, f"{in_words(slot.on)}, {gettext(slot.part.label)}")
            for value, slot in self._slots.items()
        ]

    def validate_other(self, field: MomentField) -> None:
        """It lies in the weeks that the page can show, where it can be taken away again."""
        if field.data is not None and field.data.date() > now().date() + timedelta(weeks=MOST_WEEKS - 1):
            raise ValidationError(gettext("Look at the year again."))

    def to_offered(self, timezone: str) -> DatesOffered:
        """The dates that were shown and are possible. Only for a valid form. Raises Refusal for a skipped hour."""
        shown = {instant(local, timezone, "slots") for slot in self._slots.values() for local in slot.options}
        chosen = [instant(local, timezone, "slots") for value in self.slots.data for local in self._times(value)]
        if self.other.data is not None:
            chosen.append(instant(self.other.data, timezone, "other"))
        return DatesOffered(frozenset(shown), tuple(sorted(set(chosen))))

    def _times(self, value: str) -> Iterator[datetime]:
        yield from self.begins(self._slots[value])

    def begins(self, slot: Slot) -> tuple[datetime, ...]:
        """When a conference in this part of a day begins: as local times."""
        if slot.options:
            return slot.options
        chosen = self[slot.part.value]
        typed = chosen.data if chosen.data in {one.value for one in chosen.choices} else chosen.default
        return (datetime.combine(slot.on, time.fromisoformat(typed)),)


class AskDatesForm(PlainForm):
    """Whom to ask which dates suit them."""

    people = SelectMultipleField(_l("Whom to ask"), coerce=int, **FROM_LIST)

    def __init__(self, people: Iterable[tuple[int, str]], still: Iterable[int] = (), **kwargs: Any) -> None:
        """`people`: id and name of each who can be asked; `still`: who was not asked yet about every date."""
        super().__init__(data={"people": list(still)}, **kwargs)
        self.people.choices = [SelectChoice(*one) for one in people]


class DateAnswersForm(EditingForm):
    """What somebody says of each possible date that lies ahead; a date without an answer stays open."""

    options: tuple[int, ...]
    matters = BooleanField(_l("It matters for the question that they are there"))

    @classmethod
    def about(
        cls,
        words: Mapping[int, str],
        fits: Mapping[int, DateFit],
        *,
        matters: bool | None = None,
        **kwargs: Any,
    ) -> Self:
        """The form about these dates. `words`: of each, by option; `fits`: what was said before.

        `matters`: whether the person matters for the question; None: that is not asked.
        """
        asked = {_field(option): _fits(said) for option, said in words.items()}
        every = {"everything": _fits(_l("All dates that have no answer yet"))}
        before = {_field(option): fit for option, fit in fits.items() if option in words}
        kind = type("DateAnswersFormOfMeeting", (cls,), {**every, **asked, "options": tuple(words)})
        form: Self = kind(data={**before, "matters": bool(matters)}, **kwargs)
        if matters is None:
            del form.matters
        return form

    def questions(self) -> list[RadioField]:
        """The question about each date."""
        return [self[_field(option)] for option in self.options]

    def to_answers(self) -> DatesSaid:
        """What was said. Only for a valid form."""
        of_all = self.everything.data
        said = {option: self[_field(option)].data or of_all for option in self.options}
        matters = bool(self.matters.data) if "matters" in self else None
        return DatesSaid({option: fit for option, fit in said.items() if fit}, matters)


def _fits(label: Any) -> RadioField:
    choices = [SelectChoice(fit, _l(fit.label)) for fit in DateFit]
    return RadioField(label, choices=choices, coerce=_fit, validators=[Optional()], **FROM_LIST)


def _fit(value: str | None) -> DateFit | None:
    return DateFit(value) if value else None


def _field(option_id: int) -> str:
    return f"d{option_id}"


def local_times(options: Iterable[DateOptionRow], timezone: str) -> list[datetime]:
    """The possible dates as local times."""
    return [to_local(row.starts_at, timezone).replace(tzinfo=None) for row in options]
