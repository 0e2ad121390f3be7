"""Forms of the meeting: they parse input into entries for actions. No policy here."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
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

from ekc.conferences.forms.days import instant, moment, read_moment
from ekc.conferences.forms.fields import (
    FROM_LIST,
    PEOPLE,
    address,
    asked_of,
    id_or_none,
    line,
    lines,
    passage,
    words_of,
)
from ekc.conferences.forms.names import listed
from ekc.conferences.forms.numbers import NumberField
from ekc.conferences.queries.circle import PersonRow
from ekc.conferences.queries.homes import LivingPlace
from ekc.core.forms import EditingForm, PlainForm
from ekc.core.language import gettext
from ekc.core.language import lazy_gettext as _l
from ekc.core.lengths import LINE, PASSAGE
from ekc.core.routes import now
from ekc.directory.queries import KnownNames
from ekc.meetings.actions.arranging import Arranged, Arrangements, Dates, Venue
from ekc.meetings.actions.information import InformationText, QuestionText
from ekc.names import fold, plain
from ekc.venues.queries import VenueRow
from ekc.workflow.vocabulary import (
    TAKES_PART,
    ArrangementKind,
    InformationKind,
    InterpreterWish,
    Part,
)

_BY_COORDINATOR = 0  # 0 is never a participant's id
BY_FAMILY = -1
_HALF_AN_HOUR, _A_DAY = 30, 24 * 60  # minutes


@dataclass(frozen=True, slots=True)
class _AskedOf:
    """What the form asks of a kind of arrangement."""

    how: Any
    asked: Any
    not_needed: Any
    who: Any
    cost: Any


_THINGS = {
    ArrangementKind.FOOD: _AskedOf(
        _l("How food and drink are arranged"),
        _l("Food and drink: only asked so far"),
        _l("No food and drink needed"),
        _l("Who sees to food and drink"),
        _l("What food and drink cost"),
    ),
    ArrangementKind.TRAVEL: _AskedOf(
        _l("How travel is arranged"),
        _l("Travel: only asked so far"),
        _l("No travel needed"),
        _l("Who sees to travel"),
        _l("What travel costs, with the travel money that people get"),
    ),
    ArrangementKind.INTERPRETER: _AskedOf(
        _l("How an interpreter is arranged"),
        _l("Interpreter: only asked so far"),
        _l("No interpreter needed"),
        _l("Who interprets"),
        _l("What the interpreter costs"),
    ),
    ArrangementKind.CHILDCARE: _AskedOf(
        _l("How childcare is arranged"),
        _l("Childcare: only asked so far"),
        _l("No childcare needed"),
        _l("Who looks after the children"),
        _l("What childcare costs"),
    ),
}
#: The fields of a kind, behind its name and "_", besides how it is arranged.
_BESIDE = ("asked", "not_needed", "who", "cost")
_AMOUNT = _l("Give an amount, like 75 or 1.250,50.")


@dataclass(frozen=True, slots=True)
class KnownPlaces:
    """What a place is chosen from: the venues of the region, by id; those that are offered, in words; and homes."""

    names: KnownNames | None = None
    venues: Mapping[int, VenueRow] = field(default_factory=dict)
    offered: Mapping[int, str] = field(default_factory=dict)
    homes: Mapping[int, LivingPlace] = field(default_factory=dict)
    at_home: Mapping[int, str] = field(default_factory=dict)  # what the place is called then

    def called(self, name: str) -> VenueRow | None:
        """The venue of this name, however it is spelled."""
        wanted = plain(self.names.called(name)) if self.names and name else None
        return next((row for row in self.venues.values() if plain(row.name) == wanted), None)


@dataclass(frozen=True, slots=True)
class Doers:
    """Who may see to an arrangement: the circle by label, and by kind who saw to it before they left the circle."""

    circle: Mapping[str, int] = field(default_factory=dict)
    left: Mapping[ArrangementKind, tuple[int, str]] = field(default_factory=dict)

    def of(self, kind: ArrangementKind, typed: str) -> int | None:
        """The participant whose name was typed; None: it is said in words."""
        left = self.left.get(kind)
        named = {fold(label): id_ for label, id_ in self.circle.items()} | ({fold(left[1]): left[0]} if left else {})
        return named.get(fold(typed)) if typed else None


class MeetingForm(EditingForm):
    """Everything about the meeting: dates, duration, place, arrangements. Of one that started the dates stay."""

    on_paper = frozenset({"name"})

    starts_at = moment(_l("Day and time"), ahead=True)
    reason = line(_l("Is the day moved? Why?"), LINE)
    mistake = BooleanField(_l("It was typed wrong: nobody heard the day before"))
    choice = RadioField(_l("Or one of the possible dates"), choices=[], validate_choice=False)
    dates = passage(_l("Possible dates"), most=PASSAGE, rows=3)
    hours = NumberField(_l("Hours"), 60, _l("Give a number, like 3 or 2.5."))
    used = RadioField(_l("Places used before"), choices=[], validate_choice=False)
    home = SelectField(_l("At somebody's home"), coerce=id_or_none, **FROM_LIST)
    name = listed(_l("Place"), LINE)
    address = address(rows=2)
    access = passage(_l("How people get in"), most=PASSAGE, rows=2)
    joining = passage(_l("How people join by telephone or video"), most=PASSAGE, rows=2)
    stays = BooleanField(_l("This is right for this place too"))  # asked where it is in doubt
    lost = BooleanField(_l("This place cannot be used any more: take it back"))
    secret = BooleanField(_l("The address stays secret: people hear from you where it is"))
    cost = NumberField(_l("What the place costs"), 100, _AMOUNT)
    keep = BooleanField(_l("Save this place for other conferences in this region"))
    wish = SelectField(_l("The family wishes as interpreter"), coerce=lambda v: InterpreterWish(v) if v else None)
    no_tie = BooleanField(_l("I asked: the interpreter has no tie to the family or the network"))

    def __init__(
        self,
        offered: Mapping[str, str],
        chosen: datetime | None,
        place: tuple[str, str, str],
        known: KnownPlaces | None = None,
        doers: Doers | None = None,
        *,
        started: bool,
        **kwargs: Any,
    ) -> None:
        """`offered`: the possible dates that lie ahead, in words. `chosen` and `place`: those there are now.

        `chosen` is a local time, `place` the name, address and access. `known`: the places that are known; `doers`: who
        may see to an arrangement.
        """
        super().__init__(starts_at=chosen, **kwargs)
        self._chosen = chosen
        self._place = place
        self.known, self._doers = known or KnownPlaces(), doers or Doers()
        if self.known.names:
            self.name.offer(self.known.names)
        self.used.choices = [SelectChoice(str(id_), words) for id_, words in self.known.offered.items()]
        living = [SelectChoice(id_, home.name) for id_, home in self.known.homes.items()]
        self.home.choices = [SelectChoice("", gettext("no")), *living]
        self.wish.choices = [SelectChoice("", gettext("no wish")), *words_of(InterpreterWish)]
        for kind in ArrangementKind:
            self[f"{kind.value}_who"].render_kw = {"list": PEOPLE, "dir": "auto", "autocomplete": "off"}
        self.choice.choices = [SelectChoice(*pair) for pair in offered.items()]
        if started:
            del self.starts_at, self.dates, self.lost
        if started or chosen is None:
            del self.reason, self.mistake
        if started or not offered:
            del self.choice

    def validate_choice(self, choice: RadioField) -> None:
        """One date, not two, and from the list."""
        if choice.data and choice.data not in {one.value for one in choice.choices}:
            raise ValidationError(gettext("Choose from the list."))
        if choice.data and self.starts_at.data not in {None, self._chosen}:
            raise ValidationError(gettext("You typed another day above. Choose one of the two."))

    def validate_used(self, used: RadioField) -> None:
        """One place, not two."""
        if used.data and (self.home.data or self._names_another()):
            raise ValidationError(gettext("You chose another place as well. Choose one."))

    def validate_home(self, home: SelectField) -> None:
        """One place, not two."""
        if home.data and not self.used.data and self._names_another():
            raise ValidationError(gettext("You chose another place as well. Choose one."))

    def _names_another(self) -> bool:
        """Whether a place was typed that was not there before."""
        return bool(self.name.data) and plain(self.name.data) != plain(self._place[0])

    def validate_dates(self, dates: Any) -> None:
        """Each line is a day and a time."""
        for typed in lines(dates.data):
            if _read(typed) != _read(typed, ahead=False):
                raise ValidationError(
                    gettext("“%(line)s” has passed. Is it next year? Then write the year behind it.", line=typed)
                )

    def validate_hours(self, hours: NumberField) -> None:
        """From half an hour to 24 hours."""
        if hours.data is not None and not _HALF_AN_HOUR <= hours.data <= _A_DAY:
            raise ValidationError(gettext("Give half an hour or more, and at most 24."))

    def validate(self, extra_validators: Any = None) -> bool:
        """Also: a place of the list; arranged or not needed, never both."""
        good = super().validate(extra_validators)
        if self.used.data and self.used.data not in {one.value for one in self.used.choices}:
            gone = gettext("The place that you chose is not in the list any more. Choose another one.")
            self.name.errors = [*self.name.errors, gone]
            good = False
        for kind in ArrangementKind:
            also = [self[name].data for name in (kind.value, f"{kind.value}_asked", f"{kind.value}_who")]
            if self[f"{kind.value}_not_needed"].data and (any(also) or self[f"{kind.value}_cost"].data):
                said = gettext("Either write how it is arranged, or tick that it is not needed.")
                self[f"{kind.value}_not_needed"].errors = [said]
                good = False
        return good

    def to_arrangements(self, timezone: str) -> Arrangements:
        """All of it. Only for a valid form. Raises Refusal for an hour that the clock skips that night."""
        return Arrangements(
            self._to_dates(timezone) if "starts_at" in self else None,
            self.hours.data,
            self._to_venue(),
            tuple(self._to_arranged(kind) for kind in ArrangementKind),
        )

    def _to_arranged(self, kind: ArrangementKind) -> Arranged:
        how, asked, not_needed, typed, cost = (
            self[name].data for name in (kind.value, *(f"{kind.value}_{what}" for what in _BESIDE))
        )
        who = self._doers.of(kind, typed)
        interprets = kind is ArrangementKind.INTERPRETER
        return Arranged(
            kind,
            how,
            bool(not_needed),
            bool(asked),
            who,
            "" if who else typed,
            cost,
            self.wish.data if interprets else None,
            interprets and bool(self.no_tie.data),
        )

    def _to_venue(self) -> Venue:
        """The venue; without a name there is none. Of one that is taken back it stays how one joins from afar."""
        row = self._chosen_venue()
        more: dict[str, Any] = {"secret": bool(self.secret.data), "keep": bool(self.keep.data), "cost": self.cost.data}
        if row is not None:
            where = self._of_known(row)
            if row.price is not None and self.cost.data == self.cost.object_data:
                more["cost"] = row.price
            return Venue(*where, self.joining.data, stays=True, **more)
        if self.home.data:
            name, home = self.known.at_home[self.home.data], self.known.homes[self.home.data]
            return Venue(name, home.address, "", self.joining.data, stays=True, **more)
        return Venue(*self._of_place(), self.joining.data, bool(self.stays.data), **more)

    def _chosen_venue(self) -> VenueRow | None:
        """The venue of the list that was chosen, or whose name was typed where another one stood."""
        if self.used.data:
            return self.known.venues[int(self.used.data)]
        return self.known.called(self.name.data) if self._names_another() else None

    def _of_known(self, row: VenueRow) -> tuple[str, str, str]:
        """Name, address and access of a venue of the list; what was typed about it goes before what is known."""
        typed, there = (self.address.data, self.access.data), (row.address, row.access)
        address, access = (
            now if now and now != before else known
            for now, before, known in zip(typed, self._place[1:], there, strict=True)
        )
        return row.name, address, access

    def _of_place(self) -> tuple[str, str, str]:
        """Name, address, access. What was not changed goes with a place that is taken back; the rest is of another."""
        typed = (self.name.data, self.address.data, self.access.data)
        if "lost" not in self or not self.lost.data:
            return typed
        name, address, access = ("" if now == before else now for now, before in zip(typed, self._place, strict=True))
        return name, address, access

    def _to_dates(self, timezone: str) -> Dates:
        possible = tuple(instant(_read(typed), timezone, "dates") for typed in lines(self.dates.data))
        if "choice" in self and self.choice.data:
            starts_at = instant(_read(self.choice.data), timezone, "choice")
        else:
            starts_at = self.starts_at.instant(timezone)
        if "reason" not in self:
            return Dates(starts_at, possible)
        return Dates(starts_at, possible, self.reason.data, bool(self.mistake.data))


for _kind, _asked_of in _THINGS.items():
    setattr(MeetingForm, _kind.value, passage(_asked_of.how, most=PASSAGE, rows=2))
    setattr(MeetingForm, f"{_kind.value}_asked", BooleanField(_asked_of.asked))
    setattr(MeetingForm, f"{_kind.value}_not_needed", BooleanField(_asked_of.not_needed))
    setattr(MeetingForm, f"{_kind.value}_who", line(_asked_of.who, LINE))
    setattr(MeetingForm, f"{_kind.value}_cost", NumberField(_asked_of.cost, 100, _AMOUNT))


def _read(typed: str, *, ahead: bool = True) -> datetime:
    """A line with a day and a time; `ahead` as in `read_moment`. Raises ValidationError that names the line."""
    try:
        return read_moment(typed, now().date(), ahead=ahead)
    except (ValueError, OverflowError):
        raise ValidationError(
            gettext("“%(line)s” is no day with a time. Write one on each line, like 18-04-2026 10:00.", line=typed)
        ) from None


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
