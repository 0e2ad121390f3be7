"""The agencies of a case as they were since its coordinator took it; and which tie of an agency was waived

Of what was changed before now nothing is known any more. A waiver from before holds for the agency as it did.
"""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

TIE = sa.Enum("refers", "decides", "helps", name="tie", native_enum=False, create_constraint=True, length=32)


def upgrade() -> None:
    op.add_column("conference", sa.Column("agencies_before", sa.LargeBinary(), nullable=True))
    with op.batch_alter_table("waiver") as waiver:
        waiver.add_column(sa.Column("tie", TIE, nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("waiver") as waiver:
        waiver.drop_constraint(op.f("ck_waiver_tie"), type_="check")
        waiver.drop_column("tie")
    op.drop_column("conference", "agencies_before")
