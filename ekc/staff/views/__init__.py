"""Pages of the administrator: accounts, regions, municipalities and organisations."""

import ekc.staff.views.account
import ekc.staff.views.accounts
import ekc.staff.views.names
import ekc.staff.views.own_phone
import ekc.staff.views.regions  # noqa: F401 - imported so that their routes are known
