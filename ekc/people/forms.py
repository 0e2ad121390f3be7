"""The sign-in form. Whether the password is right is not its matter."""

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import EmailField, PasswordField
from wtforms.validators import InputRequired, Length

from ekc.people.passwords import LONGEST


class SignInForm(FlaskForm):  # type: ignore[misc]
    """Address and password."""

    email = EmailField(_l("Mail address"), validators=[InputRequired(_l("Type your mail address.")), Length(max=254)])
    password = PasswordField(_l("Password"), validators=[InputRequired(_l("Type your password.")), Length(max=LONGEST)])
