"""What is done with accounts and regions (`accounts.py`), by whoever comes in and leaves (`entering.py`), and by
whoever opens a personal link on a new device (`confirming.py`).
"""

from ekc.people.actions.accounts import NewAccount as NewAccount
from ekc.people.actions.accounts import Office as Office
from ekc.people.actions.accounts import add_region as add_region
from ekc.people.actions.accounts import choose_language as choose_language
from ekc.people.actions.accounts import close_account as close_account
from ekc.people.actions.accounts import ensure_administrator as ensure_administrator
from ekc.people.actions.accounts import open_account as open_account
from ekc.people.actions.accounts import set_password as set_password
from ekc.people.actions.confirming import ask_coordinator as ask_coordinator
from ekc.people.actions.confirming import come_in_by_answer as come_in_by_answer
from ekc.people.actions.confirming import come_in_on_device as come_in_on_device
from ekc.people.actions.confirming import forget_device as forget_device
from ekc.people.actions.entering import begin_by_account as begin_by_account
from ekc.people.actions.entering import begin_by_link as begin_by_link
from ekc.people.actions.entering import check_password as check_password
from ekc.people.actions.entering import end_sign_in as end_sign_in
from ekc.people.actions.entering import end_sign_ins as end_sign_ins
from ekc.people.actions.entering import note_use as note_use
