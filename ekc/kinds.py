"""The mails, documents, exports and jobs of all features, collected here and checked when the program starts.

A new mail is a row in the `mails.py` of its feature, and a call that queues it. A new document is a row with the class
of its values in the `document.py` of its feature, a template, and a view. A new job is a row in `journey/jobs.py`, and
a call that adds it, unless it is done every night. A new export is a row in the `exports.py` of its feature, and a
view. The texts of all are in the catalogues.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import is_dataclass
from datetime import date, datetime
from enum import StrEnum
from gettext import GNUTranslations
from types import NoneType, UnionType
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

import ekc.access_log.document
import ekc.conferences.document.absent
import ekc.conferences.document.bottom_lines
import ekc.conferences.document.ecomap
import ekc.conferences.document.leaflet
import ekc.conferences.document.who_else
import ekc.conferences.mails
import ekc.journey.jobs
import ekc.journey.mails
import ekc.links.document
import ekc.links.mails
import ekc.matching.mails
import ekc.meetings.document.agenda
import ekc.meetings.document.arrangements
import ekc.meetings.document.attendance
import ekc.meetings.document.badges
import ekc.meetings.document.invitation
import ekc.meetings.document.pile
import ekc.meetings.document.plan_sheets
import ekc.meetings.document.route
import ekc.meetings.mails
import ekc.plans.document
import ekc.reports.exports
import ekc.signin.mails
import ekc.staff.mails
from ekc.conferences.queries.registration import wording_of
from ekc.core import outbox
from ekc.core.documents import STYLES, TEMPLATES, DocumentRule
from ekc.core.jobs import JobRule
from ekc.core.language import LANGUAGES, catalogue, gettext, using
from ekc.core.outbox import Audience, MailRule, TextRule
from ekc.matching.actions.asking import UNANSWERED
from ekc.meetings.effects import CALL_OFF
from ekc.orders.entries import ExportRule
from ekc.orders.jobs import EXPORT, PAPER, order_jobs
from ekc.workflow.engine import ever_may
from ekc.workflow.vocabulary import ROLE_OF_PART, Activity, Part, Role

MAIL_MODULES = (
    ekc.signin.mails,
    ekc.links.mails,
    ekc.conferences.mails,
    ekc.matching.mails,
    ekc.meetings.mails,
    ekc.staff.mails,
    ekc.journey.mails,
)
MAILS = (
    *(row for module in MAIL_MODULES for row in vars(module).values() if isinstance(row, MailRule)),
    *ekc.journey.mails.END_MAILS.values(),
    *ekc.journey.mails.END_MAILS_WITH_PLAN.values(),
)
TEXTS = tuple(row for module in MAIL_MODULES for row in vars(module).values() if isinstance(row, TextRule))
DOCUMENT_MODULES = (
    ekc.conferences.document.absent,
    ekc.conferences.document.bottom_lines,
    ekc.plans.document,
    ekc.links.document,
    ekc.access_log.document,
    ekc.conferences.document.ecomap,
    ekc.conferences.document.leaflet,
    ekc.conferences.document.who_else,
    ekc.meetings.document.agenda,
    ekc.meetings.document.arrangements,
    ekc.meetings.document.attendance,
    ekc.meetings.document.badges,
    ekc.meetings.document.pile,
    ekc.meetings.document.plan_sheets,
    ekc.meetings.document.route,
    ekc.meetings.document.invitation,
)
#: Each once: a module also knows the rows of papers that it binds.
DOCUMENTS = tuple(
    dict.fromkeys(row for module in DOCUMENT_MODULES for row in vars(module).values() if isinstance(row, DocumentRule))
)
EXPORTS = tuple(row for row in vars(ekc.reports.exports).values() if isinstance(row, ExportRule))
JOBS = (*ekc.journey.jobs.JOBS, *order_jobs(DOCUMENTS, EXPORTS, wording_of))
JOB_RULES = {rule.name: rule for rule in JOBS}
#: The kinds of job that are added by name.
NEEDED_JOBS = (outbox.DELIVERY, outbox.TEXT_DELIVERY, PAPER, EXPORT, UNANSWERED, CALL_OFF)

#: Who gets the mails about a case, where it is open to them.
_OF_A_CASE: dict[Audience, frozenset[Role]] = {
    Audience.CIRCLE: frozenset(),
    Audience.CASE_STAFF: frozenset({Role.COORDINATOR, Role.REGIONAL_MANAGER}),
}
_PLAIN = (str, int, bool, date, datetime, NoneType)


def check_kinds(
    mails: Sequence[MailRule] = MAILS,
    documents: Sequence[DocumentRule[Any]] = DOCUMENTS,
    jobs: Sequence[JobRule] = JOBS,
    exports: Sequence[ExportRule[Any]] = EXPORTS,
    texts: Sequence[TextRule] = TEXTS,
) -> None:
    """Refuse rows that cannot be sent, printed or done as they should. Raises ValueError that names every problem."""
    spoken = dict.fromkeys([*LANGUAGES, *(code for rule in documents for code in rule.languages)])
    if missing := [code for code in spoken if code != "en" and not _is_compiled(code)]:
        raise ValueError(f"There is no compiled catalogue of {', '.join(missing)}. Make it with: bin/setup")
    problems = [f"two emails are called {name}" for name in _duplicate_names([*mails, *texts])]
    problems += [f"two papers or exports are called {name}" for name in _duplicate_names([*documents, *exports])]
    problems += [f"two jobs are called {name}" for name in _duplicate_names(jobs)]
    problems += [f"no job is called {name}" for name in NEEDED_JOBS if name not in {rule.name for rule in jobs}]
    problems += [f"job {rule.name}: {problem}" for rule in jobs for problem in _job_problems(rule)]
    problems += [f"mail {rule.name}: {problem}" for rule in mails for problem in _mail_problems(rule)]
    problems += [f"text message {rule.name}: {problem}" for rule in texts for problem in _text_problems(rule)]
    problems += [f"document {rule.name}: {problem}" for rule in documents for problem in _document_problems(rule)]
    problems += [f"export {rule.name}: {problem}" for rule in exports for problem in _export_problems(rule)]
    if problems:
        raise ValueError("; ".join(problems))


def _mail_problems(rule: MailRule) -> Iterator[str]:
    to_circle = rule.audience is Audience.CIRCLE
    if to_circle != bool(rule.parts):
        yield "parts belong to an email to the circle, which needs some"
    if to_circle and not (rule.key.startswith("{case}:") and rule.key.endswith(":{round}:{to}")):
        yield "the key has to be {case}:…:{round}:{to}, by which it is taken back from somebody who is excluded"
    if rule.audience in (Audience.MANAGERS, Audience.OVERSIGHT, Audience.CASE_STAFF) and not rule.key.endswith(":{to}"):
        yield "several people get it, so the key has to end with {to}"
    if rule.audience in _OF_A_CASE and not rule.opens:
        yield "it is about a case, so it says which page it leads to"
    readers = {ROLE_OF_PART[Part(part)] for part in rule.parts} or _OF_A_CASE.get(rule.audience, frozenset())
    if rule.opens and not all(role and ever_may(Activity(rule.opens), {role}) for role in readers):
        yield f"somebody who gets it never may {rule.opens}"
    if "{" not in rule.key:
        yield "the key is always the same"
    for words in (rule.subject, *filter(None, rule.body.split("\n\n"))):
        if "%(" in words or "{" in words:
            yield "an email names nobody and nothing, so its words have no blanks"
        yield from _untranslated(words)


def _text_problems(rule: TextRule) -> Iterator[str]:
    if "{" not in rule.key:
        yield "the key is always the same"
    if sorted(re.findall(r"%\((\w+)\)s", rule.words)) != ["address", "day"]:
        yield "its words name the link, %(address)s, and its last day, %(day)s"
    for words in (rule.subject, rule.words):
        yield from _untranslated(words)


def _document_problems(rule: DocumentRule[Any]) -> Iterator[str]:
    if not isinstance(rule.activity, Activity):
        yield f"nobody has the activity {rule.activity}"
    if not is_dataclass(rule.values) or get_type_hints(rule.values).get("language") is not str:
        yield "its values are a dataclass with a language"
    if not _is_plain(rule.values):
        yield "its values are frozen dataclasses of plain values, all the way down"
    if (rule.asked is None) != (rule.gather is None):
        yield "what is asked instead of the values has a function that gathers them"
    if rule.asked is not None and not _is_plain(rule.asked):
        yield "what is asked is a frozen dataclass of plain values, all the way down"
    files = [TEMPLATES / name for name in (rule.template, rule.page) if name]
    files += [STYLES / name for name in rule.stylesheets]
    yield from (f"there is no {path.name}" for path in files if not path.is_file())
    if (rule.attachment is None) != (not rule.attachment_name):
        yield "an attachment has a name"
    if "%(why)s" not in rule.unprintable:
        yield "what is said where it cannot be printed has no %(why)s"
    for words in (rule.title, rule.unprintable):
        yield from _untranslated(words)


def _export_problems(rule: ExportRule[Any]) -> Iterator[str]:
    if not is_dataclass(rule.asked) or not _is_plain(rule.asked):
        yield "what is asked is a frozen dataclass of plain values, all the way down"
    for words in (rule.title, rule.failed):
        yield from _untranslated(words)


def _job_problems(rule: JobRule) -> Iterator[str]:
    if rule.tries < 1 or rule.limit.total_seconds() < 1:
        yield "it is never tried, or has no time"
    if rule.nightly and rule.given_up:
        yield "what is done every night loses nothing when it is given up"
    yield from _untranslated(rule.title)


def _duplicate_names(rules: Iterable[MailRule | TextRule | DocumentRule[Any] | ExportRule[Any] | JobRule]) -> list[str]:
    return [name for name, count in Counter(rule.name for rule in rules).items() if count > 1]


def _is_compiled(code: str) -> bool:
    with using(code):
        return isinstance(catalogue(), GNUTranslations)


def _untranslated(words: str) -> Iterator[str]:
    for code in LANGUAGES.keys() - {"en"}:
        with using(code):
            if gettext(words) == words:
                yield f"not in the catalogue of {code}: {words}"


def _is_plain(kind: Any) -> bool:
    """Whether a type consists of immutable plain values only."""
    if is_dataclass(kind):
        frozen = kind.__dataclass_params__.frozen  # type: ignore[union-attr]
        return frozen and all(map(_is_plain, get_type_hints(kind).values()))
    if get_origin(kind) in (tuple, Union, UnionType):
        return all(one is Ellipsis or _is_plain(one) for one in get_args(kind))
    return get_origin(kind) is Literal or kind in _PLAIN or (isinstance(kind, type) and issubclass(kind, StrEnum))
