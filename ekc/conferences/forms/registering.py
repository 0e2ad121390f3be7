"""Registering a case: a few questions a page, and only those of whoever registers."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from werkzeug.datastructures import MultiDict
from wtforms import Field, FieldList, FormField, RadioField, SelectField, ValidationError
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired

from ekc.conferences.entries import NewCase, PersonDetails
from ekc.conferences.forms import wishes as wish_forms
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
    passage,
    phone_field,
    words_of,
)
from ekc.conferences.forms.names import listed
from ekc.conferences.forms.places import country_choices, time_zone
from ekc.core.clock import local_date
from ekc.core.forms import PlainForm, TranslatedForm, shown_value
from ekc.core.language import gettext as _
from ekc.core.language import lazy_gettext as _l
from ekc.core.lengths import TITLE, WORD
from ekc.core.routes import now
from ekc.directory.queries import KnownNames
from ekc.workflow.profiles import ANY_AREA, PROFILES, area_word
from ekc.workflow.vocabulary import N_, TWO_SIDED, LegalContext, Part, Variant

_MAIN_PERSONS = 3  # at first; others join the circle later
_AS_USUAL = _l("as is usual in the country")
_AHEAD = N_("This day is still to come. Choose today or an earlier day.")
#: What is kept between the pages: pairs of name and value, as a browser sends them.
Answers = tuple[tuple[str, str], ...]
#: What the family asks for in its coordinator, beside its own words.
_SOUGHT = ("speaks", "understands", "chips", "not_from", "background")
#: The pages in their order, and the fields of each.
PAGES: dict[str, tuple[str, ...]] = {
    "who": ("registered_by",),
    "about": ("variant", "legal_context", "reason", "question", "topics"),
    "people": (
        "main_persons",
        "sides",
        "registrant_name",
        "registrant_relation",
        "registrant_organisation",
        "registrant_phone",
        "registrant_email",
    ),
    "place": (
        "municipality",
        "region_id",
        "profile",
        *_SOUGHT,
        "wishes",
        "language",
        "timezone",
        "title",
        "follows",
        "registered_on",
    ),
}
TITLES = {
    "who": N_("Who registers"),
    "about": N_("What it is about"),
    "people": N_("Who it is about"),
    "place": N_("Where, and which coordinator"),
}
#: Who registers, for a visitor without an account and for staff who were rung.
REGISTRANTS = {
    Part.MAIN_PERSON: (_l("It is about me or my family"), _l("The person it is about, or one of them")),
    Part.NETWORK: (
        _l("I fill it in on behalf of somebody I know"),
        _l("Somebody close to them, on their behalf"),
    ),
    Part.REFERRER: (_l("I refer somebody, for my work"), _l("Somebody who refers them, for their work")),
}


@dataclass(frozen=True, slots=True)
class Offered:
    """What there is to choose from: names of regions by id, codes of countries, names of municipalities and, for staff
    alone, of organisations.
    """

    regions: Mapping[int, str]
    countries: Collection[str]
    municipalities: KnownNames
    organisations: KnownNames | None = None


class MainPersonForm(PlainForm):
    """A row of the main persons."""

    on_paper = frozenset({"name"})

    name = line(_l("Name"))
    relation = line(_l("Relation or role"))
    phone = phone_field(_l("Phone"))
    email = mail(_l("Email"))
    side = line(_l("Side"))
    called = ""  # the row, where its errors and answers are listed
    said_yes_on = day(_l("Said yes to a conference on"))

    def validate_name(self, field: Any) -> None:
        """A row is empty, or has a name."""
        if not field.data and any(other.data for other in self if other is not field):
            raise ValidationError(_("Write a name, or leave this person out."))


class StartForm(PlainForm):
    """Who registers: each answer is a button. `follows`: the number of the closed case on which it follows."""

    registered_by = RadioField(
        _l("Who registers"), validators=[InputRequired(_l("Say who registers."))], validate_choice=False
    )
    follows = line(_l("Number of an earlier conference"), WORD)

    def validate_registered_by(self, field: Any) -> None:
        if field.data not in {one.value for one in REGISTRANTS}:
            raise ValidationError(_("Say who registers."))


class RegisterForm(PlainForm):
    """A registration: all of it, or one page."""

    on_paper = frozenset({"question", "title", "municipality"})

    registered_by = RadioField(_l("Who registers"), validators=[InputRequired(_l("Say who registers."))], **FROM_LIST)
    variant = RadioField(
        _l("Kind of conference"),
        choices=words_of(Variant),
        validators=[InputRequired(_l("Choose the kind of conference."))],
        **FROM_LIST,
    )
    legal_context = RadioField(
        _l("Voluntary or under pressure"),
        choices=words_of(LegalContext),
        validators=[InputRequired(_l("Choose whether it is voluntary or under pressure."))],
        **FROM_LIST,
    )
    reason = passage(_l("Why now"), _l("Write in a sentence or two why a conference is asked for now."), rows=4)
    question = passage(_l("The question, as you would put it today"))
    topics = passage(_l("Topics"), rows=2)
    main_persons = FieldList(FormField(MainPersonForm), min_entries=_MAIN_PERSONS, max_entries=_MAIN_PERSONS)
    sides = passage(_l("Sides"), rows=2)
    registrant_name = line(_l("Your name"))
    registrant_relation = line(_l("What you are to the people it is about"))
    registrant_organisation = listed(_l("Your organisation"))
    registrant_phone = phone_field(_l("Your phone"))
    registrant_email = mail(_l("Your email"))
    municipality = listed(_l(ANY_AREA), TITLE, _l("Write the municipality, council or area."))
    region_id = asked_of(_l("Region"), _l("Choose the region where they live."), coerce=id_or_none)
    profile = RadioField(
        _l("Country"), validators=[InputRequired(_l("Choose the country where they live."))], **FROM_LIST
    )
    speaks = wish_forms.speaks_field()
    understands = wish_forms.understands_field()
    chips = wish_forms.chips_field()
    not_from = wish_forms.not_from_field()
    background = wish_forms.background_field()
    wishes = passage(_l("Wishes for the coordinator"), rows=3)
    language = SelectField(_l("Language of the letters and the plan"), **FROM_LIST)
    timezone = time_zone()
    title = line(_l("Title of the case"))
    follows = line(_l("Number of an earlier conference"), WORD)
    registered_on = day(_l("Registered on"))

    def __init__(self, answers: Answers, offered: Offered, *, by_staff: bool, page: str | None = None) -> None:
        """`answers`: those of all pages. `by_staff`: staff fill it in for somebody who rang. `page` None: all of it."""
        given: MultiDict[str, str] = MultiDict(answers)
        super().__init__(formdata=given)
        self.who = next((who for who in REGISTRANTS if who.value == given.get("registered_by")), Part.MAIN_PERSON)
        self._by_staff = by_staff
        for number, row in enumerate(self.main_persons, 1):
            row.form.called = _("Main person %(n)s", n=number)
        self._only_region = next(iter(offered.regions)) if len(offered.regions) == 1 else None
        self._only_country = next(iter(offered.countries)) if len(offered.countries) == 1 else None
        self._zones = [PROFILES[code].timezone for code in offered.countries]
        self._offer(offered)
        variant = Variant(given["variant"]) if given.get("variant") in set(Variant) else None
        self.variant_is_family = variant is Variant.FAMILY
        for name in self._not_asked(variant):
            del self[name]
        for name in [field.short_name for field in self if page and field.short_name not in PAGES[page]]:
            del self[name]

    def validate(self, extra_validators: Any = None) -> bool:
        """Whether all is in order. Pages ask that of each other, so what paper lacks is told by the view of one."""
        return bool(TranslatedForm.validate(self, extra_validators))

    def _offer(self, offered: Offered) -> None:
        said = REGISTRANTS.items()
        self.registered_by.choices = [SelectChoice(who.value, words[self._by_staff]) for who, words in said]
        self.municipality.offer(offered.municipalities)
        self.municipality.label.text = _(area_word(offered.countries))
        if offered.organisations is not None:
            self.registrant_organisation.offer(offered.organisations)
        self.region_id.choices += [SelectChoice(str(id_), name) for id_, name in offered.regions.items()]
        self.profile.choices = country_choices(offered.countries)
        wish_forms.offer_chips(self.chips)
        self.language.choices = language_choices(_AS_USUAL, printed=True)
        self.language.description = languages_of_paper()
        if self._by_staff:
            self.registrant_name.label.text = _("Their name")
            self.registrant_relation.label.text = _("What they are to the people it is about")
            self.registrant_organisation.label.text = _("Their organisation")
            self.registrant_phone.label.text = _("Their phone")
            self.registrant_email.label.text = _("Their email")
        else:
            self._is_about_oneself(self.main_persons[0].form if self.who is Part.MAIN_PERSON else None)

    def _is_about_oneself(self, main_person: MainPersonForm | None) -> None:
        """Say which fields are about whoever sits there, so that a browser can fill them in."""
        tokens = {"name": "name", "organisation": "organization", "phone": "tel", "email": "email"}
        for name, token in tokens.items():
            self[f"registrant_{name}"].render_kw = {"autocomplete": token}
            if main_person is not None and name in main_person:
                main_person[name].render_kw = {"autocomplete": token}

    def _not_asked(self, variant: Variant | None) -> set[str]:
        """The fields that this answer, this country, this kind of conference or this visitor does without."""
        without = set() if self._by_staff else {"timezone", "title", "registered_on"}
        if self._only_region is not None:
            without.add("region_id")
        if self._only_country is not None:
            without.add("profile")
        if self.who is Part.MAIN_PERSON:
            without |= {name for name in PAGES["people"] if name.startswith("registrant_")}
        else:
            without.add("registrant_relation" if self.who is Part.REFERRER else "registrant_organisation")
        for row in self.main_persons:
            if self.who is Part.MAIN_PERSON and not self._by_staff:
                del row.form.said_yes_on  # they say so by registering, and the others for themselves
            if variant not in TWO_SIDED:
                del row.form.side
        return without | (set() if variant in TWO_SIDED or variant is Variant.FAMILY else {"sides"})

    def validate_main_persons(self, field: Any) -> None:
        """At least one main person is named, and whoever registers themselves can be reached: nobody else knows how."""
        if not any(row.form.name.data for row in field):
            field.entries[0].form.name.errors = [_("Write the name of the main person.")]
            raise ValidationError(_("There is no case without a main person."))
        people = [row.form for row in field if row.form.name.data]
        for one in people:
            for said in one:
                if said.short_name == "said_yes_on" and self._lies_ahead(said.data):
                    said.errors = [_(_AHEAD)]
                    raise ValidationError(_(_AHEAD))
        by_themselves = self.who is Part.MAIN_PERSON and not self._by_staff
        if by_themselves and not any(one.phone.data or one.email.data or one.email.errors for one in people):
            unreachable = _("Write a phone number or an email address, so that somebody can reach you.")
            people[0].phone.errors = [unreachable]
            raise ValidationError(unreachable)

    def validate_registrant_name(self, field: Any) -> None:
        """Whoever registers somebody else gives their name."""
        if not field.data:
            mine = _("Write your name, so that the coordinator can ring you.")
            raise ValidationError(_("Write the name of whoever rang.") if self._by_staff else mine)

    def validate_registrant_phone(self, field: Any) -> None:
        """Whoever registers somebody else can be reached."""
        if not (field.data or self._by_staff or self.registrant_email.data):
            raise ValidationError(_("Write a phone number or an email address, so that somebody can reach you."))

    def validate_registered_on(self, field: Any) -> None:
        """It has happened."""
        if self._lies_ahead(field.data):
            raise ValidationError(_(_AHEAD))

    def _lies_ahead(self, day: date | None) -> bool:
        """Whether a day is still to come, in whichever of the countries it is latest."""
        return day is not None and day > max(local_date(now(), zone) for zone in self._zones)

    def asked(self) -> list[Field]:
        """Each question, also those of the rows of people."""
        rows = [(field, [one for row in field for one in row.form]) for field in self if isinstance(field, FieldList)]
        of_rows = {field.short_name: fields for field, fields in rows}
        return [one for field in self for one in of_rows.get(field.short_name, [field])]

    def answered(self) -> list[tuple[str, str]]:
        """Each question that has an answer, and the answer in words, in their order."""
        found: list[tuple[str, str]] = []
        for field in self:
            rows = field.entries if isinstance(field, FieldList) else ()
            for row in rows:
                found += [(f"{row.form.called}: {one.label.text}", shown_value(one)) for one in _filled(row.form)]
            if not rows:
                found += [(str(one.label.text), shown_value(one)) for one in _filled([field])]
        return found

    def to_new_case(self) -> NewCase:
        """The registration, of a form with all pages that is in order."""
        said = {field.short_name: field.data for field in self}
        rows = [dict(row.form.data) for row in self.main_persons if row.form.name.data]
        about = {name.removeprefix("registrant_"): said[name] for name in said if name.startswith("registrant_")}
        return NewCase(
            variant=Variant(said["variant"]),
            profile=self._only_country or said["profile"],
            language=said["language"] or "",
            timezone=said.get("timezone", ""),
            legal_context=LegalContext(said["legal_context"]),
            municipality=said["municipality"],
            region_id=self._only_region or said["region_id"],
            title=said.get("title", ""),
            topics=lines(said["topics"], commas=True),
            question=said["question"],
            reason=said["reason"],
            wishes=lines(said["wishes"]),
            sought=wish_forms.wishes_in(said),
            sides=lines(said.get("sides", ""), commas="\n" not in said.get("sides", "")),
            registered_on=said.get("registered_on"),
            registered_by=self.who,
            follows=said["follows"],
            said_yes_on=tuple(row.pop("said_yes_on", None) for row in rows),
            main_persons=tuple(PersonDetails(part=Part.MAIN_PERSON, **row) for row in rows),
            registrant=PersonDetails(part=self.who, **about) if about else None,
        )


def _filled(fields: Iterable[Field]) -> list[Field]:
    return [field for field in fields if field.data not in (None, "", [], ()) and field.type != "CSRFTokenField"]


def with_page(before: Answers, page: str, sent: Iterable[tuple[str, str]]) -> Answers:
    """The answers with those of one page as they were sent now."""
    return (
        *((name, value) for name, value in before if field_of(name) not in PAGES[page]),
        *((name, value) for name, value in sent if field_of(name) in PAGES[page]),
    )


def field_of(name: str) -> str:
    """The field to which something that was sent belongs: of a row of people that of all rows."""
    return name.partition("-")[0]


class MailLinkForm(PlainForm):
    """Where to mail the link with which a registration is gone on with; empty: nowhere."""

    email = mail(_l("Email the link to"))


def forms_of(answers: Answers, offered: Offered, *, by_staff: bool) -> dict[str, RegisterForm]:
    """The form of each page."""
    return {page: RegisterForm(answers, offered, by_staff=by_staff, page=page) for page in PAGES}


def first_not_in_order(forms: Mapping[str, RegisterForm]) -> str | None:
    """The first page that lacks an answer, or has a wrong one; None: all are in order."""
    return next((page for page, form in forms.items() if not form.validate()), None)
