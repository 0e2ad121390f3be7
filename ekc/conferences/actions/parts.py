"""What a change of somebody's part may not lift: private time without professionals, and the no of a main person.

In the transaction of `circle.py`. Whoever came to this conference as a professional stays outside private time whatever
their part becomes; what a main person said no to stands when they are one no longer. Both ask why, are told, and stand
in the history.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from sqlalchemy import bindparam, column, delete, exists, or_, select, table
from sqlalchemy.orm import Session

from ekc.accounts.access import By
from ekc.conferences.actions import traces
from ekc.conferences.effects import give_notice, tell_staff
from ekc.conferences.entries import PersonDetails
from ekc.conferences.mails import NO_STANDS
from ekc.conferences.models import Conference, Participant, Voice
from ekc.conferences.queries.agencies import agencies_of_professionals
from ekc.conferences.queries.consents import consents_and_concerns
from ekc.conferences.queries.members import members
from ekc.conferences.roles import came_as_professionals
from ekc.core.errors import Refusal
from ekc.core.reading import read_rows
from ekc.directory.models import Listing
from ekc.directory.queries import called
from ekc.names import plain, same
from ekc.workflow.engine import PHASE_RULES
from ekc.workflow.independence import works_for
from ekc.workflow.owed.kinds import NoticeKind
from ekc.workflow.professionals import MaybeProfessional
from ekc.workflow.vocabulary import INSIDE_PARTS, N_, PROFESSIONAL_PARTS, Agreed, Attends, Part, TraceKind, VoiceMatter

#: Who coordinates or is asked to (`matching`), read by name, as that stands above.
_match = table("match", column("id"), column("ended_on"))


def is_asked(part: Part, attends: Attends | None) -> bool:
    """Whether somebody is asked as a main person."""
    return part is Part.MAIN_PERSON and attends is not Attends.EXCLUDED


def said_no(session: Session, conference: Conference, participant_id: int) -> bool:
    """Whether they said no to something that counts now: this coordinator, this plan, somebody who reads it; or want to
    stop, or took their consent back.
    """
    if participant_id in consents_and_concerns(session, [conference.id]).withdrew:
        return True
    of_now = exists().where(_match.c.id == Voice.about, _match.c.ended_on.is_(None))
    no = or_(
        (Voice.matter == VoiceMatter.COORDINATOR) & (Voice.answer == Agreed.NO) & of_now,
        (Voice.matter == VoiceMatter.PLAN) & (Voice.about == conference.presentation) & (Voice.answer == Agreed.NO),
        (Voice.matter == VoiceMatter.READING) & (Voice.answer != Agreed.YES),
        (Voice.matter == VoiceMatter.STOPPING) & (Voice.about == conference.round) & (Voice.answer == Agreed.YES),
    )
    return session.scalar(select(Voice.id).where(Voice.participant_id == participant_id, no).limit(1)) is not None


def no_stands(
    session: Session, conference: Conference, participant: Participant, details: PersonDetails, why: str
) -> bool:
    """Whether this change makes somebody who said no a main person no longer. Then it asks why."""
    was, is_now = is_asked(participant.part, participant.attends), is_asked(details.part, details.attends)
    if not was or is_now or not said_no(session, conference, participant.id):
        return False
    if details.attends is not Attends.EXCLUDED and not why:
        raise Refusal(
            N_(
                "%(name)s is a main person and said no to something. That no still holds. Write down why they are no "
                "longer a main person. The regional manager is told, and the reason is shown in the history."
            ),
            name=participant.name,
        ).at("why")
    return True


def note_no_stands(by: By, conference: Conference, participant: Participant, reason: str) -> None:
    """What a main person said no to still stands, now that they are asked no longer: told, and in the history.

    Who reads the plan is asked of the other main persons again, so that nobody's no is lifted by this.
    """
    participant.no_stands = True
    traces.leave(by, conference, TraceKind.NO_STANDS, participant.id, reason=reason)
    tell_staff(by.session, conference, by.at, NO_STANDS, participant=participant.id)
    reading = (Voice.conference_id == conference.id, Voice.matter == VoiceMatter.READING)
    refused = select(Voice.about).where(*reading, Voice.participant_id == participant.id, Voice.answer != Agreed.YES)
    of_others = (*reading, Voice.participant_id != participant.id, Voice.about.in_(refused))
    by.session.execute(delete(Voice).where(*of_others).execution_options(synchronize_session=False))


def has_other_part(session: Session, participant: Participant, part: Part, why: str) -> bool:
    """Whether this change gives somebody who came as a professional another part. Then it asks why."""
    if participant.part not in PROFESSIONAL_PARTS or part in PROFESSIONAL_PARTS:
        return False
    return _came_as_professional(session, [participant.id], participant.name, why)


def came_before(
    session: Session, conference: Conference, details: PersonDetails, current: Participant | None, why: str
) -> bool:
    """Whether somebody of this name came to this conference as a professional before. Then it asks why."""
    if details.part in PROFESSIONAL_PARTS or (current is not None and current.name == details.name):
        return False
    others = (row for row in _named_as(session, conference, details.name) if current is None or row.id != current.id)
    ids = [row.id for row in others]
    return bool(ids) and _came_as_professional(session, ids, details.name, why)


def _came_as_professional(session: Session, participant_ids: Iterable[int], name: str, why: str) -> bool:
    """Whether one of these came as a professional. Then it asks why."""
    if not came_as_professionals(session, participant_ids):
        return False
    if why:
        return True
    raise Refusal(
        N_(
            "%(name)s came to this conference as a professional. Write down why they have another role now. The "
            "family is told, and in private time they stay outside all the same. Is it somebody else of the same "
            "name? Write down something that tells them apart."
        ),
        name=name,
    ).at("why")


def note_other_part(by: By, conference: Conference, participant: Participant, why: str) -> None:
    """Somebody who came as a professional has another part: marked, in the history, and for the family to hear."""
    participant.came_as_professional = True
    traces.leave(by, conference, TraceKind.PART, participant.id, reason=why)
    give_notice(
        by.session,
        conference,
        by.at,
        NoticeKind.PART,
        about=participant.id,
        was=participant.name,
        now=participant.part,
    )


def refuse_unknown_part(
    session: Session, conference: Conference, details: PersonDetails, current: Participant | None
) -> None:
    """Ask as what somebody comes who works for an agency of the conference."""
    if details.for_themselves or details.part not in INSIDE_PARTS or not details.organisation:
        return
    if current is not None and current.came_as_professional:  # they stay outside private time in any case
        return
    others = (one for one in members(session, conference.id) if current is None or one.id != current.id)
    named = called(session, Listing.ORGANISATIONS, [details.organisation])
    if works_for(named.values(), agencies_of_professionals(others)):
        raise Refusal(
            N_(
                "Somebody of %(organisation)s takes part as a professional. Does %(name)s come as one too? Then "
                "choose that role. If not, say that they come for themselves."
            ),
            organisation=details.organisation,
            name=details.name,
        ).at("for_themselves")


def of_this_organisation(session: Session, details: PersonDetails, participant: Participant) -> PersonDetails:
    """The details; that they come for themselves was said of the organisation of before, so of another it is asked."""
    if not participant.for_themselves:
        return details
    named = called(session, Listing.ORGANISATIONS, (details.organisation, participant.organisation))
    moved = len({plain(named.get(one, "")) for one in (details.organisation, participant.organisation)}) > 1
    return replace(details, for_themselves=False) if moved else details


_person = Participant.__table__.c
_EVERYBODY = select(_person.id, _person.name, _person.part, _person.came_as_professional).where(
    _person.conference_id == bindparam("case")
)


@dataclass(frozen=True, slots=True)
class _Named(MaybeProfessional):
    """Somebody who is or was in the circle."""

    id: int
    name: str
    part: Part
    came_as_professional: bool


def _named_as(session: Session, conference: Conference, name: str) -> list[_Named]:
    """Everybody who is or was in the circle and has the same names."""
    everybody = read_rows(session, _EVERYBODY, {"case": conference.id})
    return [_Named(*one) for one in everybody if same(one.name, name)]


def refuse_other_part(conference: Conference, participant: Participant, part: Part) -> None:
    """Refuse to make a professional somebody else while a conference is held: who came as one stays one that day."""
    was, becomes = participant.part in PROFESSIONAL_PARTS, part in PROFESSIONAL_PARTS
    if was and not becomes and PHASE_RULES[conference.phase].room and not conference.without_conference:
        raise Refusal(
            N_(
                "%(name)s is here as a professional today, so they cannot come into private time. Change their role "
                "after the conference."
            ),
            name=participant.name,
        )


def refuse_professional_again(
    session: Session, conference: Conference, details: PersonDetails, current: Participant | None
) -> None:
    """Refuse to enter a professional a second time, as somebody who stays for private time, on the day itself."""
    if details.part in PROFESSIONAL_PARTS or not PHASE_RULES[conference.phase].room or conference.without_conference:
        return
    if current is not None and current.name == details.name:
        return
    for other in _named_as(session, conference, details.name):
        if other.is_professional:
            raise Refusal(
                N_(
                    "%(name)s is in the circle as a professional already, so they cannot come into private time today. "
                    "Is it somebody else of the same name? Write down something that tells them apart, such as a "
                    "second first name."
                ),
                name=other.name,
            )
