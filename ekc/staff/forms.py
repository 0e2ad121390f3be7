"""Forms for accounts and regions."""

from collections.abc import Iterable, Mapping
from typing import Any

from werkzeug.datastructures import MultiDict
from wtforms import HiddenField, SelectField, ValidationError
from wtforms.fields.choices import SelectChoice
from wtforms.validators import Optional

from ekc.accounts.access import Office
from ekc.conferences.forms.days import day
from ekc.conferences.forms.fields import asked_of, choice, line, lines, mail, passage, phone_field
from ekc.conferences.forms.names import listed
from ekc.core.forms import EditingForm, PlainForm, goes_with
from ekc.core.language import LANGUAGES
from ekc.core.language import gettext as _
from ekc.core.language import lazy_gettext as _l
from ekc.core.lengths import LINE, NAME, PASSAGE, TITLE, WORD
from ekc.directory.actions import Entry
from ekc.directory.models import LONGEST, Listing
from ekc.directory.queries import KnownNames
from ekc.staff.actions.accounts import AccountDetails, NewAccount
from ekc.staff.queries import AccountFilter, AccountPage, AccountState
from ekc.workflow.profiles import PROFILES
from ekc.workflow.vocabulary import Role

_OFFICES = (Role.COORDINATOR, Role.REGIONAL_MANAGER, Role.CARE_MANAGER, Role.ADMINISTRATOR)
#: Regions: rows with `id` and `name`.
Rows = Iterable[Any]


class AccountsForm(PlainForm):
    """The filter of the list of accounts, sent by GET."""

    q = line(_l("Name or email address"))
    state = SelectField(_l("Status"), [Optional()])

    def __init__(self, typed: MultiDict[str, str]) -> None:
        """Bind the query string."""
        super().__init__(typed)
        offered = [state for state in AccountState if state is not AccountState.LEFT]  # included in LEAVING
        self.state.choices = [SelectChoice("", _("all")), *(SelectChoice(state, _(state.label)) for state in offered)]

    def to_filter(self) -> AccountFilter:
        """The filter that was asked for."""
        return AccountFilter(self.q.data or "", AccountState(self.state.data) if self.state.data else None)


class RegionalForm(EditingForm):
    """A form with a choice of regions."""

    def __init__(self, regions: Rows, known: Mapping[str, KnownNames], **kwargs: Any) -> None:
        """`known`: the names that each field offers, by the name of the field."""
        super().__init__(**kwargs)
        for name in known.keys() & self._fields.keys():
            self[name].offer(known[name])
        offered = [SelectChoice(0, _("choose a region")), *(SelectChoice(row.id, row.name) for row in regions)]
        for name in ("region_id", "role_region_id"):
            if name in self:
                self[name].choices = offered

    def validate_region_id(self, field: Any) -> None:
        """Somebody works somewhere."""
        if not field.data:
            raise ValidationError(_("Choose where they work."))


class RoleForm(RegionalForm):
    """A role, and the region or municipality it is limited to."""

    role = asked_of(_l("Role"), _l("Choose a role."), [SelectChoice(role, _l(role.label)) for role in _OFFICES])
    role_region_id = choice(_l("A regional manager: of which region?"), [], coerce=int)
    municipality = listed(_l("A social care manager: of which municipality?"), TITLE)

    def validate_role_region_id(self, field: Any) -> None:
        """Require a region for regional managers."""
        if self.role.data == Role.REGIONAL_MANAGER and not field.data:
            raise ValidationError(_("Choose the region that they manage."))

    def validate_municipality(self, field: Any) -> None:
        """Require a municipality for social care managers, and for nobody else."""
        if self.role.data == Role.CARE_MANAGER and not field.data:
            raise ValidationError(_("Write the name of the municipality whose conferences they follow."))
        goes_with(field, not self.role.data or self.role.data == Role.CARE_MANAGER)

    def to_office(self) -> Office:
        """The chosen role; a region that does not belong to it is ignored."""
        role = Role(self.role.data)
        region_id = self.role_region_id.data if role is Role.REGIONAL_MANAGER else None
        return Office(role, region_id, self.municipality.data or None)


