"""Reading accounts, links and sign-ins. Nothing here writes or decides."""

from ekc.people.queries.accounts import account_by_email as account_by_email
from ekc.people.queries.accounts import coordinators as coordinators
from ekc.people.queries.accounts import demo_accounts as demo_accounts
from ekc.people.queries.accounts import regions as regions
from ekc.people.queries.accounts import visitor_of_account as visitor_of_account
from ekc.people.queries.entering import SignInRow as SignInRow
from ekc.people.queries.entering import sign_ins_of as sign_ins_of
from ekc.people.queries.entering import visitor_of_sign_in as visitor_of_sign_in
from ekc.people.queries.links import DeviceRow as DeviceRow
from ekc.people.queries.links import LinkRow as LinkRow
from ekc.people.queries.links import Waiting as Waiting
from ekc.people.queries.links import device_of as device_of
from ekc.people.queries.links import devices_of as devices_of
from ekc.people.queries.links import doors as doors
from ekc.people.queries.links import link_of_token as link_of_token
from ekc.people.queries.links import links_of as links_of
from ekc.people.queries.links import live_link as live_link
from ekc.people.queries.links import newest_link as newest_link
from ekc.people.queries.links import waiting_of as waiting_of
