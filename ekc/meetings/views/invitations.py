"""Inviting people: who is invited in which way, what they answer, and the letters; and answering an invitation."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from flask import Response, flash, get_template_attribute, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from markupsafe import Markup

from ekc.accounts.access import By
from ekc.conferences.access import Case
from ekc.conferences.actions.circle import member
from ekc.conferences.gate import case_route, paper_route
from ekc.conferences.models import Conference, Participant
from ekc.conferences.queries import circle as circle_queries
from ekc.conferences.queries.circle import PersonRow, Reach
from ekc.conferences.queries.consents import who_wants_no
from ekc.core.calendar_file import TYPE, published
from ekc.core.clock import local_date
from ekc.core.errors import Unknown
from ekc.core.form_numbers import adds
from ekc.core.forms import PlainForm
from ekc.core.language import direction, set_words, using
from ekc.core.language import gettext as _
from ekc.core.routes import db, edits, moves, now, public, runtime, to_id
from ekc.core.texter import international
from ekc.meetings import queries
from ekc.meetings.actions import invitations as actions
from ekc.meetings.document.invitation import INVITATION_LETTER, Host, Invited, invitation_language, service_of
from ekc.meetings.effects import latest_meeting
from ekc.meetings.forms.invitations import InviteForm, ReplyForm
from ekc.meetings.models import Meeting, MeetingInvitation
from ekc.meetings.queries import InvitedRow, MeetingRow
from ekc.meetings.views.blueprint import bp
from ekc.meetings.views.calling import next_after, who
from ekc.meetings.views.meeting import NOTHING_YET
from ekc.names import by_surname
from ekc.orders import ordering
from ekc.signin.language import fall_back_to
from ekc.signin.login import by
from ekc.workflow.profiles import PROFILES
from ekc.workflow.vocabulary import N_, Activity, Attends, InvitationReply, InvitationWay, Part, Phase, SaidHow
from ekc.workflow.wording import wording

_ADDRESS = "/conferences/<int:conference_id>/invitations"
_PERSON = f"{_ADDRESS}/of/<int:participant_id>"
_OWN = "/conferences/<int:conference_id>/my-invitation"
_PATH = "/i/<token>"
_A_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class _Guests:
    """The current meeting, who can be invited to it, how each can be reached, and how each was invited."""

    meeting: MeetingRow
    people: tuple[PersonRow, ...]
    ways: dict[int, tuple[InvitationWay, ...]]
    rows: dict[int, InvitedRow]

    def is_open(self, one: PersonRow) -> bool:
        """Whether somebody was not invited to this day, or their invitation did not arrive."""
        row = self.rows.get(one.id)
        return row is None or row.starts_at != self.meeting.starts_at or row.is_lost

    def answer(self, one: PersonRow) -> InvitationReply | None:
        """What they answered about this day."""
        row = self.rows.get(one.id)
        return row.answer(self.meeting.starts_at) if row else None

    def next_after(self, person_id: int) -> PersonRow | None:
        """Who comes next of those who have not answered about this day."""
        return next_after(self.people, person_id, lambda one: self.answer(one) is None)


def _guests(case: Case) -> _Guests:
    meeting = queries.current_meeting(db(), case.id) or NOTHING_YET
    rows = queries.invitations(db(), meeting.id)
    found = _Guests(meeting, (), {}, rows)
    people = sorted(
        (row for row in circle_queries.circle(db(), case.id) if not row.excluded),
        key=lambda one: (
            found.answer(one) is not None,  # below who is still to be invited, or to answer
            one.attends is Attends.NO,
            one.is_professional,
            by_surname(one.name),
        ),
    )
    reach = circle_queries.reach(db(), [one.id for one in people])
    no_texts = who_wants_no(db(), case.id, "text message") if runtime().settings.texts else ()
    ways = {one.id: _ways(case, one, reach[one.id], no_texts) for one in people}
    for id_, row in rows.items():
        if row.way is not InvitationWay.TOLD and row.way in ways.get(id_, ()):  # as they were invited before
            ways[id_] = (row.way, *(way for way in ways[id_] if way is not row.way))
    return replace(found, people=tuple(people), ways=ways)


def _ways(case: Case, person: PersonRow, reach: Reach, no_texts: Collection[int]) -> tuple[InvitationWay, ...]:
    """The ways in which somebody can be invited, the one that is likeliest first. `no_texts`: who wants none.

    A text message is little more than the address at which one answers, and interpreters have none.
    """
    settings, found = runtime().settings, [InvitationWay.TOLD]
    young = person.cannot_read(local_date(now(), case.timezone))
    if not young:
        found.insert(0 if reach.by_post else 1, InvitationWay.LETTER)
        number = international(reach.phone, PROFILES[case.profile].calling_code)
        if settings.texts and number and person.part is not Part.INTERPRETER and person.id not in no_texts:
            found.insert(0, InvitationWay.TEXT)
        if settings.mail and reach.email:
            found.insert(0, InvitationWay.EMAIL)
    return tuple(found)


@bp.get(_ADDRESS)
@case_route(Activity.ARRANGE_MEETING)
def invitations(case: Case) -> ResponseReturnValue:
    """Who is invited, in which way, and what they answer."""
    return _page(case)


@bp.post(_ADDRESS)
@case_route(Activity.ARRANGE_MEETING)
@adds()
def invite(case: Case) -> ResponseReturnValue:
    """Invite people, each in a way."""
    guests = _guests(case)
    form = _invite_form(guests, formdata=request.form)
    if form.validate():
        with form.showing_refusal():
            ways = form.to_ways()
            count = actions.invite(by(), case.id, ways, service_of(runtime().settings))
            said = {
                InvitationWay.EMAIL: N_("%(num)s by email"),
                InvitationWay.TEXT: N_("%(num)s by text message"),
                InvitationWay.LETTER: N_("%(num)s by letter"),
                InvitationWay.TOLD: N_("%(num)s told"),
            }
            parts = ", ".join(_(said[way], num=many) for way, many in count.items() if many)
            flash(_("Invited: %(how)s.", how=parts), "success")
            return redirect(url_for("meetings.invitations", conference_id=case.id), 303)
    return _page(case, form), form.status


@bp.get(f"{_ADDRESS}.pdf")
@paper_route(INVITATION_LETTER.activity)
def letters(case: Case) -> ResponseReturnValue:
    """The letters, in the order of envelopes: those of one address together. `person`: of one person alone."""
    meeting, one = latest_meeting(db(), case.id), request.args.get("person", type=to_id)
    asked = _letters(case, meeting, one) if meeting is not None and meeting.starts_at is not None else []
    if not asked:
        flash(_("Nobody is invited by letter."), "info")
        return redirect(url_for("meetings.invitations", conference_id=case.id), 303)
    return ordering.give_paper(INVITATION_LETTER, case, asked)


def _letters(case: Case, meeting: Meeting, one: int | None) -> list[Invited]:
    """What stands in the letters of those who are invited so, or in that of one person."""
    rows, host = actions.invitations_of(db(), meeting), _host(case, meeting)
    by_letter = {id_ for id_, row in rows.items() if row.way is InvitationWay.LETTER}
    people = [member(db(), case.id, one)] if one else [person for person in host.people if person.id in by_letter]
    asked = (host.invited(person, rows.get(person.id)) for person in people if person.attends is not Attends.EXCLUDED)
    return sorted(asked, key=_envelope)


def _envelope(one: Invited) -> tuple[Any, ...]:
    return (not one.to_address, one.to_address[::-1], by_surname(one.name))


@bp.get(_PERSON)
@case_route(Activity.ARRANGE_MEETING)
def invitation_of(case: Case, participant_id: int) -> ResponseReturnValue:
    """What to say to somebody, and what they answer."""
    return _person_page(case, participant_id)


@bp.post(_PERSON)
@case_route(Activity.ARRANGE_MEETING)
@edits
def answer_for(case: Case, participant_id: int) -> ResponseReturnValue:
    """Note what somebody answers."""
    guests = _guests(case)
    form = _answer_form(guests, participant_id, case.timezone, sent=True)
    if form.validate():
        with form.showing_refusal():
            unchanged = form.unless_changed(lambda: _answer_form(_guests(case), participant_id, case.timezone))
            actions.answer_for(by(unchanged), case.id, participant_id, form.to_answer(SaidHow.PHONE))
            flash(_("What %(name)s said is saved.", name=who(guests.people, participant_id).label), "success")
            if following := guests.next_after(participant_id):
                address = url_for("meetings.invitation_of", conference_id=case.id, participant_id=following.id)
                return redirect(address, 303)
            return redirect(url_for("meetings.invitations", conference_id=case.id), 303)
    return _person_page(case, participant_id, form), form.status


@bp.get(f"{_OWN}.ics")
@case_route(Activity.ANSWER_INVITATION)
def own_calendar(case: Case) -> ResponseReturnValue:
    """The appointment as a file for one's calendar; `whole`: with words that say what it is."""
    meeting, me = latest_meeting(db(), case.id), case.visitor.participant_id or 0
    row = actions.invitation_to(db(), meeting, me)
    if meeting is None or row is None or meeting.starts_at != row.starts_at:
        flash(_("You have not been invited yet."), "info")
        return redirect(url_for("journey.own_page", conference_id=case.id), 303)
    host = _host(case, meeting)
    return _calendar(host, host.invited(member(db(), case.id, me), row), row, whole="whole" in request.args)


