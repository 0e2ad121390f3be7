"""The forms of signing in. Whether a password or a passkey is right is not their matter."""

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import EmailField, HiddenField, PasswordField, StringField
from wtforms.validators import DataRequired, InputRequired, Length

from ekc.people.passkeys import LONGEST_ANSWER
from ekc.people.passwords import LONGEST


class SignInForm(FlaskForm):  # type: ignore[misc]
    """Address and password."""

    email = EmailField(_l("Mail address"), validators=[InputRequired(_l("Type your mail address.")), Length(max=254)])
    password = PasswordField(_l("Password"), validators=[InputRequired(_l("Type your password.")), Length(max=LONGEST)])


class PasskeyForm(FlaskForm):  # type: ignore[misc]
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
        filters=[lambda text: "".join(filter(str.isprintable, text or "")).strip()],
    )
