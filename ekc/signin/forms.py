"""The forms of signing in, of coming to a password, and of changing how one signs in.

Whether a password, code, answer or passkey is right, or good enough, is not their matter.
"""

from typing import Any

from flask_wtf import FlaskForm
from wtforms import EmailField, HiddenField, PasswordField, StringField, TelField
from wtforms.validators import DataRequired, EqualTo, InputRequired, Length

from ekc.core.forms import PlainForm
from ekc.core.language import lazy_gettext as _l
from ekc.signin.passkeys import MAX_RESPONSE_LENGTH
from ekc.signin.passwords import MAX_LENGTH, MIN_LENGTH

_PASSWORD_HINT = _l(
    "At least %(shortest)s characters. Four or five words in a row are easy to remember and hard to guess.",
    shortest=MIN_LENGTH,
)
_PASSWORDS_DIFFER = _l("These two are not the same. Type both again.")


def _password_field(label: Any, missing: Any, *rules: Any, **more: Any) -> PasswordField:
    return PasswordField(label, validators=[InputRequired(missing), Length(max=MAX_LENGTH), *rules], **more)


def _printable(text: str | None) -> str:
    return "".join(filter(str.isprintable, text or "")).strip()


def _code_field(hint: Any) -> StringField:
    rules = [InputRequired(_l("Type the code.")), Length(max=40)]
    return StringField(_l("Code"), validators=rules, description=hint, render_kw={"dir": "ltr"})


class SignInForm(FlaskForm):  # type: ignore[misc]
    """Address and password."""

    email = EmailField(_l("Mail address"), validators=[InputRequired(_l("Type your mail address.")), Length(max=254)])
    password = _password_field(_l("Password"), _l("Type your password."))


class ForgottenForm(FlaskForm):  # type: ignore[misc]
    """Where to send a way to choose a new password."""

    email = EmailField(_l("Mail address"), validators=[InputRequired(_l("Type your mail address.")), Length(max=254)])


class NewPasswordForm(FlaskForm):  # type: ignore[misc]
    """A password of one's own, typed twice. The address is there for programs that remember passwords."""

    email = EmailField(
        _l("You sign in with"), [Length(max=254)], render_kw={"readonly": True, "autocomplete": "username"}
    )
    new_password = _password_field(_l("Your password"), _l("Type a password."), description=_PASSWORD_HINT)
    new_password_again = _password_field(
        _l("The same once more"), _l("Type it once more."), EqualTo("new_password", _PASSWORDS_DIFFER)
    )


class CodeForm(PlainForm):
    """A code of the app, or a recovery code."""

    one_time_code = _code_field(
        _l("The six digits that the app on your phone shows now, or one of your recovery codes.")
    )


class OwnPasswordForm(PlainForm):
    """The password once more, before something is changed."""

    password = _password_field(_l("Your password"), _l("Type your password."))


class AuthenticatorForm(OwnPasswordForm):
    """The first code of an app, to see that it works."""

    one_time_code = _code_field(_l("The six digits that the app shows now."))


class ChangePasswordForm(PlainForm):
    """Another password."""

    password = _password_field(_l("The password you have now"), _l("Type the password you have now."))
    new_password = _password_field(_l("New password"), _l("Type the new password."), description=_PASSWORD_HINT)
    new_password_again = _password_field(
        _l("New password once more"),
        _l("Type the new password once more."),
        EqualTo("new_password", _PASSWORDS_DIFFER),
    )


class PhoneForm(PlainForm):
    """By which phone somebody of staff is reached."""

    phone = TelField(
        _l("Phone"),
        [Length(max=40, message=_l("Make this shorter: at most %(max)d characters."))],
        filters=[_printable],
        description=_l("The families whose coordinator you are read it on their own page and on their paper."),
    )


class PasskeyForm(PlainForm):
    """What a browser answers, as JSON: the script of the page puts it here."""

    credential = HiddenField(
        validators=[
            InputRequired(_l("Your browser gave no passkey. Try once more.")),
            Length(max=MAX_RESPONSE_LENGTH, message=_l("Your browser gave no passkey. Try once more.")),
        ]
    )


class NewPasskeyForm(PasskeyForm):
    """A passkey that was just made, and what its owner calls it."""

    name = StringField(
        _l("What do you call it?"),
        validators=[DataRequired(_l("Give it a name by which you know it again.")), Length(max=80)],
        filters=[_printable],
    )
