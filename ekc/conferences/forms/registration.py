"""Forms of the registration and of consents."""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import date
from typing import Any

from wtforms import Field, RadioField, SelectField, ValidationError
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired

from ekc.conferences.entries import CONSENT_SCOPES, NewConsent, NewOffer, Registration
from ekc.conferences.forms.days import day
from ekc.conferences.forms.fields import (
    FROM_LIST,
    asked_of,
    language_choices,
    languages_of_paper,
    line,
    lines,
    named_choices,
    one_of,
    passage,
    people_field,
    person_field,
    words_of,
)
from ekc.conferences.forms.places import time_zone
from ekc.conferences.queries.registration import RegistrationRow
from ekc.conferences.queries.voices import OwnVoice
from ekc.core.forms import EditingForm, PlainForm
from ekc.core.language import gettext as _
from ekc.core.language import lazy_gettext as _l
from ekc.core.lengths import WORD
from ekc.workflow.vocabulary import LegalContext, OfferStage

_ZONE_MISSING = _l("Write a time zone such as Europe/Amsterdam.")


class RegistrationForm(EditingForm):
    """Changing the registration. `registration_form` adds for each main person the day on which they said yes."""

    on_paper = frozenset({"question", "title"})

    main_persons: tuple[int, ...] = ()

    question = passage(_l("The question"))
    question_agreed_on = day(_l("The question was agreed on"))
    reason = passage(_l("Why now"), _l("Write in a sentence or two why a conference is asked for now."), rows=4)
    topics = passage(_l("Topics"))
    wishes = passage(_l("Wishes for the coordinator"))
    legal_context = one_of(_l("Voluntary or under pressure"), LegalContext)
    title = line(_l("Title of the case"), missing=_l("Write a title by which you know the case."))
    follows = line(_l("Number of an earlier conference"), WORD)
    sides = passage(_l("Sides"), rows=2)
    language = SelectField(_l("Language of the letters and the plan"), **FROM_LIST)
    timezone = time_zone(_ZONE_MISSING)

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
    """The same consent of one person or several."""

    people = people_field(_l("Who"))
    scope = asked_of(_l("Says yes to"), _l("Choose what they say yes to."), named_choices(CONSENT_SCOPES))
    given_on = day(_l("On"), _l("Choose the day on which they said yes."))
    note = passage(_l("Note"), rows=2)

    def validate_people(self, field: Any) -> None:
        """Somebody said yes."""
        if not field.data:
            raise ValidationError(_("Choose who said yes."))

    def to_consents(self) -> list[NewConsent]:
        said = {"scope": self.scope.data, "given_on": self.given_on.data, "note": self.note.data}
        return [NewConsent(participant_id=one, **said) for one in self.people.data]


class OfferForm(PlainForm):
    """A line about the offer of the conference."""

    stage = RadioField(
        _l("What is noted"),
        choices=words_of(OfferStage),
        validators=[InputRequired(_l("Choose what is noted."))],
        **FROM_LIST,
    )
    to = person_field(_l("To whom, or who answered"), blank=_l("nobody: it is exempt"))
    on = day(_l("Day"), _l("Write the day."))
    reason = passage(_l("Why it is not offered"), rows=2)

    def to_offer(self) -> NewOffer:
        return NewOffer(
            stage=OfferStage(self.stage.data), on=self.on.data, participant_id=self.to.data, reason=self.reason.data
        )


class WithdrawForm(PlainForm):
    """Withdrawing a consent."""

    on = day(_l("Taken back on"), _l("Choose the day on which they took it back."))
