"""The bases of forms: what they say by themselves is translated, every text has a limit, what an action refuses is
shown, and a form that edits carries what it showed.
"""

import hashlib
import hmac
import re
from base64 import urlsafe_b64encode
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from copy import copy
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from gettext import NullTranslations, translation
from typing import Any, ClassVar

from flask import current_app, flash
from flask_wtf import FlaskForm
from markupsafe import Markup, escape
from wtforms import (
    BooleanField,
    Field,
    HiddenField,
    PasswordField,
    SelectField,
    StringField,
    TextAreaField,
    ValidationError,
)
from wtforms.fields.choices import Choice, SelectFieldBase
from wtforms.fields.core import UnboundField
from wtforms.i18n import messages_path
from wtforms.widgets import Select
from wtforms.widgets.core import clean_key

from ekc.core.documents import not_printable
from ekc.core.errors import OnlyShown, Refusal, Stale, Unknown
from ekc.core.language import day, figure, gettext, language, translate
from ekc.core.lengths import LINE, PASSAGE

_AS_SENT = (PasswordField, HiddenField)


@cache
def _messages_of_wtforms(code: str) -> NullTranslations:
    return translation("wtforms", messages_path(), [code], fallback=True)


#: They turn the direction of all that follows them, our sentence too. The marks that Arabic needs are not among them.
_TURNING = re.compile("[\u202a-\u202e\u2066-\u2069]")


def _as_written(typed: Any) -> Any:
    """What was typed, with "\n" as line end, as the counter of the page counts it, and nothing that turns the rest."""
    return _TURNING.sub("", typed).replace("\r\n", "\n") if isinstance(typed, str) else typed


_MARK = re.compile(r' <span class="field__mark" data-mark="(optional|required)">[^<]*</span>')


def rarer_marks(form: str) -> Markup:
    """A form, as it was drawn, with the marks of the rarer kind alone, as a filter of templates.

    Those of fields that may stay empty or, where these are more, of those that may not. Where nothing has to be filled
    in and there is more than one field, a sentence above says so instead of a mark at each.
    """
    kinds = _MARK.findall(form)
    may, must = kinds.count("optional"), kinds.count("required")
    if may > 1 and not must:
        said = escape(gettext("You need not fill in everything."))
        return Markup(f'<p class="quiet">{said}</p>{_MARK.sub("", form)}')  # noqa: S704 - drawn by a template
    left = "required" if 0 < must < may else "optional"
    return Markup(_MARK.sub(lambda mark: mark[0] if mark[1] == left else "", form))  # noqa: S704 - drawn by a template


class AtMost:
    """The limit of a text, in characters. The text comes back whole: HTML's `maxlength` would cut what is pasted."""

    def __init__(self, most: int) -> None:
        self.field_flags = {"at_most": most}

    def __call__(self, _form: Any, field: Field) -> None:
        """Raises ValidationError that says how much is too much."""
        most = field.flags.at_most
        typed = field.data if isinstance(field.data, str) else (field.raw_data or [""])[0]
        if (over := len(typed) - most) > 0:
            raise ValidationError(
                gettext(
                    "This is %(typed)s characters long, and at most %(most)s fit. Shorten it by %(over)s.",
                    typed=figure(len(typed)),
                    most=figure(most),
                    over=figure(over),
                )
            )


#: A number of a country in which the product is used has at least so many digits, dialled from within or from abroad.
_FEWEST_DIGITS = 9
#: Numbers of services, which are shorter, such as 0800 1234, 14 020 and 116 111.
_SERVICE = re.compile(r"0[89]00\d{4}|14\d{3,4}|11\d{1,4}|999|101|105")


def can_be_rung(_form: Any, field: Field) -> None:
    """A telephone number is long enough to be one; words may stand behind it. What stood there before is not looked at.

    Raises ValidationError that says what is missing.
    """
    typed = field.data or ""
    if typed == field.object_data or not re.match(r"[+(]?\d", typed):
        return
    digits = re.sub(r"\D", "", typed)
    if len(digits) < _FEWEST_DIGITS and not _SERVICE.fullmatch(digits):
        raise ValidationError(gettext("This number is too short to be rung. Write all of it, with its area code."))


