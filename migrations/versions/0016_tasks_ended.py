"""The day on which the coordinator's last task was done, from which their access to the case ends

Of a case that waits to be closed the days are counted from now: nobody was warned before.
"""

from datetime import UTC, datetime

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("conference", sa.Column("tasks_ended_on", sa.Date(), nullable=True))
    op.execute("update conference set tasks_ended_on = closed_on")
    conference = sa.table("conference", sa.column("id"), sa.column("phase"), sa.column("tasks_ended_on", sa.Date()))
    follow_up = sa.table("follow_up", sa.column("conference_id"), sa.column("held_on"), sa.column("given_up_on"))
    to_do = sa.exists().where(
        follow_up.c.conference_id == conference.c.id,
        follow_up.c.held_on.is_(None),
        follow_up.c.given_up_on.is_(None),
    )
    waiting = conference.update().where(conference.c.phase == "evaluation", ~to_do)
    op.execute(waiting.values(tasks_ended_on=datetime.now(UTC).date()))


def downgrade() -> None:
    op.drop_column("conference", "tasks_ended_on")
