"""What people said in each matter that is asked of them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from ekc.conferences.models import Voice
from ekc.conferences.queries.members import Member
from ekc.core.reading import read_rows
from ekc.workflow.vocabulary import Agreed, Attends, Part, StopReason, VoiceMatter

_voices = Voice.__table__.c


@dataclass(frozen=True, slots=True)
class VoiceRow:
    """What somebody said in one matter. `reason_code`: of a wish to stop."""

    matter: VoiceMatter
    about: int
    participant_id: int
    answer: Agreed
    words: str | None
    reason_code: StopReason | None
    said_on: date
    written_at: datetime
    asks: bool
    asked_at: datetime | None
    spoken_at: datetime | None
    spoken: str | None


@dataclass(frozen=True, slots=True)
class OwnVoice:
    """A main person, and what they themselves said in one matter; None: nothing yet."""

    id: int
    name: str
    voice: VoiceRow | None

    @property
    def answer(self) -> Agreed | None:
        """Their answer."""
        return self.voice.answer if self.voice else None


_VOICES = (
    select(*(_voices[name] for name in VoiceRow.__dataclass_fields__))
    .where(_voices.conference_id == bindparam("case"))
    .order_by(_voices.id)
)


def voices(session: Session, conference_id: int) -> tuple[VoiceRow, ...]:
    """All that was said in each matter, about earlier coordinators, plans and rounds too."""
    return tuple(VoiceRow(*row) for row in read_rows(session, _VOICES, {"case": conference_id}))


def main_person_voices(
    circle: Iterable[Member], said: Iterable[VoiceRow], matter: VoiceMatter, about: int
) -> tuple[OwnVoice, ...]:
    """Each main person who is asked, and what they said in one matter."""
    found = {row.participant_id: row for row in said if (row.matter, row.about) == (matter, about)}
    asked = (one for one in circle if one.part is Part.MAIN_PERSON and one.attends is not Attends.EXCLUDED)
    return tuple(OwnVoice(one.id, one.name, found.get(one.id)) for one in asked)
