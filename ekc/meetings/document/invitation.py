"""What an invitation says, in the language of its reader: by letter, by mail, by text message and by telephone."""

from base64 import urlsafe_b64encode
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from config import Settings
from ekc.accounts.queries import name_and_phone_of
from ekc.conferences.models import Conference, Participant
from ekc.conferences.queries.names import names
from ekc.conferences.roles import circle_access
from ekc.core.calendar_file import CalendarEvent, CalendarMethod, Mailbox, invitation
from ekc.core.crypto import keyring_of
from ekc.core.documents import DocumentRule, plain_text
from ekc.core.language import (
    LANGUAGES,
    PAPER_LANGUAGES,
    both_clocks,
    duration,
    language_of,
    moment,
    short_moment,
    using,
)
from ekc.core.language import gettext as _
from ekc.core.outbox import Written, deliverable
from ekc.links.document import qr_code
from ekc.meetings.models import Meeting, MeetingInvitation
from ekc.meetings.queries import place_of
from ekc.workflow.engine import sees
from ekc.workflow.profiles import PROFILES
from ekc.workflow.vocabulary import FROM_AFAR, N_, PROFESSIONAL_PARTS, Activity, Attends, CasePart, Part

_WORDS = "meetings/_invitation_words.html"
#: The order in which others are named: family first, professionals last.
_PARTS = list(Part)


@dataclass(frozen=True, slots=True)
class Invited:
    """The values of one person's invitation: everything in words, in their language."""

    language: str
    name: str
    to_address: tuple[str, ...]  # for the window of an envelope; empty: unknown or secret
    when: str
    clocks: tuple[str, ...]  # when at the conference, its city, when where they are, and that; empty: the same
    moved_from: str  # for when they were invited before, if it was another time
    how_long: str  # empty: not known
    place: tuple[str, ...]
    way_in: str
    joins: bool  # by telephone or video
    joining: str  # how
    who: tuple[str, ...]  # the others who are invited, as far as they may know them
    coordinator: str
    phone: str
    contact: str  # of the service
    address: str  # at which they answer; empty: they cannot there
    to_professional: bool
    interprets: bool
    reminder: bool = False

    @property
    def only_by_machine(self) -> bool:
        """Whether nobody who speaks the language has read its sentences (docs/translating.md)."""
        return self.language not in LANGUAGES


INVITATION_LETTER = DocumentRule(
    name="invitation",
    title=N_("Letters with invitations"),
    values=Invited,
    languages=tuple(PAPER_LANGUAGES),
    activity=Activity.ARRANGE_MEETING,
    template="meetings/invitations_document.html",
    page="meetings/_invitation.html",
    context=lambda one: {
        "square": qr_code(one.address, _("A QR code to scan: it opens the address that is printed below it"))
        if one.address
        else None
    },
    stylesheets=("invitation.css",),
    filename="{case}-invitations.pdf",
    unprintable=N_("The letters cannot be printed now. Read the words from the page, by telephone. (%(why)s)"),
)


class Service(NamedTuple):
    """What invitations say of the service itself: the address of the product, how it is reached, and who mails."""

    base_url: str
    contact: str
    sender: Mailbox | None  # None: it sends no mails


def service_of(settings: Settings) -> Service:
    """The service with these settings."""
    sender = settings.mail.sender if settings.mail else None
    named = Mailbox(sender.display_name, sender.addr_spec) if sender else None
    return Service(settings.base_url, settings.contact, named)


_CIRCLE = (
    select(Participant)
    .where(Participant.conference_id == bindparam("case"), Participant.removed_at.is_(None))
    .order_by(Participant.id)
)


def invitation_language(case: Conference, person: Participant) -> str:
    """Their language, or a second one that they read; else that of the conference or the country."""
    among, country = INVITATION_LETTER.languages, PROFILES[case.profile].language
    return language_of(person.language, person.second_language or "", case.language, country, among=among)


