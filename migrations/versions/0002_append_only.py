"""What was written once is never changed: audit, steps taken, plan versions, issued documents"""

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

TABLES = ("audit_event", "phase_change", "plan_version", "issued_document")


def upgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            "create function ekc_refuse_change() returns trigger language plpgsql as "
            "$$ begin raise exception '% is append-only', tg_table_name; end $$"
        )
        for table in TABLES:
            op.execute(
                f"create trigger {table}_append_only before update or delete on {table} "
                "for each row execute function ekc_refuse_change()"
            )
        return
    for table in TABLES:
        for verb in ("update", "delete"):
            op.execute(
                f"create trigger {table}_no_{verb} before {verb} on {table} "
                f"begin select raise(abort, '{table} is append-only'); end"
            )


def downgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        for table in TABLES:
            op.execute(f"drop trigger {table}_append_only on {table}")
        op.execute("drop function ekc_refuse_change()")
        return
    for table in TABLES:
        for verb in ("update", "delete"):
            op.execute(f"drop trigger {table}_no_{verb}")
