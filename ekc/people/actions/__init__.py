"""What is done with regions (`regions.py`) and accounts, and by whoever comes in and leaves the site (`entering.py`).

An account is opened and changed in `accounts.py`, its roles in `roles.py`, for whom its owner works besides in
`employers.py`, by which phone they are reached in `phones.py`; `invitations.py` lets them choose a password,
`leaving.py` ends it. Second factors are in `factors.py`, other ways in in `passkeys.py` and `providers.py`;
`confirming.py` opens a personal link on a device. `tries.py` counts how often a thing is tried, `once.py` uses up
what counts once.
"""

from ekc.people.actions.accounts import AccountDetails as AccountDetails
from ekc.people.actions.accounts import NewAccount as NewAccount
from ekc.people.actions.accounts import change_account as change_account
from ekc.people.actions.accounts import change_password as change_password
from ekc.people.actions.accounts import choose_language as choose_language
from ekc.people.actions.accounts import end_all_sign_ins as end_all_sign_ins
from ekc.people.actions.accounts import ensure_administrator as ensure_administrator
from ekc.people.actions.accounts import open_account as open_account
from ekc.people.actions.accounts import set_password as set_password
from ekc.people.actions.confirming import ask_coordinator as ask_coordinator
from ekc.people.actions.confirming import come_in_by_answer as come_in_by_answer
from ekc.people.actions.confirming import come_in_on_device as come_in_on_device
from ekc.people.actions.confirming import forget_device as forget_device
from ekc.people.actions.confirming import note_after_end as note_after_end
from ekc.people.actions.confirming import note_dead as note_dead
from ekc.people.actions.employers import set_employer as set_employer
from ekc.people.actions.entering import begin_by_account as begin_by_account
from ekc.people.actions.entering import begin_by_link as begin_by_link
from ekc.people.actions.entering import check_password as check_password
from ekc.people.actions.entering import end_other_sign_ins as end_other_sign_ins
from ekc.people.actions.entering import end_sign_in as end_sign_in
from ekc.people.actions.entering import end_sign_ins as end_sign_ins
from ekc.people.actions.entering import note_use as note_use
from ekc.people.actions.factors import add_authenticator as add_authenticator
from ekc.people.actions.factors import check_code as check_code
from ekc.people.actions.factors import remove_authenticator as remove_authenticator
from ekc.people.actions.factors import renew_recovery_codes as renew_recovery_codes
from ekc.people.actions.factors import reset_second_factor as reset_second_factor
from ekc.people.actions.invitations import ask_new_password as ask_new_password
from ekc.people.actions.invitations import choose_password as choose_password
from ekc.people.actions.invitations import invite as invite
from ekc.people.actions.invitations import open_by_invitation as open_by_invitation
from ekc.people.actions.invitations import withdraw_invitation as withdraw_invitation
from ekc.people.actions.leaving import close_account as close_account
from ekc.people.actions.leaving import reopen_account as reopen_account
from ekc.people.actions.leaving import set_leaving as set_leaving
from ekc.people.actions.offices import Office as Office
from ekc.people.actions.once import Once as Once
from ekc.people.actions.owner import ensure_own_password as ensure_own_password
from ekc.people.actions.passkeys import add_passkey as add_passkey
from ekc.people.actions.passkeys import ensure_signed_in_lately as ensure_signed_in_lately
from ekc.people.actions.passkeys import enter_by_passkey as enter_by_passkey
from ekc.people.actions.passkeys import remove_passkey as remove_passkey
from ekc.people.actions.phones import set_phone as set_phone
from ekc.people.actions.providers import enter_by_provider as enter_by_provider
from ekc.people.actions.providers import forget_identity as forget_identity
from ekc.people.actions.regions import add_region as add_region
from ekc.people.actions.regions import change_region as change_region
from ekc.people.actions.roles import give_role as give_role
from ekc.people.actions.roles import take_role as take_role
from ekc.people.actions.tries import FORGOTTEN as FORGOTTEN
from ekc.people.actions.tries import FORGOTTEN_CALLERS as FORGOTTEN_CALLERS
from ekc.people.actions.tries import PASSKEYS as PASSKEYS
from ekc.people.actions.tries import PROVIDERS as PROVIDERS
from ekc.people.actions.tries import Limit as Limit
from ekc.people.actions.tries import begin_try as begin_try
from ekc.people.actions.tries import count_try as count_try
from ekc.people.actions.tries import forget_try as forget_try
