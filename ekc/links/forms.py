"""Forms for opening a personal link: who uses the device, and the entrance code or answer."""

import re
from typing import Any

from wtforms import RadioField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, ValidationError

from ekc.core.forms import AtMost, PlainForm
from ekc.core.language import gettext as _
from ekc.core.language import lazy_gettext as _l
from ekc.links.tokens import normalize_answer
from ekc.signin.passwords import MAX_LENGTH

_CODE = re.compile(r"[0-9]{6}")


class UseForm(PlainForm):
    """Whether the device is shared or the participant's own."""

    use = RadioField(
        _l("Who uses this device?"),
        choices=[
            SelectChoice("shared", _l("Others use this device too")),
            SelectChoice("own", _l("This is my own phone or computer")),
        ],
        default="shared",
        description=_l(
            "On a device that others use too, a page goes away a quarter of an hour after it was opened. What was "
            "saved stays. Your own device is remembered: whoever can unlock it can open your page."
        ),
    )

    def is_own(self) -> bool:
        """Whether the device was marked as the participant's own; anything else counts as shared."""
        return bool(self.use.data == "own")


class EntranceForm(UseForm):
    """The entrance code, or the answer to the question agreed on with the coordinator."""

    entrance_code = StringField(
        _l("Entrance code"),
        validators=[InputRequired(_l("Type it here.")), AtMost(MAX_LENGTH)],
        render_kw={"autocomplete": "off", "spellcheck": "false", "dir": "auto"},
    )

    asks_code = False

    def ask(self, question: str | None) -> None:
        """Label the field with the question; without one, describe the entrance code."""
        self.asks_code = not question
        if question:
            self.entrance_code.label.text = question
        else:
            self.entrance_code.description = _l("Six digits that your coordinator told you. They are not on the paper.")
            self.entrance_code.render_kw = {**self.entrance_code.render_kw, "inputmode": "numeric"}

    def validate_entrance_code(self, field: Any) -> None:
        """What cannot be a code is no attempt."""
        if self.asks_code and not _CODE.fullmatch(normalize_answer(field.data)):
            raise ValidationError(_("The code is six digits. Look at it once more, or ask your coordinator."))
