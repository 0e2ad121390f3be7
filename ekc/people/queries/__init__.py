"""Reading accounts, invitations, links, sign-ins and second factors. Nothing here writes or decides."""

from ekc.people.queries.accounts import OfficeRow as OfficeRow
from ekc.people.queries.accounts import account_by_email as account_by_email
from ekc.people.queries.accounts import coordinators as coordinators
from ekc.people.queries.accounts import demo_accounts as demo_accounts
from ekc.people.queries.accounts import offices as offices
from ekc.people.queries.accounts import regions as regions
from ekc.people.queries.accounts import visitor_of_account as visitor_of_account
from ekc.people.queries.entering import LinkRow as LinkRow
from ekc.people.queries.entering import SignInRow as SignInRow
from ekc.people.queries.entering import known_device as known_device
from ekc.people.queries.entering import links_of as links_of
from ekc.people.queries.entering import live_link as live_link
from ekc.people.queries.entering import sign_ins_of as sign_ins_of
from ekc.people.queries.entering import tries_so_far as tries_so_far
from ekc.people.queries.entering import visitor_of_sign_in as visitor_of_sign_in
from ekc.people.queries.factors import OwnSignIn as OwnSignIn
from ekc.people.queries.factors import has_second_factor as has_second_factor
from ekc.people.queries.factors import lacks_second_factor as lacks_second_factor
from ekc.people.queries.factors import own_sign_in as own_sign_in
from ekc.people.queries.invitations import InvitationRow as InvitationRow
from ekc.people.queries.invitations import live_invitation as live_invitation
