"""The rules of costs: they are in the company's own currency, and an option's is written with its product."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from pelatis.api import Actor, Problem, _, base_currency, change_record, save, write_unit

from ..models import Cost
from ..queries.options import products_of_options


def create_cost(actor: Actor, values: Mapping[str, Any]) -> Cost:
    """Write down what a product or one of its options costs the company, in its own currency.

    Raises:
        Problem: `catalog.bad_cost` for an option of another product.
    """
    with write_unit():
        _check_option(values["product_id"], values.get("option_id"))
        saved: Cost = save(actor, Cost(**values, currency=base_currency()))
        return saved


def update_cost(actor: Actor, cost: Cost, values: Mapping[str, Any]) -> Cost:
    """Change a cost.

    Raises:
        Problem: `catalog.bad_cost` for an option of another product.
    """
    with write_unit():
        _check_option(values.get("product_id", cost.product_id), values.get("option_id", cost.option_id))
        changed: Cost = change_record(actor, cost, values)
        return changed


def _check_option(product: UUID, option: UUID | None) -> None:
    if option is not None and products_of_options([option]).get(option) != product:
        message = _("This option is of another product.")
        raise Problem("catalog.bad_cost", message, fields={"option": [message]})
