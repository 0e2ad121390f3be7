"""What people do with a plan: write it, answer to it, print it, share it."""

from ekc.plans.actions.answering import answer_support as answer_support
from ekc.plans.actions.answering import check_bottom_line as check_bottom_line
from ekc.plans.actions.answering import decide_acceptance as decide_acceptance
from ekc.plans.actions.answering import record_agreement as record_agreement
from ekc.plans.actions.answering import record_agreements as record_agreements
from ekc.plans.actions.issuing import issue_document as issue_document
from ekc.plans.actions.sharing import share_plan as share_plan
from ekc.plans.actions.writing import add_action as add_action
from ekc.plans.actions.writing import add_goal as add_goal
from ekc.plans.actions.writing import add_what_if as add_what_if
from ekc.plans.actions.writing import change_action as change_action
from ekc.plans.actions.writing import change_what_if as change_what_if
from ekc.plans.actions.writing import move as move
from ekc.plans.actions.writing import remove as remove
from ekc.plans.actions.writing import set_evaluation as set_evaluation
from ekc.plans.actions.writing import set_goal as set_goal
from ekc.plans.actions.writing import set_monitor as set_monitor
