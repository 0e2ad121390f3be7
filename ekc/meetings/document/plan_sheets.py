"""Sheets on which a plan is written by hand, in the order of the printed plan, large enough to write and read."""

from dataclasses import dataclass

from ekc.core.documents import DocumentRule
from ekc.workflow.vocabulary import N_, Activity

#: A goal takes a page, so that two are on one sheet.
_GOALS = 2
_ACTIONS, _WHAT_IFS, _NAMES = 3, 3, 16


@dataclass(frozen=True, slots=True)
class PlanSheets:
    """The values of the sheets. `bottom_lines`: those that the family knows."""

    language: str
    number: str
    title: str
    question: str
    bottom_lines: tuple[str, ...]


PLAN_SHEETS = DocumentRule(
    name="plan_sheets",
    title=N_("Sheets to write the plan on"),
    values=PlanSheets,
    activity=Activity.SEE_HISTORY,
    template="meetings/plan_sheets_document.html",
    context=lambda _values: {"goals": _GOALS, "actions": _ACTIONS, "what_ifs": _WHAT_IFS, "names": _NAMES},
    stylesheets=("plan_sheets.css",),
    filename="{case}-plan-sheets.pdf",
    unprintable=N_("The sheets cannot be printed now. Write the plan on empty paper. (%(why)s)"),
)
