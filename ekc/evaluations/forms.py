"""Forms of follow-ups, tasks and costs: they parse input into entries for actions. No policy here."""

from collections.abc import Mapping
from typing import Any

from wtforms import BooleanField, RadioField, SelectMultipleField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Optional, ValidationError

from ekc.conferences.forms.days import day
from ekc.conferences.forms.fields import line, passage
from ekc.conferences.forms.numbers import NumberField
from ekc.core.forms import AtMost, EditingForm, PlainForm, TranslatedForm
from ekc.core.language import gettext as _
from ekc.core.language import lazy_gettext as _l
from ekc.core.lengths import LINE, PASSAGE, WORD
from ekc.evaluations.actions import Costs, FollowUpReport, NewAvoidedCost
from ekc.evaluations.queries import FollowUpPerson, FollowUpRecord, FollowUpRow
from ekc.plans.draft import Goal
from ekc.workflow.engine import FOLLOW_UP_RULES
from ekc.workflow.follow_ups import FormSection
from ekc.workflow.vocabulary import N_, ActionState

SCORES = {
    -2: N_("−2 much less than hoped"),
    -1: N_("−1 less than hoped"),
    0: N_("0 as hoped"),
    1: N_("+1 more than hoped"),
    2: N_("+2 much more than hoped"),
}
_MOST_UNNAMED = 60


def _hours(label: Any) -> NumberField:
    return NumberField(label, 60, _l("Type hours as a number, for example 31.5."))


def _money(label: Any, **kwargs: Any) -> NumberField:
    return NumberField(label, 100, _l("Type an amount as a number, for example 212.40."), **kwargs)


class FollowUpForm(EditingForm):
    """The fields of every follow-up. `follow_up_form` adds a choice for each action, and the sections of its kind."""

    found = passage(_l("How did it go?"), rows=4)
    decision = passage(_l("What was decided?"), rows=4)
    unsafe = BooleanField(_l("Somebody does not feel safe"))
    held_on = day(_l("On which day?"), _l("Choose the day on which it was held."))
    held_by = line(_l("By whom?"))

    action_keys: tuple[str, ...] = ()
    goal_numbers: tuple[int, ...] = ()
    person_ids: tuple[int, ...] = ()

    def to_report(self) -> FollowUpReport:
        marks = {id_: self[f"mark_{id_}"].data for id_ in self.person_ids}
        return FollowUpReport(
            held_on=self.held_on.data,
            held_by=self.held_by.data,
            found=self.found.data,
            decision=self.decision.data,
            unsafe=self.unsafe.data,
            wants_new_version="wants_new_version" in self and self.wants_new_version.data,
            actions={k: ActionState(v) for k in self.action_keys if (v := self[f"action_{k}"].data)},
            goals={n: int(v) for n in self.goal_numbers if (v := self[f"goal_{n}"].data)},
            present=frozenset(self.present.data) if "present" in self else frozenset(),
            marks={id_: mark for id_, mark in marks.items() if mark is not None},
            unnamed_marks=read_marks(self.unnamed_marks.data) if "unnamed_marks" in self else (),
        )


def follow_up_form(
    row: FollowUpRow,
    goals: tuple[Goal, ...],
    people: Mapping[int, FollowUpPerson],
    said: FollowUpRecord,
    first: Mapping[str, Any],
    **options: Any,
) -> FollowUpForm:
    """The form of one follow-up, filled with what was recorded, or with `first` before that.

    `options` are passed to the form.
    """
    fields: dict[str, Any] = {}
    filled: dict[str, Any] = {f"action_{key}": state.value for key, state in said.actions.items()}
    for number, goal in enumerate(goals, 1):
        for place, action in enumerate(goal.actions, 1):
            fields[f"action_{action.key}"] = _one_of(
                f"{number}.{place} {action.what}", {state.value: _(state.label) for state in ActionState}
            )
    rule = FOLLOW_UP_RULES[row.kind]
    if rule.words_required:
        fields["found"] = passage(_("How did it go?"), _("Say in a few words how it goes."), rows=4)
    if FormSection.GOALS in rule.sections:
        for number, goal in enumerate(goals, 1):
            scores = {str(score): _(words) for score, words in SCORES.items()}
            fields[f"goal_{number}"] = _one_of(f"{number} {goal.text}", scores)
        fields["goal_numbers"] = tuple(range(1, len(goals) + 1))
        filled |= {f"goal_{number}": str(score) for number, score in said.goals.items()}
    if FormSection.PEOPLE in rule.sections:
        asked = [who for who in people.values() if not who.left or who.id in said.marks or who.id in said.present]
        names = [SelectChoice(who.id, who.name) for who in asked]
        fields["present"] = SelectMultipleField(_("Who was there?"), coerce=int, choices=names)
        marking = [who for who in asked if who.marks or who.id in said.marks]
        for who in marking:
            fields[f"mark_{who.id}"] = NumberField(
                _("Mark of %(name)s", name=who.name), 1, _("Give a whole number from 0 to 10."), most=10
            )
        fields["unnamed_marks"] = line(_("Marks of others in the family, without names"), LINE, rules=[_marks_readable])
        fields["person_ids"] = tuple(who.id for who in marking)
        filled |= {f"mark_{id_}": mark for id_, mark in said.marks.items()}
        filled |= {"present": list(said.present), "unnamed_marks": ", ".join(map(str, said.unnamed))}
    if FormSection.NEW_VERSION in rule.sections:
        fields["wants_new_version"] = BooleanField(_("The family wants a new version of the plan"))
    fields["action_keys"] = tuple(action.key for goal in goals for action in goal.actions)
    if row.held_on is not None:
        own = ("found", "decision", "wants_new_version", "unsafe", "held_on", "held_by")
        first = {name: getattr(row, name) for name in own}
    form: FollowUpForm = type("FollowUpFormOfPlan", (FollowUpForm,), fields)(data={**filled, **first}, **options)
    return form


