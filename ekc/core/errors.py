"""What can go wrong in a way that a person should hear about, each a plain sentence with its blanks.

Raised by actions and gates, shown by `handlers.py`. The sentences are marked for translation where they are raised.
"""


class Refusal(Exception):  # noqa: N818 - a refusal is an answer, not a fault
    """Something was asked that cannot be done now. Nothing was changed."""

    status = 409

    def __init__(self, message: str, **params: str | int) -> None:
        super().__init__(message)
        self.message = message
        self.params = params


class Unknown(Refusal):
    """There is no such thing, or none that this person may know of: the two look the same."""

    status = 404
    #: The case that was asked for, where there is one: for the audit, never for whoever asked.
    conference_id: int | None = None

    def __init__(self) -> None:
        super().__init__("not found")


class NotNow(Refusal):
    """This person may do this in another phase, not in this one."""

    status = 403


class TooMany(Refusal):
    """Somebody tried too often; later they can try again."""

    status = 429


class Stale(Refusal):
    """The page showed something that has changed since."""

    status = 409
