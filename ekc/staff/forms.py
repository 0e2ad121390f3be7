"""Forms about accounts and regions, and to whom a case is handed over."""

from collections.abc import Iterable
from typing import Any

from werkzeug.datastructures import MultiDict
from wtforms import Form, SelectField, TelField, ValidationError
from wtforms.fields.choices import SelectChoice
from wtforms.validators import Optional

from ekc.accounts.access import Office
from ekc.conferences.forms.fields import SPOKEN, CaseForm, choice, day, language_name, line, lines, mail
from ekc.core.language import LANGUAGES
from ekc.core.language import gettext as _
from ekc.core.language import lazy_gettext as _l
from ekc.staff.actions.accounts import AccountDetails, NewAccount
from ekc.staff.queries import AccountFilter, AccountPage, AccountState
from ekc.workflow.profiles import PROFILES
from ekc.workflow.vocabulary import Role

_OFFICES = (Role.COORDINATOR, Role.REGIONAL_MANAGER, Role.CARE_MANAGER, Role.ADMINISTRATOR)
#: Any row with a number and a name: a region.
Rows = Iterable[Any]


class AccountsForm(Form):  # type: ignore[misc]
    """How the list of accounts is narrowed; sent by GET."""

    q = line(_l("Name or mail address"))
    state = SelectField(_l("State"), [Optional()])

    def __init__(self, typed: MultiDict[str, str]) -> None:
        """Filled with what was asked for. What is not offered is left aside."""
        super().__init__(typed)
        offered = [state for state in AccountState if state is not AccountState.LEFT]  # found among the leaving
        self.state.choices = [SelectChoice("", _("all")), *(SelectChoice(state, _(state.label)) for state in offered)]

    def to_wanted(self) -> AccountFilter:
        """What the list is narrowed to."""
        return AccountFilter(self.q.data or "", AccountState(self.state.data) if self.state.data else None)


class RegionalForm(CaseForm):
    """A form in which a region is chosen."""

    def __init__(self, regions: Rows, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        offered = [SelectChoice(row.id, row.name) for row in regions]
        for name in ("region_id", "role_region_id"):
            if name in self:
                self[name].choices = offered


class DetailsForm(RegionalForm):
    """What is kept of somebody of staff, beside their roles."""

    _KEPT = ("name", "email", "region_id", "language", "introduction", "employer", "phone")
    name = line(_l("Name"), 120, _l("Write a name."))
    email = mail(_l("Mail address"), _l("Write a mail address: with it they sign in."))
    region_id = choice(_l("Works in"), [], coerce=int)
    language = choice(_l("Language of the pages"), [SelectChoice(code, own) for code, own in LANGUAGES.items()])
    spoken = line(_l("Languages they speak"), 300)
    introduction = line(_l("One line about them"), 300)
    employer = line(_l("Also works for"), 200)
    phone = line(_l("Phone"), 40, kind=TelField)

    def show(self, account: AccountPage) -> None:
        """Show what is kept."""
        for name in self._KEPT:
            getattr(self, name).data = getattr(account, name)
        self.spoken.data = ", ".join(language_name(code) for code in account.spoken)

    def validate_spoken(self, field: Any) -> None:
        """Only languages that we know by name."""
        if unknown := [said for said in lines(field.data or "", commas=True) if said.casefold() not in self._known()]:
            raise ValidationError(_("We do not know the language %(name)s. Write it as here: Dutch.", name=unknown[0]))

    def to_details(self) -> AccountDetails:
        """What was typed."""
        return AccountDetails(**self._details())

    def _details(self) -> dict[str, Any]:
        known = self._known()
        spoken = (known[said.casefold()] for said in lines(self.spoken.data or "", commas=True))
        return {name: getattr(self, name).data for name in self._KEPT} | {"spoken": tuple(dict.fromkeys(spoken))}

    @staticmethod
    def _known() -> dict[str, str]:
        """Codes of languages, by their names in the reader's language; a code stands for itself."""
        return {word.casefold(): code for code in SPOKEN for word in (code, language_name(code))}


class RoleForm(RegionalForm):
    """A role, and the region or municipality for which it holds."""

    role = choice(_l("Role"), [SelectChoice(role, _l(role.label)) for role in _OFFICES])
    role_region_id = choice(_l("A regional manager: of which region?"), [], coerce=int)
    municipality = line(_l("A social care manager: of which municipality?"), 80)

    def __init__(self, regions: Rows, **kwargs: Any) -> None:
        super().__init__(regions, **kwargs)
        self.municipality.render_kw = {"list": "municipalities", "dir": "auto"}

    def validate_municipality(self, field: Any) -> None:
        """A social care manager follows the cases of one."""
        if self.role.data == Role.CARE_MANAGER and not field.data:
            raise ValidationError(_("Write the name of the municipality whose conferences they follow."))

    def to_office(self) -> Office:
        """What was chosen; what does not belong to the role is left aside."""
        role = Role(self.role.data)
        region_id = self.role_region_id.data if role is Role.REGIONAL_MANAGER else None
        return Office(role, region_id, self.municipality.data if role is Role.CARE_MANAGER else None)


class NewAccountForm(DetailsForm, RoleForm):
    """Somebody new, with their first role."""

    def to_new_account(self) -> NewAccount:
        """What was typed."""
        return NewAccount(**self._details(), roles=(self.to_office(),))


class LeavingForm(CaseForm):
    """On which day somebody works for the last time."""

    leaves_on = day(_l("Last day"), _l("Choose a day."))


class RegionForm(CaseForm):
    """A region."""

    name = line(_l("Name of the region"), 80, _l("Write a name."))
    timezone = choice(_l("Time zone"), [SelectChoice(zone) for zone in sorted({p.timezone for p in PROFILES.values()})])
