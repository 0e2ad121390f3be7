"""Tables of accounts, personal links and sign-ins. Who may do what with a case is not decided here."""

from ekc.people.models.accounts import Account as Account
from ekc.people.models.accounts import AccountRole as AccountRole
from ekc.people.models.accounts import Region as Region
from ekc.people.models.entering import Method as Method
from ekc.people.models.entering import SignIn as SignIn
from ekc.people.models.links import Confirmed as Confirmed
from ekc.people.models.links import LinkDevice as LinkDevice
from ekc.people.models.links import PersonalLink as PersonalLink
from ekc.people.models.links import confirmed_by as confirmed_by
