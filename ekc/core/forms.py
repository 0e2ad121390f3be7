"""The base class of forms whose actions may raise Refusal."""

from collections.abc import Iterator
from contextlib import contextmanager

from flask_wtf import FlaskForm

from ekc.core.errors import Refusal, Unknown
from ekc.core.language import translate


class PlainForm(FlaskForm):  # type: ignore[misc]
    """A form that can show a Refusal. Without a CSRF field, because `core.sessions` checks the token of every POST."""

    class Meta:
        """Flask-WTF's options."""

        csrf = False

    form_errors: list[str]
    status = 422  # of the response that shows the form again

    @contextmanager
    def showing_refusal(self) -> Iterator[None]:
        """Catch a Refusal inside, add it to the form's errors, and continue after the block."""
        try:
            yield
        except Refusal as refusal:
            self.status = self.refuse(refusal)

    def refuse(self, refusal: Refusal) -> int:
        """Add a Refusal to the form's errors; returns the status of the response. Raises Unknown again, for a 404."""
        if isinstance(refusal, Unknown):
            raise refusal
        self.form_errors = [*self.form_errors, translate(refusal.message, refusal.params)]
        return refusal.status
