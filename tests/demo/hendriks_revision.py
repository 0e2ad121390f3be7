"""The second version of the Hendriks plan, as decided at their evaluation: Saturdays, and a winter part.

Their case file says that there is one, but not its content, so it is invented here.
"""

from datetime import date, datetime, time, timedelta

from ekc.demo.gathering import agree
from ekc.demo.player import PlanWriter, Player
from ekc.journey.actions.steps import take_step
from ekc.plans import edits
from ekc.plans.actions.acceptance import decide_acceptance
from ekc.plans.actions.drafts import change_plan
from ekc.plans.draft import EvaluationPlan, NewAction
from ekc.workflow.definition.kinds import Taking
from ekc.workflow.vocabulary import ActionKind, Every, Step


def revise_plan(player: Player, on: date) -> None:
    """Peter changes the plan at the evaluation and writes down what each says; the referrer accepts; it is agreed."""
    peter, grace, alf = (player.people[id_] for id_ in ("peter", "grace", "alf"))
    convenor = player.visitor("peter")
    writer = PlanWriter(player, player.on(on, "17:10"), convenor)
    saturdays = NewAction(
        what="Sleeps over on Saturdays so that Joan sleeps through",
        who=(grace,),
        starts=on + timedelta(weeks=1),
        every=Every.WEEK,
        kind=ActionKind.FAMILY,
    )
    change_plan(*writer.next(), edits.change_action(player.actions[0][1], saturdays))
    winter = change_plan(*writer.next(), edits.add_goal("Wim and Joan come through the winter."))
    salt = NewAction(
        what="Salts the path and drives Joan to the shops when it freezes",
        who=(alf, peter),
        starts=on + timedelta(weeks=26),
        every=Every.WHEN_NEEDED,
        kind=ActionKind.FAMILY,
    )
    change_plan(*writer.next(), edits.add_action(winter, salt))
    again = datetime.combine(on + timedelta(weeks=26), time(11))
    change_plan(*writer.next(), edits.set_evaluation(EvaluationPlan(at=again, place="at home", convenor=peter)))
    for minutes, id_ in enumerate(("joan", "wim", "peter", "grace", "maud", "vicar", "nextdoor", "alf"), start=20):
        agree(player, id_, "yes", player.on(on, f"17:{minutes}"))
    decide_acceptance(player.by(player.on(on, "17:35"), player.visitor("ot")), player.id, player.people["ot"], True)
    why = {"actions_ahead": "These were done, or came to nothing; they stay to be read."}
    take_step(player.by(player.on(on, "17:40")), player.id, Taking(Step.REVISE_PLAN, overrides=why))
