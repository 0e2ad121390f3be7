"""The form of the papers of the day: which are printed, and in which language."""

from wtforms import BooleanField, RadioField, SelectMultipleField, StringField
from wtforms.fields import SelectChoice

from ekc.core.forms import PlainForm
from ekc.core.language import LANGUAGES
from ekc.core.language import lazy_gettext as _l
from ekc.meetings.document.pile import DayPaper


class PapersForm(PlainForm):
    """Which papers are printed. It is sent in the address, and so says nothing of anybody."""

    paper = SelectMultipleField(_l("Papers"), choices=[SelectChoice(one.value, one.label) for one in DayPaper])
    relations = BooleanField(_l("Put the relation of each person on the badges"))
    language = RadioField(_l("In which language"), choices=[SelectChoice(*pair) for pair in LANGUAGES.items()])
    only = StringField()  # one paper, without the first sheet

    def wanted(self) -> frozenset[DayPaper]:
        """The papers that were ticked, or the only one."""
        asked = [self.only.data] if self.only.data else self.paper.data or []
        return frozenset(one for one in DayPaper if one.value in asked)
