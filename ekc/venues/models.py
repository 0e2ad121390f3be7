"""The tables of the venues of a region, of the names under which each is found, and of its school holidays.

Somebody's home is no venue: it stands in its case alone.
"""

from datetime import date

from sqlalchemy import CheckConstraint, ForeignKey, LargeBinary, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from ekc.core.crypto import SealedJSON, SealedText
from ekc.core.db import Base


class KnownVenue(Base):
    """A venue of a region, kept for its next conferences. Money in cents; empty or None: not known."""

    __tablename__ = "venue"
    __table_args__ = (
        CheckConstraint("rooms >= 1", name="has_a_room"),
        CheckConstraint("price >= 0", name="not_negative"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    region_id: Mapped[int] = mapped_column(ForeignKey("region.id"), index=True)
    name: Mapped[str] = mapped_column(SealedText("venue.name"))
    address: Mapped[str] = mapped_column(SealedText("venue.address"), default="")
    access: Mapped[str] = mapped_column(SealedText("venue.access"), default="")
    route: Mapped[str] = mapped_column(SealedText("venue.route"), default="")  # and parking, and how far
    rooms: Mapped[int | None]
    kitchen: Mapped[str] = mapped_column(SealedText("venue.kitchen"), default="")
    price: Mapped[int | None]  # for a conference
    contact: Mapped[str] = mapped_column(SealedText("venue.contact"), default="")
    phone: Mapped[str] = mapped_column(SealedText("venue.phone"), default="")
    hours: Mapped[list[list[list[int]] | None]] = mapped_column(SealedJSON("venue.hours"))


class VenueName(Base):
    """A name under which a venue is found: as it is called now, and as it was called."""

    __tablename__ = "venue_name"

    id: Mapped[int] = mapped_column(primary_key=True)
    venue_id: Mapped[int] = mapped_column(ForeignKey("venue.id"), index=True)
    key: Mapped[bytes] = mapped_column(LargeBinary(32), unique=True)  # a keyed hash of the region and the folded name
    name: Mapped[str] = mapped_column(SealedText("venue_name.name"))


class SchoolHoliday(Base):
    """A school holiday in a region, from the first day to the last."""

    __tablename__ = "school_holiday"
    __table_args__ = (
        UniqueConstraint("region_id", "first_on", "last_on"),
        CheckConstraint("last_on >= first_on", name="ends_after_beginning"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    region_id: Mapped[int] = mapped_column(ForeignKey("region.id"))
    name: Mapped[str] = mapped_column(SealedText("school_holiday.name"))
    first_on: Mapped[date]
    last_on: Mapped[date]
