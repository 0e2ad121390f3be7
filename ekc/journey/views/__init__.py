"""Pages of the workflow: home, the case page, a step, the history, a participant's own page."""

import ekc.journey.views.accessibility
import ekc.journey.views.case
import ekc.journey.views.correction
import ekc.journey.views.deadlines
import ekc.journey.views.history
import ekc.journey.views.home
import ekc.journey.views.jobs
import ekc.journey.views.lead_times
import ekc.journey.views.not_safe
import ekc.journey.views.own_page
import ekc.journey.views.step
import ekc.journey.views.to_tell
import ekc.journey.views.ways_out
import ekc.journey.views.wishes  # noqa: F401 - imported so that their routes are known