def _calendar(host: Host, values: Invited, row: MeetingInvitation, *, whole: bool = False) -> Response:
    event = host.event(values, row, whole=whole)
    response = Response(published([event], name=event.summary, at=row.invited_at, refresh=_A_DAY), mimetype=TYPE)
    response.headers["Content-Disposition"] = 'attachment; filename="calendar.ics"'
    return response


# whoever has the address in an invitation


@bp.get(_PATH)
@public
def invited(token: str) -> ResponseReturnValue:
    """What the address in an invitation opens: the day, and whether one comes. Nothing else of the case."""
    found = _found(token)
    return _invited_page(token, found) if found else _gone()


@bp.post(_PATH)
@public
@moves
def answer_invited(token: str) -> ResponseReturnValue:
    """Answer at the address in an invitation."""
    found = _found(token)
    if found is None:
        return _gone()
    row, sequence, _meeting, conference, person = found
    visitor = By(db(), actions.visitor_of(person), now())
    if "reminders" in request.form:
        actions.stop_reminders(visitor, conference.id, request.form["reminders"] == "stop")
        return redirect(url_for("meetings.invited", token=token), 303)
    form = ReplyForm(own=True, formdata=request.form)
    if form.validate():
        with form.showing_refusal():
            answered = form.to_answer(SaidHow.MESSAGE)
            actions.answer_invitation(visitor, conference.id, answered, actions.SentInvitation(row.id, sequence))
            flash(_("Thank you. Your coordinator sees your answer."), "success")
            return redirect(url_for("meetings.invited", token=token), 303)
    return _invited_page(token, found, form), form.status


