"""Reading who was asked for a case, what ties them to it, and who could be asked. Nothing here writes or decides."""

from ekc.matching.queries.asking import Candidate as Candidate
from ekc.matching.queries.asking import Request as Request
from ekc.matching.queries.asking import candidates as candidates
from ekc.matching.queries.asking import referring_agency as referring_agency
from ekc.matching.queries.asking import request as request
from ekc.matching.queries.asking import same_referrer as same_referrer
from ekc.matching.queries.asking import wishes as wishes
from ekc.matching.queries.match import Matches as Matches
from ekc.matching.queries.match import MatchEvent as MatchEvent
from ekc.matching.queries.match import MatchRow as MatchRow
from ekc.matching.queries.match import WaiverRow as WaiverRow
from ekc.matching.queries.match import agencies_of as agencies_of
from ekc.matching.queries.match import match_history as match_history
from ekc.matching.queries.match import matches as matches
from ekc.matching.queries.match import open_conflicts as open_conflicts
from ekc.matching.queries.match import undecided as undecided
