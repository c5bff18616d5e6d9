"""The hooks that sales own."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from pelatis.api import Actor, hookspec
from plugins.catalog.api import Availability

from .conflicts import DealConflict
from .credits import Credit
from .exports import JournalExport
from .offers import Offer


@hookspec
def crm_create_opportunity(actor: Actor, key: UUID, values: Mapping[str, Any]) -> UUID | None:
    """Make an opportunity of something that another plugin knows of, and give its id.

    Asked by plugins that come upon a chance to sell (a registration of a partner, a wish on a ticket), inside their
    write unit; the answer is None while sales are off. `actor` needs the right to make opportunities. `key` is made by
    the asker (`new_id()`) and kept with what the opportunity is made of: the same key makes it once, however often and
    by however many it is asked for, and even where it was thrown away since. `values` are raw, by field, as the API
    takes them. A `Problem` says what is wrong with them.
    """


@hookspec
def crm_create_order(
    actor: Actor, key: UUID, values: Mapping[str, Any], lines: Sequence[Mapping[str, Any]]
) -> UUID | None:
    """Make a draft of an order with its lines, and give its id.

    Asked by plugins in which something is ordered (a shop, a portal, a contract), inside their write unit; the answer
    is None while sales are off. `actor` needs the right to make orders. `key` makes it once, as for
    `crm_create_opportunity`; `values` and each of `lines` are raw, by field, as the API takes them, without the line's
    `order`. Prices come from the price lists unless a line says one. Somebody, or the asker by its own rules, confirms
    the order. A `Problem` says what is wrong, and nothing is made.
    """


@hookspec
def crm_collect_deal_conflicts(actor: Actor, deal: Any) -> Iterable[DealConflict]:  # type: ignore[empty-body]
    """Tell what else is under way that a deal may collide with.

    Collected for the page of an open deal: `deal` has `id`, `name`, `customer_id`, `product_id`, `owner_id` and
    `amount_base`. Give only what `actor` may know, and a title that says no more, with a fixed number of statements. An
    exception shows the plugin's name as one that couldn't be asked. Sales themselves give other open deals with the
    same customer about the same; plugins that protect deals (registrations of partners) implement it.
    """


@hookspec
def crm_suggest_offers(  # type: ignore[empty-body]
    actor: Actor, customer: UUID | None, products: Sequence[UUID]
) -> Iterable[Offer]:
    """Suggest products that go well with others.

    Collected beside drafts of quotes and orders, after the page stands. `customer` is the id of whom the document is
    for, `products` are the ids of what is on it, at least one. Give a few, with a fixed number of statements that don't
    grow with the tables; what is on the document already, isn't offered any more or isn't the actor's to see is left
    out. An exception costs the plugin its own offers. Sales themselves give what stood together in the latest orders.
    """


@hookspec
def crm_check_availability(  # type: ignore[empty-body]
    actor: Actor, items: Mapping[UUID, Decimal], due_on: date
) -> Mapping[UUID, Availability]:
    """Say what there is of products for a day.

    Asked by the pages of quotes and orders, always for all of their lines at once: `items` are product ids with the
    units that are wanted, `due_on` is the day by which, `actor` whoever looks. The answer has the products that
    somebody keeps in stock; others aren't in it and count as to be had at any time. Whoever knows what is expected says
    it as `later`, and as `enough_on` from which day on there is as much as is wanted. Sales answer it themselves from
    the catalog's stock, in three statements, after all others: a plugin that knows better, such as a connector to a
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
