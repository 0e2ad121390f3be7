"""Tokens in cookies instead of numbers of rows; and how many plans were agreed in rounds before this one.

Numbers are used again after a restore. Sign-ins and devices of before have no token: they are ended, and people sign in
once more. Whoever is in the circle already reads the plans of before, as they did.
"""

import secrets
from datetime import UTC, datetime

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

_TABLES = ("sign_in", "link_device")
_CIRCLE = ("conference", "participant")
#: The steps that store a version, before the one with which the last round began.
_EARLIER_PLANS = """
update conference set earlier_plans = (
  select count(*) from phase_change p
  where p.conference_id = conference.id and p.step in ('agree_plan', 'revise_plan') and p.number < (
    select max(r.number) from phase_change r where r.conference_id = conference.id and r.step = 'reconvene'
  )
)
"""


def upgrade() -> None:
    for name in _TABLES:
        with op.batch_alter_table(name) as table:
            table.add_column(sa.Column("token_hash", sa.LargeBinary(32)))
        _end_all(name)
        with op.batch_alter_table(name) as table:
            table.alter_column("token_hash", existing_type=sa.LargeBinary(32), nullable=False)
            table.create_unique_constraint(op.f(f"uq_{name}_token_hash"), ["token_hash"])
    for name in _CIRCLE:
        with op.batch_alter_table(name) as table:
            table.add_column(sa.Column("earlier_plans", sa.Integer, nullable=False, server_default="0"))
    op.execute(_EARLIER_PLANS)


def _end_all(name: str) -> None:
    rows = sa.table(name, sa.column("id"), sa.column("token_hash"), sa.column("ended_at", sa.DateTime(timezone=True)))
    ended = sa.func.coalesce(rows.c.ended_at, sa.bindparam("now", type_=rows.c.ended_at.type))
    for id_ in op.get_bind().scalars(sa.select(rows.c.id)).all():
        nobodys = sa.update(rows).where(rows.c.id == id_).values(token_hash=secrets.token_bytes(32), ended_at=ended)
        op.get_bind().execute(nobodys, {"now": datetime.now(UTC)})


def downgrade() -> None:
    for name in _CIRCLE:
        with op.batch_alter_table(name) as table:
            table.drop_column("earlier_plans")
    for name in _TABLES:
        with op.batch_alter_table(name) as table:
            table.drop_constraint(op.f(f"uq_{name}_token_hash"), type_="unique")
            table.drop_column("token_hash")
