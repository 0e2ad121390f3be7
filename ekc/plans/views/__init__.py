"""Pages of the plan: writing it, answers to it, versions and paper, and with which professional it is shared."""

import ekc.plans.views.answers
import ekc.plans.views.plan
import ekc.plans.views.sharing
import ekc.plans.views.versions  # noqa: F401 - imported so that their routes are known
