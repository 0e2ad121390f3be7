"""Pages of the plan: writing it, agreement and acceptance, versions and their PDF, sharing."""

import ekc.plans.views.answers
import ekc.plans.views.numbers
import ekc.plans.views.plan
import ekc.plans.views.sharing
import ekc.plans.views.versions  # noqa: F401 - imported so that their routes are known
