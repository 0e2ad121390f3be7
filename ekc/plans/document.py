"""The printed plan: plain values in, sentences on paper out, the same values as JSON inside the PDF.

No database rows, no clock and no request come in here.
The values hold no addresses and no telephone numbers: paper travels further than a screen.
"""

import json
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal

from babel.dates import format_date, format_datetime
from babel.lists import format_list

from ekc.core.codec import STORED
from ekc.core.documents import DocumentRule
from ekc.core.language import gettext
from ekc.workflow.vocabulary import N_, Activity

Every = Literal["day", "schoolday", "week", "fortnight", "month", "when_needed"]
Kind = Literal["family", "network", "professional"]
Answer = Literal["none", "pending", "agreed", "declined"]

FORMAT = "ekc-plan/1"  # written into plan.json; a reader of another format has to know that it is one

# Full dates without the commas of CLDR, times as people write them; other languages use CLDR as it is.
DAYS = dict.fromkeys(("nl", "en"), "EEEE d MMMM y")
DAYS_WITHOUT_YEAR = dict.fromkeys(("nl", "en"), "EEEE d MMMM")
TIMES = {"nl": "H.mm 'uur'", "en": "H:mm"}


@dataclass(frozen=True, slots=True)
class PrintedAction:
    """Who does what, and by when or how often. `answer` is that of the one asked for support; "none" = not asked."""

    number: str
    who: tuple[str, ...]
    what: str
    kind: Kind
    by: date | None = None
    starts: date | None = None
    every: Every | None = None
    answer: Answer = "none"
    answer_words: str = ""


@dataclass(frozen=True, slots=True)
class PrintedGoal:
    text: str
    actions: tuple[PrintedAction, ...]


@dataclass(frozen=True, slots=True)
class PrintedWhatIf:
    """`who` are the people who meet or ring when `happens` happens."""

    happens: str
    then: str
    who: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PrintedEvaluation:
    """When the plan is looked at again; `at` is local time without a zone, as it stands on a kitchen calendar."""

    at: datetime | None = None
    where: str = ""
    convened_by: str = ""
    others: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PrintedBottomLine:
    text: str
    met: bool | None


@dataclass(frozen=True, slots=True)
class PrintedAcceptance:
    by: str
    organisation: str
    on: date


@dataclass(frozen=True, slots=True)
class PrintedAgreement:
    """How somebody agreed, in words: "yes", "by letter of 25 April", "his part, in a drawing"."""

    name: str
    words: str


@dataclass(frozen=True, slots=True)
class PlanDocument:
    """One version of one plan, as it goes to paper. `language` is that of the fixed sentences and the dates."""

    number: str
    title: str
    language: str
    municipality: str
    question: str
    conference_on: date | None
    place: str
    version: int
    version_on: date
    goals: tuple[PrintedGoal, ...]
    what_ifs: tuple[PrintedWhatIf, ...] = ()
    monitor: str = ""
    evaluation: PrintedEvaluation = PrintedEvaluation()
    bottom_lines: tuple[PrintedBottomLine, ...] = ()
    acceptance: PrintedAcceptance | None = None
    agreed: tuple[PrintedAgreement, ...] = ()
    changes: tuple[str, ...] = ()


def to_json(document: PlanDocument) -> bytes:
    """Give the values as canonical JSON: sorted keys, UTF-8, no spaces; equal plans give equal bytes."""
    return _canonical({"format": FORMAT, **STORED.unstructure(document)})


def from_json(content: bytes) -> PlanDocument:
    """Read what `to_json` wrote. Raises ValueError for another format, other keys or values of another kind."""
    values = json.loads(content)
    try:
        document = STORED.structure(values, PlanDocument)
    except Exception as error:  # whatever reading a value of another kind raises
        raise ValueError(f"This is not {FORMAT}.") from error
    if to_json(document) != _canonical(values):  # keys are missing or unknown, or a value was taken for another kind
        raise ValueError(f"This is not {FORMAT}.")
    return document


def _canonical(values: dict[str, Any]) -> bytes:
    return json.dumps(values, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


class _Sentences:
    """Dates, lists of names and rhythms, said in the language of the document."""

    def __init__(self, document: PlanDocument) -> None:
        self._document = document
        self._language = document.language
        self._locale = "en_GB" if document.language == "en" else document.language

    def day(self, day: date) -> str:
        return format_date(day, DAYS.get(self._language, "full"), locale=self._locale)

    def moment(self, moment: datetime) -> str:
        time = format_datetime(moment, TIMES.get(self._language, "HH:mm"), locale=self._locale)
        return f"{self.day(moment)}, {time}"

    def short_day(self, day: date) -> str:
        """Leave the year of the version out: it stands on each page, and people do not say it."""
        patterns = DAYS_WITHOUT_YEAR if day.year == self._document.version_on.year else DAYS
        return format_date(day, patterns.get(self._language, "full"), locale=self._locale)

    def names(self, names: tuple[str, ...]) -> str:
        return format_list(names, locale=self._locale)

    def timing(self, action: PrintedAction) -> str:
        """Say by when, or how often and from when; nothing if the plan does not say it."""
        if action.by:
            return gettext("No later than %(day)s") % {"day": self.short_day(action.by)}
        if action.starts and action.every:
            start = gettext("%(rhythm)s, from %(day)s")
            return start % {"rhythm": self._rhythm(action.every), "day": self.short_day(action.starts)}
        if action.starts:
            return gettext("From %(day)s") % {"day": self.short_day(action.starts)}
        return self._rhythm(action.every) if action.every else ""

    def _rhythm(self, every: Every) -> str:
        return {
            "day": gettext("Every day"),
            "schoolday": gettext("Every school day"),
            "week": gettext("Every week"),
            "fortnight": gettext("Every two weeks"),
            "month": gettext("Every month"),
            "when_needed": gettext("When it is needed"),
        }[every]

    def share(self) -> tuple[str, ...]:
        """Say how many actions each circle does; a circle that does none is left out."""
        goals = self._document.goals
        kinds = [action.kind for goal in goals for action in goal.actions]
        named: dict[Kind, str] = {
            "family": gettext("family %(count)s"),
            "network": gettext("friends and neighbours %(count)s"),
            "professional": gettext("professionals %(count)s"),
        }
        return tuple(words % {"count": kinds.count(kind)} for kind, words in named.items() if kind in kinds)


PLAN = DocumentRule(
    name="plan",
    values=PlanDocument,
    activity=Activity.SEE_VERSIONS,
    template="plans/plan_document.html",
    context=lambda plan: {"say": _Sentences(plan)},
    stylesheets=("plan.css",),
    attachment=to_json,
    attachment_name="plan.json",
    filename="{case}-plan-{version}.pdf",
    unprintable=N_(
        "The paper of this plan cannot be made now. The plan itself is safe: read it on its page. (%(why)s)"
    ),
)
