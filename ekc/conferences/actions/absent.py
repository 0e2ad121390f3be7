"""What somebody who is not there wants to say: written down, with pictures, and read back to them."""

from sqlalchemy import func, select

from ekc.accounts.access import By
from ekc.conferences.access import lock_case
from ekc.conferences.actions.circle import leave_letter, mark_view, member
from ekc.conferences.entries import is_sealed
from ekc.conferences.models import Conference, Participant, ViewPicture
from ekc.core.clock import local_date
from ekc.core.errors import Refusal, Unknown
from ekc.core.pictures import Picture
from ekc.core.transaction import writing
from ekc.workflow.vocabulary import N_, Activity

#: So many pictures of one person are kept; our default.
MOST_PICTURES = 8


def say_own_view(by: By, conference_id: int, text: str, may_read: bool) -> None:
    """Write down the visitor's own view. `may_read`: the coordinator reads it before the day, to help them."""
    with writing(by.session):
        conference, _ = lock_case(by, conference_id, Activity.SAY_OWN_VIEW)
        person = member(by.session, conference_id, by.visitor.participant_id or 0)
        person.view, person.view_own, person.view_open = text, True, may_read
        mark_view(by, conference, person)
        leave_letter(by, conference, person)
        by.record("view.own", conference_id)


def note_view(by: By, conference_id: int, participant_id: int, text: str, read_back: bool) -> None:
    """The coordinator writes down what somebody told them, and whether they read it back to them."""
    with writing(by.session):
        conference, person = _noted(by, conference_id, participant_id)
        if person.view != text:
            person.view_read_back_on = None
        person.view = text
        mark_view(by, conference, person)
        if not read_back or person.view_on is None:
            person.view_read_back_on = None
        elif person.view_read_back_on is None:
            person.view_read_back_on = local_date(by.at, conference.timezone)
        leave_letter(by, conference, person)
        by.record("view.noted", conference_id, name=person.name)


def add_picture(by: By, conference_id: int, participant_id: int | None, picture: Picture, shows: str) -> int:
    """Add a picture of what somebody wants to say; None: the visitor themselves. Returns its number."""
    with writing(by.session):
        conference, person = _whose(by, conference_id, participant_id)
        mine = ViewPicture.participant_id == person.id
        count, last = by.session.execute(select(func.count(), func.max(ViewPicture.number)).where(mine)).one()
        if count >= MOST_PICTURES:
            raise Refusal(N_("There are %(number)s pictures. Take one away first."), number=MOST_PICTURES).at("picture")
        row = ViewPicture(
            participant_id=person.id,
            number=(last or 0) + 1,
            shows=shows,
            jpeg=picture.jpeg,
            width=picture.width,
            height=picture.height,
        )
        by.session.add(row)
        by.session.flush()
        if participant_id is None and person.view_on is None:
            person.view_own = True
        mark_view(by, conference, person)
        leave_letter(by, conference, person)
        by.record("view.picture", conference_id)
        return row.number


def remove_picture(by: By, conference_id: int, participant_id: int | None, number: int) -> None:
    """Destroy a picture. Raises Unknown if there is none."""
    with writing(by.session):
        conference, person = _whose(by, conference_id, participant_id)
        found = by.session.scalar(
            select(ViewPicture).where(ViewPicture.participant_id == person.id, ViewPicture.number == number)
        )
        if found is None:
            raise Unknown
        by.session.delete(found)
        by.session.flush()
        mark_view(by, conference, person)
        by.record("view.picture_removed", conference_id)


def _whose(by: By, conference_id: int, participant_id: int | None) -> tuple[Conference, Participant]:
    if participant_id is not None:
        return _noted(by, conference_id, participant_id)
    conference, _ = lock_case(by, conference_id, Activity.SAY_OWN_VIEW)
    return conference, member(by.session, conference_id, by.visitor.participant_id or 0)


def _noted(by: By, conference_id: int, participant_id: int) -> tuple[Conference, Participant]:
    """Somebody whose view the coordinator helps to write. Raises Refusal where they write it by themselves."""
    conference, _ = lock_case(by, conference_id, Activity.NOTE_VIEWS)
    person = member(by.session, conference_id, participant_id)
    if is_sealed(person, conference.phase):
        raise Refusal(N_("They wrote it on their own page. Until the conference begins nobody else reads it."))
    return conference, person
