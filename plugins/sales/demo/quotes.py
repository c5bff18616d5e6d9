"""The demo's quotes: three alternatives in writing, one at its customer, one that was signed and is being delivered."""

from collections.abc import Iterable, Mapping
from datetime import timedelta
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

from sqlalchemy import select

from pelatis.api import DemoCompany, _, db, system_actor
from plugins.catalog.api import Product

from ..models import ApprovalLimit, Quote
from ..operations.acceptance import accept_quote
from ..operations.deliveries import deliver
from ..operations.orders import create_order_of_quote
from ..operations.quote_lines import add_line, add_set, update_set
from ..operations.quote_links import link_for
from ..operations.quotes import create_quote, send_quote
from ..queries.orders import lines_of_order
from ..queries.quotes import sets_of

#: A line: code, quantity, discount in percent, whether it is optional.
Line = tuple[str, int, int, bool]

#: Of the deal (customer, product): the terms, and each set's name, note and lines.
QUOTES: Final[Mapping[tuple[str, str], tuple[str, tuple[tuple[str, str, tuple[Line, ...]], ...]]]] = {
    ("elaiones", "OIL-B"): (
        "Πληρωμή σε 30 ημέρες. Παράδοση στην αποθήκη Πάτρας κάθε δεύτερη Τρίτη.",
        (
            ("Εποχή", "Πληρωμή ανά παράδοση", (("OIL-B", 4_800, 0, False), ("OIL-5", 400, 0, False))),
            (
                "Εποχή με σέρβις",
                "Ετήσια συντήρηση, εκπαίδευση",
                (
                    ("OIL-B", 4_800, 4, False), ("OIL-5", 400, 4, False), ("SRV-Y", 1, 0, False),
                    ("TRN-D", 2, 0, True), ("FRG-D", 1, 10, True), ("BTL-L1", 1, 5, True),
                    ("GFT-1", 40, 0, True), ("APR-M-OLIVE", 24, 0, True),
                ),
            ),
            ("Δοκιμαστικό τρίμηνο", "Χωρίς δέσμευση", (("OIL-B", 1_200, 0, False),)),
        ),
    ),
    ("kowalski", "BOX-6"): ("", (("Pudełka", "", (("BOX-6", 300, 5, False), ("LBL-R", 4, 0, True))),)),
    ("pharma", "OIL-5"): ("", (("Εξάμηνο", "", (("OIL-5", 500, 3, False),)),)),
}  # fmt: skip
#: The options of products that are configured.
OPTIONS: Final = {"BTL-L1": ("18 valves", "5.5 kW", "Labelling station")}
#: What becomes of the others than the first.
SENT: Final = ("kowalski", "BOX-6")
SIGNED: Final = ("pharma", "OIL-5")
#: How much of the signed quote's order has gone out.
DELIVERED: Final = Decimal(300)
_DRAWN: Final = "M60 120 L90 60 L110 130 L140 70 L160 120 L200 90 L240 110 L300 95"


def make(company: DemoCompany, deals: Mapping[tuple[str, str], Mapping[str, Any]]) -> None:
    """Write the quotes of the deals that the demo has.

    Args:
        company: the demo's company.
        deals: customer's key and product's code to the deal's row.
    """
    codes = {line[0] for _terms, sets in QUOTES.values() for *_told, lines in sets for line in lines}
    products = dict(db.session.execute(select(Product.sku, Product.id).where(Product.sku.in_(codes))).all())
    if db.session.get(ApprovalLimit, company.stable_id("limit")) is None:
        limit = {"name": _("A fifth at least"), "min_margin": Decimal(20), "max_discount": Decimal(15)}
        company.insert(ApprovalLimit, [{"id": company.stable_id("limit"), **limit}])
    for key, (terms, sets) in QUOTES.items():
        quote_id = company.stable_id("quote", *key)
        if key not in deals or db.session.get(Quote, quote_id) is not None:
            continue
        deal = deals[key]
        told = {"id": quote_id, "opportunity_id": deal["id"], "owner_id": deal["owner_id"], "currency": "EUR"}
        quote = create_quote(system_actor(), {**told, "terms": terms or None})
        _fill(quote, sets, products)
        if key in (SENT, SIGNED):
            send_quote(system_actor(), quote)
            link_for(system_actor(), quote)
        if key == SIGNED:
            accept_quote(quote, sets_of(quote)[0].id, (), "Νίκη Παπαδάκη", _DRAWN, "192.0.2.17")
            _order(company, quote)


def _fill(quote: Quote, sets: Iterable[tuple[str, str, tuple[Line, ...]]], products: Mapping[Any, UUID]) -> None:
    actor = system_actor()
    (present,) = sets_of(quote)
    for place, (name, note, lines) in enumerate(sets):
        values = {"name": name, "note": note or None}
        made = update_set(actor, present, values) if place == 0 else add_set(actor, quote, values)
        for code, quantity, discount, optional in lines:
            said = {"product_id": products[code], "quantity": Decimal(quantity), "discount": Decimal(discount)}
            add_line(actor, made, {**said, "optional": optional, "options": OPTIONS.get(code)})


def _order(company: DemoCompany, quote: Quote) -> None:
    """Make the order of the quote that was signed, of which a part has gone out."""
    due = {"due_on": company.today + timedelta(days=12), "reference": "ΠΑΡ-2214"}
    order = create_order_of_quote(system_actor(), quote, due, short=True)
    (line,) = lines_of_order(order)
    deliver(system_actor(), order, {line.id: DELIVERED}, day=company.today, note="ACS 7714 0392 118")
