"""The form of a step (reason, new date, overrides: its rule says which), and that of correcting a registration."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict
from typing import Any

from wtforms import BooleanField, Field, HiddenField, RadioField, SelectField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired

from ekc.conferences.entries import CHANNELS, GIVES, Assignment
from ekc.conferences.forms.days import moment
from ekc.conferences.forms.fields import (
    FROM_LIST,
    RowIdField,
    choice,
    line,
    named_choices,
    passage,
    people_field,
    words_of,
)
from ekc.conferences.forms.names import listed
from ekc.conferences.forms.places import country_choices
from ekc.core.errors import Stale
from ekc.core.forms import EditingForm, PlainForm, Standing
from ekc.core.language import gettext, translate
from ekc.core.language import lazy_gettext as _l
from ekc.core.lengths import PASSAGE, TITLE, WORD
from ekc.directory.queries import KnownNames
from ekc.journey.queries.merging import CaseDifferences
from ekc.workflow.definition.kinds import ReasonKind, StepRule, Taking
from ekc.workflow.engine import STEP_GUARDS
from ekc.workflow.owed.kinds import Verb
from ekc.workflow.owed.still_owed import Owed
from ekc.workflow.profiles import PROFILES
from ekc.workflow.vocabulary import N_, Phase, StopReason, Variant

#: The stop reasons in the words of a family.
_OWN_WORDS = {
    StopReason.PLAN_ALREADY_MADE: N_("we have a plan already"),
    StopReason.SITUATION_CHANGED: N_("things are different now"),
    StopReason.NETWORK_TOO_SMALL: N_("there are too few people around us"),
    StopReason.MAIN_PERSON_WITHDREW: N_("we do not want it any more"),
    StopReason.NOT_SAFE: N_("it does not feel safe"),
    StopReason.OTHER: N_("another reason"),
}
_OVERRIDE = "override-"  # before the code of a guard: why somebody goes on all the same


class StepForm(PlainForm):
    """The form of any step. `step_form` removes fields that a step does not ask for, and adds one for each guard."""

    phase = HiddenField()
    paper = HiddenField()  # what was shown of the plan that the step freezes
    sure = BooleanField(_l("Yes, I am sure"), [InputRequired(_l("Tick that you are sure, or do it later."))])
    reason = passage(_l("Why"), _l("Write down why, in a sentence."), PASSAGE)
    stop_reason = SelectField(_l("Why"), [InputRequired(_l("Choose why it stops."))])
    other = line(_l("Number of the other conference"), WORD, _l("Write the number of the conference that goes on."))
    unsafe = BooleanField(_l("It does not feel safe to me"), description=_l("The others do not hear this."))
    new_date = moment(_l("New date and time"), ahead=True)

    def seen_phase(self) -> Phase | None:
        """The phase that the page showed; None if it is missing or invalid."""
        try:
            return Phase(self.phase.data or "")
        except ValueError:
            return None

    @property
    def overrides(self) -> dict[str, str]:
        """Why somebody goes on all the same, by the code of the guard."""
        return {name.removeprefix(_OVERRIDE): one.data for name, one in self._fields.items() if _OVERRIDE in name}

    def why(self, guards: Mapping[str, str]) -> list[Field]:
        """The fields for these guards: their lines by code, in the labels where there are several."""
        fields = [self[f"{_OVERRIDE}{code}"] for code in guards]
        if len(fields) > 1:
            for field, line_ in zip(fields, guards.values(), strict=True):
                field.label.text = f"{field.label.text}: {line_}"
        return fields

    def to_taking(self, rule: StepRule, timezone: str) -> Taking:
        """The input of the step. Times are in the time zone of the case."""
        return Taking(
            rule.step,
            reason=(self.reason.data or "") if "reason" in self else "",
            stop_reason=StopReason(self.stop_reason.data) if "stop_reason" in self else next(iter(rule.reasons), None),
            other=self.other.data if "other" in self else "",
            new_date=self.new_date.instant(timezone) if "new_date" in self else None,
            overrides=self.overrides,
            unsafe="unsafe" in self and bool(self.unsafe.data),
        )


def step_form(rule: StepRule, *, own: bool, asks: bool) -> StepForm:
    """The form of this step. `own`: for somebody of the circle, with labels in their words. `asks`: to be sure."""
    why = {
        f"{_OVERRIDE}{guard.code}": passage(_l("Why all the same"), most=PASSAGE, rows=2)
        for guard in STEP_GUARDS[rule.step]
    }
    form: StepForm = type("StepFormOfRule", (StepForm,), why)()
    if not asks:
        del form.sure
    if rule.reason is not ReasonKind.TEXT:
        del form.reason
    else:
        form.reason.label.text = translate(rule.ask)
    if rule.reason is not ReasonKind.CODED or len(rule.reasons) == 1:
        del form.stop_reason
    else:
        form.stop_reason.label.text = translate(rule.ask)
        named = [(reason, _OWN_WORDS.get(reason, reason.label) if own else reason.label) for reason in rule.reasons]
        form.stop_reason.choices = [
            SelectChoice("", gettext("Choose")),
            *(SelectChoice(reason.value, gettext(words)) for reason, words in named),
        ]
    if not rule.asks_other:
        del form.other
    if not rule.asks_date:
        del form.new_date
    if not (own and rule.asks_safe and rule.reason is ReasonKind.TEXT):
        del form.unsafe
    return form


class NotSafeForm(PlainForm):
    """What somebody wants to say with it that it does not feel safe."""

    words = passage(_l("Do you want to say more?"))


class AskOthersForm(EditingForm):
    """To ask the other main persons. `stands`: the wish, and what is known of safety in the case."""


class NotedForm(EditingForm):
    """What a main person told staff. `stands`: their answer that staff noted before."""


class SpokenForm(EditingForm):
    """What was said with somebody about their wish. `stands`: the wish, and what was written down before."""

    said = passage(_l("What was said"), _l("Write down what was said."), PASSAGE)

    @classmethod
    def of(
        cls, matter: str, participant_id: int, stands: Mapping[str, Standing] | None = None, **kwargs: Any
    ) -> "SpokenForm":
        """The form about this person's wish: there are several on a page."""
        return cls(stands, prefix=f"{matter}-{participant_id}-", **kwargs)


