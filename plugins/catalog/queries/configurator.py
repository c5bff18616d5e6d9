"""What the configurator shows: the options of a product, which of them can be chosen, and what they cost."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from pelatis.api import Actor, Customer, base_currency, may, today

from ..configuration import Choices
from ..models import OptionGroup, Price, Product
from ..pricing import PricedLine, PriceRequest
from .options import choices_of
from .pricing import price_lines, price_lists_of


@dataclass(frozen=True)
class Configuration:
    """A choice of a product's options.

    Attributes:
        product: the product.
        choices: its groups and options.
        chosen: the ids of the chosen options that are the product's.
        quantity: how many units.
        messages: what is wrong with the choice, by group.
        refusals: why an option can't be chosen now.
        line: what one unit costs so; None for whoever may not see prices.
    """

    product: Product
    choices: Choices
    chosen: frozenset[UUID]
    quantity: Decimal
    messages: Mapping[UUID | None, Sequence[str]]
    refusals: Mapping[UUID, str]
    line: PricedLine | None

    def chosen_in(self, group: OptionGroup) -> bool:
        """Tell whether any option of a group is chosen."""
        return any(option.id in self.chosen for option in self.choices.options[group.id])


def configuration_of(
    actor: Actor,
    product: Product,
    customer: Customer | None,
    *,
    chosen: Collection[UUID] = (),
    quantity: Decimal = Decimal(1),
    currency: str | None = None,
) -> Configuration:
    """Look at a choice of options.

    Args:
        actor: whoever looks.
        product: what is configured.
        customer: who buys; None for nobody yet.
        chosen: ids of options; what isn't the product's is left out. Where nothing is chosen, the usual choice stands.
        quantity: how many units.
        currency: ISO 4217; by default that of the price list that is asked first.
    """
    choices = choices_of([product.id])[product.id]
    kept = frozenset(chosen) & choices.by_id.keys() or choices.usual
    messages: dict[UUID | None, list[str]] = {}
    for fault in choices.faults(kept):
        messages.setdefault(fault.group_id, []).append(fault.message)
    line = _priced(product, customer, kept, quantity, currency) if may(actor, Price, "view") else None
    return Configuration(product, choices, kept, quantity, messages, choices.refusals(kept), line)


def _priced(
    product: Product, customer: Customer | None, chosen: frozenset[UUID], quantity: Decimal, currency: str | None
) -> PricedLine:
    if currency is None:
        holding = price_lists_of(customer, today())
        currency = holding[0].price_list.currency if holding else base_currency()
    request = PriceRequest(product.id, quantity, tuple(sorted(chosen)))
    return price_lines(customer, [request], currency, today())[0]
