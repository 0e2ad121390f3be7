"""Forms of the registration and of consents."""

from collections.abc import Collection, Mapping
from dataclasses import asdict
from datetime import date
from typing import Any
from zoneinfo import ZoneInfoNotFoundError

from wtforms import (
    Field,
    FieldList,
    FormField,
    RadioField,
    SelectField,
    TelField,
    ValidationError,
)
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired

from ekc.conferences.entries import CONSENT_SCOPES, NewCase, NewConsent, PersonDetails, Registration
from ekc.conferences.forms.days import day
from ekc.conferences.forms.fields import (
    FROM_LIST,
    asked_of,
    id_or_none,
    language_choices,
    languages_of_paper,
    line,
    lines,
    mail,
    named_choices,
    one_of,
    passage,
    person_field,
    words_of,
)
from ekc.conferences.forms.names import listed
from ekc.conferences.queries.registration import RegistrationRow
from ekc.conferences.queries.voices import OwnVoice
from ekc.core.clock import zone
from ekc.core.forms import EditingForm, PlainForm
from ekc.core.language import gettext as _
from ekc.core.language import lazy_gettext as _l
from ekc.core.lengths import TITLE, WORD
from ekc.directory.queries import KnownNames
from ekc.workflow.profiles import ANY_AREA, PROFILES, area_word
from ekc.workflow.vocabulary import LegalContext, Part, Variant

_MAIN_PERSONS = 3  # at first; others join the circle later
_ZONE_MISSING = _l("Write a time zone such as Europe/Amsterdam.")
_AS_USUAL = _l("as is usual in the country")


def _known_zone(_form: Any, field: Any) -> None:
    try:
        if field.data:
            zone(field.data)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ValidationError(_("Write a time zone such as Europe/Amsterdam.")) from None


def country_choices(codes: Collection[str]) -> list[SelectChoice]:
    """The countries of these profiles, by name."""
    return named_choices({code: PROFILES[code].name for code in codes})


class MainPersonForm(PlainForm):
    """A row of the main persons."""

    on_paper = frozenset({"name"})

    name = line(_l("Name"))
    relation = line(_l("Relation or role"))
    phone = line(_l("Phone"), WORD, kind=TelField)
    email = mail(_l("Email"))
    side = line(_l("Side"))
    said_yes_on = day(_l("Said yes to a conference on"))

    def validate_name(self, field: Any) -> None:
        """A row is empty, or has a name."""
        rest = (self.relation, self.side, self.phone, self.email, self.said_yes_on)
        if not field.data and any(other.data for other in rest):
            raise ValidationError(_("Write a name, or leave this person out."))


class RegisterForm(PlainForm):
    """A registration. Staff may also enter its day."""

    on_paper = frozenset({"question", "title", "municipality"})

    registered_by = RadioField(
        _l("Who registers"),
        choices=[
            SelectChoice(Part.MAIN_PERSON, _l("the main person: it is about me or my family")),
            SelectChoice(Part.REFERRER, _l("a referrer: for somebody else")),
        ],
        validators=[InputRequired(_l("Say who registers."))],
        **FROM_LIST,
    )
    main_persons = FieldList(FormField(MainPersonForm), min_entries=_MAIN_PERSONS, max_entries=_MAIN_PERSONS)
    referrer_name = line(_l("Your name"))
    referrer_organisation = listed(_l("Your organisation"))
    referrer_email = mail(_l("Your email"))
    reason = passage(_l("Why now"), _l("Write in a sentence or two why a conference is asked for now."), rows=4)
    question = passage(_l("The question, as you would put it today"))
    topics = passage(_l("What it is about"), rows=2)
    variant = asked_of(_l("Kind of conference"), _l("Choose the kind of conference."), words_of(Variant))
    sides = passage(_l("Sides"), rows=2)
    legal_context = asked_of(
        _l("Voluntary or under pressure"),
        _l("Choose whether it is voluntary or under pressure."),
        words_of(LegalContext),
    )
    wishes = passage(_l("Wishes for the coordinator"), rows=3)
    municipality = listed(_l(ANY_AREA), TITLE, _l("Write the municipality, council or area."))
    region_id = asked_of(_l("Region"), _l("Choose the region where they live."), coerce=id_or_none)
    profile = asked_of(_l("Country"), _l("Choose the country where they live."))
    language = SelectField(_l("Language of the letters and the plan"), **FROM_LIST)
    timezone = line(_l("Time zone"), WORD, rules=[_known_zone])
    title = line(_l("Title of the case"))
    follows = line(_l("Number of an earlier conference"), WORD)
    registered_on = day(_l("Registered on"))

    def __init__(
        self, regions: dict[int, str], countries: Collection[str], municipalities: KnownNames, **kwargs: Any
    ) -> None:
        """`regions`: names by id; `countries`: codes of profiles. Where there is only one, it is not asked."""
        super().__init__(**kwargs)
        self.municipality.offer(municipalities)
        self._only_region = next(iter(regions)) if len(regions) == 1 else None
        self._only_country = next(iter(countries)) if len(countries) == 1 else None
        self.region_id.choices += [SelectChoice(str(id_), name) for id_, name in regions.items()]
        self.profile.choices += country_choices(countries)
        self.municipality.label.text = _(area_word(countries))
        if self._only_region is not None:
            del self.region_id
        if self._only_country is not None:
            del self.profile
        self.language.choices = language_choices(_AS_USUAL, printed=True)
        self.language.description = languages_of_paper()

    def validate_main_persons(self, field: Any) -> None:
        """At least one main person is named, and whoever registers themselves can be reached: nobody else knows how."""
        if not any(row.form.name.data for row in field):
            field.entries[0].form.name.errors = [_("Write the name of the main person.")]
            raise ValidationError(_("There is no case without a main person."))
        by_themselves = self.registered_by.data == Part.MAIN_PERSON and "registered_on" not in self  # staff were rung
        people = [row.form for row in field if row.form.name.data]
        if by_themselves and not any(one.phone.data or one.email.data or one.email.errors for one in people):
            unreachable = _("Write a phone number or an email address, so that somebody can reach you.")
            people[0].phone.errors = [unreachable]
            raise ValidationError(unreachable)

    def validate_referrer_name(self, field: Any) -> None:
        """A referrer gives their name."""
        if self.registered_by.data == Part.REFERRER and not field.data:
            raise ValidationError(_("Write your name, so that the coordinator can ring you."))

    def to_new_case(self) -> NewCase:
        by = Part(self.registered_by.data)
        rows = [dict(row.form.data) for row in self.main_persons if row.form.name.data]
        referrer = PersonDetails(
            name=self.referrer_name.data,
            part=Part.REFERRER,
            organisation=self.referrer_organisation.data,
            email=self.referrer_email.data,
        )
        return NewCase(
            variant=Variant(self.variant.data),
            profile=self._only_country or self.profile.data,
            language=self.language.data,
            timezone=self.timezone.data,
            legal_context=LegalContext(self.legal_context.data),
            municipality=self.municipality.data,
            region_id=self._only_region or self.region_id.data,
            title=self.title.data,
            topics=lines(self.topics.data, commas=True),
            question=self.question.data,
            reason=self.reason.data,
            wishes=lines(self.wishes.data),
            sides=lines(self.sides.data),
            registered_on=self.registered_on.data if "registered_on" in self else None,
            registered_by=by,
            follows=self.follows.data,
            said_yes_on=tuple(row.pop("said_yes_on") for row in rows),
            main_persons=tuple(PersonDetails(part=Part.MAIN_PERSON, **row) for row in rows),
            referrer=referrer if by is Part.REFERRER else None,
        )


