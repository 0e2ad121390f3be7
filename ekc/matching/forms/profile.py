"""Forms for what a coordinator says of themselves, and for when they are away."""

from collections.abc import Iterable, Mapping
from typing import Any

from wtforms import RadioField, SelectMultipleField, ValidationError
from wtforms.fields.choices import SelectChoice

from ekc.conferences.forms.days import day
from ekc.conferences.forms.fields import FROM_LIST, choice, line, passage, words_of
from ekc.conferences.forms.languages import LanguagesField
from ekc.conferences.forms.names import listed
from ekc.conferences.forms.numbers import NumberField
from ekc.core.forms import EditingForm, PlainForm
from ekc.core.language import gettext as _
from ekc.core.language import lazy_gettext as _l
from ekc.core.lengths import LINE, NAME, PASSAGE, TITLE
from ekc.directory.queries import KnownNames
from ekc.matching.entries import Absence, SelfDescription
from ekc.workflow.matching import Gender, Hours, LanguageLevel

_FURTHEST, _MOST = 1000, 50
_WITH_COMMAS = _l("With commas between: Dutch, Arabic.")


def _whole(label: Any, mistake: Any, most: int, hint: Any = "") -> NumberField:
    return NumberField(label, 1, mistake, most, description=hint)


class ProfileForm(EditingForm):
    """What a coordinator says of themselves. Nothing has to be filled in."""

    introduction = line(_l("One line about yourself"), LINE)
    native = LanguagesField(_l("Languages you grew up with"), description=_WITH_COMMAS)
    fluent = LanguagesField(_l("Languages in which you can lead a conversation with a whole family"))
    some = LanguagesField(_l("Languages in which you can have a simple conversation"))
    hours = SelectMultipleField(_l("When are you free?"), choices=words_of(Hours), **FROM_LIST)
    load_wanted = _whole(
        _l("Conferences at the same time, at most"), _l("Write a whole number, such as 2, or leave it empty."), _MOST
    )
    lives_in = line(_l("Village, town or district where you live"), NAME)
    municipality = listed(_l("Municipality where you live"), TITLE)
    travel_km = _whole(
        _l("So many kilometres you travel at most, one way"),
        _l("Write a whole number, such as 25, or leave it empty."),
        _FURTHEST,
    )
    regions = SelectMultipleField(_l("Other regions where you take conferences"), coerce=int, **FROM_LIST)
    gender = RadioField(_l("Are you a woman or a man?"), **FROM_LIST)
    background = line(_l("Your background, in your own words"), LINE)
    training = passage(_l("Training"), most=PASSAGE, rows=2)
    fee_cents = NumberField(_l("Fee for a conference"), 100, _l("Type an amount as a number, for example 212.40."))

    def __init__(self, municipalities: KnownNames, regions: Iterable[Any], **kwargs: Any) -> None:
        """`regions`: those beside the one where they work, rows with `id` and `name`."""
        super().__init__(**kwargs)
        self.municipality.offer(municipalities)
        self.regions.choices = [SelectChoice(row.id, row.name) for row in regions]
        if not self.regions.choices:
            del self.regions
        self.gender.choices = [SelectChoice("", _("I would rather not say")), *words_of(Gender)]
        self.gender.validate_choice = True
        if self.gender.data is None:
            self.gender.data = ""

    def validate_fluent(self, field: Any) -> None:
        """Each language stands once."""
        self._once(field, self.native)

    def validate_some(self, field: Any) -> None:
        """Each language stands once."""
        self._once(field, self.native, self.fluent)

    @staticmethod
    def _once(field: Any, *others: Any) -> None:
        if set(field.data or ()) & {code for other in others for code in other.data or ()}:
            raise ValidationError(_("A language is in one of the three boxes. Take it out here or above."))

    def show(self, profile: SelfDescription) -> None:
        """Fill the form."""
        for name in ("introduction", "load_wanted", "lives_in", "municipality", "travel_km", "background"):
            self[name].data = getattr(profile, name)
        self.training.data, self.fee_cents.data = profile.training, profile.fee_cents
        for level in LanguageLevel:
            self[level.value].data = tuple(code for code, how in profile.languages.items() if how is level)
        self.hours.data = [one.value for one in Hours if one in profile.hours]
        self.gender.data = profile.gender.value if profile.gender else ""
        if self.regions:
            self.regions.data = sorted(profile.regions)

    def to_profile(self) -> SelfDescription:
        """What was typed."""
        spoken: Mapping[str, LanguageLevel] = {
            code: level for level in LanguageLevel for code in self[level.value].data or ()
        }
        return SelfDescription(
            introduction=self.introduction.data,
            languages=spoken,
            gender=Gender(self.gender.data) if self.gender.data else None,
            background=self.background.data,
            lives_in=self.lives_in.data,
            municipality=self.municipality.data,
            travel_km=self.travel_km.data,
            regions=frozenset(self.regions.data or ()) if self.regions else frozenset(),
            hours=frozenset(map(Hours, self.hours.data or ())),
            load_wanted=self.load_wanted.data,
            training=self.training.data,
            fee_cents=self.fee_cents.data,
        )


class AbsenceForm(PlainForm):
    """From when to when a coordinator is away, and who stands in."""

    first_day = day(_l("First day away"), _l("Choose a day."), ahead=True)
    last_day = day(_l("Last day away"), _l("Choose a day."), ahead=True)
    deputy_id = choice(_l("Who covers for you?"), [], coerce=int)

    def __init__(self, colleagues: Mapping[int, str], **kwargs: Any) -> None:
        """`colleagues`: who can be asked, by account."""
        super().__init__(**kwargs)
        offered = [SelectChoice(*one) for one in colleagues.items()]
        self.deputy_id.choices = [SelectChoice(0, _("nobody yet")), *offered]

    def to_absence(self) -> Absence:
        """What was chosen."""
        return Absence(self.first_day.data, self.last_day.data, self.deputy_id.data or None)


class EmployerForm(EditingForm):
    """For whom a coordinator also works; empty: nobody."""

    works_for = listed(
        _l("Also works for"),
        LINE,
        several=True,
        hint=_l("The full name of the organisation. More than one: put a ; between them."),
    )

    def __init__(self, organisations: KnownNames, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.works_for.offer(organisations)
