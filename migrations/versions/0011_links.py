"""A personal link is confirmed on each device, by a code, an answer or the coordinator; a shared device forgets"""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # Links made before are unsigned, so none of them opens any more; their rows stay as what happened.
    with op.batch_alter_table("personal_link") as link:
        link.add_column(sa.Column("question", sa.LargeBinary(), nullable=True))
        link.add_column(sa.Column("answer_hash", sa.LargeBinary(), nullable=True))
        link.add_column(sa.Column("tries", sa.Integer(), nullable=False, server_default="0"))
        link.add_column(sa.Column("tried_at", sa.DateTime(timezone=True), nullable=True))
        link.add_column(sa.Column("handed_over", sa.String(length=40), nullable=False, server_default=""))
    with op.batch_alter_table("personal_link") as link:
        link.alter_column("tries", server_default=None)
        link.alter_column("handed_over", server_default=None)
    op.create_table(
        "link_device",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("link_id", sa.Integer(), nullable=False),
        sa.Column("device", sa.String(length=80), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("number", sa.Integer(), nullable=True),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "how",
            sa.Enum(
                "code",
                "answer",
                "coordinator",
                name="confirmed",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=True,
        ),
        sa.Column("remembered", sa.Boolean(), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "(confirmed_at is null) = (how is null)", name=op.f("ck_link_device_confirmed_somehow")
        ),
        sa.ForeignKeyConstraint(["link_id"], ["personal_link.id"], name=op.f("fk_link_device_link_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_link_device")),
    )
    op.create_index(op.f("ix_link_device_link_id"), "link_device", ["link_id"])
    with op.batch_alter_table("sign_in") as sign_in:
        sign_in.add_column(sa.Column("link_device_id", sa.Integer(), nullable=True))
        sign_in.add_column(sa.Column("shared", sa.Boolean(), nullable=False, server_default=sa.false()))
        sign_in.create_foreign_key(op.f("fk_sign_in_link_device_id"), "link_device", ["link_device_id"], ["id"])
        sign_in.create_index(op.f("ix_sign_in_link_device_id"), ["link_device_id"])
    with op.batch_alter_table("sign_in") as sign_in:
        sign_in.alter_column("shared", server_default=None)


def downgrade() -> None:
    with op.batch_alter_table("sign_in") as sign_in:
        sign_in.drop_index(op.f("ix_sign_in_link_device_id"))
        sign_in.drop_constraint(op.f("fk_sign_in_link_device_id"), type_="foreignkey")
        sign_in.drop_column("shared")
        sign_in.drop_column("link_device_id")
    op.drop_table("link_device")
    with op.batch_alter_table("personal_link") as link:
        link.drop_column("handed_over")
        link.drop_column("tried_at")
        link.drop_column("tries")
        link.drop_column("answer_hash")
        link.drop_column("question")
