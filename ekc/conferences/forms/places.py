"""Countries and time zones in forms."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfoNotFoundError

from wtforms import StringField, ValidationError
from wtforms.fields.choices import SelectChoice

from ekc.conferences.forms.fields import line, named_choices, tidy
from ekc.core.clock import zone
from ekc.core.forms import AtMost, EditingForm
from ekc.core.language import city, zones_called
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


#: Offered while somebody types, in this order: where people in the circles of our conferences are, besides here.
_LIKELY = (
    *("Europe/Istanbul", "Africa/Casablanca", "America/Paramaribo", "America/Curacao", "Europe/Warsaw", "Europe/Kyiv"),
    *("Europe/London", "Europe/Lisbon", "Europe/Athens", "Asia/Damascus", "Asia/Baghdad", "Asia/Tehran", "Asia/Kabul"),
    *("Africa/Cairo", "Africa/Asmara", "Africa/Mogadishu", "Africa/Lagos", "Asia/Jakarta", "Asia/Kolkata"),
    *("Asia/Shanghai", "America/New_York", "America/Toronto", "Australia/Sydney", "Pacific/Auckland", "Pacific/Apia"),
)


@dataclass(frozen=True, slots=True)
class _OfferedCities:
    """What is offered while somebody types, as `offered` in templates asks it."""

    listing: str
    offered: tuple[str, ...]


class OwnZoneField(StringField):  # type: ignore[misc]
    """The time zone of a person, called by a city or a country of it, or by its IANA name. Empty: that of the case.

    What stood there and was not touched stays as it was.
    """

    data: str

    def __init__(self, label: Any, **kwargs: Any) -> None:
        look = {"dir": "auto", "autocomplete": "off", "list": "cities"}
        super().__init__(label, [AtMost(WORD)], render_kw=look, **kwargs)

    @property
    def known(self) -> _OfferedCities:
        """The cities that are offered."""
        return _OfferedCities("cities", tuple(map(city, _LIKELY)))

    def _value(self) -> str:
        if self.raw_data:
            return str(self.raw_data[0])
        return city(self.data) if self.data else ""

    def process_formdata(self, valuelist: list[str]) -> None:
        """Read what was typed. Raises ValueError with what to do."""
        typed = tidy(valuelist[0] if valuelist else "")
        if self.object_data and typed == city(self.object_data):
            self.data = self.object_data
        else:
            self.data = zone_called(typed) if len(typed) <= WORD else typed


def zone_called(typed: str) -> str:
    """The time zone that somebody means; empty for nothing. Raises ValueError for none, or for one of several."""
    found = zones_called(typed) if typed else ("",)
    if not found:
        raise ValueError(_("We do not know this place. Write the country, such as Turkey, or its largest city."))
    if len(found) > 1:
        cities = ", ".join(map(city, found))
        raise ValueError(
            _("The clock is not the same in all of this country. Write one of these: %(cities)s.", cities=cities)
        )
    return found[0]


class OwnZoneForm(EditingForm):
    """In which time zone somebody is, as they say themselves."""

    timezone = OwnZoneField(
        _l("Where are you?"),
        description=_l("The country, such as Turkey, or its largest city. Empty: the clock is as at the conference."),
    )


def country_choices(codes: Collection[str]) -> list[SelectChoice]:
    """The countries of these profiles, by name."""
    return named_choices({code: PROFILES[code].name for code in codes})
