"""What is done with accounts and regions (`accounts.py`), and by whoever comes in and leaves (`entering.py`)."""

from ekc.people.actions.accounts import NewAccount as NewAccount
from ekc.people.actions.accounts import Office as Office
from ekc.people.actions.accounts import add_region as add_region
from ekc.people.actions.accounts import choose_language as choose_language
from ekc.people.actions.accounts import close_account as close_account
from ekc.people.actions.accounts import ensure_administrator as ensure_administrator
from ekc.people.actions.accounts import open_account as open_account
from ekc.people.actions.accounts import set_password as set_password
from ekc.people.actions.entering import begin_by_account as begin_by_account
from ekc.people.actions.entering import begin_by_link as begin_by_link
from ekc.people.actions.entering import check_password as check_password
from ekc.people.actions.entering import end_sign_in as end_sign_in
from ekc.people.actions.entering import end_sign_ins as end_sign_ins
from ekc.people.actions.entering import note_use as note_use
from ekc.people.actions.once import Once as Once
from ekc.people.actions.passkeys import add_passkey as add_passkey
from ekc.people.actions.passkeys import ensure_signed_in_lately as ensure_signed_in_lately
from ekc.people.actions.passkeys import enter_by_passkey as enter_by_passkey
from ekc.people.actions.passkeys import remove_passkey as remove_passkey
from ekc.people.actions.providers import enter_by_provider as enter_by_provider
from ekc.people.actions.providers import forget_identity as forget_identity
