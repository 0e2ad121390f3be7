"""Writing down what somebody said in one matter, for themselves alone, in the caller's transaction."""

from datetime import date

from sqlalchemy import bindparam, delete, select

from ekc.accounts.access import By
from ekc.conferences.models import Conference, Voice
from ekc.core.clock import local_date
from ekc.workflow.vocabulary import Agreed, SaidHow, StopReason, VoiceMatter

_SAID = select(Voice).where(
    Voice.conference_id == bindparam("case"),
    Voice.matter == bindparam("matter"),
    Voice.about == bindparam("about"),
    Voice.text == bindparam("text"),
    Voice.participant_id == bindparam("person"),
)


def said(
    by: By, conference_id: int, matter: VoiceMatter, about: int, participant_id: int, text: int = 0
) -> Voice | None:
    """What this person said in this matter, of a plan about this text; None: nothing yet."""
    asked = {"case": conference_id, "matter": matter, "about": about, "text": text, "person": participant_id}
    return by.session.scalar(_SAID, asked)


def say(
    by: By,
    conference: Conference,
    matter: VoiceMatter,
    about: int,
    participant_id: int,
    answer: Agreed,
    *,
    text: int = 0,
    on: date | None = None,
    how: SaidHow | None = None,
    words: str = "",
    reason: StopReason | None = None,
    asks: bool = False,
) -> None:
    """Write down this person's answer, in place of an earlier one. `on`: the day on which they said it; None: today.

    `asks`: it is a wish about which the pages of the other main persons ask them, from now on if they did not yet.
    """
    row = said(by, conference.id, matter, about, participant_id, text)
    if row is None:
        row = Voice(conference_id=conference.id, matter=matter, about=about, text=text, participant_id=participant_id)
        by.session.add(row)
    row.answer, row.how, row.words, row.reason_code = answer, how, words or None, reason
    if answer is not Agreed.YES:
        row.asks, row.asked_at = False, None
    elif asks and not row.asks:
        row.asks, row.asked_at = True, by.at
    row.spoken_at = row.spoken = None
    row.said_on, row.written_at = on or local_date(by.at, conference.timezone), by.at
    by.session.flush()


def take_back(by: By, conference_id: int, matter: VoiceMatter, about: int, participant_id: int) -> None:
    """Remove an answer that was written down by mistake."""
    key = (Voice.matter == matter, Voice.about == about, Voice.participant_id == participant_id)
    by.session.execute(delete(Voice).where(Voice.conference_id == conference_id, *key))
