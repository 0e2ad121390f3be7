"""Forms that correct times, built for one meeting and its private time. Rules between times: `actions.py`."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from wtforms import SelectField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired

from ekc.conferences.forms.days import MomentField, moment
from ekc.core.clock import to_local
from ekc.core.forms import EditingForm
from ekc.core.language import gettext
from ekc.core.language import lazy_gettext as _l
from ekc.meetings.actions.attendance import Corrected
from ekc.meetings.queries import MeetingRow, StretchRow
from ekc.privatetime.actions import DayTimes, RoundTimes
from ekc.privatetime.queries import RoundRow
from ekc.workflow.vocabulary import PresentBy

_NEEDED = _l("Give the day and the time.")


class DayForm(EditingForm):
    """All times of one meeting; `day_form` adds the fields."""

    meeting: MeetingRow | None
    rounds: Sequence[RoundRow]
    timezone: str

    def to_times(self) -> DayTimes:
        """The times as typed. Only for a valid form."""
        return DayTimes(
            meeting_id=self.meeting.id if self.meeting else None,
            started_at=self._instant("started"),
            ended_at=self._instant("ended"),
            rounds=tuple(
                RoundTimes(row.id, began_at, ended_at)
                for row in self.rounds
                if (began_at := self._instant(f"began_{row.id}")) and (ended_at := self._instant(f"ended_{row.id}"))
            ),
        )

    def _instant(self, name: str) -> datetime | None:
        field = self._fields.get(name)
        instant: datetime | None = field.instant(self.timezone) if field else None
        return instant


def day_form(
    meeting: MeetingRow | None, rounds: Sequence[tuple[int, RoundRow]], timezone: str, **kwargs: Any
) -> DayForm:
    """The form of one meeting (None: private time outside any) and its ended rounds, each with its number."""

    class Day(DayForm):
        pass

    shown: dict[str, datetime] = {}

    def add(name: str, label: str, instant: datetime | None, beside: str = "") -> None:
        if instant is not None:
            setattr(Day, name, MomentField(label, [InputRequired(_NEEDED)], description=beside))
            shown[name] = to_local(instant, timezone).replace(tzinfo=None)

    if meeting:
        add("started", gettext("The meeting started"), meeting.started_at)
    for number, row in rounds:
        went_in = gettext("They went back in: %(reason)s", reason=row.why) if row.why else ""
        came_out = gettext("They came out: %(reason)s", reason=row.ended_for) if row.ended_for else ""
        add(f"began_{row.id}", gettext("Private time %(number)s began", number=number), row.began_at, went_in)
        add(f"ended_{row.id}", gettext("Private time %(number)s ended", number=number), row.ended_at, came_out)
    if meeting:
        add("ended", gettext("The meeting ended"), meeting.ended_at)
    form = Day(data=shown, prefix=f"day-{meeting.id if meeting else 0}", **kwargs)
    form.meeting, form.rounds, form.timezone = meeting, [row for _, row in rounds], timezone
    return form


class StretchForm(EditingForm):
    """When somebody came and left, and how they were there."""

    came = moment(_l("Came"), _NEEDED)
    left = moment(_l("Left"))
    how = SelectField(_l("How they were there"), coerce=PresentBy)

    @classmethod
    def of(cls, row: StretchRow, timezone: str, **kwargs: Any) -> "StretchForm":
        """The form of one stretch."""
        shown = {
            "came": to_local(row.came_at, timezone).replace(tzinfo=None),
            "left": to_local(row.left_at, timezone).replace(tzinfo=None) if row.left_at else None,
            "how": row.how,
        }
        form = cls(data=shown, prefix=f"at-{row.id}", **kwargs)
        form.how.choices = [SelectChoice(how, gettext(how.label)) for how in PresentBy]
        return form

    def to_corrected(self, timezone: str) -> Corrected:
        """What was typed. Only for a valid form."""
        came = self.came.instant(timezone)
        assert isinstance(came, datetime), "the form is not valid"  # noqa: S101 - narrows the type
        return Corrected(came, self.left.instant(timezone), self.how.data)
