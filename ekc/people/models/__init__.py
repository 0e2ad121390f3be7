"""Tables of accounts, invitations, second factors, personal links and sign-ins. Who may do what is not decided here."""

from ekc.people.models.accounts import Account as Account
from ekc.people.models.accounts import AccountRole as AccountRole
from ekc.people.models.accounts import Region as Region
from ekc.people.models.entering import PROVES_ONE_THING as PROVES_ONE_THING
from ekc.people.models.entering import KnownDevice as KnownDevice
from ekc.people.models.entering import Method as Method
from ekc.people.models.entering import SignIn as SignIn
from ekc.people.models.entering import Try as Try
from ekc.people.models.factors import Authenticator as Authenticator
from ekc.people.models.factors import RecoveryCode as RecoveryCode
from ekc.people.models.invitations import Invitation as Invitation
from ekc.people.models.invitations import Purpose as Purpose
from ekc.people.models.links import Confirmed as Confirmed
from ekc.people.models.links import LinkDevice as LinkDevice
from ekc.people.models.links import PersonalLink as PersonalLink
from ekc.people.models.links import confirmed_by as confirmed_by
from ekc.people.models.ways_in import Identity as Identity
from ekc.people.models.ways_in import Passkey as Passkey
from ekc.people.models.ways_in import Spent as Spent