def goes_with(field: Field, made: bool) -> None:
    """Ask about what was typed and goes with a choice that was not made, which would be lost. Raises ValidationError.

    What stood there before was not typed.
    """
    if field.data and not made and field.data != field.object_data:
        raise ValidationError(gettext("This goes with another choice. Make that choice, or leave this empty."))


def _attributes(**given: Any) -> Markup:
    """The attributes of a field, in alphabetical order, as WTForms draws them in four times the time."""
    drawn = []
    for key, value in sorted((clean_key(key), value) for key, value in given.items()):
        if value is True:
            drawn.append(key)
        elif value is not False:
            drawn.append(f'{key}="{escape(value)}"')
    return Markup(" ".join(drawn))  # noqa: S704 - the names are ours, the values escaped


@cache
def _drawn_at_once(widget: Any) -> Any:
    """The widget of a field, with attributes that are drawn at once."""
    ours = copy(widget)
    ours.html_params = _attributes
    return ours


class _Select(Select):  # type: ignore[misc]
    """A list to choose from. Each of its lines is drawn at once, which WTForms does attribute by attribute: a list of
    languages has forty.
    """

    @classmethod
    def render_option(cls, choice: Choice, **_more: Any) -> Markup:
        """One line."""
        selected = " selected" if choice.selected else ""
        value, name = escape(choice.value), escape(choice.label or choice.value)
        return Markup(f'<option{selected} value="{value}">{name}</option>')  # noqa: S704 - both are escaped


_SELECT = _Select()


class TranslatedForm(FlaskForm):  # type: ignore[misc]
    """A form in which the messages of WTForms itself are in the language in force, no text turns what follows, and
    every text has a limit.
    """

    class Meta:
        """Where its messages are looked up (Flask-WTF would ask Flask-Babel), and what each of its fields is given."""

        def bind_field(self, form: FlaskForm, unbound: UnboundField, options: dict[str, Any]) -> Field:
            """A field of this form: a text has a limit, and nothing that turns what follows; all is drawn fast."""
            if unbound.field_class is SelectField:
                options = {**options, "widget": _SELECT}
            of_text = issubclass(unbound.field_class, StringField) and not issubclass(unbound.field_class, _AS_SENT)
            if of_text:
                options = {**options, "filters": [_as_written, *unbound.kwargs.get("filters", ())]}
            field = unbound.bind(form=form, **options)
            field.widget = _drawn_at_once(field.widget)
            if field.short_name in getattr(form, "on_paper", ()):
                field.flags.printed = True
            if of_text and field.flags.at_most is None:
                usual = AtMost(PASSAGE if isinstance(field, TextAreaField) else LINE)
                field.validators = (*field.validators, usual)
                field.flags.at_most = usual.field_flags["at_most"]
            return field

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
    on_paper: ClassVar[frozenset[str]] = frozenset()  # fields whose words are printed

    def validate(self, extra_validators: Any = None) -> bool:
        """Whether all is in order. Which letters of its words paper lacks is said then, and holds nothing up."""
        good = super().validate(extra_validators)
        if good:
            self.tell_unprintable()
        return bool(good)

    def tell_unprintable(self) -> None:
        """Say which letters of its words paper lacks."""
        printed = "".join(str(self[name].data or "") for name in sorted(self.on_paper) if name in self)
        if missing := not_printable(printed):
            flash(
                gettext(
                    "Your words are kept as you wrote them. Only paper cannot print this: %(signs)s. Write that in "
                    "another way if it has to be printed.",
                    signs=", ".join(missing),
                ),
                "warning",
            )

    @contextmanager
    def showing_refusal(self) -> Iterator[None]:
        """Catch a Refusal inside, add it to the form's errors, and continue after the block."""
        try:
            yield
        except Refusal as refusal:
            self.status = self.refuse(refusal)

    def can_show(self, refusal: Refusal) -> bool:
        """Whether a Refusal is about one of its fields, or about nothing that the page does not say."""
        return isinstance(refusal, OnlyShown) or refusal.field in self

    def refuse(self, refusal: Refusal) -> int:
        """Add a Refusal to the errors of the form, or of the field it is about; returns the status of the response.

        Raises Unknown again, for a 404.
        """
        if isinstance(refusal, Unknown):
            raise refusal
        if isinstance(refusal, OnlyShown):  # the page says so
            return refusal.status
        said = translate(refusal.message, refusal.params)
        if refusal.field in self:
            self[refusal.field].errors = [*self[refusal.field].errors, said]
        else:
            self.form_errors = [*self.form_errors, said]
        return refusal.status


