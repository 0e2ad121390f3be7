"""Pages about coordinators: of a case, those who leave or are away, and what they say of themselves."""

import ekc.matching.views.coordinator
import ekc.matching.views.handing_over
import ekc.matching.views.profile  # noqa: F401 - imported so that their routes are known
