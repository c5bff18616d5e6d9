"""Who has a part in the demo's deals, and who else is after them."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final
from uuid import UUID

from pelatis.api import DemoCompany, DemoCustomer, db

from ..models import Competitor

#: (name, website, what they are better at, what they are worse at)
COMPETITORS: Final = (
    ("Aegean Pantry Supply", "https://www.aegeanpantry.example", "Prices; stock in Thessaloniki.", "Slow with claims."),
    ("Olivarium Polska", "https://www.olivarium.example", "Own lorries in all of Poland.", "No organic range."),
    ("Mediterra Trade", "https://www.mediterra.example", "Private label from 200 bottles on.", "Long payment chains."),
    ("Norddeli", "https://www.norddeli.example", "Known in Scandinavia.", "Twice our delivery time."),
    ("Bałtyk Smaki", "https://www.baltyksmaki.example", "Trade fairs, samples for everybody.", "Changing staff."),
)
#: How many of a hundred deals somebody else is after as well.
MET: Final = 40
#: The parts that people have in deals, and how often of a hundred.
ROLES: Final[Mapping[str, int]] = {"decides": 40, "uses": 15, "buys": 20, "influences": 15, "supports": 6, "blocks": 4}


def competitors(company: DemoCompany) -> list[UUID]:
    """Give the ids of the demo's competitors, and make them where they aren't there yet."""
    rows = [
        {
            "id": company.stable_id("competitor", name), "name": name, "website": website, "strengths": strengths,
            "weaknesses": weaknesses,
        }
        for name, website, strengths, weaknesses in COMPETITORS
    ]  # fmt: skip
    if db.session.get(Competitor, rows[0]["id"]) is None:
        company.insert(Competitor, rows)
    return [UUID(str(row["id"])) for row in rows]


def lose_to(company: DemoCompany, row: Mapping[str, Any], rivals: Sequence[UUID]) -> dict[str, Any]:
    """Say who won a deal that was lost to a competitor."""
    return {"lost_to_id": company.random.choice(rivals) if row["lost_reason"] == "competitor" else None}


def encounters(
    company: DemoCompany, deals: Iterable[Mapping[str, Any]], rivals: Sequence[UUID]
) -> Iterable[dict[str, Any]]:
    """Say who else is or was after some deals."""
    random = company.random
    for deal in deals:
        met = {deal["lost_to_id"]} - {None}
        if random.randrange(100) < MET:
            met |= set(random.sample(list(rivals), random.choice((1, 1, 2))))
        for rival in sorted(met):
            yield {**_part_of(company, deal), "competitor_id": rival}


def employees(customers: Sequence[DemoCustomer]) -> dict[UUID, list[UUID]]:
    """Tell who works at which organisation: in a batch its people follow it."""
    found: dict[UUID, list[UUID]] = {}
    for place, customer in enumerate(customers):
        following = customers[place + 1 : place + 1 + len(customer.people)]
        if customer.people:
            found[customer.id] = [each.id for each in following if each.name in customer.people]
    return found


def contacts(
    company: DemoCompany, deals: Iterable[Mapping[str, Any]], people: Mapping[UUID, Sequence[UUID]]
) -> Iterable[dict[str, Any]]:
    """Give the people of each deal's customer their parts in it."""
    for deal in deals:
        for place, person in enumerate(people.get(deal["customer_id"], ())):
            role = company.random.choices(list(ROLES), list(ROLES.values()))[0]
            yield {
                **_part_of(company, deal), "customer_id": person, "role": role if place else "decides",
                "is_primary": place == 0,
            }  # fmt: skip


def _part_of(company: DemoCompany, deal: Mapping[str, Any]) -> dict[str, Any]:
    at = deal["created_at"]
    return {
        "id": company.id_at(at), "created_at": at, "updated_at": at, "owner_id": deal["owner_id"],
        "opportunity_id": deal["id"],
    }  # fmt: skip