class ToldForm(PlainForm):
    """Who was told what they had to hear, or given what they had to get, and how. `everybody`: all who were listed.

    `notices`: the ids of what was shown, so that nobody is noted as told what came later.
    """

    notices = HiddenField()
    told = people_field(_l("Who did you tell?"))
    everybody = HiddenField()
    channel = choice(_l("How"), named_choices(CHANNELS), default="phone")

    def __init__(self, told: Sequence[Owed], labels: Mapping[int, str], **kwargs: Any) -> None:
        """`told`: what is told at once; `labels`: the names of people, with how to reach them."""
        super().__init__(**kwargs)
        people = {one.id for owed in told for one in owed.to}
        self.told.choices = [(str(id_), label) for id_, label in labels.items() if id_ in people]
        if told[0].rule.verb is Verb.GET:
            self.told.label.text = gettext("Who has it now?")
            self.channel.choices = named_choices({code: name for code, name in CHANNELS.items() if code in GIVES})
        if self.everybody.data:
            listed = self.everybody.data.split()
            self.told.data = [id_ for id_ in people if str(id_) in listed]
        self.shown = " ".join(str(owed.notice.id) for owed in told)
        for field in (self.told, self.channel):  # the page can have two of these forms
            field.id = field.label.field_id = f"{field.name}-{told[0].rule.verb}"

    def check_shown(self) -> None:
        """Refuse if somebody has to hear more than the page said."""
        if not set(self.shown.split()) <= set((self.notices.data or "").split()):
            raise Stale(N_("Meanwhile there is more to tell: see above. Say whom you told all of it."))


