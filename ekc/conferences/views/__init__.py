"""Pages of a case: registration and consents, circle and safety, bottom lines, contact log, links, search."""

import ekc.conferences.views.absent
import ekc.conferences.views.adding
import ekc.conferences.views.bottom_lines
import ekc.conferences.views.circle
import ekc.conferences.views.contact
import ekc.conferences.views.details
import ekc.conferences.views.ecomap
import ekc.conferences.views.importing
import ekc.conferences.views.importing_cases
import ekc.conferences.views.informing
import ekc.conferences.views.links
import ekc.conferences.views.registering
import ekc.conferences.views.registration
import ekc.conferences.views.safety
import ekc.conferences.views.search  # noqa: F401
