"""Tables of accounts, invitations, second factors, personal links and sign-ins. Who may do what is not decided here."""

from ekc.people.models.accounts import Account as Account
from ekc.people.models.accounts import AccountRole as AccountRole
from ekc.people.models.accounts import Region as Region
from ekc.people.models.credentials import Identity as Identity
from ekc.people.models.credentials import Passkey as Passkey
from ekc.people.models.credentials import UsedNonce as UsedNonce
from ekc.people.models.invitations import Invitation as Invitation
from ekc.people.models.invitations import Purpose as Purpose
from ekc.people.models.links import Confirmed as Confirmed
from ekc.people.models.links import LinkDevice as LinkDevice
from ekc.people.models.links import PersonalLink as PersonalLink
from ekc.people.models.links import confirmed_by as confirmed_by
from ekc.people.models.second_factor import Authenticator as Authenticator
from ekc.people.models.second_factor import RecoveryCode as RecoveryCode
from ekc.people.models.sessions import SINGLE_FACTOR as SINGLE_FACTOR
from ekc.people.models.sessions import KnownDevice as KnownDevice
from ekc.people.models.sessions import Method as Method
from ekc.people.models.sessions import SignIn as SignIn
from ekc.people.models.throttle import Attempt as Attempt
