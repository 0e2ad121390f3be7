"""The forms of signing in, of coming to a password, and of changing how one signs in.

Whether a password, code, answer or passkey is right, or good enough, is not their matter.
"""

from typing import Any

from flask_wtf import FlaskForm
from wtforms import EmailField, HiddenField, PasswordField, RadioField, StringField, TelField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, EqualTo, InputRequired, Length

from ekc.core.errors import Refusal, Unknown
from ekc.core.language import lazy_gettext as _l
from ekc.core.language import say
from ekc.people.passkeys import LONGEST_ANSWER
from ekc.people.passwords import LONGEST, SHORTEST

_GOOD = _l(
    "At least %(shortest)s characters. Four or five words in a row are easy to remember and hard to guess.",
    shortest=SHORTEST,
)
_NOT_THE_SAME = _l("These two are not the same. Type both again.")


class PlainForm(FlaskForm):  # type: ignore[misc]
    """A form that shows why an action said no. The app checks the CSRF token of every POST, so it needs none itself."""

    class Meta:
        """No token of its own."""

        csrf = False

    form_errors: list[str]

    def refuse(self, refusal: Refusal) -> int:
        """Show on top of the form why an action said no; the status of the answer. What is unknown stays unknown."""
        if isinstance(refusal, Unknown):
            raise refusal
        self.form_errors = [*self.form_errors, say(refusal.message, refusal.params)]
        return refusal.status


def _password(label: Any, missing: Any, *rules: Any, **more: Any) -> PasswordField:
    return PasswordField(label, validators=[InputRequired(missing), Length(max=LONGEST), *rules], **more)


def _printable(text: str | None) -> str:
    return "".join(filter(str.isprintable, text or "")).strip()


def _code(hint: Any) -> StringField:
    rules = [InputRequired(_l("Type the code.")), Length(max=40)]
    return StringField(_l("Code"), validators=rules, description=hint, render_kw={"dir": "ltr"})


class SignInForm(FlaskForm):  # type: ignore[misc]
    """Address and password."""

    email = EmailField(_l("Mail address"), validators=[InputRequired(_l("Type your mail address.")), Length(max=254)])
    password = _password(_l("Password"), _l("Type your password."))


class ForgottenForm(FlaskForm):  # type: ignore[misc]
    """Where to send a way to choose a new password."""

    email = EmailField(_l("Mail address"), validators=[InputRequired(_l("Type your mail address.")), Length(max=254)])


class NewPasswordForm(FlaskForm):  # type: ignore[misc]
    """A password of one's own, typed twice. The address is there for programs that remember passwords."""

    email = EmailField(
        _l("You sign in with"), [Length(max=254)], render_kw={"readonly": True, "autocomplete": "username"}
    )
    new_password = _password(_l("Your password"), _l("Type a password."), description=_GOOD)
    new_password_again = _password(
        _l("The same once more"), _l("Type it once more."), EqualTo("new_password", _NOT_THE_SAME)
    )


class CodeForm(PlainForm):
    """A code of the app, or a recovery code."""

    one_time_code = _code(_l("The six digits that the app on your phone shows now, or one of your recovery codes."))


class OwnPasswordForm(PlainForm):
    """The password once more, before something is changed."""

    password = _password(_l("Your password"), _l("Type your password."))


class AuthenticatorForm(OwnPasswordForm):
    """The first code of an app, to see that it works."""

    one_time_code = _code(_l("The six digits that the app shows now."))


class ChangePasswordForm(PlainForm):
    """Another password."""

    password = _password(_l("The password you have now"), _l("Type the password you have now."))
    new_password = _password(_l("New password"), _l("Type the new password."), description=_GOOD)
    new_password_again = _password(
        _l("New password once more"),
        _l("Type the new password once more."),
        EqualTo("new_password", _NOT_THE_SAME),
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
            Length(max=LONGEST_ANSWER, message=_l("Your browser gave no passkey. Try once more.")),
        ]
    )


class NewPasskeyForm(PasskeyForm):
    """A passkey that was just made, and what its owner calls it."""

    name = StringField(
        _l("What do you call it?"),
        validators=[DataRequired(_l("Give it a name by which you know it again.")), Length(max=80)],
        filters=[_printable],
    )


class UseForm(PlainForm):
    """Who uses the device on which a personal link was opened."""

    use = RadioField(
        _l("Who uses this device?"),
        choices=[
            SelectChoice("shared", _l("Others use this device too")),
            SelectChoice("own", _l("This is my own phone or computer")),
        ],
        default="shared",
        description=_l(
            "If others use it too, a page goes away a quarter of an hour after it was opened, and nothing is kept. "
            "Your own device is remembered: whoever can unlock it can open your page."
        ),
    )

    def is_own(self) -> bool:
        """Whether it was said that nobody else uses the device; anything else is no."""
        return bool(self.use.data == "own")


class EntranceForm(UseForm):
    """The code that the coordinator told, or the answer to a question that they agreed on."""

    entrance_code = StringField(
        _l("Entrance code"),
        validators=[InputRequired(_l("Type it here.")), Length(max=LONGEST)],
        render_kw={"autocomplete": "off", "spellcheck": "false", "dir": "auto"},
    )

    def ask(self, question: str | None) -> None:
        """Ask this question, or for the code."""
        if question:
            self.entrance_code.label.text = question
        else:
            self.entrance_code.description = _l("Six digits that your coordinator told you. They are not on the paper.")
            self.entrance_code.render_kw = {**self.entrance_code.render_kw, "inputmode": "numeric"}
