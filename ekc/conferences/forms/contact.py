"""Forms of bottom lines, the contact log and search."""

from typing import Any

from wtforms import SearchField, SelectField, ValidationError
from wtforms.fields.choices import SelectChoice

from ekc.conferences.entries import CHANNELS, BottomLineText, NewContact
from ekc.conferences.forms.days import day
from ekc.conferences.forms.fields import choice, line, named_choices, passage, person_choices, person_field
from ekc.conferences.queries.circle import PersonRow
from ekc.core.forms import EditingForm, PlainForm
from ekc.core.language import gettext
from ekc.core.language import lazy_gettext as _l
from ekc.core.lengths import LINE, NAME
from ekc.workflow.vocabulary import PROFESSIONAL_PARTS


class BottomLineForm(EditingForm):
    """A bottom line. By personal link (`by_themselves`) nobody chooses who sets it, or says when it was shared."""

    on_paper = frozenset({"text"})

    text = passage(_l("What the plan has to meet"), _l("Write in one sentence what the plan has to meet."), rows=2)
    ground = line(_l("Why: a law, or safety"), LINE)
    set_by = person_field(_l("Set by"))  # chosen, unless there is one alone
    shared_on = day(_l("Shared with the family on"))

    def __init__(self, circle: tuple[PersonRow, ...], by_themselves: bool, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        offered = person_choices(row for row in circle if row.part in PROFESSIONAL_PARTS)
        self.set_by.choices = [SelectChoice("", _l("choose who")), *offered] if len(offered) > 1 else offered
        if by_themselves:
            del self.set_by, self.shared_on

    def validate_set_by(self, field: SelectField) -> None:
        """Somebody sets it."""
        if not field.data:
            raise ValidationError(gettext("Choose who sets it."))

    def to_bottom_line(self) -> BottomLineText:
        return BottomLineText(
            text=self.text.data,
            ground=self.ground.data,
            set_by=self.set_by.data if "set_by" in self else None,
            shared_on=self.shared_on.data if "shared_on" in self else None,
        )


class SharingForm(PlainForm):
    """On which day the family was told the bottom lines."""

    on = day(_l("Told or handed over on"), _l("Choose the day."))


class ContactForm(PlainForm):
    """An entry of the contact log."""

    on = day(_l("On"), _l("Choose the day."))
    participant_id = person_field(_l("With"), blank=_l("nobody of the circle"))
    channel = choice(_l("How"), named_choices(CHANNELS), default="phone")
    text = passage(_l("What was said or agreed"), _l("Write in a few words what it was about."))

    def __init__(self, circle: tuple[PersonRow, ...], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.participant_id.choices = [*self.participant_id.choices, *person_choices(circle)]

    def to_contact(self) -> NewContact:
        return NewContact(
            on=self.on.data,
            channel=self.channel.data,
            text=self.text.data,
            participant_id=self.participant_id.data,
        )


class SearchForm(PlainForm):
    """A name, the beginning of one, or a case number."""

    q = line(_l("Name or case number"), NAME, kind=SearchField)