class GoOnForm(EditingForm):
    """Whose wish staff note as taken back. `stands`: what each wishes, by their id."""

    person = RowIdField()

    def replaces(self, key: str) -> bool:
        """Only the wish of this person."""
        return key == str(self.person.data)


class CorrectionForm(EditingForm):
    """Region, country, kind, municipality and referrer. `read`: the values whose consequences were shown."""

    read = HiddenField()
    region_id = SelectField(_l("Region"), coerce=int, **FROM_LIST)
    profile = SelectField(_l("Country"), **FROM_LIST)
    variant = SelectField(_l("Kind of conference"), choices=words_of(Variant), **FROM_LIST)
    municipality = listed("", TITLE, _l("Write the municipality, council or area."))
    referrer_id = SelectField(_l("Who referred the case"), coerce=int, **FROM_LIST)

    def __init__(
        self,
        before: Assignment,
        regions: Mapping[int, str],
        countries: Collection[str],
        referrers: Mapping[int, str],
        plan_agreed: bool,
        municipalities: KnownNames,
        **kwargs: Any,
    ) -> None:
        """`before`: the values as they are. What can be no other is not asked: one region, or the country of a plan."""
        super().__init__(data={**asdict(before), "referrer_id": before.referrer_id or 0}, **kwargs)
        self._before = before
        self.municipality.offer(municipalities)
        self.region_id.choices = [SelectChoice(str(id_), name) for id_, name in regions.items()]
        self.profile.choices = country_choices(tuple(dict.fromkeys((*countries, before.profile))))
        self.municipality.label.text = gettext(PROFILES[before.profile].area)
        nobody = SelectChoice("0", gettext("nobody: a main person registered"))
        self.referrer_id.choices = [nobody, *(SelectChoice(str(id_), name) for id_, name in referrers.items())]
        if len(regions) == 1:
            del self.region_id
        if plan_agreed or len(self.profile.choices) == 1:
            del self.profile

    def to_assignment(self) -> Assignment:
        return Assignment(
            region_id=self.region_id.data if "region_id" in self else self._before.region_id,
            profile=self.profile.data if "profile" in self else self._before.profile,
            variant=Variant(self.variant.data),
            municipality=self.municipality.called,
            referrer_id=self.referrer_id.data or None,
        )


class PauseForm(PlainForm):
    """Why the deadlines of a case stand still."""

    pause_reason = passage(
        _l("Why it is paused"), _l("Write in a sentence why this conference is paused."), PASSAGE, rows=2
    )


class MergeCasesForm(EditingForm):
    """Where two registrations of one conference differ: which of both is right. `merge_form` adds a field for each."""

    def chosen(self) -> dict[str, str]:
        """By key of the difference: here, there or both."""
        return {field.short_name: field.data for field in self if field.type == "RadioField"}


def merge_form(found: CaseDifferences, here: str, there: str, **more: Any) -> MergeCasesForm:
    """The form of these differences; `here`, `there`: the numbers of the registration that stops and of the other."""
    asked: dict[str, Any] = {}
    for one in found.differences:
        choices = [SelectChoice("there", f"{one.there} ({there})"), SelectChoice("here", f"{one.here} ({here})")]
        both = [SelectChoice("both", _l("keep both"))] if one.can_keep_both else []
        rules = [InputRequired(_l("Choose which is right."))]
        asked[one.key] = RadioField(one.label, rules, choices=[*choices, *both], **FROM_LIST)
    stands = {f"of-{one.key}": Standing(one.label, one.there, (one.here, one.there)) for one in found.differences}
    stands["joins"] = Standing("", ", ".join(found.joins), found.joins)
    return type("MergeCasesForm", (MergeCasesForm,), asked)(stands, **more)  # type: ignore[no-any-return]