class DetailsForm(RegionalForm):
    """The details of an account, without its roles."""

    on_paper = frozenset({"name"})

    _KEPT = ("name", "email", "region_id", "language", "introduction", "employer", "phone")
    name = line(_l("Name"), NAME, _l("Write a name."))
    email = mail(_l("Email address"), _l("Write an email address: with it they sign in."))
    phone = phone_field(_l("Phone"))
    region_id = choice(_l("Works in"), [], coerce=int)
    language = choice(_l("Language of the pages"), [SelectChoice(code, own) for code, own in LANGUAGES.items()])
    introduction = line(_l("One line about them"), LINE)
    employer = listed(_l("Also works for"), LINE, several=True)

    def show(self, account: AccountPage) -> None:
        """Fill the form with the details of an account."""
        for name in self._KEPT:
            getattr(self, name).data = getattr(account, name)

    def to_details(self) -> AccountDetails:
        """The details as typed."""
        return AccountDetails(**self._details())

    def _details(self) -> dict[str, Any]:
        return {name: getattr(self, name).data for name in self._KEPT}


class NewAccountForm(DetailsForm, RoleForm):
    """A new account with its first role."""

    def show_alike(self, account: AccountPage) -> None:
        """Fill in what colleagues share with this account: where they work, the language and the first role."""
        self.region_id.data, self.language.data = account.region_id, account.language
        for office in account.offices[:1]:
            self.role.data = office.role
            if office.role is Role.CARE_MANAGER:
                self.municipality.data = office.place
            if office.role is Role.REGIONAL_MANAGER:
                places = {choice.label: choice.value for choice in self.role_region_id.choices}
                self.role_region_id.data = places.get(office.place, 0)

    def to_new_account(self) -> NewAccount:
        """The new account as typed."""
        return NewAccount(**self._details(), roles=(self.to_office(),))


class NameForm(EditingForm):
    """A municipality or an organisation: what it is called, and under which names it is found."""

    name = line(_l("Name"), NAME, _l("Write a name."))
    aliases = passage(_l("Other names"), most=PASSAGE, rows=3, hint=_l("One on each line, such as a short name."))
    code = line(_l("Code"), WORD, hint=_l("Of a public register, such as GM0344."))

    def __init__(self, listing: Listing, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.name.flags.at_most = LONGEST[listing]

    def validate_aliases(self, field: Any) -> None:
        """Each of them is as long as a name may be."""
        if long := [one for one in lines(field.data or "") if len(one) > NAME]:
            raise ValidationError(
                _("“%(name)s …” is too long for a name: at most %(most)d fit.", name=long[0][:40], most=NAME)
            )

    def to_entry(self) -> Entry:
        return Entry(name=self.name.data, aliases=lines(self.aliases.data), code=self.code.data)


class NameSearchForm(PlainForm):
    """The search in a list of names, sent by GET."""

    q = line(_l("Name or code"))

    def __init__(self, typed: MultiDict[str, str]) -> None:
        """Bind the query string."""
        super().__init__(typed)


class MergeForm(PlainForm):
    """With which row another one is merged, by its name. `read`: the row whose consequences were shown."""

    into = listed(_l("Which one is it the same as?"), NAME, _l("Write which one it is the same as."))
    read = HiddenField()

    def __init__(self, known: KnownNames, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.into.offer(known)

    def refuse_unknown(self) -> None:
        """Say that no other row of the list has this name."""
        self.into.errors = [_("Nothing else in the list has this name. Choose one that is in it.")]


class LeavingForm(EditingForm):
    """The last day of an account."""

    leaves_on = day(_l("Last day"), _l("Choose a day."), ahead=True)


class StayForm(EditingForm):
    """Taking the last day away. `stands`: the last day."""


class RegionForm(EditingForm):
    """Name and time zone of a region."""

    name = line(_l("Name of the region"), TITLE, _l("Write a name."))
    timezone = asked_of(
        _l("Time zone"),
        _l("Choose a time zone."),
        [SelectChoice(zone) for zone in sorted({p.timezone for p in PROFILES.values()})],
    )
