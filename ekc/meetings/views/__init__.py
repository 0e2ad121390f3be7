"""Pages of the gathering: the meeting, who is there, what is told and asked."""

import ekc.meetings.views.attendance
import ekc.meetings.views.information
import ekc.meetings.views.meeting  # noqa: F401 - imported so that their routes are known
