"""The printed plan: plain values in; the PDF has sentences, and the same values as JSON attached.

No database rows, no clock and no request are used here. The values hold no addresses, and no phone numbers but
those that their owners let stand in the plan, because paper is easily passed on.
"""

import json
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal

from babel.dates import format_date, format_datetime
from babel.lists import format_list

from ekc.core.codec import STORED
from ekc.core.crypto import Keyring
from ekc.core.documents import DocumentRule
from ekc.core.language import gettext
from ekc.workflow.vocabulary import N_, Activity

Every = Literal["day", "schoolday", "week", "fortnight", "month", "when_needed"]
Kind = Literal["family", "network", "professional"]
Answer = Literal["none", "pending", "agreed", "declined"]
Said = Literal["", "yes", "part", "no", "not_asked", "side_not_asked"]

FORMAT = "ekc-plan/1"  # in plan.json; change it when the format changes

# Full dates without the commas of CLDR, times as people write them; other languages use CLDR as it is.
DAYS = dict.fromkeys(("nl", "en"), "EEEE d MMMM y")
DAYS_WITHOUT_YEAR = dict.fromkeys(("nl", "en"), "EEEE d MMMM")
TIMES = {"nl": "H.mm 'uur'", "en": "H:mm"}


@dataclass(frozen=True, slots=True)
class PrintedAction:
    """Who does what, by when or how often.

    `answer` is the answer to a request for support; "none": none was requested. `disagree`, `not_asked`: of those who
    do it, who says no to the plan, and who was not asked yet. These and `done` are stored only if they say something.
    """

    number: str
    who: tuple[str, ...]
    what: str
    kind: Kind
    by: date | None = None
    starts: date | None = None
    every: Every | None = None
    answer: Answer = "none"
    answer_words: str = ""
    disagree: tuple[str, ...] = ()
    not_asked: tuple[str, ...] = ()
    done: bool = False


@dataclass(frozen=True, slots=True)
class PrintedGoal:
    text: str
    actions: tuple[PrintedAction, ...]


@dataclass(frozen=True, slots=True)
class PrintedWhatIf:
    """`who` meet or call each other when `happens` happens."""

    happens: str
    then: str
    who: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PrintedEvaluation:
    """The evaluation meeting; `at` is local time without a zone."""

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
    """What somebody says of the plan, and in which words: "by letter of 25 April", "his part, in a drawing".

    `answer` is empty in versions stored when only those who agreed were printed. `name` is that of a side if nobody of
    it was asked.
    """

    name: str
    words: str
    answer: Said = ""


@dataclass(frozen=True, slots=True)
class PlanDocument:
    """One version of a plan as it is printed. `language` is that of the fixed sentences and the dates."""

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
    conference: int = 1  # which of this family, on the first version of a later one; stored only then
    #: Where to ring, as it stands when the paper is made; stored only where they agreed to that.
    monitor_phone: str = ""
    convenor_phone: str = ""
    service: str = ""


#: What stands behind the name of somebody on page and paper.
SAID: dict[Said, str] = {
    "yes": N_("agrees"),
    "part": N_("agrees with part of it"),
    "no": N_("does not agree"),
    "not_asked": N_("not asked yet"),
    "side_not_asked": N_("nobody of this side has been asked yet"),
}


def to_json(document: PlanDocument) -> bytes:
    """The values as canonical JSON: sorted keys, UTF-8, no spaces; equal plans give equal bytes."""
    values = STORED.unstructure(document)
    for one in values["agreed"]:
        if not one["answer"]:
            del one["answer"]  # as it was stored
    if values["conference"] == 1:
        del values["conference"]
    for number in ("monitor_phone", "convenor_phone", "service"):
        if not values[number]:
            del values[number]
    for action in (action for goal in values["goals"] for action in goal["actions"]):
        for mark in ("disagree", "not_asked", "done"):
            if not action[mark]:
                del action[mark]
    return _canonical({"format": FORMAT, **values})


def paper_kind(document: PlanDocument, keyring: Keyring) -> str:
    """The kind of the stored document: one for each set of numbers, so that none is handed out that was taken out."""
    numbers = [document.number, document.version, document.monitor_phone, document.convenor_phone]
    if not any(numbers[2:]):
        return PLAN.name
    return f"{PLAN.name}-{keyring.signature(_canonical({'numbers': numbers}), 'paper').hex()[:18]}"


def from_json(content: bytes) -> PlanDocument:
    """The inverse of `to_json`. Raises ValueError for another format, other keys or values of another type."""
    values = json.loads(content)
    try:
        document = STORED.structure(values, PlanDocument)
    except Exception as error:  # cattrs raises various types
        raise ValueError(f"This is not {FORMAT}.") from error
    if to_json(document) != _canonical(values):  # missing or unknown keys, or coerced values
        raise ValueError(f"This is not {FORMAT}.")
    return document


def _canonical(values: dict[str, Any]) -> bytes:
    return json.dumps(values, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


class _Sentences:
    """Dates, lists of names and frequencies as text, in the language of the document."""

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
        """A day without its year if that is the year of the version, which is on every page."""
        patterns = DAYS_WITHOUT_YEAR if day.year == self._document.version_on.year else DAYS
        return format_date(day, patterns.get(self._language, "full"), locale=self._locale)

    def names(self, names: tuple[str, ...]) -> str:
        return format_list(names, locale=self._locale)

    def timing(self, action: PrintedAction) -> str:
        """By when, or how often and from when; empty if the plan does not say it."""
        if action.by:
            return gettext("No later than %(day)s") % {"day": self.short_day(action.by)}
        if action.starts and action.every:
            start = gettext("%(rhythm)s, from %(day)s")
            return start % {"rhythm": self._rhythm(action.every), "day": self.short_day(action.starts)}
        if action.starts:
            return gettext("Once, from %(day)s") % {"day": self.short_day(action.starts)}
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

    def share(self) -> str:
        """How many actions the family and its network do; empty if that is none."""
        kinds = [action.kind for goal in self._document.goals for action in goal.actions]
        own = len(kinds) - kinds.count("professional")
        if own == 0:
            return ""
        if "network" not in kinds:
            alone = gettext("The family does all actions itself.")
            some = gettext("The family does %(own)s of the %(all)s actions itself.")
        else:
            alone = gettext("Family, friends and neighbours do all actions themselves.")
            some = gettext("Family, friends and neighbours do %(own)s of the %(all)s actions themselves.")
        return alone if own == len(kinds) else some % {"own": own, "all": len(kinds)}


PLAN = DocumentRule(
    name="plan",
    title=N_("The plan on paper"),
    values=PlanDocument,
    activity=Activity.SEE_VERSIONS,
    template="plans/plan_document.html",
    context=lambda plan: {"say": _Sentences(plan), "said": SAID},
    stylesheets=("plan.css",),
    attachment=to_json,
    attachment_name="plan.json",
    filename="{case}-plan-{version}.pdf",
    unprintable=N_("This plan cannot be printed now. The plan itself is safe: read it on its page. (%(why)s)"),
)
