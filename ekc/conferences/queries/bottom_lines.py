"""The bottom lines of a case, with their text and without."""

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import date, datetime
from itertools import groupby
from operator import itemgetter

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from ekc.conferences.access import Case
from ekc.conferences.models import BottomLine, LineWording, Participant
from ekc.conferences.queries.names import names
from ekc.conferences.queries.rows import by_case, columns_of, of_cases, to_dataclass
from ekc.core.reading import read_rows
from ekc.links.queries.links import links_of
from ekc.workflow.vocabulary import PROFESSIONAL_PARTS, Activity, CasePart, Part, Scope

_lines = BottomLine.__table__.c


@dataclass(frozen=True, slots=True)
class LineWords:
    """Words of a bottom line, and on which day the setter and the coordinator said yes to them."""

    number: int
    text: str
    by_setter: bool
    written_on: date
    setter_on: date | None
    coordinator_on: date | None
    noted: bool

    @property
    def agreed(self) -> bool:
        """Whether both said yes."""
        return self.setter_on is not None and self.coordinator_on is not None


@dataclass(frozen=True, slots=True)
class BottomLineRow:
    """A bottom line with the name of the person who set it. `text`: the words that stand; if none do yet, the last."""

    id: int
    number: int
    text: str
    ground: str
    set_by: int
    set_by_name: str
    agreed_on: date | None
    shared_on: date | None
    wordings: tuple[LineWords, ...] = ()  # the last one last; not read for the family

    @property
    def open_words(self) -> LineWords | None:
        """The last words, if somebody still has to say yes to them."""
        return self.wordings[-1] if self.wordings and not self.wordings[-1].agreed else None

    @property
    def last_text(self) -> str:
        """The last words, whether they stand or not."""
        return (self.wordings[-1].text if self.wordings else "") or self.text

    @property
    def for_the_family(self) -> str:
        """The words that can be shared with the family: those to which the setter said yes; empty: none yet."""
        if self.open_words and self.open_words.setter_on and self.open_words.text:
            return self.open_words.text
        return self.text if self.agreed_on else ""


@dataclass(frozen=True, slots=True)
class SetterRow:
    """A referrer or professional, who can set bottom lines."""

    id: int
    name: str
    part: Part
    lines: int  # how many they set
    asked_on: date | None
    none_on: date | None  # when they said that they set none
    has_link: bool
    has_email: bool


@dataclass(frozen=True, slots=True)
class BottomLineState:
    """A bottom line without its text."""

    id: int
    number: int
    agreed_on: date | None
    shared_on: date | None
    waits: bool  # whoever sets it wrote or asked something to which the coordinator did not answer yet


_written = LineWording.__table__.c
_WAITS = (
    select(_written.coordinator_on.is_(None) & _written.setter_on.is_not(None))
    .where(_written.line_id == _lines.id)
    .order_by(_written.number.desc())
    .limit(1)
    .correlate(BottomLine.__table__)
    .scalar_subquery()
    .label("waits")
)
_LINES = (
    select(
        _lines.conference_id,
        *(_WAITS if name == "waits" else _lines[name] for name in BottomLineState.__dataclass_fields__),
    )
    .where(of_cases(_lines.conference_id))
    .order_by(_lines.conference_id, _lines.number)
)


_WITH_TEXT = (
    select(*columns_of(BottomLineRow, BottomLine, frozenset({"wordings"})))
    .join(Participant, Participant.id == BottomLine.set_by)
    .where(BottomLine.conference_id == bindparam("case"))
    .order_by(BottomLine.number)
)


def bottom_lines(session: Session, conference_id: int) -> tuple[BottomLineRow, ...]:
    """The bottom lines, by number."""
    rows = session.execute(_WITH_TEXT, {"case": conference_id})
    return tuple(to_dataclass(BottomLineRow, row) for row in rows)


def visible_bottom_lines(session: Session, case: Case) -> tuple[BottomLineRow, ...]:
    """The bottom lines that the visitor sees, by number: all, or only those shared with the family."""
    scope = case.sees(CasePart.BOTTOM_LINES)
    lines = bottom_lines(session, case.id) if scope else ()
    return lines if scope is Scope.ALL else tuple(line for line in lines if line.shared_on is not None)


