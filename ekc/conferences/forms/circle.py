"""Forms of the circle: changing and removing people, who was informed, safety concerns. Adding: `adding.py`."""

from collections.abc import Iterable
from dataclasses import asdict, fields
from datetime import date
from typing import Any

from wtforms import BooleanField, SelectField, SelectMultipleField
from wtforms.fields.choices import SelectChoice

from ekc.conferences.entries import Concern, HeardOfPeople, PersonDetails, told_of_all
from ekc.conferences.forms.days import day
from ekc.conferences.forms.fields import (
    FROM_LIST,
    RowIdField,
    address,
    birth,
    language_choices,
    line,
    lines,
    mail,
    one_of,
    passage,
    people_field,
    person_choices,
    person_field,
    phone_field,
    words_of,
)
from ekc.conferences.forms.names import listed
from ekc.conferences.forms.places import OwnZoneField
from ekc.conferences.queries.circle import PersonRow
from ekc.core.forms import EditingForm, PlainForm, goes_with
from ekc.core.language import lazy_gettext as _l
from ekc.core.lengths import PASSAGE
from ekc.directory.queries import KnownNames
from ekc.workflow.birth import Birth, says_child
from ekc.workflow.facts import OF_AGE as GROWN_UP
from ekc.workflow.vocabulary import FAMILY_PARTS, INSIDE_PARTS, Attends, Closeness, InformedHow, Part, PersonNeed

NAME_MISSING = _l("Write a name.")
_IS_A_CHILD = _l("Is this a child? Then choose the role child. If not, say below that they are 18 or older.")
_IS_UNDER_AGE = _l(
    "They may be under 18. Choose the role child, or say below that they come in this role all the same."
)
OF_AGE = _l("They are 18 or older")
_ALL_THE_SAME = _l("They come in this role, under 18 or not")
FOR_THEMSELVES = _l("They come for themselves, not for this organisation")


def may_be_a_child(part: Part, relation: str, born: Birth | None, today: date) -> bool:
    """Whether somebody who comes in another part may be a child: by their age, or else by their relation."""
    if part not in FAMILY_PARTS or part in {Part.CHILD, Part.MAIN_PERSON}:
        return False
    return says_child(relation) if born is None else born.youngest(today) < GROWN_UP


