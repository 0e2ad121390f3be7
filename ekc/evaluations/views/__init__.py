"""Pages of what comes after the plan: follow-ups, one's own tasks, hours and costs."""

import ekc.evaluations.views.costs
import ekc.evaluations.views.follow_ups
import ekc.evaluations.views.tasks  # noqa: F401 - imported so that their routes are known
