"""Forms for signing in, choosing a password, and changing one's own credentials.

They check only that fields are filled in; the actions check passwords, codes and passkeys.
"""

from typing import Any

from wtforms import EmailField, HiddenField, PasswordField, StringField, TelField
from wtforms.validators import DataRequired, EqualTo, InputRequired, Length

from ekc.core.forms import AtMost, EditingForm, PlainForm, TranslatedForm, can_be_rung
from ekc.core.language import lazy_gettext as _l
from ekc.core.lengths import MAIL, TITLE, WORD
from ekc.signin.passkeys import MAX_RESPONSE_LENGTH
from ekc.signin.passwords import MAX_LENGTH, MIN_LENGTH

_PASSWORD_HINT = _l(
    "At least %(shortest)s characters. Four or five words in a row are easy to remember and hard to guess.",
    shortest=MIN_LENGTH,
)
_PASSWORDS_DIFFER = _l("These two are not the same. Type both again.")


def _password_field(label: Any, missing: Any, *rules: Any, **more: Any) -> PasswordField:
    return PasswordField(label, validators=[InputRequired(missing), AtMost(MAX_LENGTH), *rules], **more)


def _printable(text: str | None) -> str:
    return "".join(filter(str.isprintable, text or "")).strip()


def _code_field(hint: Any) -> StringField:
    rules = [InputRequired(_l("Type the code.")), AtMost(WORD)]
    return StringField(_l("Code"), validators=rules, description=hint, render_kw={"dir": "ltr"})


def _own_mail_field(autocomplete: str) -> EmailField:
    """Of whoever types it, so that the browser may fill it in."""
    required = InputRequired(_l("Type your email address."))
    return EmailField(_l("Email address"), [required, AtMost(MAIL)], render_kw={"autocomplete": autocomplete})


class SignInForm(TranslatedForm):
    """Mail address and password."""

    email = _own_mail_field("username")
    password = _password_field(_l("Password"), _l("Type your password."))


class ForgottenForm(TranslatedForm):
    """The mail address to which the link for a new password is sent."""

    email = _own_mail_field("email")


class NewPasswordForm(TranslatedForm):
    """A new password, typed twice. The mail address is there for password managers."""

    email = EmailField(_l("You sign in with"), render_kw={"readonly": True, "autocomplete": "username"})
    new_password = _password_field(_l("Your password"), _l("Type a password."), description=_PASSWORD_HINT)
    new_password_again = _password_field(
        _l("The same once more"), _l("Type it once more."), EqualTo("new_password", _PASSWORDS_DIFFER)
    )


class CodeForm(PlainForm):
    """A code of the authenticator app, or a recovery code."""

    one_time_code = _code_field(
        _l("The six digits that the app on your phone shows now, or one of your recovery codes.")
    )


class OwnPasswordForm(PlainForm):
    """The current password, to confirm a change."""

    password = _password_field(_l("Your password"), _l("Type your password."))


class AuthenticatorForm(OwnPasswordForm):
    """The first code of an authenticator app, which proves that it works; and the current password."""

    one_time_code = _code_field(_l("The six digits that the app shows now."))
    password = _password_field(_l("Your password"), _l("Type your password."))  # after the code, as on the page


class ChangePasswordForm(PlainForm):
    """The current password and a new one."""

    password = _password_field(_l("The password you have now"), _l("Type the password you have now."))
    new_password = _password_field(_l("New password"), _l("Type the new password."), description=_PASSWORD_HINT)
    new_password_again = _password_field(
        _l("New password once more"),
        _l("Type the new password once more."),
        EqualTo("new_password", _PASSWORDS_DIFFER),
    )


class PhoneForm(EditingForm):
    """The phone number of staff, shown to circles."""

    phone = TelField(
        _l("Phone"),
        [AtMost(WORD), can_be_rung],
        filters=[_printable],
        render_kw={"autocomplete": "tel"},
        description=_l(
            "Are you a coordinator? Then your families read it on their own page and on paper. Are you a regional "
            "manager? Then families who cannot reach their coordinator read it."
        ),
    )


class PasskeyForm(PlainForm):
    """The browser's WebAuthn response as JSON, filled in by the script of the page."""

    credential = HiddenField(
        validators=[
            InputRequired(_l("Your browser gave no passkey. Try once more.")),
            Length(max=MAX_RESPONSE_LENGTH, message=_l("Your browser gave no passkey. Try once more.")),
        ]
    )


class NewPasskeyForm(PasskeyForm):
    """A new passkey, and the name its owner gives it."""

    name = StringField(
        _l("What do you call it?"),
        validators=[DataRequired(_l("Give it a name by which you know it again.")), AtMost(TITLE)],
        filters=[_printable],
    )