#: Name of the field with the one-time number of a form that adds something (`form_numbers.py`).
NUMBER = "form_number"
#: Name of the field with which a form is kept as a draft, instead of what its view does (`drafts/keeping.py`).
KEEP = "keep_draft"
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


@dataclass(frozen=True, slots=True)
class Standing:
    """Something that a form replaces and that no field of it shows: what it is, and what there is now, in words.

    Where nothing stands nothing is replaced, so it has none. `what`: the same in no language, which is compared: one
    page may be open in two languages.
    """

    label: str
    words: str
    what: object


class EditingForm(PlainForm):
    """A form that replaces what it shows. `post_form(..., form=form)` puts what that was into the page.

    `stands`: what it replaces beside its fields, each under a key without blanks.
    """

    seen = SeenField()

    def __init__(self, stands: Mapping[str, Standing] | None = None, **kwargs: Any) -> None:
        self.stands = dict(stands or {})
        super().__init__(**kwargs)
        self._changes: list[str] = []  # by somebody else, in words

    def digests(self) -> dict[str, str]:
        """A keyed digest of each value that the form holds now, and of what stands beside it."""
        fields = {field.short_name: _digest(field) for field in self if field.type not in _NOT_SHOWN}
        return fields | {key: _digest_of(key, repr(standing.what)) for key, standing in self.stands.items()}

    def replaces(self, key: str) -> bool:
        """Whether the form, as it was sent, replaces what stands under this key: all of it, unless a form says less."""
        return bool(key)

    def unless_changed(self, read: Callable[[], "EditingForm"]) -> Callable[[], None]:
        """For `by(...)`: raises Stale, under the lock, if this form showed something else than there is now.

        `read` gives the form filled with what there is now. This form then shows that in each field that was left as it
        was; for each field that was changed by both, it says what there is now. Sent again, it is accepted.
        """

        def compare() -> None:
            current = read()
            shown, there = self.seen.sent(), current.digests()
            mine = (key for key in there if (self.replaces(key) if key in current.stands else key in self))
            changed = [key for key in mine if there[key] != shown.get(key)]
            if not changed:
                return
            sent = self.digests()
            for key in changed:
                if key in current.stands:
                    standing = current.stands[key]
                    self._note(gettext("Now at “%(field)s”: %(value)s"), (standing.label, standing.words))
                    continue
                now = (str(current[key].label.text), shown_value(current[key]))
                if sent[key] == shown.get(key):
                    self[key].data, self[key].raw_data = current[key].data, None
                    self._note(gettext("Now at “%(field)s”: %(value)s"), now)
                elif sent[key] != there[key]:
                    self._note(gettext("Now at “%(field)s”, where you have something else: %(value)s"), now)
            self.seen.raw_data = [current.seen._value()]
            raise Stale(
                gettext("Somebody changed this after you opened the page. Nothing is saved yet: look, and save again.")
            )

        return compare

    def _note(self, sentence: str, now: tuple[str, str]) -> None:
        """Keep what there is now, to be said with the refusal. `sentence`: with blanks for field and value."""
        self._changes.append(sentence % {"field": now[0], "value": now[1]})

    def refuse(self, refusal: Refusal) -> int:
        """As every form; after a change by somebody else also what there is now."""
        status = super().refuse(refusal)
        self.form_errors = [*self.form_errors, *self._changes]
        return status


_NOT_SHOWN = frozenset({"HiddenField", "CSRFTokenField"})


def _digest(field: Field) -> str:
    """Of what the browser shows and sends, so that a field that nobody touched has the same one.

    What was read from the words is compared, not the words: 2,5 is 2.5 on a page in another language.
    """
    typed = not isinstance(field, BooleanField | SelectFieldBase) and hasattr(field, "_value")
    read = field.data is not None and not isinstance(field.data, str)
    value = field._value() if typed and not read else field.data
    if isinstance(value, list | tuple | set | frozenset):
        value = "\n".join(sorted(map(str, value)))
    return _digest_of(field.short_name, "" if value is None else str(value).replace("\r\n", "\n"))


def _digest_of(key: str, text: str) -> str:
    return urlsafe_b64encode(keyed_digest(f"{key}\n{text}")[:6]).decode()


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
