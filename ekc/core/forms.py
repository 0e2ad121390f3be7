"""The base of forms whose actions may refuse."""

from collections.abc import Iterator
from contextlib import contextmanager

from flask_wtf import FlaskForm

from ekc.core.errors import Refusal, Unknown
from ekc.core.language import translate


class PlainForm(FlaskForm):  # type: ignore[misc]
    """A form that shows why an action said no. The app checks the CSRF token of every POST, so it needs none itself."""

    class Meta:
        """No token of its own."""

        csrf = False

    form_errors: list[str]
    status = 422  # of the answer that shows the form once more

    @contextmanager
    def showing_refusal(self) -> Iterator[None]:
        """Show on top of the form why an action inside said no, and go on after it: to the page with the form."""
        try:
            yield
        except Refusal as refusal:
            self.status = self.refuse(refusal)

    def refuse(self, refusal: Refusal) -> int:
        """Show on top of the form why an action said no; the status of the answer. What is unknown stays unknown."""
        if isinstance(refusal, Unknown):
            raise refusal
        self.form_errors = [*self.form_errors, translate(refusal.message, refusal.params)]
        return refusal.status
