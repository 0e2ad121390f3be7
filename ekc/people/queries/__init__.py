"""Reading accounts, links and sign-ins. Nothing here writes or decides."""

from ekc.people.queries.accounts import account_by_email as account_by_email
from ekc.people.queries.accounts import coordinators as coordinators
from ekc.people.queries.accounts import demo_accounts as demo_accounts
from ekc.people.queries.accounts import mail_of as mail_of
from ekc.people.queries.accounts import regions as regions
from ekc.people.queries.accounts import visitor_of_account as visitor_of_account
from ekc.people.queries.entering import LinkRow as LinkRow
from ekc.people.queries.entering import SignInRow as SignInRow
from ekc.people.queries.entering import links_of as links_of
from ekc.people.queries.entering import live_link as live_link
from ekc.people.queries.entering import sign_ins_of as sign_ins_of
from ekc.people.queries.entering import visitor_of_sign_in as visitor_of_sign_in
from ekc.people.queries.ways_in import IdentityRow as IdentityRow
from ekc.people.queries.ways_in import PasskeyRow as PasskeyRow
from ekc.people.queries.ways_in import WaysIn as WaysIn
from ekc.people.queries.ways_in import identities_of as identities_of
from ekc.people.queries.ways_in import known_to_devices as known_to_devices
from ekc.people.queries.ways_in import passkeys_of as passkeys_of
from ekc.people.queries.ways_in import signed_in_lately as signed_in_lately
from ekc.people.queries.ways_in import ways_in as ways_in
