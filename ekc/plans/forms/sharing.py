"""Forms of sharing the plan: for all professionals at once, or one by one."""

from collections.abc import Iterable
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import RadioField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired

from ekc.people.forms import PlainForm
from ekc.plans.queries import CirclePerson
from ekc.workflow.vocabulary import PlanSharing

_CHOOSE = _l("Choose how much of the plan is seen.")


def _words() -> list[SelectChoice]:
    """The most first."""
    return [SelectChoice(word.value, _(word.label)) for word in reversed(PlanSharing)]


class ShareWithAllForm(PlainForm):
    """All professionals see the same."""

    sharing = RadioField(_l("All professionals see"), validators=[InputRequired(_CHOOSE)])

    def __init__(self, **more: Any) -> None:
        super().__init__(**more)
        self.sharing.choices = _words()

    def to_sharing(self) -> PlanSharing:
        """What was chosen for all."""
        return PlanSharing(self.sharing.data)


class ShareForm(PlainForm):
    """Each professional sees what is chosen for them. `share_form` adds a choice for each."""

    people: tuple[int, ...] = ()

    def to_choices(self) -> dict[int, PlanSharing]:
        """What was chosen, by participant."""
        return {id_: PlanSharing(self[f"person_{id_}"].data) for id_ in self.people}


def share_form(professionals: Iterable[CirclePerson], **more: Any) -> ShareForm:
    """The form, filled with what each of them sees now."""
    rows = tuple(professionals)
    fields: dict[str, Any] = {
        f"person_{row.id}": RadioField(row.name, [InputRequired(_CHOOSE)], choices=_words()) for row in rows
    }
    now = {f"person_{row.id}": row.sharing.value for row in rows}
    form: ShareForm = type("ShareFormOfCase", (ShareForm,), {**fields, "people": tuple(row.id for row in rows)})(
        data=now, **more
    )
    return form
