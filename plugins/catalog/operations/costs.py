"""The rules of costs: they are in the company's own currency."""

from collections.abc import Mapping
from typing import Any

from pelatis.api import Actor, base_currency, save, write_unit

from ..models import Cost


def create_cost(actor: Actor, values: Mapping[str, Any]) -> Cost:
    """Write down what a product costs the company, in its own currency."""
    with write_unit():
        saved: Cost = save(actor, Cost(**values, currency=base_currency()))
        return saved
