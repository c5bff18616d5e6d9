"""The hooks that sales own."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from pelatis.api import Actor, hookspec
from plugins.catalog.api import Availability

from .credits import Credit
from .exports import JournalExport


@hookspec
def crm_check_availability(  # type: ignore[empty-body]
    actor: Actor, items: Mapping[UUID, Decimal], due_on: date
) -> Mapping[UUID, Availability]:
    """Say what there is of products for a day.

    Asked by the pages of quotes and orders, always for all of their lines at once: `items` are product ids with the
    units that are wanted, `due_on` is the day by which, `actor` whoever looks. The answer has the products that
    somebody keeps in stock; others aren't in it and count as to be had at any time. Sales answer it themselves from the
    catalog's stock, in three statements, after all others: a plugin that knows better, such as a connector to a
    warehouse, is asked before them. Whether units are promised is decided by the catalog alone, when an order is
    confirmed. An exception ends the page.
    """


@hookspec
def crm_validate_order(actor: Actor, order: Any, lines: Sequence[Any]) -> None:
    """Refuse an order that must not be confirmed as it stands.

    Demanded while an order is confirmed, after its lines were priced and before it gets its number and its stock is
    reserved. `actor` is whoever confirms it, `order` the draft, `lines` what it has in their order, each with
    `product_id`, `name`, `quantity`, `unit_price`, `discount` and `net`. Raise a `Problem` that says what to do; any
    other exception stops the act too, with a 503. Sales themselves refuse what isn't offered any more, unless the
    customer accepted it in a quote.
    """


@hookspec
def crm_collect_credits(actor: Actor, customer: UUID) -> Iterable[Credit]:  # type: ignore[empty-body]
    """Give what a customer has to their credit and hasn't used yet.

    Collected for the statement of what a customer owes. `customer` is the id of one that `actor` may see; give only
    credits that they may see too, in any currency, with a fixed number of statements. An exception shows a small error
    card on the statement. Sales answer it themselves with payments and credit notes that aren't used up; plugins
    that owe customers something (a bonus, a voucher, a deposit) and require sales implement it.
    """


@hookspec
def crm_export_journal(export: JournalExport) -> str | None:
    """Take a batch of the journal over into a bookkeeping system.

    Asked by the worker and by `pelatis sales journal --hand-over`, outside of a write unit, so it may take its time.
    `export` has the lines of documents that no earlier batch had, each with `account`, `debit` and `credit` in the
    currency of `export`, its `document` and its `tax`; they balance. Answer with the name that the batch has there,
    once it is safely there; None leaves it to the next plugin. Raise a `Problem` that says what to do when it can't be
    taken: the batch stands as not taken and can be handed over again. Whoever is killed before the answer is noted
    hands it over again, with the same `export.key` and the same lines: let the bookkeeping refuse a key that it has,
    and answer with the name that it has it by. Connectors to bookkeeping systems implement it, one at a time.
    """
