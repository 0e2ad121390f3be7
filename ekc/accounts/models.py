"""Tables of accounts, their roles, and regions. No access rules here."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, column, select, table
from sqlalchemy.orm import Mapped, column_property, mapped_column, relationship

from ekc.core.crypto import SealedText
from ekc.core.db import Base, enum_column
from ekc.core.outbox import Recipient
from ekc.workflow.profiles import NL
from ekc.workflow.vocabulary import Role

#: What a municipality is called (`directory`), read by name, as that stands above.
_municipality = table("municipality", column("id"), column("name", String))


class Region(Base):
    """A region of the service. Coordinators and cases belong to one; name search is limited to it."""

    __tablename__ = "region"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(80), unique=True)
    timezone: Mapped[str] = mapped_column(String(40), default=NL.timezone)  # for the days and times of its staff


class Account(Base):
    """An account of staff: coordinator, manager or administrator."""

    __tablename__ = "account"

    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str] = mapped_column(String(254), unique=True)  # lower case
    name: Mapped[str] = mapped_column(String(120))
    password_hash: Mapped[str | None] = mapped_column(String(200))  # argon2; None: cannot sign in with a password
    language: Mapped[str] = mapped_column(String(8), default="en")
    introduction: Mapped[str] = mapped_column(String(300), default="")  # one line, shown when choosing a coordinator
    employer: Mapped[str | None] = mapped_column(SealedText("account.employer"))  # other employers
    phone: Mapped[str | None] = mapped_column(SealedText("account.phone"))  # shown to circles
    region_id: Mapped[int] = mapped_column(ForeignKey("region.id"), index=True)
    active: Mapped[bool] = mapped_column(default=True)
    created_at: Mapped[datetime]
    leaves_on: Mapped[date | None]  # last day on which the owner can sign in, in the time zone of the region

    roles: Mapped[list["AccountRole"]] = relationship(
        cascade="all, delete-orphan", lazy="raise_on_sql", foreign_keys="AccountRole.account_id"
    )

    @property
    def recipient(self) -> Recipient:
        """The owner as the recipient of a mail; without an address once the account is closed: nobody can sign in."""
        return Recipient(self.id, self.email if self.active else "", self.language)


class AccountRole(Base):
    """A role across the organisation, limited to a region or municipality."""

    __tablename__ = "account_role"
    __table_args__ = (
        CheckConstraint(
            "role in ('coordinator', 'regional_manager', 'care_manager', 'administrator')", name="office_role"
        ),
        CheckConstraint("role <> 'regional_manager' or region_id is not null", name="manager_has_region"),
        CheckConstraint("role <> 'care_manager' or municipality_id is not null", name="care_manager_has_municipality"),
        Index(None, "account_id", "role", "region_id", "municipality_id", unique=True),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id", ondelete="CASCADE"))
    role: Mapped[Role] = mapped_column(enum_column(Role))
    region_id: Mapped[int | None] = mapped_column(ForeignKey("region.id"))
    municipality_id: Mapped[int | None] = mapped_column(ForeignKey("municipality.id"))
    given_at: Mapped[datetime]
    given_by: Mapped[int | None] = mapped_column(ForeignKey("account.id"))  # None: given by a command on the server

    municipality: Mapped[str | None] = column_property(
        select(_municipality.c.name).where(_municipality.c.id == municipality_id).scalar_subquery()
    )
