"""The form that fills in what is not known yet of people in the circle: all of them at once."""

from collections.abc import Mapping, Sequence
from typing import Any, Self

from wtforms import BooleanField, FormField, SelectField, SelectMultipleField

from ekc.conferences.entries import FilledIn
from ekc.conferences.forms.circle import could_support, days_of_birth, offer_sides
from ekc.conferences.forms.days import day
from ekc.conferences.forms.fields import (
    FROM_LIST,
    CountsAges,
    NamedPersonField,
    birth,
    language_choices,
    line,
    lines,
    mail,
    one_of,
    passage,
    person_choices,
    person_field,
    phone_field,
    words_of,
)
from ekc.conferences.queries.circle import PersonRow
from ekc.core.errors import Refusal
from ekc.core.forms import PlainForm
from ekc.core.language import lazy_gettext as _l
from ekc.core.lengths import PASSAGE
from ekc.workflow.vocabulary import PROFESSIONAL_PARTS, Attends, Closeness, Part, PersonNeed

#: Those that are filled in together, with what is said of one that is missing.
_DECISION = {
    "exclusion_reason": _l("Write why they stay away. It is kept for everybody's safety."),
    "excluded_by": _l("Write who decided that they stay away."),
    "excluded_on": _l("Choose the day on which that was decided."),
}
#: How somebody comes, unless it was decided that they stay away.
_COMING = tuple(one for one in Attends if one is not Attends.EXCLUDED)
#: So many people stand on a page at once.
AT_ONCE = 25
#: What is no field of PersonDetails.
_BESIDE = frozenset({"consented_on", "consent_note", "concern", "arrangement"})


class OnePersonForm(CountsAges, PlainForm):
    """What is not known yet of somebody. All of it may stay empty."""

    phone = phone_field(_l("Phone"))
    email = mail(_l("Email"))
    born = birth(_l("Born on"))
    side = SelectField(_l("Side"), default="", **FROM_LIST)
    attends = one_of(_l("How they come"), _COMING, blank=_l("not known yet"), default="")
    consented_on = day(_l("Said yes to the conference, and keeping a file, on"))
    consent_note = line(_l("Note with the consent"), PASSAGE)
    view = passage(_l("What they want to say, if they are not there"))
    speaks_for = line(_l("Speaks on behalf of"))
    need_kinds = SelectMultipleField(_l("To take part"), choices=words_of(PersonNeed), **FROM_LIST)
    needs = passage(_l("Needs"), rows=2)
    language = SelectField(_l("Language"), default="", **FROM_LIST)
    support_id = person_field(_l("Who supports them"), blank=_l("nobody in particular"))
    closeness = one_of(_l("How close they are"), Closeness, blank=_l("not said yet"), default="")
    brought_by_id = person_field(_l("Who brought them in"), blank=_l("nobody in particular"))
    needs_interpreter = BooleanField(_l("Needs an interpreter"))
    address_secret = BooleanField(_l("The address is secret: print it nowhere"))
    concern = passage(_l("What are they afraid of?"), rows=2)
    arrangement = passage(_l("What was arranged?"), rows=2)
    exclusion_reason = passage(_l("Why they stay away"), rows=2)
    excluded_by = line(_l("Decided by"))
    excluded_on = day(_l("Decided on"))
    called = ""  # the person, where its errors are listed

    def ask_only(self, known: frozenset[str], hidden: frozenset[str]) -> None:
        """Take out what is hidden, and what is known; but not what somebody typed meanwhile, so that it is not lost."""
        for name in (known | hidden) & set(self._fields):
            if name in hidden or not self[name].data:
                del self[name]

    def validate(self, extra_validators: Any = None) -> bool:
        """What belongs together is filled in together."""
        good = super().validate(extra_validators)
        missing = dict(_DECISION) if any(self._said(name) for name in _DECISION) else {}
        if self._said("arrangement"):
            missing["concern"] = _l("Write what they are afraid of.")
        if self._said("consent_note"):
            missing["consented_on"] = _l("Choose the day on which they said yes.")
        for name, said in missing.items():
            if name in self and not self[name].data and not self[name].errors:
                self[name].errors, good = [said], False
        return bool(good)

    def _said(self, name: str) -> Any:
        return self[name].data if name in self else None

    @property
    def filled(self) -> frozenset[str]:
        """The names of the fields in which something is filled in."""
        return frozenset(field.short_name for field in self if field.data)

    def to_filled_in(self, participant_id: int) -> FilledIn:
        typed: dict[str, Any] = {name: self[name].data for name in self.filled}
        beside = {name: typed.pop(name) for name in _BESIDE & set(typed)}
        if "born" in typed:
            typed |= {name: on for name, on in days_of_birth(typed["born"]).items() if on}
        if "attends" in typed:
            typed["attends"] = Attends(typed["attends"])
        if "closeness" in typed:
            typed["closeness"] = Closeness(typed["closeness"])
        if "needs" in typed:
            typed["needs"] = lines(typed["needs"])
        if "need_kinds" in typed:
            typed["need_kinds"] = tuple(typed["need_kinds"])
        return FilledIn(participant_id=participant_id, details=typed, **beside)


