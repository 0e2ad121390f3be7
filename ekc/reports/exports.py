"""The list of follow-ups as a CSV file for a spreadsheet, made page by page."""

import csv
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date

from sqlalchemy.orm import Session

from ekc.accounts.access import PROGRAM, Visitor
from ekc.core.language import gettext as _
from ekc.core.language import language, locale, using
from ekc.evaluations.models import FollowUpState
from ekc.orders.entries import ExportRule, Piece
from ekc.reports.queries import FollowUpFilter, ReportRow, follow_ups
from ekc.workflow.engine import PHASE_RULES
from ekc.workflow.vocabulary import N_, Variant

#: Spreadsheets run such a cell as a formula, with full-width signs too, and may split cells at these separators.
_FORMULA = re.compile(r"(^|[;,|\t\r\n])(?=[ \"']*[=+\-@＝＋－＠\t\r\n])")
_ROWS = 5000  # of a piece


@dataclass(frozen=True, slots=True)
class AskedFollowUps:
    """The filter, the day by which states are told, and the regions and municipalities of the manager; sorted, so that
    the same question is known again.
    """

    language: str
    municipality: str
    variant: Variant | None
    states: tuple[FollowUpState, ...]
    due_until: date | None
    today: date
    area: str  # what a municipality is called
    regions: tuple[int, ...]
    municipalities: tuple[int, ...]


def asked_by(visitor: Visitor, wanted: FollowUpFilter, today: date, area: str) -> AskedFollowUps:
    """What this manager asks, in the language of the page."""
    return AskedFollowUps(
        language=language(),
        municipality=wanted.municipality,
        variant=wanted.variant,
        states=tuple(sorted(wanted.states)),
        due_until=wanted.due_until,
        today=today,
        area=area,
        regions=tuple(sorted(visitor.regions)),
        municipalities=tuple(sorted(visitor.municipalities)),
    )


def _pieces(session: Session, asked: AskedFollowUps) -> Iterator[Piece]:
    scope = replace(PROGRAM, regions=frozenset(asked.regions), municipalities=frozenset(asked.municipalities))
    wanted = FollowUpFilter(
        municipality=asked.municipality,
        variant=asked.variant,
        states=frozenset(asked.states),
        due_until=asked.due_until,
    )
    head = [_heading(asked)]
    after: tuple[date, int] | None = None
    while True:
        rows = follow_ups(session, scope, wanted, asked.today, after, _ROWS)
        session.rollback()  # no transaction stays open while a piece is stored
        if rows or head:
            with using(asked.language):
                yield _written([*head, *map(_cells, rows)], first=bool(head)), len(rows)
        if len(rows) < _ROWS:
            return
        head, after = [], (rows[-1].due_on, rows[-1].id)


def _heading(asked: AskedFollowUps) -> list[str]:
    with using(asked.language):
        return [_("case"), asked.area, _("variant"), _("phase"), _("kind"), _("due on"), _("state")]


def _cells(row: ReportRow) -> list[str]:
    phase = _(PHASE_RULES[row.phase].title)
    cells = (row.number, row.municipality, _(row.variant.label), phase, _(row.kind.label))
    return [*map(_without_formula, cells), row.due_on.isoformat(), _(row.state.label)]


def _written(lines: list[list[str]], first: bool) -> bytes:
    file = io.StringIO()
    # Where decimals have a comma, as in Dutch, spreadsheets part columns by semicolons.
    decimals = locale().number_symbols["latn"]["decimal"]
    csv.writer(file, delimiter=";" if decimals == "," else ",").writerows(lines)
    return (first * "\ufeff" + file.getvalue()).encode()  # by this mark spreadsheets read UTF-8


def _without_formula(cell: str) -> str:
    return _FORMULA.sub(r"\1'", cell)


FOLLOW_UPS = ExportRule(
    name="follow_ups",
    title=N_("The list of follow-ups as a file"),
    asked=AskedFollowUps,
    pieces=_pieces,
    mimetype="text/csv",
    failed=N_("The list could not be made. Ask for it again later, or read it on its page."),
)
