"""The bottom lines on paper."""

from dataclasses import dataclass
from datetime import date

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
