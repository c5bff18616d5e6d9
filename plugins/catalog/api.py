"""What plugins that require the catalog may import."""

from .amounts import read_typed, reads_in_two_ways, rounded, shared_out, smallest_unit, typed
from .models import (
    Cost,
    ExpectedDelivery,
    Option,
    Price,
    PriceList,
    PriceRule,
    Product,
    Reservation,
    StockLevel,
    TaxRule,
)
from .operations.options import check_configuration, choose_options
from .operations.prices import default_price_list
from .operations.stock import consume, postpone, put_back, release, reserve
from .pricing import UNUSED, PricedLine, PricedOption, PricedPart, PriceRequest, PriceStep, summed
from .queries.bundles import bundles_with
from .queries.configurator import Configuration, VariantChoice, configuration_of, variant_choice_of
from .queries.options import with_options
from .queries.prices import price_of
from .queries.pricing import PriceExplained, explain_price, price_lines, price_lists_of
from .queries.products import costs_on
from .queries.stock import availability_of, held_by, held_for
from .queries.taxes import sale_to, tax_rules_of
from .queries.variants import variants_of, with_variants
from .rules import price_rule
from .schemas import UNITS
from .stock import Availability, StockRequest
from .tariff import HoldingList
from .taxes import Rounding, Sale, Taxable, Taxation, TaxLine, choose_rule, tax_document
from .units import unit_word, written_quantity

__all__ = [
    "UNITS",
    "UNUSED",
    "Availability",
    "Configuration",
    "Cost",
    "ExpectedDelivery",
    "HoldingList",
    "Option",
    "Price",
    "PriceExplained",
    "PriceList",
    "PriceRequest",
    "PriceRule",
    "PriceStep",
    "PricedLine",
    "PricedOption",
    "PricedPart",
    "Product",
    "Reservation",
    "Rounding",
    "Sale",
    "StockLevel",
    "StockRequest",
    "TaxLine",
    "TaxRule",
    "Taxable",
    "Taxation",
    "VariantChoice",
    "availability_of",
    "bundles_with",
    "check_configuration",
    "choose_options",
    "choose_rule",
    "configuration_of",
    "consume",
    "costs_on",
    "default_price_list",
    "explain_price",
    "held_by",
    "held_for",
    "postpone",
    "price_lines",
    "price_lists_of",
    "price_of",
    "price_rule",
    "put_back",
    "read_typed",
    "reads_in_two_ways",
    "release",
    "reserve",
    "rounded",
    "sale_to",
    "shared_out",
    "smallest_unit",
    "summed",
    "tax_document",
    "tax_rules_of",
    "typed",
    "unit_word",
    "variant_choice_of",
    "variants_of",
    "with_options",
    "with_variants",
    "written_quantity",
]
