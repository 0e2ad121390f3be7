"""The bottom lines on paper."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from ekc.conferences.access import Case
from ekc.conferences.queries.bottom_lines import discussed_bottom_lines
from ekc.core.documents import DocumentRule
from ekc.core.language import day
from ekc.workflow.vocabulary import N_, Activity


@dataclass(frozen=True, slots=True)
class SheetLine:
    """A bottom line as it is shared with the family."""

    number: int
    text: str
    ground: str
    set_by: str


@dataclass(frozen=True, slots=True)
class BottomLineSheet:
    """The bottom lines of a case. `none_on`: when it was said that there are none."""

    language: str
    number: str
    title: str
    question: str
    none_on: date | None
    lines: tuple[SheetLine, ...]


def bottom_line_sheet(session: Session, case: Case, language: str) -> BottomLineSheet:
    """The sheet, with the lines that the visitor sees and that can be shared with the family."""
    rows = discussed_bottom_lines(session, case)
    return BottomLineSheet(
        language=language,
        number=case.number,
        title=case.title,
        question=case.question,
        none_on=None if rows else case.no_bottom_lines_on,
        lines=tuple(
            SheetLine(row.number, text, row.ground, row.set_by_name)
            for row in rows
            if (text := row.for_the_family or (row.text if row.shared_on else ""))
        ),
    )


BOTTOM_LINES = DocumentRule(
    name="bottom_lines",
    title=N_("What the plan has to meet, on paper"),
    values=BottomLineSheet,
    activity=Activity.SEE_BOTTOM_LINES,
    template="conferences/bottom_lines_document.html",
    context=lambda sheet: {"none_on": day(sheet.none_on) if sheet.none_on else ""},
    filename="{case}-bottom-lines.pdf",
    unprintable=N_("This sheet cannot be printed now. Read the bottom lines on their page. (%(why)s)"),
)
