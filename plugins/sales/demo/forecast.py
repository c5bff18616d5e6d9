"""What the demo company forecasts by: a snapshot of each day, targets for each quarter, and two adjustments."""

from collections.abc import Mapping
from datetime import timedelta
from decimal import Decimal
from typing import Final

from pelatis.api import DemoCompany, db

from ..models import Adjustment, SnapshotDay, Target
from ..periods import quarter_of

#: For how many days the company has taken snapshots of its deals.
DAYS_KNOWN: Final = 730
#: What is asked of whom in a quarter, in euros, and for how many quarters back.
TARGETS: Final[Mapping[str, int]] = {
    "eleni": 320_000, "piotr": 280_000, "nikos": 240_000, "kasia": 160_000, "zofia": 120_000, "giorgos": 90_000,
}  # fmt: skip
#: What the company plans to invoice and to spend on selling in a quarter, in euros.
BUDGETS: Final[Mapping[str, int]] = {"invoiced": 40_000, "cost": 25_000}
QUARTERS: Final = 8
#: (of whom, by how much more or less is expected this quarter, why)
ADJUSTMENTS: Final = (
    ("eleni", -12_000, "Nordvik decides after the fair."),
    ("nikos", 15_000, "Psyxi promised a second order by phone."),
)


def prepare(company: DemoCompany) -> None:
    """Write it all once."""
    if db.session.get(SnapshotDay, company.stable_id("snapshot", "0")) is None:
        _make_days(company)
        _make_targets(company)


def _make_days(company: DemoCompany) -> None:
    rows = [
        {
            "id": company.stable_id("snapshot", str(back)),
            "day": company.today - timedelta(days=back),
            "taken_at": company.at(-back, 2) if back else company.now,
        }
        for back in range(DAYS_KNOWN)
    ]
    company.insert(SnapshotDay, rows)


def _make_targets(company: DemoCompany) -> None:
    """Ask something of everybody who sells in each quarter, and expect more or less of two of them in this one."""
    quarters = [quarter_of(company.today).next]
    for _number in range(QUARTERS):
        quarters.append(quarters[-1].previous)
    targets = [
        {
            "id": company.stable_id("target", str(place), key),
            "person_id": company.staff[key],
            "owner_id": company.staff["eleni"],
            "period": quarter.key,
            "currency": "EUR",
            "amount": Decimal(amount),
            "amount_base": Decimal(amount),
        }
        for place, quarter in enumerate(quarters)
        for key, amount in TARGETS.items()
    ]
    budgets = [
        {
            "id": company.stable_id("budget", str(place), measure),
            "measure": measure,
            "owner_id": company.staff["eleni"],
            "period": quarter.key,
            "currency": "EUR",
            "amount": Decimal(amount),
            "amount_base": Decimal(amount),
        }
        for place, quarter in enumerate(quarters)
        for measure, amount in BUDGETS.items()
    ]
    company.insert(Target, targets)
    company.insert(Target, budgets)
    adjustments = [
        {
            "id": company.stable_id("adjustment", key),
            "person_id": company.staff[key],
            "owner_id": company.staff["eleni"],
            "period": quarters[1].key,
            "amount": Decimal(amount),
            "reason": reason,
        }
        for key, amount, reason in ADJUSTMENTS
    ]
    company.insert(Adjustment, adjustments)
