"""What can be mailed, over all features: gathered, and checked when the program starts.

A new kind is a row in the `mails.py` of its feature, its words in the catalogue, and the call that queues it.
"""

from collections import Counter
from collections.abc import Iterator, Sequence

import ekc.conferences.mails
import ekc.journey.mails
import ekc.matching.mails
import ekc.people.mails
from ekc.core.language import LANGUAGES, gettext, using
from ekc.core.outbox import Audience, MailRule


MAIL_MODULES = (ekc.people.mails, ekc.conferences.mails, ekc.matching.mails, ekc.journey.mails)
MAILS = tuple(row for module in MAIL_MODULES for row in vars(module).values() if isinstance(row, MailRule))


def check_kinds(mails: Sequence[MailRule] = MAILS) -> None:
    """Refuse rows that cannot be sent as they should. Raises ValueError that names every problem."""
    twice = [name for name, count in Counter(rule.name for rule in mails).items() if count > 1]
    problems = [f"two mails are called {name}" for name in twice]
    problems += [f"mail {rule.name}: {problem}" for rule in mails for problem in _mail(rule)]
    if problems:
        raise ValueError("; ".join(problems))


def _mail(rule: MailRule) -> Iterator[str]:
    to_circle = rule.audience is Audience.CIRCLE
    if to_circle != bool(rule.parts):
        yield "parts belong to a mail to the circle, which needs some"
    if to_circle and not (rule.key.startswith("{case}:") and rule.key.endswith(":{round}:{to}")):
        yield "the key has to be {case}:…:{round}:{to}, by which it is taken back from somebody who is excluded"
    if rule.audience in (Audience.MANAGERS, Audience.OVERSIGHT) and not rule.key.endswith(":{to}"):
        yield "several people get it, so the key has to end with {to}"
    if "{" not in rule.key:
        yield "the key is always the same"
    for words in (rule.subject, rule.body):
        if "%(" in words or "{" in words:
            yield "a mail names nobody and nothing, so its words have no blanks"
        for code in LANGUAGES.keys() - {"en"}:
            with using(code):
                if gettext(words) == words:
                    yield f"not in the catalogue of {code}: {words}"
