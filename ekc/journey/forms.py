"""The form of a step: reason, new date, overrides. The rule of the step says which of them it asks for."""

from wtforms import BooleanField, HiddenField, SelectField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, InputRequired, Length

from ekc.core.forms import TranslatedForm
from ekc.core.language import gettext, translate
from ekc.core.language import lazy_gettext as _l
from ekc.journey.actions import LONGEST_REASON
from ekc.meetings.forms import LocalDateTimeField
from ekc.workflow.definition import ReasonKind, StepRule, Taking
from ekc.workflow.vocabulary import N_, Phase, StopReason

#: The stop reasons in the words of a family.
_OWN_WORDS = {
    StopReason.PLAN_ALREADY_MADE: N_("we have a plan already"),
    StopReason.SITUATION_CHANGED: N_("things are different now"),
    StopReason.NETWORK_TOO_SMALL: N_("there are too few people around us"),
    StopReason.MAIN_PERSON_WITHDREW: N_("we do not want it any more"),
    StopReason.NOT_SAFE: N_("it does not feel safe"),
    StopReason.OTHER: N_("another reason"),
}
_WHY = DataRequired(_l("Write down why, in a sentence."))


class StepForm(TranslatedForm):
    """The form of any step. `step_form` removes the fields that a step does not ask for."""

    phase = HiddenField()
    sure = BooleanField(_l("Yes, I am sure"), [InputRequired(_l("Tick that you are sure, or do it later."))])
    reason = TextAreaField(_l("Why"), [_WHY, Length(max=LONGEST_REASON)])
    stop_reason = SelectField(_l("Why"), [InputRequired(_l("Choose why it stops."))])
    new_date = LocalDateTimeField(
        _l("New date and time"), [InputRequired(_l("Give a date and a time, as 18-04-2026 10:00."))]
    )

    def seen_phase(self) -> Phase | None:
        """The phase that the page showed; None if it is missing or invalid."""
        try:
            return Phase(self.phase.data or "")
        except ValueError:
            return None

    def to_taking(self, rule: StepRule, timezone: str, overrides: dict[str, str]) -> Taking:
        """The input of the step. Times are in the time zone of the case."""
        return Taking(
            rule.step,
            reason=(self.reason.data or "") if "reason" in self else "",
            stop_reason=StopReason(self.stop_reason.data) if "stop_reason" in self else None,
            new_date=self.new_date.instant(timezone) if "new_date" in self else None,
            overrides=overrides,
        )


def step_form(rule: StepRule, own: bool = False, asks: bool = False) -> StepForm:
    """The form of this step. `own`: for somebody of the circle, with labels in their words. `asks`: to be sure."""
    form = StepForm()
    if not asks:
        del form.sure
    if rule.reason is not ReasonKind.TEXT:
        del form.reason
    else:
        form.reason.label.text = translate(rule.ask)
    if rule.reason is not ReasonKind.CODED:
        del form.stop_reason
    else:
        form.stop_reason.label.text = translate(rule.ask)
        named = _OWN_WORDS.items() if own else [(reason, reason.label) for reason in StopReason]
        form.stop_reason.choices = [
            SelectChoice("", gettext("Choose")),
            *(SelectChoice(reason.value, gettext(words)) for reason, words in named),
        ]
    if not rule.asks_date:
        del form.new_date
    return form
