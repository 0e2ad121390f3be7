"""What is done with accounts and regions (`accounts.py`), by whoever comes in and leaves (`entering.py`), with second
factors (`factors.py`), and how often a thing may be tried (`tries.py`).
"""

from ekc.people.actions.accounts import NewAccount as NewAccount
from ekc.people.actions.accounts import Office as Office
from ekc.people.actions.accounts import add_region as add_region
from ekc.people.actions.accounts import change_password as change_password
from ekc.people.actions.accounts import choose_language as choose_language
from ekc.people.actions.accounts import close_account as close_account
from ekc.people.actions.accounts import ensure_administrator as ensure_administrator
from ekc.people.actions.accounts import open_account as open_account
from ekc.people.actions.accounts import set_password as set_password
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
from ekc.people.actions.owner import ensure_own_password as ensure_own_password
from ekc.people.actions.owner import tell_owner as tell_owner
from ekc.people.actions.tries import Limit as Limit
from ekc.people.actions.tries import begin_try as begin_try
from ekc.people.actions.tries import forget_try as forget_try
