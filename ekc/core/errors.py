"""Errors with a message for the user: a sentence marked for translation (`N_`) where it is raised, and its parameters.

Raised by actions and gates, shown by `handlers.py`.
"""

from datetime import date
from typing import Self

from ekc.core.language import SentenceWording


class Refusal(Exception):  # noqa: N818 - an expected outcome
    """The action cannot be done now. Nothing was changed."""

    status = 409

    def __init__(self, message: str, **params: str | int | date) -> None:
        super().__init__(message)
        self.message = message
        self.params = params
        self.field = ""

    def at(self, field: str) -> Self:
        """The same, said at this field of the form that was sent, if it has one."""
        self.field = field
        return self


class Unknown(Refusal):
    """There is no such object, or the visitor may not know of it; the response is the same for both."""

    status = 404
    #: The requested case, if it exists: for the audit, never for the response.
    conference_id: int | None = None

    def __init__(self) -> None:
        super().__init__("not found")


class NotNow(Refusal):
    """The visitor may do this in another phase of the case, but not in the current one."""

    status = 403
    #: In the words of which kind of conference it is said.
    wording: SentenceWording | None = None


class OnlyShown(Refusal):
    """The form is shown again, with what was typed: it could be saved, and is not (`drafts/keeping.py`)."""

    status = 200

    def __init__(self) -> None:
        super().__init__("This is what you typed. Nothing is saved yet: look at it, and save it.")


class WrongDay(Refusal):
    """A day or time that was typed cannot be it, whatever else the case is like now: as what a form finds itself."""

    status = 422


class TooMany(Refusal):
    """Too many attempts; the message says when to try again."""

    status = 429


class Stale(Refusal):
    """The data shown on the page has changed in the meantime."""

    status = 409
