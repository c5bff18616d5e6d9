"""The territories of the demo company: a tree, who looks after each, and which customers belong where."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import select

from core.database import db, new_id
from core.demo.staff import staff_ids
from core.territories.models import Territory, TerritoryMember


@dataclass(frozen=True)
class Region:
    """A territory of the demo company.

    Attributes:
        name: its name.
        parent: the code of the one above it; empty at the top.
        manager: the key of whoever answers for it.
        members: the keys of those who look after it too.
        countries: where its customers are.
        postcodes: the beginnings of their postcodes, where not all of a country belong to it.
    """

    name: str
    parent: str
    manager: str
    members: tuple[str, ...] = ()
    countries: tuple[str, ...] = ()
    postcodes: tuple[str, ...] = ()


#: Code to territory; those below come after the one above.
REGIONS: Final[Mapping[str, Region]] = {
    "EU": Region("Europe", "", "giorgos"),
    "GR": Region("Greece", "EU", "giorgos", countries=("GR",)),
    "GR-N": Region("Northern Greece", "GR", "nikos", countries=("GR",), postcodes=("4", "5", "6")),
    "GR-S": Region("Southern Greece", "GR", "nikos", countries=("GR",), postcodes=("1", "2", "3", "7", "8")),
    "PL": Region("Poland", "EU", "piotr", ("kasia",), countries=("PL",)),
    "EXP": Region("Export", "EU", "zofia", countries=("CY", "DE", "IT", "AT", "CZ", "NO")),
}


def mark_territories(founded: datetime) -> None:
    """Make the territories; call it inside a write unit.

    Args:
        founded: since when they are there.
    """
    session, people = db.session, staff_ids()
    ids = {code: new_id() for code in REGIONS}
    for code, region in REGIONS.items():
        session.add(
            Territory(
                id=ids[code],
                code=code,
                name=region.name,
                parent_id=ids.get(region.parent),
                manager_id=people[region.manager],
                countries=list(region.countries),
                postcodes=list(region.postcodes),
                created_at=founded,
            )
        )
        session.flush()
        for key in (region.manager, *region.members):
            session.add(TerritoryMember(territory_id=ids[code], user_id=people[key], created_at=founded))
    session.flush()


def territory_ids() -> dict[str, UUID]:
    """Find the ids of the territories by their codes."""
    found = db.session.execute(select(Territory.code, Territory.id).where(Territory.code.in_(REGIONS)))
    return {code: identity for code, identity in found if code is not None}


def territory_of(country: str, postcode: str) -> str:
    """Tell the code of the territory that a customer belongs to, the narrowest one; nothing where there is none."""
    fitting = [
        code
        for code, region in REGIONS.items()
        if country in region.countries and postcode.startswith(region.postcodes or "")
    ]
    return fitting[-1] if fitting else ""