class RegistrationForm(EditingForm):
    """Changing the registration. `registration_form` adds for each main person the day on which they said yes."""

    on_paper = frozenset({"question", "title"})

    main_persons: tuple[int, ...] = ()

    question = passage(_l("The question"))
    question_agreed_on = day(_l("The question was agreed on"))
    reason = passage(_l("Why now"), _l("Write in a sentence or two why a conference is asked for now."), rows=4)
    topics = passage(_l("What it is about"))
    wishes = passage(_l("Wishes for the coordinator"))
    legal_context = one_of(_l("Voluntary or under pressure"), LegalContext)
    title = line(_l("Title of the case"), missing=_l("Write a title by which you know the case."))
    follows = line(_l("Number of an earlier conference"), WORD)
    sides = passage(_l("Sides"), rows=2)
    language = SelectField(_l("Language of the letters and the plan"), **FROM_LIST)
    timezone = line(_l("Time zone"), WORD, _ZONE_MISSING, rules=[_known_zone])

    def __init__(self, shown: RegistrationRow, known: Mapping[str, date | str] | None = None, **kwargs: Any) -> None:
        listed = {name: "\n".join(getattr(shown, name)) for name in ("topics", "wishes", "sides")}
        super().__init__(data={**asdict(shown), **listed, **(known or {})}, **kwargs)
        self.language.choices = [one for one in language_choices("", printed=True) if one.value]
        self.language.description = languages_of_paper()
        if shown.language not in {one.value for one in self.language.choices}:
            self.language.choices.append(SelectChoice(shown.language, shown.language))

    def to_registration(self) -> Registration:
        return Registration(
            title=self.title.data,
            question=self.question.data,
            question_agreed_on=self.question_agreed_on.data,
            reason=self.reason.data,
            topics=lines(self.topics.data, commas=True),
            wishes=lines(self.wishes.data),
            sides=lines(self.sides.data),
            legal_context=LegalContext(self.legal_context.data),
            language=self.language.data,
            timezone=self.timezone.data,
        )

    @property
    def said_yes_fields(self) -> list[Field]:
        """The field of each main person."""
        return [self[f"said_yes_{id_}"] for id_ in self.main_persons]

    def to_said_yes(self) -> dict[int, date | None]:
        """When each main person said yes to a conference, by participant id."""
        return {id_: self[f"said_yes_{id_}"].data for id_ in self.main_persons}


def registration_form(
    shown: RegistrationRow, said: tuple[OwnVoice, ...], follows: str = "", **kwargs: Any
) -> RegistrationForm:
    """The form, with what each main person said about a conference. `follows`: the number of the case before."""
    fields: dict[str, Any] = {
        f"said_yes_{one.id}": day(_("%(name)s said yes to a conference on", name=one.name)) for one in said
    }
    known: dict[str, date | str] = {f"said_yes_{one.id}": one.voice.said_on for one in said if one.voice}
    known["follows"] = follows
    kind = type("RegistrationFormOfCase", (RegistrationForm,), {**fields, "main_persons": tuple(o.id for o in said)})
    form: RegistrationForm = kind(shown, known=known, **kwargs)
    return form


class ConsentForm(PlainForm):
    """A consent."""

    participant_id = person_field(_l("Who"), missing=_l("Choose who said yes."))
    scope = asked_of(_l("Says yes to"), _l("Choose what they say yes to."), named_choices(CONSENT_SCOPES))
    given_on = day(_l("On"), _l("Choose the day on which they said yes."))
    note = passage(_l("Note"), rows=2)

    def to_consent(self) -> NewConsent:
        return NewConsent(
            participant_id=self.participant_id.data,
            scope=self.scope.data,
            given_on=self.given_on.data,
            note=self.note.data,
        )


class WithdrawForm(PlainForm):
    """Withdrawing a consent."""

    on = day(_l("Taken back on"), _l("Choose the day on which they took it back."))
