"""The tables of municipalities and organisations, and of the names under which each is found.

Cases and roles refer to the row of a municipality. Nothing refers to the row of an organisation, because who is in a
case for which organisation is kept encrypted: it is found by the name that was typed there (ADR 38).
"""

from enum import StrEnum

from sqlalchemy import ForeignKey, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from ekc.core.crypto import SealedText
from ekc.core.db import Base
from ekc.core.lengths import NAME, TITLE, WORD


class Listing(StrEnum):
    """What is listed."""

    MUNICIPALITIES = "municipalities"
    ORGANISATIONS = "organisations"


#: The most characters of what a row is called: that of a municipality stands in lists and in corrections.
LONGEST = {Listing.MUNICIPALITIES: TITLE, Listing.ORGANISATIONS: NAME}


class Listed(Base):
    """Something that is known by name. `confirmed`: somebody whose task it is looked at it."""

    __abstract__ = True

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    code: Mapped[str | None] = mapped_column(String(WORD), unique=True)  # of a public register, such as GM0344
    confirmed: Mapped[bool] = mapped_column(index=True)


class ListedName(Base):
    """A name under which a row is found: as it is called now, as it was called, and other names."""

    __abstract__ = True

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[bytes] = mapped_column(LargeBinary(32), unique=True)  # a keyed hash of the folded name
    name: Mapped[str]
    row_id: Mapped[int]


class Municipality(Listed):
    """A municipality, council or area."""

    __tablename__ = "municipality"

    name: Mapped[str] = mapped_column(String(NAME))


class MunicipalityName(ListedName):
    """A name of a municipality."""

    __tablename__ = "municipality_name"

    name: Mapped[str] = mapped_column(String(NAME))

    row_id: Mapped[int] = mapped_column("municipality_id", ForeignKey("municipality.id"), index=True)


class Organisation(Listed):
    """An organisation that refers, decides, helps or employs. Its name is what somebody typed in a case."""

    __tablename__ = "organisation"

    name: Mapped[str] = mapped_column(SealedText("organisation.name"))


class OrganisationName(ListedName):
    """A name of an organisation."""

    __tablename__ = "organisation_name"

    name: Mapped[str] = mapped_column(SealedText("organisation_name.name"))

    row_id: Mapped[int] = mapped_column("organisation_id", ForeignKey("organisation.id"), index=True)


ROWS: dict[Listing, type[Listed]] = {Listing.MUNICIPALITIES: Municipality, Listing.ORGANISATIONS: Organisation}
NAMES: dict[Listing, type[ListedName]] = {
    Listing.MUNICIPALITIES: MunicipalityName,
    Listing.ORGANISATIONS: OrganisationName,
}
