"""The plans that the demo's company has for its most important customers."""

from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import Any, Final

from pelatis.api import DemoCompany, DemoCustomer, _l

#: From which importance on a customer has a plan.
IMPORTANT: Final = 4
GOALS: Final = _l("Sell them twice as much oil.")
STRATEGY: Final = _l("Meet the buyer every quarter; samples of what they don’t buy yet.")


def plans(company: DemoCompany, customers: Sequence[DemoCustomer]) -> Iterable[dict[str, Any]]:
    """Give a plan to each customer of the demo's stories that matters."""
    for customer in customers:
        if customer.key and customer.is_buyer and customer.importance >= IMPORTANT:
            yield {
                "id": company.stable_id("plan", customer.key), "name": customer.name, "customer_id": customer.id,
                "goals": str(GOALS), "strategy": str(STRATEGY), "owner_id": customer.owner_id,
                "review_on": company.today + timedelta(days=company.random.randrange(-5, 80)),
            }  # fmt: skip