class Host:
    """Who invites people to a meeting: makes the invitation of each, from what is read of the case once.

    `people`: the circle.
    """

    def __init__(self, session: Session, service: Service, conference: Conference, meeting: Meeting) -> None:
        self._session, self._service, self.conference, self.meeting = session, service, conference, meeting
        self.people = session.scalars(_CIRCLE, {"case": conference.id}).all()
        self._labels = names(session, conference.id)
        self._access = circle_access(session, conference, conference.phase)
        self._coordinator, self._phone = name_and_phone_of(session, conference.coordinator_id)
        self._place = place_of(session, meeting)
        invited = [one for one in self.people if one.attends not in (Attends.EXCLUDED, Attends.NO)]
        self._others = sorted(invited, key=lambda one: (_PARTS.index(one.part), one.id))

    def invited(self, person: Participant, row: MeetingInvitation | None, *, reminder: bool = False) -> Invited:
        """What the invitation of somebody says. `row`: how they were invited; None: not yet."""
        case, meeting, place = self.conference, self.meeting, self._place
        starts_at = meeting.starts_at or (row.starts_at if row else None)
        if starts_at is None:
            raise ValueError("nobody is invited to a meeting without a date")
        before = (row.before if row.starts_at == starts_at else row.starts_at) if row else None
        professional = person.part in PROFESSIONAL_PARTS or person.came_as_professional
        language = invitation_language(case, person)
        with using(language):
            return Invited(
                language=language,
                name=person.name,
                to_address=() if person.address_secret else tuple(person.address.splitlines()),
                when=moment(starts_at, case.timezone),
                clocks=tuple(both_clocks(starts_at, case.timezone, person.timezone).values()),
                moved_from=moment(before, case.timezone) if before and not reminder else "",
                how_long=duration(meeting.expected_minutes) if meeting.expected_minutes else "",
                place=() if place.secret else tuple(filter(None, (place.name, *place.address.splitlines()))),
                way_in="" if place.secret else "\n".join(filter(None, (place.access, place.route))),
                joins=person.attends_lately in FROM_AFAR,
                joining=place.joining,
                who=self._who(person),
                coordinator=self._coordinator,
                phone=self._phone,
                contact=self._service.contact,
                address=self._address(person, row),
                to_professional=professional,
                interprets=person.part is Part.INTERPRETER,
                reminder=reminder,
            )

    def _who(self, person: Participant) -> tuple[str, ...]:
        mine = self._access.get(person.id)
        if mine is None or not sees(CasePart.NAMES, mine.phase, mine.roles, mine.in_force):
            return ()
        others = (one for one in self._others if one.id != person.id and one.part is not Part.INTERPRETER)
        return tuple(self._labels[one.id] for one in others)

    def _address(self, person: Participant, row: MeetingInvitation | None) -> str:
        if row is None or self._access.get(person.id) is None:
            return ""
        return f"{self._service.base_url}/i/{reply_token(self._session, row)}"

    def mail(self, values: Invited, row: MeetingInvitation, to: str, at: datetime) -> Written:
        """The invitation as a mail to this address, with the appointment for their calendar; a reminder without."""
        with using(values.language):
            subject = plain_text(_WORDS, "invitation_subject", values.reminder)
            body = plain_text(_WORDS, "invitation_words", values, "mail")
        calendar = b"" if values.reminder else self._appointment(values, row, CalendarMethod.REQUEST, to, at)
        return Written(body, subject, calendar)

    def off(self, values: Invited, row: MeetingInvitation, to: str, at: datetime) -> Written:
        """The mail that takes a day out of their calendar."""
        with using(values.language):
            subject, body = (plain_text(_WORDS, name, values) for name in ("called_off_subject", "called_off"))
        return Written(body, subject, self._appointment(values, row, CalendarMethod.CANCEL, to, at))

    def _appointment(
        self, values: Invited, row: MeetingInvitation, method: CalendarMethod, to: str, at: datetime
    ) -> bytes:
        if self._service.sender is None:
            return b""
        try:
            attendee = deliverable(to)
        except ValueError:  # the mail does not arrive either, and that is told
            return b""
        return invitation(self.event(values, row), method, organizer=self._service.sender, attendee=attendee, at=at)

    def event(self, values: Invited, row: MeetingInvitation, *, whole: bool = False) -> CalendarEvent:
        """The appointment. `whole`: it says what it is about, as its reader wants."""
        with using(values.language):
            return CalendarEvent(
                uid=row.uid,
                starts=row.starts_at,
                zone=self.conference.timezone,
                summary=plain_text(_WORDS, "appointment", whole),
                sequence=row.sequence,
                minutes=self.meeting.expected_minutes,
                location="" if values.joins else ", ".join(values.place),
                description=plain_text(_WORDS, "appointment_note", values),
            )

    def text(self, values: Invited) -> Written:
        """The invitation as a text message."""
        starts_at = self.meeting.starts_at
        with using(values.language):
            when = short_moment(starts_at, self.conference.timezone) if starts_at else ""
            return Written(plain_text(_WORDS, "invitation_text", when, values.address, values.reminder))


def reply_token(session: Session, row: MeetingInvitation, sequence: int | None = None) -> str:
    """What stands in the address at which somebody answers an invitation: whoever has it can answer for them.

    Of each sequence another one, so that the address of an invitation for another day says that it is that.
    """
    content = f"{row.uid}:{row.sequence if sequence is None else sequence}".encode()
    signed = keyring_of(session).signature(content, "invitation reply")
    return f"{row.id}-{urlsafe_b64encode(signed).decode().rstrip('=')}"
