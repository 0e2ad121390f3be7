"""The name of a municipality or an organisation as people type it: what is known is offered, and asked about when it is
nearly that.
"""

from functools import partial
from typing import Any

from wtforms import StringField, ValidationError

from ekc.conferences.forms.fields import line, tidy
from ekc.core.language import gettext as _
from ekc.core.lengths import NAME
from ekc.directory.queries import KnownNames
from ekc.workflow.independence import named_in


class ListedField(StringField):  # type: ignore[misc]
    """A box of text. Its form says what is known (`offer`); without that nothing is offered and nothing asked.

    A name that is not known is taken as it is. Of one that is nearly a known one it is asked first which one is meant:
    a choice of the same name as the box, beside what was typed.
    """

    data: str
    known: KnownNames | None = None

    def __init__(self, *args: Any, several: bool = False, **kwargs: Any) -> None:
        """`several`: it may name several, with ; between."""
        super().__init__(*args, **kwargs)
        self._several = several
        self._chosen = ""

    def offer(self, known: KnownNames) -> None:
        """Say what is known."""
        self.known = known
        offered = {"list": str(known.listing)} if known.offered else {}
        self.render_kw = {"dir": "auto", "autocomplete": "off", **offered}

    def process_formdata(self, valuelist: list[str]) -> None:
        """Read what was typed, and what was chosen instead of it."""
        super().process_formdata(valuelist[:1])
        self._chosen = tidy(valuelist[1]) if len(valuelist) > 1 else ""

    def pre_validate(self, form: Any) -> None:
        """Ask which one is meant, unless that was chosen. What stood there before is not asked about."""
        if self.data == self.object_data or not (meant := self.meant):
            return
        if self._chosen in meant:
            self.data = self._chosen
        elif self._chosen != self.data:
            names = ", ".join(meant)
            raise ValidationError(_("This is nearly the same as %(names)s. Choose which one you mean.", names=names))

    @property
    def meant(self) -> tuple[str, ...]:
        """What may be meant by the whole text: a known name instead of the first in it that is nearly so."""
        if self.known is None or not self.data:
            return ()
        names = named_in(self.data) if self._several else (self.data,)
        for place, typed in enumerate(names):
            if meant := self.known.meant(typed):
                return tuple("; ".join((*names[:place], one, *names[place + 1 :])) for one in meant)
        return ()

    @property
    def called(self) -> str:
        """What the row of the name is called; as it was typed, where none is known."""
        return self.known.called(self.data) if self.known else self.data


def listed(label: Any, most: int = NAME, missing: Any = None, *, several: bool = False, hint: Any = "") -> Any:
    """The name of a municipality or an organisation; `several`: of several organisations. `missing` as in `line`."""

    return line(label, most, missing, kind=partial(ListedField, several=several), hint=hint)
