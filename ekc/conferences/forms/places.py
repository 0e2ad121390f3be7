"""Countries and time zones in forms."""

from collections.abc import Collection
from typing import Any
from zoneinfo import ZoneInfoNotFoundError

from wtforms import ValidationError
from wtforms.fields.choices import SelectChoice

from ekc.conferences.forms.fields import line, named_choices
from ekc.core.clock import zone
from ekc.core.language import gettext as _
from ekc.core.language import lazy_gettext as _l
from ekc.core.lengths import WORD
from ekc.workflow.profiles import PROFILES


def _known_zone(_form: Any, field: Any) -> None:
    try:
        if field.data:
            zone(field.data)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ValidationError(_("Write a time zone such as Europe/Amsterdam.")) from None


def time_zone(missing: Any = None) -> Any:
    """A time zone by its IANA name. `missing` as in `line`."""
    return line(_l("Time zone"), WORD, missing, rules=[_known_zone])


def country_choices(codes: Collection[str]) -> list[SelectChoice]:
    """The countries of these profiles, by name."""
    return named_choices({code: PROFILES[code].name for code in codes})
