"""Forms of the meeting: they parse input into entries for actions. No policy here."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from wtforms import (
    BooleanField,
    RadioField,
    SelectField,
    SelectMultipleField,
)
from wtforms.fields import SelectChoice
from wtforms.validators import InputRequired, ValidationError

from ekc.conferences.forms.days import moment
from ekc.conferences.forms.fields import FROM_LIST, asked_of, id_or_none, line, passage
from ekc.conferences.forms.numbers import NumberField
from ekc.conferences.queries.circle import PersonRow
from ekc.core.forms import EditingForm, PlainForm
from ekc.core.language import gettext
from ekc.core.language import lazy_gettext as _l
from ekc.core.lengths import LINE, PASSAGE
from ekc.meetings.actions.arranging import Arranged, Venue
from ekc.meetings.actions.information import InformationText, QuestionText
from ekc.workflow.vocabulary import (
    TAKES_PART,
    ArrangementKind,
    InformationKind,
    Part,
)

_BY_COORDINATOR = 0  # 0 is never a participant's id
BY_FAMILY = -1
_HALF_AN_HOUR, _A_DAY = 30, 24 * 60  # minutes


class DateForm(EditingForm):
    """One possible date, or the date itself: `stands` is the one that was chosen."""

    starts_at = moment(_l("Day and time"), _l("Give the day and the time."), ahead=True)

    def to_instant(self, timezone: str) -> datetime:
        """The date as an instant. Only for a valid form."""
        instant = self.starts_at.instant(timezone)
        assert isinstance(instant, datetime), "the form is not valid"  # noqa: S101 - narrows the type
        return instant


class HoursForm(EditingForm):
    """The expected duration, in minutes."""

    hours = NumberField(_l("Hours"), 60, _l("Give a number, like 3 or 2.5."))

    def validate_hours(self, hours: NumberField) -> None:
        """From half an hour to 24 hours."""
        if hours.data is not None and not _HALF_AN_HOUR <= hours.data <= _A_DAY:
            raise ValidationError(gettext("Give half an hour or more, and at most 24."))


class VenueForm(EditingForm):
    """Where people meet."""

    on_paper = frozenset({"name"})

    name = line(_l("Place"), LINE)
    address = passage(_l("Address"), most=PASSAGE, rows=2)
    access = passage(_l("How people get in"), most=PASSAGE, rows=2)
    joining = passage(_l("How people join by telephone or video"), most=PASSAGE, rows=2)
    stays = BooleanField(_l("This is right for this place too"))  # asked where it is in doubt

    def validate_name(self, name: Any) -> None:
        """An address or access text needs a name."""
        if not name.data and (self.address.data or self.access.data):
            raise ValidationError(gettext("Which place is it? Give it a name."))

    def to_venue(self) -> Venue:
        """The venue; without a name there is none."""
        return Venue(self.name.data, self.address.data, self.access.data, self.joining.data, bool(self.stays.data))


class ArrangementForm(EditingForm):
    """How one thing is arranged."""

    text = passage(_l("How it is arranged"), most=PASSAGE, rows=2)
    not_needed = BooleanField(_l("Not needed"))

    def validate_not_needed(self, not_needed: BooleanField) -> None:
        """Arranged or not needed, never both."""
        if not_needed.data and self.text.data:
            raise ValidationError(gettext("Either write how it is arranged, or tick that it is not needed."))

    def to_arranged(self, kind: ArrangementKind) -> Arranged:
        """The arrangement; with neither it is open."""
        return Arranged(kind, self.text.data, bool(self.not_needed.data))


class AttendanceForm(EditingForm):
    """Who came, one checkbox a person. Excluded people are not offered."""

    family = SelectMultipleField(_l("Family and network"), coerce=int, **FROM_LIST)
    professionals = SelectMultipleField(_l("Professionals"), coerce=int, **FROM_LIST)
    others = SelectMultipleField(_l("Others"), coerce=int, **FROM_LIST)

    def __init__(self, circle: Iterable[PersonRow], came: Iterable[int], **kwargs: Any) -> None:
        """`came`: who is recorded to have come. Before the first record nobody is: somebody says who is there."""
        people = [person for person in circle if not person.excluded]
        self.expected = frozenset(p.id for p in people if _expected(p))
        ticked = set(came)
        groups = {
            "family": [p for p in people if p.is_inside],
            "professionals": [p for p in people if p.is_professional],
            "others": [p for p in people if not (p.is_inside or p.is_professional)],
        }
        super().__init__(
            data={name: [p.id for p in group if p.id in ticked] for name, group in groups.items()}, **kwargs
        )
        for name, group in groups.items():
            self[name].choices = [SelectChoice(p.id, _with_how(p)) for p in group]

    def to_came(self) -> frozenset[int]:
        """Ids of the participants who came."""
        return frozenset(self.family.data + self.professionals.data + self.others.data)


def _expected(person: PersonRow) -> bool:
    """Whether somebody was expected to come. Interpreters have no `attends`."""
    return person.attends in TAKES_PART or (person.part is Part.INTERPRETER and person.attends is None)


def _with_how(person: PersonRow) -> str:
    """A name, and how they take part if not in person."""
    if person.attends is None or person.attends.value == "in_person":
        return person.label
    return f"{person.label} ({gettext(person.attends.label)})"


class _ByForm(EditingForm):
    """A form about what somebody of the circle said."""

    def offer(self, circle: Iterable[PersonRow]) -> None:
        """Offer the people of the circle who are not excluded."""
        known = self.by.choices or []
        self.by.choices = [*known, *(SelectChoice(p.id, p.label) for p in circle if not p.excluded)]


class InformationForm(_ByForm):
    """Information that was given."""

    by = SelectField(_l("Who told it"), coerce=int, default=_BY_COORDINATOR, **FROM_LIST)
    kind = RadioField(_l("About"), coerce=InformationKind, validators=[InputRequired(_l("Choose what it was about."))])
    text = passage(_l("What was told"), _l("Write in a few words what was told."), rows=4)

    def __init__(self, circle: Iterable[PersonRow], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.kind.choices = [SelectChoice(kind, gettext(kind.label)) for kind in InformationKind]
        self.by.choices = [SelectChoice(_BY_COORDINATOR, gettext("The coordinator"))]
        self.offer(circle)

    def to_information(self) -> InformationText:
        """The information, and who gave it."""
        return InformationText(self.kind.data, self.text.data, self.by.data or None)


class ReadingForm(PlainForm):
    """Who read out what somebody who is not there had to say."""

    by = SelectField(_l("Who read it out"), coerce=int, default=_BY_COORDINATOR, **FROM_LIST)

    def __init__(self, circle: Iterable[PersonRow], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        there = (SelectChoice(p.id, p.label) for p in circle if _expected(p))
        self.by.choices = [SelectChoice(_BY_COORDINATOR, gettext("The coordinator")), *there]


class QuestionForm(_ByForm):
    """A question, and its answer if there is one."""

    by = asked_of(_l("Who asked"), _l("Choose who asked."), coerce=id_or_none)
    text = passage(_l("Question"), _l("Write down the question."), PASSAGE, rows=2)
    answer = passage(_l("Answer"), rows=2)

    def __init__(self, circle: Iterable[PersonRow], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.by.choices = [
            SelectChoice("", gettext("Choose somebody")),
            SelectChoice(BY_FAMILY, gettext("The family, in private time")),
        ]
        self.offer(circle)

    def to_question(self) -> QuestionText:
        """The question; an empty answer is none yet."""
        return QuestionText(None if self.by.data == BY_FAMILY else self.by.data, self.text.data, self.answer.data)
