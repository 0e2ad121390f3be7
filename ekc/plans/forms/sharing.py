"""Forms of who else reads a plan."""

from collections.abc import Iterable, Mapping
from typing import Any

from wtforms import RadioField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Optional

from ekc.core.forms import EditingForm, Standing
from ekc.core.language import gettext as _
from ekc.core.language import lazy_gettext as _l
from ekc.plans.queries.circle import CirclePerson
from ekc.workflow.vocabulary import PlanSharing

_CHOOSE = _l("Choose how much of the plan they see.")


def _sharing_choices(professional: bool = True) -> list[SelectChoice]:
    """The choices, from all of the plan to nothing. The plans of before concern nobody who came later."""
    words = [word for word in reversed(PlanSharing) if professional or word is not PlanSharing.CONCERNS]
    return [SelectChoice(word.value, _(word.label)) for word in words]


class ShareWithAllForm(EditingForm):
    """The same answer about all professionals. `said`: what this main person said about each, by their id."""

    sharing = RadioField(_l("All professionals may see"), validators=[InputRequired(_CHOOSE)])

    def __init__(self, professionals: Iterable[CirclePerson], said: Mapping[int, PlanSharing], **more: Any) -> None:
        known = ((one, said[one.id]) for one in professionals if one.id in said)
        stands = {str(one.id): Standing(one.name, _(sharing.label), sharing) for one, sharing in known}
        super().__init__(stands, **more)
        self.sharing.choices = _sharing_choices()

    def to_sharing(self) -> PlanSharing:
        return PlanSharing(self.sharing.data)


class ShareForm(EditingForm):
    """What a main person says each of them may see. `share_form` adds a field for each."""

    people: tuple[int, ...] = ()

    def to_choices(self) -> dict[int, PlanSharing]:
        """The choices by participant id; nothing of those about whom nothing is said."""
        said = {id_: self[f"person_{id_}"].data for id_ in self.people}
        return {id_: PlanSharing(data) for id_, data in said.items() if data}


def share_form(people: Iterable[CirclePerson], said: Mapping[int, PlanSharing], **more: Any) -> ShareForm:
    """The form, filled with what the main person said; empty about whom they said nothing yet."""
    rows = tuple(people)
    fields: dict[str, Any] = {
        f"person_{row.id}": RadioField(row.name, [Optional()], choices=_sharing_choices(row.is_professional))
        for row in rows
    }
    now = {f"person_{row.id}": said[row.id].value for row in rows if row.id in said}
    form: ShareForm = type("ShareFormOfCase", (ShareForm,), {**fields, "people": tuple(row.id for row in rows)})(
        data=now, **more
    )
    return form
