"""What people do with a case: register it, know its circle, keep it safe, set bottom lines, be in touch."""

from ekc.conferences.actions.bottom_lines import add_bottom_line as add_bottom_line
from ekc.conferences.actions.bottom_lines import change_bottom_line as change_bottom_line
from ekc.conferences.actions.bottom_lines import remove_bottom_line as remove_bottom_line
from ekc.conferences.actions.bottom_lines import say_no_bottom_lines as say_no_bottom_lines
from ekc.conferences.actions.circle import add_person as add_person
from ekc.conferences.actions.circle import change_person as change_person
from ekc.conferences.actions.circle import remove_person as remove_person
from ekc.conferences.actions.circle import tell_people as tell_people
from ekc.conferences.actions.contact import log_contact as log_contact
from ekc.conferences.actions.links import answer_request as answer_request
from ekc.conferences.actions.links import end_device as end_device
from ekc.conferences.actions.links import hand_over as hand_over
from ekc.conferences.actions.links import make_link as make_link
from ekc.conferences.actions.links import make_missing_links as make_missing_links
from ekc.conferences.actions.links import revoke_links as revoke_links
from ekc.conferences.actions.registration import add_consent as add_consent
from ekc.conferences.actions.registration import change_registration as change_registration
from ekc.conferences.actions.registration import register_case as register_case
from ekc.conferences.actions.registration import withdraw_consent as withdraw_consent
from ekc.conferences.actions.safety import add_concern as add_concern
from ekc.conferences.actions.safety import change_concern as change_concern
from ekc.conferences.actions.safety import remove_concern as remove_concern
from ekc.conferences.actions.searching import look_for as look_for
