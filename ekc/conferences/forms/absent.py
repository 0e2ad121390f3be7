"""Forms of what somebody who is not there wants to say."""

from typing import Any

from flask import request
from wtforms import BooleanField, FileField, ValidationError

from ekc.conferences.forms.fields import line, passage
from ekc.core.forms import EditingForm, PlainForm
from ekc.core.language import gettext
from ekc.core.language import lazy_gettext as _l
from ekc.core.lengths import LINE
from ekc.core.pictures import NoPicture, Picture, PictureTooLarge, made_anew


class OwnViewForm(EditingForm):
    """One's own words."""

    on_paper = frozenset({"text"})

    text = passage(_l("What you want to have said"), rows=8)
    may_read = BooleanField(_l("My coordinator may read it before the day, to help me"))


class NotedViewForm(EditingForm):
    """What the coordinator wrote down for somebody."""

    on_paper = frozenset({"text"})

    text = passage(_l("What they want to say"), rows=8)
    read_back = BooleanField(_l("I read it back to them, and they say that it is right"))


class PictureForm(PlainForm):
    """A picture, and what it shows."""

    picture = FileField(
        _l("Picture: a photo of a letter, a drawing, a photo"),
        render_kw={"accept": "image/jpeg,image/png,image/webp"},  # so that a telephone sends no HEIC
    )
    shows = line(_l("What it shows"), LINE, _l("Write in a few words what it shows, for whoever does not see it."))

    made: Picture

    def validate_picture(self, field: Any) -> None:
        """Make the picture anew."""
        sent = request.files.get(field.name)
        if sent is None or not sent.filename:
            raise ValidationError(gettext("Choose a picture, or take a photo."))
        try:
            self.made = made_anew(sent.stream.read())
        except PictureTooLarge:
            raise ValidationError(
                gettext("This picture is too large. Choose one of at most 12 MB, or make it smaller.")
            ) from None
        except NoPicture:
            raise ValidationError(
                gettext("This file is not a picture that we can read. Choose a photo (JPEG), a PNG or a WebP.")
            ) from None
