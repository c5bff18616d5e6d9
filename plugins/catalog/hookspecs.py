"""The hooks that the catalog owns."""

from collections.abc import Iterable, Sequence
from datetime import date
from uuid import UUID

from pelatis.api import Actor, Customer, hookspec

from .models import PriceList, PriceRule, Product, TaxRule
from .taxes import Sale


@hookspec
def crm_compute_tax(sale: Sale, products: Sequence[Product]) -> Sequence[TaxRule | None] | None:
    """Say which tax products bear in a sale.

    Asked whenever prices are reckoned, once for all lines of a document. `sale` says where, to whom and when;
    `products` are what is sold, of a line that was written by hand one that has only a `tax_class`. The answer has one
    rule for each product, in their order, None for one that bears no tax; a plugin that leaves it to others answers
    None. A rule needn't be one that is kept: `TaxRule(id=…, name=…, note=…, rate=…)` does, with the same id for the
    same tax, as a document has one tax line for each; rounding and adding up are the document's. The catalog answers
    last, from its own rules; a connector to a tax service is asked before it. An exception stops the act.
    """


@hookspec
def crm_collect_price_rules(  # type: ignore[empty-body]
    customer: Customer | None, products: Sequence[Product], price_lists: Sequence[PriceList], day: date
) -> Iterable[PriceRule]:
    """Give price rules that hold beside those which are written down in the price lists.

    Collected whenever prices are reckoned, once for all lines of a document. `customer` buys (None for nobody yet) the
    `products` on `day`; `price_lists` are those that hold for it, the first to be asked first. Make each rule with
    `price_rule(price_list, name, …)`, for one of these lists; it stands among the list's own and goes by the same
    order: the nearest to the product first, then the largest quantity. Give only what holds on the day, with a fixed
    number of statements. Its name stands in the price's explanation, which a document keeps. An exception leaves the
    plugin's rules out, and the explanation says so. Plugins that agree on prices otherwise (a partner's tier, a loyalty
    card) implement it.
    """


@hookspec
def crm_stock_arrived(actor: Actor, product: UUID) -> None:
    """Promise what came into stock to what waits for it.

    Demanded in the unit that books units of `product` in, after they are on hand and while its levels are locked;
    `actor` is whoever books them. Promise with `reserve(…, short=True)`, what waits longest first: whoever asks later
    finds what is left. What is changed by somebody else at the moment is passed over rather than waited for, as they
    may wait for the levels. Sales answer it with orders that were confirmed though there wasn't enough. An exception
    stops the booking.
    """