_WORDINGS = (
    select(LineWording.line_id, *columns_of(LineWords, LineWording))
    .join(BottomLine, BottomLine.id == LineWording.line_id)
    .where(BottomLine.conference_id == bindparam("case"))
    .order_by(LineWording.line_id, LineWording.number)
)


def discussed_bottom_lines(session: Session, case: Case) -> tuple[BottomLineRow, ...]:
    """As `visible_bottom_lines`; whoever sees all lines reads all their words too, those that do not stand as well."""
    lines = visible_bottom_lines(session, case)
    if not lines or case.sees(CasePart.BOTTOM_LINES) is not Scope.ALL:
        return lines
    rows = read_rows(session, _WORDINGS, {"case": case.id})
    words = {id_: tuple(LineWords(*tuple(row)[1:]) for row in of_one) for id_, of_one in groupby(rows, itemgetter(0))}
    return tuple(replace(line, wordings=words.get(line.id, ())) for line in lines)


_SETTERS = (
    select(Participant.id, Participant.part, Participant.email, Participant.lines_asked_on, Participant.lines_none_on)
    .where(
        Participant.conference_id == bindparam("case"),
        Participant.removed_at.is_(None),
        Participant.part.in_(PROFESSIONAL_PARTS),
    )
    .order_by(Participant.part.desc(), Participant.id)
)


def setters(session: Session, case: Case, at: datetime) -> tuple[SetterRow, ...]:
    """Whoever can set bottom lines, the referrer first."""
    lines = Counter(row.set_by for row in bottom_lines(session, case.id))
    live = {row.participant_id for row in links_of(session, case.id) if row.is_live(at)}
    called = names(session, case.id)
    return tuple(
        SetterRow(
            id=row.id,
            name=called[row.id],
            part=row.part,
            lines=lines[row.id],
            asked_on=row.lines_asked_on,
            none_on=row.lines_none_on,
            has_link=row.id in live,
            has_email=bool(row.email),
        )
        for row in read_rows(session, _SETTERS, {"case": case.id})
    )


def bottom_line_states(session: Session, conference_id: int) -> tuple[BottomLineState, ...]:
    """The bottom lines without text, by number."""
    return bottom_line_states_of_cases(session, [conference_id]).get(conference_id, ())


def bottom_line_states_of_cases(
    session: Session, conference_ids: Collection[int]
) -> dict[int, tuple[BottomLineState, ...]]:
    """The bottom lines of several cases at once; a case without any is left out."""
    return {
        id_: tuple(BottomLineState(*tuple(row)[1:]) for row in rows)
        for id_, rows in by_case(session, _LINES, conference_ids).items()
    }


@dataclass(frozen=True, slots=True)
class OwnLines:
    """What is asked of whoever sets bottom lines. `waits`: their yes to other words; else bottom lines at all."""

    waits: bool


_OWN = select(Participant.lines_asked_on, Participant.lines_none_on).where(
    Participant.id == bindparam("participant"), Participant.conference_id == bindparam("case")
)
_OWN_WORDS = (
    select(BottomLine.id, LineWording.setter_on)
    .outerjoin(LineWording, LineWording.line_id == BottomLine.id)
    .where(BottomLine.conference_id == bindparam("case"), BottomLine.set_by == bindparam("participant"))
    .order_by(BottomLine.id, LineWording.number)
)


def own_lines(session: Session, case: Case) -> OwnLines | None:
    """What the visitor is asked about their bottom lines; None: nothing, or they set none."""
    if case.visitor.participant_id is None or not case.may(Activity.SET_BOTTOM_LINES):
        return None
    asked = {"case": case.id, "participant": case.visitor.participant_id}
    last = {row.id: row.setter_on for row in read_rows(session, _OWN_WORDS, asked)}  # of each its last words
    if last:
        return OwnLines(waits=True) if None in last.values() else None
    own = session.execute(_OWN, asked).one()
    open_ = own.lines_asked_on and not own.lines_none_on and not case.no_bottom_lines_on
    return OwnLines(waits=False) if open_ else None
