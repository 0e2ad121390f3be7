"""Forms of invitations: whom to invite in which way, and what somebody answers."""

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from typing import Any, Self

from wtforms import RadioField, SelectField, SelectMultipleField
from wtforms.fields import SelectChoice
from wtforms.validators import InputRequired

from ekc.conferences.forms.fields import FROM_LIST, line
from ekc.core.forms import EditingForm, PlainForm, Standing
from ekc.core.language import gettext, moment
from ekc.core.language import lazy_gettext as _l
from ekc.core.lengths import LINE
from ekc.meetings.actions.invitations import Answered
from ekc.meetings.queries import InvitedRow
from ekc.workflow.vocabulary import N_, InvitationReply, InvitationWay, SaidHow

#: The answers as somebody gives them for themselves.
OWN_REPLIES: dict[InvitationReply, str] = {
    InvitationReply.COMES: N_("I come"),
    InvitationReply.PHONE: N_("I take part by telephone"),
    InvitationReply.SPOKESPERSON: N_("Somebody speaks for me"),
    InvitationReply.LETTER: N_("I say it in a letter"),
    InvitationReply.UNKNOWN: N_("I do not know yet"),
    InvitationReply.NO: N_("I do not come"),
}


class InviteForm(PlainForm):
    """Whom to invite, and each in which way."""

    people = SelectMultipleField(_l("Whom to invite"), coerce=int, **FROM_LIST)

    @classmethod
    def of(
        cls,
        people: Mapping[int, str],
        ways: Mapping[int, Collection[InvitationWay]],
        ticked: Iterable[int] = (),
        **kwargs: Any,
    ) -> Self:
        """The form about these people: their names by id, and the `ways` in which each can be reached, best first."""
        fields = {_field(id_): _way(name, ways[id_]) for id_, name in people.items()}
        kind = type("InviteFormOfMeeting", (cls,), fields)
        form: Self = kind(data={"people": list(ticked)}, **kwargs)
        form.people.choices = [SelectChoice(id_, name) for id_, name in people.items()]
        return form

    def way_of(self, participant_id: int) -> SelectField:
        """The field with the way of somebody."""
        field: SelectField = self[_field(participant_id)]
        return field

    def to_ways(self) -> dict[int, InvitationWay]:
        """The way of each who is invited. Only for a valid form."""
        return {id_: InvitationWay(self.way_of(id_).data) for id_ in self.people.data}


def _field(participant_id: int) -> str:
    return f"{participant_id}-way"


def _way(name: str, ways: Collection[InvitationWay]) -> SelectField:
    choices = [SelectChoice(way.value, _l(way.label)) for way in ways]
    label = _l("How %(name)s is invited", name=name)
    return SelectField(label, choices=choices, default=choices[0].value, **FROM_LIST)


class ReplyForm(EditingForm):
    """What somebody answers to an invitation."""

    reply = RadioField(
        _l("Do they come?"),
        coerce=InvitationReply,
        validators=[InputRequired(_l("Choose an answer."))],
        **FROM_LIST,
    )
    words = line(_l("Who speaks for them, or what else they say"), LINE)

    def __init__(self, *, own: bool = False, **kwargs: Any) -> None:
        """`own`: as somebody says it for themselves."""
        super().__init__(**kwargs)
        self.reply.choices = [
            SelectChoice(one, gettext(OWN_REPLIES[one] if own else one.label)) for one in InvitationReply
        ]
        if own:
            self.reply.label.text = gettext("Do you come?")
            self.words.label.text = gettext("Who speaks for you, or what else you want to say")

    @classmethod
    def about(
        cls, row: InvitedRow | None, starts_at: datetime | None, timezone: str, *, own: bool = False, **kwargs: Any
    ) -> Self:
        """The form with what was answered before about the day for which somebody was invited.

        Whoever saw another day on the page than it is now (`starts_at`) has answered about that one.
        """
        day = (
            Standing(gettext("Day and time"), moment(starts_at, timezone), starts_at.isoformat()) if starts_at else None
        )
        stands = {"day": day} if day else None
        before = {"reply": row.reply, "words": row.words} if row and row.answer(row.starts_at) else None
        return cls(own=own, stands=stands, data=before, **{"formdata": None, **kwargs})

    def to_answer(self, how: SaidHow) -> Answered:
        """The answer. Only for a valid form."""
        return Answered(self.reply.data, self.words.data, how)
