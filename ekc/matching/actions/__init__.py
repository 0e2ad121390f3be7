"""What is done about the coordinator of a case: ask, take or decline, declare, confirm, waive a conflict, end."""

from ekc.matching.actions.asking import ask_coordinator as ask_coordinator
from ekc.matching.actions.asking import decline as decline
from ekc.matching.actions.asking import end_match as end_match
from ekc.matching.actions.declaring import accept as accept
from ekc.matching.actions.declaring import confirm_coordinator as confirm_coordinator
from ekc.matching.actions.declaring import declare as declare
from ekc.matching.actions.declaring import rather_another as rather_another
from ekc.matching.actions.waiving import waive_conflict as waive_conflict
from ekc.matching.entries import Declaration as Declaration
