"""What the configurator shows: the options of a product, which of them can be chosen, and what they cost."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from uuid import UUID

from pelatis.api import Actor, Customer, base_currency, may, today

from ..configuration import Choices
from ..models import OptionGroup, Price, Product
from ..pricing import PricedLine, PriceRequest
from ..variants import VariantGroup
from .options import choices_of
from .pricing import price_lines, price_lists_of
from .variants import offered_variants, templates_of


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


@dataclass(frozen=True)
class VariantChoice:
    """A choice among the variants of a product.

    Attributes:
        template: the product that they are variants of.
        variant: what is chosen.
        groups: in what variants differ, and what can be chosen there.
        currency: of the differences, ISO 4217.
    """

    template: Product
    variant: Product
    groups: Sequence[VariantGroup]
    currency: str


def variant_choice_of(
    actor: Actor,
    product: Product,
    customer: Customer | None,
    *,
    said: Sequence[str] = (),
    quantity: Decimal = Decimal(1),
    currency: str,
) -> VariantChoice | None:
    """Look at a choice among the variants of a product, with what each value costs more or less than the present one.

    Args:
        actor: whoever looks; who may not see prices reads no differences.
        product: a product with variants, or one of them, which is chosen where nothing is said.
        customer: who buys; None for nobody yet.
        said: the wanted value of each attribute, in their order.
        quantity: how many units.
        currency: ISO 4217.

    Returns:
        The choice; None for a product without variants, or where none is offered.
    """
    variants = offered_variants(actor, product)
    if variants is None:
        return None
    chosen, groups = variants.choose(said or variants.values_of(product))
    prices = _prices(customer, chosen, groups, quantity, currency) if may(actor, Price, "view") else {}
    own = prices.get(chosen.id)

    def difference(other: Product | None) -> Decimal | None:
        price = prices.get(other.id) if other else None
        return None if price is None or own is None else price - own

    told = [
        replace(group, values=[replace(each, difference=difference(each.variant)) for each in group.values])
        for group in groups
    ]
    template = product if product.template_id is None else templates_of([product])[product.template_id]
    return VariantChoice(template, chosen, told, currency)


def _prices(
    customer: Customer | None, chosen: Product, groups: Sequence[VariantGroup], quantity: Decimal, currency: str
) -> Mapping[UUID, Decimal | None]:
    """Price one unit of each variant that is a step away, all together."""
    ids = list({chosen.id, *(value.variant.id for group in groups for value in group.values if value.variant)})
    answers = price_lines(customer, [PriceRequest(each, quantity) for each in ids], currency, today())
    return {each: answer.unit_price for each, answer in zip(ids, answers, strict=True)}
