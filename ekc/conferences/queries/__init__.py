"""Reading a case. Nothing here writes or decides; whoever calls has opened the case (`access.py`)."""

from ekc.conferences.queries.case import bottom_lines as bottom_lines
from ekc.conferences.queries.case import circle as circle
from ekc.conferences.queries.case import concerns as concerns
from ekc.conferences.queries.case import consents as consents
from ekc.conferences.queries.case import contact_log as contact_log
from ekc.conferences.queries.case import names as names
from ekc.conferences.queries.case import number_of as number_of
from ekc.conferences.queries.case import person as person
from ekc.conferences.queries.case import registration as registration
from ekc.conferences.queries.members import LineRow as LineRow
from ekc.conferences.queries.members import Member as Member
from ekc.conferences.queries.members import consented as consented
from ekc.conferences.queries.members import line_rows as line_rows
from ekc.conferences.queries.members import members as members
from ekc.conferences.queries.members import unmet_concerns as unmet_concerns
from ekc.conferences.queries.rows import BottomLineRow as BottomLineRow
from ekc.conferences.queries.rows import ConcernRow as ConcernRow
from ekc.conferences.queries.rows import ConsentRow as ConsentRow
from ekc.conferences.queries.rows import ContactRow as ContactRow
from ekc.conferences.queries.rows import Found as Found
from ekc.conferences.queries.rows import PersonRow as PersonRow
from ekc.conferences.queries.rows import RegistrationRow as RegistrationRow
from ekc.conferences.queries.search import search as search
