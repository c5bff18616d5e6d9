"""The bench's own data: customers as the demo makes them, deals over all stages, activities of every kind."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal
from functools import partial
from typing import Any, Final
from uuid import UUID

from sqlalchemy import select

from core.access import acting_as, system_actor
from core.database import bulk_insert, db, utc_now, write_unit
from core.database.bulk import MOST_ROWS
from core.demo.company import PAST, DemoCompany, DemoCustomer
from core.demo.loading import ZONE
from core.demo.parties import Parties
from core.records.registry import record_types
from core.users.operations import add_user

EMAIL: Final = "bench@bench.example"
PASSWORD: Final = "a long bench password"  # noqa: S105 – for a database that is thrown away
SEED: Final = 7
#: How many people there are; each works on their share of the deals and activities.
STAFF: Final = 40
#: Customers of one write unit; with their relations and contact points they stay below what one unit may carry.
BATCH: Final = 2_500

#: (record type, its moment, what it is called) of the activities.
ACTIVITIES: Final = (
    ("activities.note", "written_at", None),
    ("activities.call", "starts_at", "subject"),
    ("activities.visit", "starts_at", "subject"),
    ("activities.meeting", "starts_at", "subject"),
    ("activities.task", None, "title"),
)


@dataclass(frozen=True)
class Made:
    """What the measurements are taken from.

    Attributes:
        busy: ids of customers with deals and activities.
        names: names of people, to search for.
        user_id: who is signed in.
        add_deals: add_deals(count, only_open) makes more deals, in all stages or in open ones.
    """

    busy: list[UUID]
    names: list[str]
    user_id: UUID
    add_deals: Callable[[int, bool], int]


def make_data(customers: int, opportunities: int, activities: int, told: Callable[[str], None]) -> Made:
    """Fill an empty, prepared database through the journalled bulk door.

    Args:
        customers, opportunities, activities: how many.
        told: called with what has been made.
    """
    with acting_as(system_actor(), origin="demo"):
        user = add_user(system_actor(), email=EMAIL, role="administrator", password=PASSWORD, name="Bench")
        people = [user.id, *(_colleague(number) for number in range(1, STAFF))]
        keys = ("eleni", "nikos", "giorgos", "piotr", "kasia", "zofia")
        company = DemoCompany(SEED, utc_now(), ZONE, {key: people[place] for place, key in enumerate(keys)})
        firms, names = _make_customers(company, customers, people)
        told(f"{customers:,} customers")
        told(f"{_make_deals(company, firms, opportunities):,} opportunities")
        told(f"{_make_activities(company, firms, activities):,} activities")
    busy = firms[: max(min(len(firms), opportunities, activities) // 2, 1)]
    every = busy[:: max(len(busy) // 400, 1)]
    return Made([firm.id for firm in every], names, user.id, partial(_make_deals, company, firms))


def _colleague(number: int) -> UUID:
    colleague = add_user(
        system_actor(), email=f"bench{number}@bench.example", role="salesperson", name=f"Bench {number}"
    )
    return UUID(str(colleague.id))


def _make_customers(company: DemoCompany, customers: int, people: list[UUID]) -> tuple[list[DemoCustomer], list[str]]:
    """Write the customers; give the organisations, each with one of all the people as its seller, and some names."""
    firms: list[DemoCustomer] = []
    names: set[str] = set()
    parties = Parties(company)
    for batch, start in enumerate(range(0, customers, BATCH), start=1):
        company.random.seed(f"{SEED}:{batch}")
        with write_unit():
            made = parties.write(batch, min(BATCH, customers - start))
        firms += [each for each in made if each.kind == "organisation"]
        names |= {each.name for each in made[-400:] if each.kind == "person"}
    sellers = [replace(firm, owner_id=people[place % len(people)]) for place, firm in enumerate(firms)]
    return sellers, sorted(names)[:400]


def _write(model: Any, rows: Iterator[dict[str, Any]], count: int) -> int:
    for start in range(0, count, MOST_ROWS):
        with write_unit():
            bulk_insert(model, [next(rows) for _ in range(min(MOST_ROWS, count - start))])
    return count


def _make_deals(company: DemoCompany, firms: list[DemoCustomer], count: int, only_open: bool = False) -> int:
    deal, stage = record_types.get("sales.opportunity"), record_types.get("sales.stage")
    if deal is None or stage is None:
        return 0
    model: Any = stage.model
    every = db.session.scalars(select(model).order_by(model.position))
    stages = [each for each in every if each.kind == "open" or not only_open]
    return _write(deal.model, _deals(company, firms, stages), count)


def _deals(company: DemoCompany, firms: list[DemoCustomer], stages: list[Any]) -> Iterator[dict[str, Any]]:
    number = 0
    while True:
        firm, stage = firms[number % len(firms)], stages[number % len(stages)]
        since = _moment(company)
        amount = Decimal(company.random.randrange(100, 90_000))
        yield {
            "id": company.id_at(since),
            "created_at": since,
            "owner_id": firm.owner_id,
            "name": f"Deal {number:06} {firm.name}"[:300],
            "customer_id": firm.id,
            "pipeline_id": stage.pipeline_id,
            "stage_id": stage.id,
            "stage_since": since,
            "amount": amount,
            "currency": "EUR",
            "amount_base": amount,
            "engaged_on": since.date(),
            "expected_close_on": (since + timedelta(days=60)).date(),
            "closed_on": None if stage.kind == "open" else since.date(),
        }
        number += 1


def _make_activities(company: DemoCompany, firms: list[DemoCustomer], count: int) -> int:
    present = [(found, *rest) for key, *rest in ACTIVITIES if (found := record_types.get(key)) is not None]
    made = 0
    for place, (record_type, moment, title) in enumerate(present):
        share = (count - made) // (len(present) - place)
        made += _write(record_type.model, _activities(company, firms, moment, title), share)
    return made


def _activities(
    company: DemoCompany, firms: list[DemoCustomer], moment: str | None, title: str | None
) -> Iterator[dict[str, Any]]:
    number = 0
    while True:
        firm, at = firms[number % len(firms)], _moment(company)
        is_done = number % 4 != 0
        row: dict[str, Any] = {
            "id": company.id_at(at), "created_at": at, "owner_id": firm.owner_id, "customer_id": firm.id,
            "body": f"What was said with {firm.name}: number {number}.",
        }  # fmt: skip
        if title:
            row |= {title: f"About {firm.name}"[:300], "done_at": at if is_done else None}
        row |= {moment: at} if moment else {"due_on": at.date()}
        yield row
        number += 1


def _moment(company: DemoCompany) -> datetime:
    return company.moment(company.now - PAST, company.now)


def import_file(rows: int) -> bytes:
    """Make a CSV file of customers who aren't there yet."""
    lines = ["name,email,phone,city,country,industry,employees,since"]
    lines += [
        f"Imported Firm {number:07} Ltd,office{number}@imported{number}.example,+30261043{number % 10_000:04},"
        f"Πάτρα,GR,Retail,{number % 400 + 1},2024-{number % 12 + 1:02}-15"
        for number in range(rows)
    ]
    return "\n".join(lines).encode()


def some_customer(number: int) -> dict[str, str]:
    """Give the form of a customer who isn't there yet."""
    return {
        "kind": "organisation", "name": f"Bench Firm {number} {utc_now().timestamp():.0f}", "city": "Πάτρα",
        "country": "GR", "email": f"bench{number}@firm.example",
    }  # fmt: skip
