"""The answers of a registration between its pages: what a page showed, and what another window answered meanwhile.

A page that was opened before somebody answered its questions elsewhere takes those answers over where it has none of
its own, and is refused where both were changed. What a page kept while it was written is its own.
"""

from base64 import urlsafe_b64encode
from collections.abc import Iterable, Mapping

from ekc.conferences.forms.registering import PAGES, Answers, Offered, RegisterForm, field_of, with_page
from ekc.core.errors import Stale
from ekc.core.forms import keyed_digest, shown_value
from ekc.core.language import gettext as _
from ekc.core.tokens import new_token
from ekc.workflow.vocabulary import N_

_WRITER = "shown_on_"  # before the name of a page, among the answers: the number of the page that wrote them last


class AnsweredElsewhere(Stale):
    """A page answers otherwise what was answered on another page of the same registration after it was opened.

    `now`: all answers as they are; `names`: of the fields.
    """

    def __init__(self, now: Answers, names: Iterable[str]) -> None:
        super().__init__(N_("This was answered in another window meanwhile. Nothing is saved yet: look, and continue."))
        self.now = now
        self.names = frozenset(names)

    def in_words(self, page: str, offered: Offered, *, by_staff: bool) -> list[str]:
        """What stands there now, field by field."""
        form = RegisterForm(self.now, offered, by_staff=by_staff, page=page)
        return [
            _("Now at “%(field)s”, where you have something else: %(value)s")
            % {"field": field.label.text, "value": shown_value(field)}
            for field in form.asked()
            if field.name in self.names
        ]


def shown_on(answers: Answers, page: str) -> str:
    """What a page carries of the answers that it shows: a number of its own, and a keyed digest of each."""
    digests = (f"{name}.{_digest(name, values)}" for name, values in _by_name(answers, page).items())
    return " ".join([new_token(), *digests])


def answered(before: Answers, *, page: str, sent: Iterable[tuple[str, str]], shown: str) -> Answers:
    """The answers with those of one page as they were sent; `shown`: what that page carried.

    Raises AnsweredElsewhere.
    """
    sent = tuple(sent)
    number, *seen = shown.split() or [""]
    mine = with_page(before, page, sent)
    if number and dict(before).get(_WRITER + page) != number:
        mine = _with_newer(before, mine, page, dict(one.rsplit(".", 1) for one in seen if "." in one))
    return (*((name, value) for name, value in mine if name != _WRITER + page), (_WRITER + page, number))


def _with_newer(before: Answers, mine: Answers, page: str, seen: Mapping[str, str]) -> Answers:
    now, typed = _by_name(before, page), _by_name(mine, page)
    newer = {name for name in {*now, *seen} if _digest(name, now.get(name, ())) != seen.get(name, _digest(name, ()))}
    here = {name for name in newer if _digest(name, typed.get(name, ())) != seen.get(name, _digest(name, ()))}
    if both := [name for name in here if typed.get(name) != now.get(name)]:
        raise AnsweredElsewhere(before, both)
    kept = (pair for pair in mine if field_of(pair[0]) not in PAGES[page] or pair[0] not in newer)
    return (*kept, *((name, value) for name in newer for value in now.get(name, ())))


def _by_name(answers: Answers, page: str) -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for name, value in answers:
        if value and field_of(name) in PAGES[page]:
            found[name] = (*found.get(name, ()), value.replace("\r\n", "\n"))
    return found


def _digest(name: str, values: tuple[str, ...]) -> str:
    return urlsafe_b64encode(keyed_digest("\n".join((name, *values)))[:6]).decode() if values else ""