@bp.get(f"{_PATH}.ics")
@public
def invited_calendar(token: str) -> ResponseReturnValue:
    """The appointment as a file for a calendar, in words that say nothing, and without the place, as the page."""
    found = _found(token)
    if found is None:
        return _gone()
    row, sequence, meeting, conference, person = found
    if actions.why_not_answered(row, meeting, sequence):
        return _gone()
    host = _host_of(conference, meeting)
    return _calendar(host, replace(host.invited(person, row), place=()), row)


_Found = tuple[MeetingInvitation, int, Meeting, Conference, Participant]


def _gone() -> ResponseReturnValue:
    return render_template("meetings/invitation_gone.html"), 404


def _found(token: str) -> _Found | None:
    """The invitation with this address, with the meeting, the case and the person, as long as it can be answered.

    From here on the page is in the language of the invitation, unless its reader chose another one.
    """
    invited = actions.invitation_of(db(), token)
    if invited is None:
        return None
    row, sequence = invited
    meeting, person = db().get_one(Meeting, row.meeting_id), db().get_one(Participant, row.participant_id)
    conference = db().get_one(Conference, meeting.conference_id)
    gone = person.removed_at is not None or person.attends is Attends.EXCLUDED
    over = (
        conference.phase is not Phase.SETUP or meeting.set_aside or latest_meeting(db(), conference.id) is not meeting
    )
    if gone or over:
        return None
    set_words(wording(conference.variant))
    fall_back_to(invitation_language(conference, person))
    return row, sequence, meeting, conference, person


