"""The bases of forms: what they say by themselves is translated, what an action refuses is shown, and a form that edits
carries what it showed.
"""

import hashlib
import hmac
from base64 import urlsafe_b64encode
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, datetime
from functools import cache
from gettext import NullTranslations, translation
from typing import Any

from flask import current_app
from flask_wtf import FlaskForm
from wtforms import BooleanField, Field, HiddenField
from wtforms.fields.choices import SelectFieldBase
from wtforms.i18n import messages_path

from ekc.core.errors import Refusal, Stale, Unknown
from ekc.core.language import day, gettext, language, translate


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


#: Name of the field with the one-time number of a form that adds something (`form_numbers.py`).
NUMBER = "form_number"
#: Name of the field, after the prefix of its form, with what a form that edits showed.
SEEN = "seen"


class SeenField(HiddenField):  # type: ignore[misc]
    """What the form showed: a keyed digest of each field, so that neither a copy of the values nor a column is needed.

    A form as it was sent keeps what was sent.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.type = "HiddenField"  # the templates choose by this name
        self._digests: Callable[[], dict[str, str]] = kwargs["_form"].digests

    def _value(self) -> str:
        if self.raw_data:
            return str(self.raw_data[0])
        return " ".join(f"{name}.{digest}" for name, digest in self._digests().items())

    def sent(self) -> dict[str, str]:
        """The digest by name of field, as it was sent."""
        pairs = (word.rpartition(".") for word in str(self.data or "").split())
        return {name: digest for name, _dot, digest in pairs}


class EditingForm(PlainForm):
    """A form that replaces what it shows. `post_form(..., form=form)` puts what that was into the page."""

    seen = SeenField()

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._changes: list[str] = []  # by somebody else, in words

    def digests(self) -> dict[str, str]:
        """A keyed digest of each value that the form holds now."""
        return {field.short_name: _digest(field) for field in self if field.type not in _NOT_SHOWN}

    def unless_changed(self, read: Callable[[], "EditingForm"]) -> Callable[[], None]:
        """For `by(...)`: raises Stale, under the lock, if this form showed something else than there is now.

        `read` gives the form filled with what there is now. This form then shows that in each field that was left as it
        was; for each field that was changed by both, it says what there is now. Sent again, it is accepted.
        """

        def compare() -> None:
            current = read()
            shown, there = self.seen.sent(), current.digests()
            changed = [name for name in there if name in self and there[name] != shown.get(name)]
            if not changed:
                return
            sent = self.digests()
            for name in changed:
                said = {"field": str(current[name].label.text), "value": shown_value(current[name])}
                if sent[name] == shown.get(name):
                    self[name].data, self[name].raw_data = current[name].data, None
                    self._changes.append(gettext("Now at “%(field)s”: %(value)s", **said))
                elif sent[name] != there[name]:
                    yours = gettext("Now at “%(field)s”, where you have something else: %(value)s", **said)
                    self._changes.append(yours)
            self.seen.raw_data = [current.seen._value()]
            raise Stale(
                gettext("Somebody changed this after you opened the page. Nothing is saved yet: look, and save again.")
            )

        return compare

    def refuse(self, refusal: Refusal) -> int:
        """As every form; after a change by somebody else also what there is now."""
        status = super().refuse(refusal)
        self.form_errors = [*self.form_errors, *self._changes]
        return status


_NOT_SHOWN = frozenset({"HiddenField", "CSRFTokenField"})


def _digest(field: Field) -> str:
    """Of what the browser shows and sends, so that a field that nobody touched has the same one."""
    typed = not isinstance(field, BooleanField | SelectFieldBase) and hasattr(field, "_value")
    value = field._value() if typed else field.data
    if isinstance(value, list | tuple | set | frozenset):
        value = "\n".join(sorted(map(str, value)))
    text = "" if value is None else str(value).replace("\r\n", "\n")
    return urlsafe_b64encode(keyed_digest(f"{field.short_name}\n{text}")[:6]).decode()


def keyed_digest(text: str) -> bytes:
    """The HMAC-SHA-256 of a text under the app's secret key."""
    return hmac.new(str(current_app.secret_key).encode(), text.encode(), hashlib.sha256).digest()


def shown_value(field: Field) -> str:
    """The value of a field in words, as it is read on the page."""
    match field:
        case BooleanField():
            return gettext("yes") if field.data else gettext("no")
        case SelectFieldBase():
            labels = [str(label) for _value, label, chosen, *_more in field.iter_choices() if chosen]
            return ", ".join(labels) or gettext("empty")
    if isinstance(field.data, date) and not isinstance(field.data, datetime):
        return day(field.data)
    return str(field._value()) or gettext("empty")