class PersonForm(EditingForm):
    """All that is stored of somebody, except `hidden`: the fields that the visitor does not see."""

    on_paper = frozenset({"name"})

    phone = phone_field(_l("Phone"))
    email = mail(_l("Email"))
    informed_on = day(_l("Told on"))
    attends = one_of(_l("How they come"), Attends, blank=_l("not known yet"))
    safe_on = day(_l("Said it is safe for them on"))
    worries = passage(_l("What worries them"), most=PASSAGE, rows=2)
    name = line(_l("Name"), missing=NAME_MISSING)
    part = one_of(_l("Role in the circle"), Part)
    of_age = BooleanField(OF_AGE)
    why = passage(_l("Why they have another role now"), most=PASSAGE, rows=2)
    relation = line(_l("Relation"))
    side = SelectField(_l("Side"), **FROM_LIST)
    organisation = listed(_l("Organisation"))
    for_themselves = BooleanField(FOR_THEMSELVES)
    speaks_for = line(_l("Speaks on behalf of"))
    born = birth(_l("Born on"))
    need_kinds = SelectMultipleField(_l("To take part"), choices=words_of(PersonNeed), **FROM_LIST)
    needs = passage(_l("Needs"))
    language = SelectField(_l("Language"), **FROM_LIST)
    second_language = SelectField(_l("Also speaks"), **FROM_LIST)
    needs_interpreter = BooleanField(_l("Needs an interpreter"))
    support_id = person_field(_l("Who supports them"), blank=_l("nobody in particular"))
    closeness = one_of(_l("How close they are"), Closeness, blank=_l("not said yet"))
    brought_by_id = person_field(_l("Who brought them in"), blank=_l("nobody in particular"))
    address = address(rows=3)
    address_secret = BooleanField(_l("The address is secret: print it nowhere"))
    timezone = OwnZoneField(_l("Time zone"))
    view = passage(_l("What they want to say, if they are not there"))
    exclusion_reason = passage(_l("Why they stay away"), rows=2)
    excluded_by = line(_l("Decided by"))
    excluded_on = day(_l("Decided on"))
    asks_age = False

    def __init__(
        self,
        shown: PersonRow,
        sides: tuple[str, ...],
        others: list[PersonRow],
        hidden: frozenset[str],
        today: date,
        organisations: KnownNames,
        **kwargs: Any,
    ) -> None:
        self.today = today
        born = Birth.of(shown.born, shown.born_until)
        super().__init__(data={**asdict(shown), "needs": "\n".join(shown.needs), "born": born}, **kwargs)
        self._before = (shown.part, shown.relation, shown.born)
        self.organisation.offer(organisations)
        for name in hidden & set(self._fields):
            del self[name]
        offer_sides(self, sides, shown.side)
        self.language.choices = language_choices(_l("the language of the case"))
        if shown.language not in {one.value for one in self.language.choices}:
            self.language.choices.append(SelectChoice(shown.language, shown.language))
        self.second_language.choices = language_choices(_l("no other language that is known"))
        self.support_id.choices = [*self.support_id.choices, *could_support(shown, others)]
        self.brought_by_id.choices = [*self.brought_by_id.choices, *person_choices(others)]

    def validate(self, extra_validators: Any = None) -> bool:
        """A decision to exclude needs reason, decider and day: all of them or none."""
        good = super().validate(extra_validators)
        missing = {
            "exclusion_reason": _l("Write why they stay away. It is kept for everybody's safety."),
            "excluded_by": _l("Write who decided that they stay away."),
            "excluded_on": _l("Choose the day on which that was decided."),
        }
        decision = [self[name] for name in missing if name in self]
        if self.attends.data == Attends.EXCLUDED or any(one.data for one in decision):
            for one in decision:
                if not one.data and not one.errors:
                    one.errors = [missing[one.short_name]]
                    good = False
        if good:
            born = self.born.data
            now = (Part(self.part.data), self.relation.data, born.first if born else None)
            is_new = now != self._before if born is None else now[::2] != self._before[::2]  # the age says more
            if is_new and may_be_a_child(*now[:2], born, self.today):
                return ask_age(self, born)
        return bool(good)

    def to_details(self) -> PersonDetails:
        typed = {field.name: self[field.name].data for field in fields(PersonDetails) if field.name in self}
        typed["part"] = Part(self.part.data)
        typed["attends"] = Attends(self.attends.data) if self.attends.data else None
        typed["closeness"] = Closeness(self.closeness.data) if self.closeness.data else None
        typed["needs"] = lines(self.needs.data)
        typed["need_kinds"] = tuple(self.need_kinds.data)
        if "born" in self:
            typed |= days_of_birth(self.born.data)
        return PersonDetails(**typed)


def days_of_birth(born: Birth | None) -> dict[str, date | None]:
    """The fields of PersonDetails about birth."""
    return {"born": born.first if born else None, "born_until": None if born is None or born.is_day else born.last}


def could_support(person: PersonRow, others: Iterable[PersonRow]) -> list[SelectChoice]:
    """Who could support somebody: family and supporters of their side first. Nobody who stays away, as was decided."""
    here = (one for one in others if one.attends is not Attends.EXCLUDED or one.id == person.support_id)
    return person_choices(here, rank=lambda one: (one.part not in INSIDE_PARTS, one.side != person.side))


def ask_age(form: Any, born: Birth | None) -> bool:
    """Whether it was said that they are of age, or that their role is right all the same; if not, the form asks."""
    form.asks_age = True
    if born is not None:
        form.of_age.label.text = _ALL_THE_SAME
    if not form.of_age.data:
        form.part.errors = [_IS_A_CHILD if born is None else _IS_UNDER_AGE]
    return bool(form.of_age.data)


def offer_sides(form: Any, sides: tuple[str, ...], held: str = "") -> None:
    """Offer the sides of the case, and `held`, the current side, if it is no longer among them.

    Without any side the field is removed.
    """
    every = dict.fromkeys([*sides, *([held] if held else [])])
    if every:
        form.side.choices = [SelectChoice("", _l("of no side")), *(SelectChoice(side, side) for side in every)]
    else:
        del form.side


#: How several people at once can be noted as taking part; of the others more is asked.
_COMING = (Attends.IN_PERSON, Attends.PART, Attends.PHONE, Attends.VIDEO, Attends.NO)