def _invited_page(token: str, found: _Found, form: ReplyForm | None = None) -> str:
    row, sequence, meeting, conference, person = found
    standing = row.replied_for == meeting.starts_at
    shown = form or ReplyForm(
        own=True, formdata=None, data={"reply": row.reply, "words": row.words} if standing else None
    )
    return render_template(
        "meetings/invited.html",
        token=token,
        values=replace(_host_of(conference, meeting).invited(person, row), place=(), who=()),
        starts_at=meeting.starts_at,
        timezone=conference.timezone,
        own_timezone=person.timezone,
        why_not=actions.why_not_answered(row, meeting, sequence),
        newer=actions.NEWER,
        answered=row.reply if standing else None,
        no_reminders=row.no_reminders,
        form=shown,
        sent=form,
    )


# pages


def _host(case: Case, meeting: Meeting) -> Host:
    return _host_of(db().get_one(Conference, case.id), meeting)


def _host_of(conference: Conference, meeting: Meeting) -> Host:
    return Host(db(), service_of(runtime().settings), conference, meeting)


def _invite_form(guests: _Guests, **more: Any) -> InviteForm:
    people = {one.id: one.label for one in guests.people}
    reached = (InvitationWay.EMAIL, InvitationWay.TEXT, InvitationWay.LETTER)
    ticked = [
        one.id
        for one in guests.people
        if guests.is_open(one) and one.attends is not Attends.NO and guests.ways[one.id][0] in reached
    ]
    return InviteForm.of(people, guests.ways, ticked, **more)


def _answer_form(guests: _Guests, participant_id: int, timezone: str, *, sent: bool = False) -> ReplyForm:
    row = guests.rows.get(who(guests.people, participant_id).id)
    asked = row if row and row.starts_at == guests.meeting.starts_at else None
    return ReplyForm.about(asked, guests.meeting.starts_at, timezone, formdata=request.form if sent else None)


def _page(case: Case, form: PlainForm | None = None) -> str:
    """The page; a form that is given was rejected and is shown again."""
    guests = _guests(case)
    return render_template(
        "meetings/invitations.html",
        case=case,
        guests=guests,
        meeting=guests.meeting,
        moves=queries.day_moves(db(), guests.meeting.id),
        form=form or _invite_form(guests, formdata=None),
        sent=form,
        phones=circle_queries.phones(db(), case),
        reply=InvitationReply,
        way=InvitationWay,
    )


def _person_page(case: Case, participant_id: int, form: ReplyForm | None = None) -> str:
    guests = _guests(case)
    person = who(guests.people, participant_id)
    return render_template(
        "meetings/invitation_of.html",
        case=case,
        person=person,
        row=guests.rows.get(person.id),
        meeting=guests.meeting,
        words=_words(case, person.id) if guests.meeting.starts_at else None,
        phone=circle_queries.phones(db(), case).get(person.id, ""),
        after=guests.next_after(person.id),
        form=form or _answer_form(guests, participant_id, case.timezone),
        sent=form,
    )


def _words(case: Case, participant_id: int) -> tuple[str, str, Markup]:
    """What to say to somebody, in their language: its code, its direction, and the words."""
    meeting = latest_meeting(db(), case.id)
    if meeting is None:
        raise Unknown
    row = actions.invitation_to(db(), meeting, participant_id)
    values = _host(case, meeting).invited(member(db(), case.id, participant_id), row)
    with using(values.language):
        words = get_template_attribute("meetings/_invitation_words.html", "invitation_words")(values, "page")
    return values.language, direction(values.language), words