def _one_of(label: str, choices: Mapping[str, str]) -> RadioField:
    return RadioField(label, [Optional()], choices=[SelectChoice(value, name) for value, name in choices.items()])


def read_marks(typed: str) -> tuple[int, ...]:
    """Parse marks: "9, 8, 8, 9, 8". Raises ValueError, also for a comma that may be a decimal sign: "7,5 8"."""
    words = typed.replace(";", " ").split()
    separates = any(word.endswith(",") or word.count(",") > 1 for word in words)
    if not separates and "," in typed:
        raise ValueError(typed)
    marks = tuple(int(word) for word in typed.replace(";", " ").replace(",", " ").split())
    if len(marks) > _MOST_UNNAMED or any(not 0 <= mark <= 10 for mark in marks):
        raise ValueError(typed)
    return marks


def _marks_readable(_form: TranslatedForm, typed: StringField) -> None:
    try:
        read_marks(typed.data)
    except ValueError:
        raise ValidationError(
            _("Type whole marks from 0 to 10 with commas between them, for example 9, 8, 8.")
        ) from None


class GiveUpForm(EditingForm):
    """Why a follow-up is given up. `stands`: why it was given up before."""

    reason = passage(_l("Why is it given up?"), _l("Say in a few words why it is given up."), PASSAGE, rows=4)


class NextEvaluationForm(PlainForm):
    """Another evaluation."""

    due_on = day(_l("Day of the next evaluation"), _l("Choose the day on which you meet again."), ahead=True)
    place = line(_l("Place"), LINE)


class TickForm(TranslatedForm):
    """The progress of one's own task."""

    task = StringField(validators=[InputRequired(), AtMost(WORD)])
    state = RadioField(choices=[SelectChoice(state.value, state.value) for state in ActionState])
    stays = BooleanField()  # sent by the script of the page, which stays


def _amount_required(_form: TranslatedForm, typed: NumberField) -> None:
    if typed.data is None and not typed.errors:
        raise ValidationError(_("Type what it would have cost."))


class CostsForm(EditingForm):
    """Hours and money. Empty: not known."""

    coordinator_minutes = _hours(_l("Hours of the coordinator"))
    family_minutes = _hours(_l("Hours of the family and its network"))
    professional_minutes = _hours(_l("Hours of professionals"))
    fee = _money(_l("Fee"))
    venue_and_food = _money(_l("Venue and food"))
    interpreter = _money(_l("Interpreter"))
    travel = _money(_l("Travel"))
    childcare = _money(_l("Childcare"))

    def to_costs(self) -> Costs:
        return Costs(**{name: self[name].data for name in COST_NAMES})


COST_NAMES = tuple(Costs.__dataclass_fields__)


class AvoidedForm(TranslatedForm):
    """A cost that is said to have been avoided."""

    what = line(_l("What was avoided"), LINE, _l("Say what was avoided."))
    amount = _money(_l("Amount"), validators=[_amount_required])
    basis = line(
        _l("Where the figure comes from"), LINE, _l("Say where the figure comes from, for example a price list.")
    )

    def to_avoided(self) -> NewAvoidedCost:
        return NewAvoidedCost(what=self.what.data, amount=self["amount"].data, basis=self.basis.data)
