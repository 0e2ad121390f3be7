"""Reading accounts and regions for the administrator (`accounts.py`), and cases to hand over (`handing_over.py`)."""

from ekc.staff.queries.accounts import PAGE as PAGE
from ekc.staff.queries.accounts import AccountPage as AccountPage
from ekc.staff.queries.accounts import AccountRow as AccountRow
from ekc.staff.queries.accounts import AccountState as AccountState
from ekc.staff.queries.accounts import RegionRow as RegionRow
from ekc.staff.queries.accounts import Wanted as Wanted
from ekc.staff.queries.accounts import account_page as account_page
from ekc.staff.queries.accounts import accounts as accounts
from ekc.staff.queries.accounts import municipalities as municipalities
from ekc.staff.queries.accounts import region_rows as region_rows
from ekc.staff.queries.handing_over import HandingOver as HandingOver
from ekc.staff.queries.handing_over import Leaver as Leaver
from ekc.staff.queries.handing_over import handing_over as handing_over
from ekc.staff.queries.handing_over import leaver as leaver
from ekc.staff.queries.handing_over import still_to_do as still_to_do