class HeardForm(PlainForm):
    """What was heard, ticked on the rows of the circle: who was told, comes, and said that it is safe for them.

    Beside the ticks some buttons, each of one person: spoken to by telephone, comes as last time.
    """

    told = people_field(_l("told"))
    comes = people_field(_l("comes"))
    safe = people_field(_l("safe"))
    on = day(_l("Told on"))
    how = one_of(_l("How they come"), _COMING, default=Attends.IN_PERSON.value)
    told_how = one_of(_l("How you told them"), InformedHow, default=InformedHow.IN_PERSON.value)
    spoke_with = RowIdField()
    as_last_time = RowIdField()

    def __init__(self, circle: tuple[PersonRow, ...], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        for field in (self.told, self.comes, self.safe):
            field.choices = person_choices(circle)

    def to_heard(self) -> HeardOfPeople:
        return HeardOfPeople(
            told=told_of_all(self.told.data, self.on.data, InformedHow(self.told_how.data)),
            comes=self.comes.data,
            how=Attends(self.how.data),
            safe=self.safe.data,
            spoke_with=self.spoke_with.data,
            as_last_time=self.as_last_time.data,
        )


class PlaceForm(PlainForm):
    """On which ring of the ecomap somebody stands."""

    closeness = one_of(_l("How close they are"), Closeness)

    def to_closeness(self) -> Closeness:
        return Closeness(self.closeness.data)


class RemoveForm(PlainForm):
    """Why somebody is removed from the circle."""

    reason = passage(_l("Why"), _l("Write why they are no longer in the circle."), most=PASSAGE, rows=2)


class ConcernForm(EditingForm):
    """A safety concern, and what was arranged."""

    participant_id = person_field(_l("Who"), missing=_l("Choose who is worried."))
    concern = passage(_l("What are they afraid of?"), _l("Write what they are afraid of."), rows=2)
    apart_from_id = person_field(_l("Whom may they not be with?"), blank=_l("nobody in particular"))
    apart_from_side = SelectField(_l("Which side may their own side not meet?"), default="", **FROM_LIST)
    said_by = line(_l("Who said or decided that?"))
    arrangement = passage(_l("What was arranged?"), rows=2)

    def __init__(self, circle: tuple[PersonRow, ...], sides: tuple[str, ...], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._side_of = {person.id: person.side for person in circle}
        if sides:
            choices = [SelectChoice("", _l("no side")), *(SelectChoice(side, side) for side in sides)]
            self.apart_from_side.choices = choices
        else:
            del self.apart_from_side
        people = person_choices(circle)
        self.participant_id.choices = [*self.participant_id.choices, *people]
        self.apart_from_id.choices = [*self.apart_from_id.choices, *people]

    def validate(self, extra_validators: Any = None) -> bool:
        """Of whom somebody may not be with is also said who said so."""
        good = super().validate(extra_validators)
        other = self.apart_from_id.data
        if other and other == self.participant_id.data:
            self.apart_from_id.errors = [_l("Choose two people.")]
            good = False
        if self._side and self._side == self._side_of.get(self.participant_id.data or 0):
            self.apart_from_side.errors = [_l("They are on this side themselves. Choose the other one.")]
            good = False
        if (other or self._side) and not self.said_by.data and not self.said_by.errors:
            self.said_by.errors = [_l("Write who said or decided that they may not be together.")]
            good = False
        return bool(good)

    def validate_said_by(self, field: Any) -> None:
        """Who said so goes with somebody whom they may not be with, and away with them where both are changed."""
        if not self._prefix:  # a new concern
            goes_with(field, bool(self.apart_from_id.data or self._side))

    @property
    def _side(self) -> str:
        return self.apart_from_side.data if "apart_from_side" in self else ""

    def to_concern(self) -> Concern:
        return Concern(
            participant_id=self.participant_id.data,
            concern=self.concern.data,
            arrangement=self.arrangement.data,
            apart_from_id=self.apart_from_id.data,
            apart_from_side=self._side,
            said_by=self.said_by.data if self.apart_from_id.data or self._side else "",
        )


class AnswerForm(EditingForm):
    """What was said or arranged with somebody who said that it does not feel safe. `stands`: what they said, when."""

    arrangement = passage(_l("What was said or arranged?"), _l("Write what was said or arranged."), rows=2)
