"""What can be done with a gathering: arrange it, write down who is there, write down what is told and asked."""

from ekc.meetings.actions.arranging import Arranged as Arranged
from ekc.meetings.actions.arranging import Venue as Venue
from ekc.meetings.actions.arranging import add_date as add_date
from ekc.meetings.actions.arranging import arrange as arrange
from ekc.meetings.actions.arranging import choose_date as choose_date
from ekc.meetings.actions.arranging import expect_minutes as expect_minutes
from ekc.meetings.actions.arranging import remove_date as remove_date
from ekc.meetings.actions.arranging import set_venue as set_venue
from ekc.meetings.actions.attendance import come_back as come_back
from ekc.meetings.actions.attendance import correct_attendance as correct_attendance
from ekc.meetings.actions.attendance import leave as leave
from ekc.meetings.actions.attendance import professionals_leave as professionals_leave
from ekc.meetings.actions.attendance import professionals_return as professionals_return
from ekc.meetings.actions.attendance import record_attendance as record_attendance
from ekc.meetings.actions.information import Asked as Asked
from ekc.meetings.actions.information import Told as Told
from ekc.meetings.actions.information import ask as ask
from ekc.meetings.actions.information import change_question as change_question
from ekc.meetings.actions.information import change_told as change_told
from ekc.meetings.actions.information import remove_question as remove_question
from ekc.meetings.actions.information import remove_told as remove_told
from ekc.meetings.actions.information import tell as tell
