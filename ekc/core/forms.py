"""The bases of forms: what they say by themselves is translated, and what an action refuses is shown."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from gettext import NullTranslations, translation

from flask_wtf import FlaskForm
from wtforms.i18n import messages_path

from ekc.core.errors import Refusal, Unknown
from ekc.core.language import language, translate


@cache
def _messages_of_wtforms(code: str) -> NullTranslations:
    return translation("wtforms", messages_path(), [code], fallback=True)


class TranslatedForm(FlaskForm):  # type: ignore[misc]
    """A form in which the messages of WTForms itself are in the language in force."""

    class Meta:
        """Where its messages are looked up. Flask-WTF would ask Flask-Babel."""

        def get_translations(self, _form: FlaskForm) -> NullTranslations:
            """The catalogue that WTForms brings along; without one its messages stay English."""
            return _messages_of_wtforms(language())


class PlainForm(TranslatedForm):
    """A form that shows why an action said no. The app checks the CSRF token of every POST, so it needs none itself."""

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
