"""What the demo's deals cost to sell: visits, the way there, samples."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import timedelta
from decimal import Decimal
from typing import Any, Final

from pelatis.api import DemoCompany, _l

#: (kind, what it is called, lowest and highest euros, hours)
COSTS: Final = (
    ("visit", _l("Visit on site"), 60, 240, 3),
    ("travel", _l("Way there and back"), 25, 380, 2),
    ("samples", _l("Samples"), 15, 160, None),
    ("hours", _l("Work on the offer"), 90, 520, 6),
)
#: How many deals cost something that was written down.
SHARE: Final = 0.45


def costs_of(company: DemoCompany, deals: Iterable[Mapping[str, Any]]) -> Iterator[dict[str, Any]]:
    """Write down some costs of deals, of the time while they were open."""
    random = company.random
    for deal in deals:
        if random.random() > SHARE:
            continue
        for kind, name, lowest, highest, hours in random.sample(COSTS, random.randrange(1, 4)):
            spent = Decimal(random.randrange(lowest, highest))
            ends = deal["closed_on"] or company.today
            day = min(deal["engaged_on"] + timedelta(days=random.randrange(0, 40)), max(ends, deal["engaged_on"]))
            yield {
                "id": company.id_at(deal["created_at"]), "created_at": deal["created_at"], "name": str(name),
                "owner_id": deal["owner_id"], "kind": kind, "spent_on": day, "amount": spent, "currency": "EUR",
                "amount_base": spent, "hours": Decimal(hours) if hours else None, "opportunity_id": deal["id"],
                "customer_id": deal["customer_id"],
            }  # fmt: skip
