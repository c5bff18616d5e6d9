"""Loading the demo: batch by batch, each in one write unit with the note of how far it has come."""

import importlib
import importlib.util
import math
from collections.abc import Callable, Iterator
from datetime import datetime
from random import Random
from typing import Any, Final, NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy import select

from core.access import acting_as, system_actor
from core.customers.models import Customer
from core.database import db, utc_now, write_unit
from core.demo.company import PAST, DemoCompany, DemoMatter, DemoPart
from core.demo.parties import BATCH, Parties, batches
from core.demo.staff import STAFF, hire_staff, staff_ids
from core.demo.tax_numbers import make_tax_number
from core.demo.territories import mark_territories, territory_ids
from core.host.doors import current_host, demand
from core.i18n import DEFAULT_ZONE, _, in_language
from core.records.models import SavedView
from core.users.company import set_company
from core.users.models import Setting, User

#: Who the company is; nobody has its tax number.
COMPANY: Final = {
    "company_name": "Αιγίς Εμπορική Α.Ε.",
    "currency": "EUR",
    "street": "Ακτή Δυμαίων 48",
    "postal_code": "262 22",
    "city": "Πάτρα",
    "country": "GR",
    "tax_number": make_tax_number(Random("aigis"), "GR") or "",  # noqa: S311 - the demo's
    "tax_office": "ΔΟΥ Α΄ Πατρών",
    "phone": "+30 2610 555 010",
    "email": "info@aigis.example",
    "website": "www.aigis.example",
}
#: What everybody in the demo signs in with; it is printed, and it guards invented data alone.
PASSWORD: Final = "pelatis-demo"  # noqa: S105
#: The setting that holds how far the demo has come.
PROGRESS: Final = "demo"
#: Where the company is.
ZONE: Final = ZoneInfo(DEFAULT_ZONE)


class SignIn(NamedTuple):
    """What somebody signs in with."""

    email: str
    password: str


SIGN_IN: Final = SignIn(STAFF[0].email, PASSWORD)

#: Up to how many customers each one has a full history.
FULL_HISTORY: Final = 10_000

#: Told after each batch: (customers that are there, customers that are wanted).
Progress = Callable[[int, int], None]


def is_loaded() -> bool:
    """Tell whether all of the demo is there."""
    progress = _progress()
    return progress is not None and progress["batches"] >= batches(progress["customers"])


def is_begun() -> bool:
    """Tell whether the demo was begun, whether or not it was interrupted."""
    return _progress() is not None


def has_customers() -> bool:
    """Tell whether there are customers, the demo's or others."""
    return db.session.execute(select(Customer.id).limit(1)).first() is not None


def load(
    customers: int = 300,
    seed: int = 1,
    *,
    language: str = "en",
    now: datetime | None = None,
    told: Progress = lambda _done, _wanted: None,
) -> SignIn:
    """Make the demo company with everything that the enabled plugins add to it.

    Where it is there already nothing is done; where it was interrupted it goes on, with the customers and the seed that
    it was begun with.

    Args:
        customers: how many organisations and people, together.
        seed: what chance begins with.
        language: what the company and the one who signs in speak.
        now: the moment from which the past is told; the present one by default.
        told: called after each batch with the customers that are there and those that are wanted.

    Returns:
        What the administrator of the company signs in with.
    """
    moment = (now or utc_now()).isoformat()
    progress = _progress() or {"customers": customers, "seed": seed, "now": moment, "batches": 0}
    wanted = int(progress["customers"])
    if progress["batches"] >= batches(wanted):
        return SIGN_IN
    seed, begun = int(progress["seed"]), datetime.fromisoformat(progress["now"])
    writer: _Writer | None = None
    with acting_as(system_actor(), origin="demo"), in_language(language):
        for batch in range(progress["batches"], batches(wanted)):
            with write_unit():
                if batch == 0:
                    _found(begun, language)
                writer = writer or _Writer(
                    DemoCompany(seed, begun, ZONE, staff_ids(), territory_ids(), _density(wanted))
                )
                writer.write(batch, min(BATCH, wanted - batch * BATCH))
                _note({**progress, "batches": batch + 1})
            db.session.expunge_all()
            told(min((batch + 1) * BATCH, wanted), wanted)
    return SIGN_IN


def _progress() -> dict[str, Any] | None:
    kept = db.session.execute(
        select(Setting.value).where(Setting.plugin == "core", Setting.scope == "", Setting.key == PROGRESS)
    ).scalar()
    return dict(kept) if kept else None


def _density(customers: int) -> float:
    """Give large companies less history for each customer, so that a million of them is a matter of minutes."""
    return min(1.0, math.sqrt(FULL_HISTORY / customers))


def _note(progress: dict[str, Any]) -> None:
    """Write down how far the demo has come."""
    kept = db.session.get(Setting, ("core", "", PROGRESS))
    if kept is None:
        db.session.add(Setting(plugin="core", scope="", key=PROGRESS, value=progress))
    else:
        kept.value = progress


def _found(begun: datetime, language: str) -> None:
    """Give the company its name, its people, and the views that the one who signs in works with."""
    set_company(**COMPANY, language=language)
    hire_staff(begun - PAST, ZONE.key, PASSWORD)
    mark_territories(begun - PAST)
    eleni = staff_ids()["eleni"]
    db.session.get_one(User, eleni).language = language
    mine = {"field": "owner", "op": "is", "value": ["me"]}
    demand("crm_set_up_company", actor=system_actor())
    views = {
        _("Mine in Πάτρα"): {"and": [mine, {"field": "city", "op": "is", "value": ["Πάτρα", "Αίγιο", "Ρίο"]}]},
        _("Key accounts"): {"and": [{"field": "roles", "op": "is", "value": ["key_account"]}]},
    }
    for name, criteria in views.items():
        query = {"filter": criteria}
        db.session.add(SavedView(record_type_key="customer", name=name, query=query, pinned=True, owner_id=eleni))


class _Writer:
    """Writes batches: the core's own part, then every plugin's."""

    def __init__(self, company: DemoCompany) -> None:
        self.company = company
        self.parties = Parties(company)
        self.parts = [(name, kind(company)) for name, kind in _parts()]
        self.is_prepared = False

    def write(self, batch: int, count: int) -> None:
        if not self.is_prepared:
            self._prepare()
        self._give_chance(f"customers:{batch}")
        customers = self.parties.write(batch, count)
        matters: list[DemoMatter] = []
        for name, part in self.parts:
            self._give_chance(f"{name}:{batch}")
            matters += part.write(customers)
        for name, part in self.parts:
            self._give_chance(f"{name}:about:{batch}")
            part.write_about(matters)

    def _prepare(self) -> None:
        for name, part in self.parts:
            self._give_chance(name)
            part.prepare()
        db.session.flush()
        self.is_prepared = True

    def _give_chance(self, part: str) -> None:
        """Give a part its own chance, so that what it makes doesn't depend on which other parts there are."""
        self.company.random.seed(f"{self.company.seed}:{part}")


def _parts() -> Iterator[tuple[str, type[DemoPart]]]:
    """Find what enabled plugins add: the `DemoPart` in the module `demo` of each."""
    host = current_host()
    for name in host.in_order(host.enabled):
        module = f"{host.loaded[name].module.__name__}.demo"
        if importlib.util.find_spec(module) is None:
            continue
        for value in vars(importlib.import_module(module)).values():
            if isinstance(value, type) and issubclass(value, DemoPart) and value is not DemoPart:
                yield name, value