class OneOfManyForm(OnePersonForm):
    """As `OnePersonForm`, in a circle that is too large to list all others with each person."""

    support_id = NamedPersonField(_l("Who supports them"))
    brought_by_id = NamedPersonField(_l("Who brought them in"))


class FillInForm(PlainForm):
    """What is not known yet of each person; made by `of`. `of_whom`: the forms, by participant id."""

    of_whom: dict[int, OnePersonForm]
    names: tuple[str, ...] = ()  # of everybody, where they are typed

    @classmethod
    def of(
        cls,
        shown: Sequence[PersonRow],
        circle: Sequence[PersonRow],
        sides: tuple[str, ...],
        known: Mapping[int, frozenset[str]],
        hidden: Mapping[int, frozenset[str]],
        **kwargs: Any,
    ) -> Self:
        """The form for these people of the circle, in the order of the page, without what is known or hidden from the
        visitor.
        """
        is_large = len(circle) > AT_ONCE
        fields = {f"p{row.id}": FormField(OneOfManyForm if is_large else OnePersonForm, row.label) for row in shown}
        form: Self = type("FillInFormOfCircle", (cls,), fields)(**kwargs)
        form.of_whom = {row.id: form[f"p{row.id}"].form for row in shown}
        form.names = tuple(row.label for row in circle) if is_large else ()
        by_name = {row.label: row.id for row in circle}
        support = {row.label: row.id for row in circle if row.attends is not Attends.EXCLUDED}
        languages = language_choices(_l("the language of the case"))
        for row in shown:
            one = form.of_whom[row.id]
            one.called, one.language.choices = row.label, languages
            offer_sides(one, sides)
            if is_large:
                one.support_id.offer(support)
                one.brought_by_id.offer(by_name)
            else:
                others = [other for other in circle if other.id != row.id]
                one.support_id.choices = [*one.support_id.choices, *could_support(row, others)]
                one.brought_by_id.choices = [*one.brought_by_id.choices, *person_choices(others)]
            one.ask_only(known[row.id] | _not_asked(row), hidden[row.id])
        return form

    def to_filled_in(self) -> list[FilledIn]:
        """What was filled in, of whom."""
        return [one.to_filled_in(id_) for id_, one in self.of_whom.items() if one.filled]

    def can_show(self, refusal: Refusal) -> bool:
        """As every form; of what was filled in of one person as well."""
        return self._refused(refusal) is not None or super().can_show(refusal)

    def refuse(self, refusal: Refusal) -> int:
        """As every form, at the field of the person whom it is about."""
        about = self._refused(refusal)
        if about is None:
            return super().refuse(refusal)
        return about.refuse(refusal.at(refusal.field.rpartition(".")[2]))

    def _refused(self, refusal: Refusal) -> OnePersonForm | None:
        of_whom, dot, _field = refusal.field.partition(".")
        return self.of_whom.get(int(of_whom)) if dot and of_whom.isdigit() else None


def _not_asked(row: PersonRow) -> frozenset[str]:
    """What is not asked of somebody in this part."""
    names = set()
    if row.part not in {Part.MAIN_PERSON, Part.CHILD}:
        names |= {"consented_on", "consent_note"}
    if row.part is Part.MAIN_PERSON:
        names |= {"closeness", "brought_by_id"}
    if row.part not in PROFESSIONAL_PARTS:
        names.add("speaks_for")
    else:
        names |= {"born", "side", "support_id", "address_secret", "closeness"}
    if row.part is Part.INTERPRETER:
        names |= {
            "born",
            "support_id",
            "closeness",
            "brought_by_id",
            "needs_interpreter",
            "concern",
            "arrangement",
            *_DECISION,
        }
    return frozenset(names)
