"""Pages of the meeting: its arrangements, attendance, information and questions."""

import ekc.meetings.views.attendance
import ekc.meetings.views.dates
import ekc.meetings.views.information
import ekc.meetings.views.invitations
import ekc.meetings.views.meeting
import ekc.meetings.views.papers  # noqa: F401 - imported so that their routes are known
