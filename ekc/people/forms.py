"""The forms of signing in, and of coming to a password. Whether a password is right or good is not their matter."""

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import EmailField, PasswordField
from wtforms.validators import EqualTo, InputRequired, Length

from ekc.people.passwords import LONGEST, SHORTEST

_TOO_LONG = _l("Make this shorter: at most %(max)d characters.")


class SignInForm(FlaskForm):  # type: ignore[misc]
    """Address and password."""

    email = EmailField(_l("Mail address"), validators=[InputRequired(_l("Type your mail address.")), Length(max=254)])
    password = PasswordField(_l("Password"), validators=[InputRequired(_l("Type your password.")), Length(max=LONGEST)])


class ForgottenForm(FlaskForm):  # type: ignore[misc]
    """Where to send a way to choose a new password."""

    email = EmailField(_l("Mail address"), validators=[InputRequired(_l("Type your mail address.")), Length(max=254)])


class NewPasswordForm(FlaskForm):  # type: ignore[misc]
    """A password of one's own, typed twice. The address is there for programs that remember passwords."""

    email = EmailField(
        _l("You sign in with"), [Length(max=254)], render_kw={"readonly": True, "autocomplete": "username"}
    )
    new_password = PasswordField(
        _l("Your password"),
        description=_l(
            "At least %(shortest)s characters. Four or five words in a row are easy to remember and hard to guess.",
            shortest=SHORTEST,
        ),
        validators=[InputRequired(_l("Type a password.")), Length(max=LONGEST, message=_TOO_LONG)],
    )
    new_password_again = PasswordField(
        _l("The same once more"),
        validators=[
            EqualTo("new_password", _l("These two are not the same. Type both again.")),
            Length(max=LONGEST, message=_TOO_LONG),
        ],
    )
