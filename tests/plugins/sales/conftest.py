"""What the tests of sales share: the first pipeline's stages, a seller, a customer, and deals."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from flask import Flask

from core.access import Actor, Kind, Scope, system_actor
from core.customers.operations import create_customer, update_customer
from core.database import write_unit
from core.users.models import User
from plugins.catalog.models import Product
from plugins.catalog.operations.products import create_product
from plugins.catalog.operations.stock import create_level
from plugins.catalog.operations.taxes import create_tax_rule
from plugins.sales.models import Invoice, Opportunity, Stage
from plugins.sales.operations.invoices import post_invoice
from plugins.sales.operations.opportunities import create_opportunity
from plugins.sales.operations.pipelines import default_pipeline, stages_of
from tests.plugins.sales.invoicing import draft

#: What a seller needs for their own work.
SELLER = {
    f"{record_type}.{action}": Scope.own
    for record_type in ("sales.opportunity", "sales.lead", "customer", "activities.task", "activities.note")
    for action in ("view", "create", "edit", "delete", "export")
} | {"sales.stage.view": Scope.all, "sales.pipeline.view": Scope.all, "catalog.product.view": Scope.all}


@pytest.fixture
def hire(app: Flask) -> Callable[[str], Actor]:
    """Give a function that makes a user who sells, and gives the actor that they are."""

    def make(name: str) -> Actor:
        with write_unit() as session:
            user = User(name=name)
            session.add(user)
            session.flush()
            return Actor(Kind.staff, user_id=user.id, name=name, grants=SELLER)

    return make


@pytest.fixture
def seller(hire: Callable[[str], Actor]) -> Actor:
    """Give somebody who sees their own deals alone."""
    return hire("Ελένη Δούκα")


@pytest.fixture
def stages(app: Flask) -> dict[str, Stage]:
    """Give the stages of the first pipeline by their names."""
    return {stage.name: stage for stage in stages_of(default_pipeline().id)}


@pytest.fixture
def customer(app: Flask) -> Any:
    """Give a customer that belongs to nobody."""
    return create_customer(system_actor(), {"name": "Ελαιώνες Πελοποννήσου Α.Ε.", "kind": "organisation"})


@pytest.fixture
def deal(stages: dict[str, Stage]) -> Callable[..., Opportunity]:
    """Give a function that makes a deal in a stage, with any of its values."""

    def make(stage: str = "Needs", actor: Actor | None = None, **values: Any) -> Opportunity:
        return create_opportunity(
            actor or system_actor(), {"name": "Frame contract", "stage_id": stages[stage].id, **values}
        )

    return make


@pytest.fixture
def taxed(customer: Any) -> Any:
    """Give a customer in Greece, where everything bears 24 %."""
    update_customer(system_actor(), customer, {"country": "GR", "street": "Κορίνθου 12", "city": "Πάτρα"})
    create_tax_rule(system_actor(), {"name": "ΦΠΑ 24 %", "rate": Decimal(24), "country": "GR", "tax_class": "standard"})
    return customer


@pytest.fixture
def posted(taxed: Any) -> Invoice:
    """Give a posted invoice of three cans and a transport."""
    return post_invoice(system_actor(), draft(taxed, (("Can", "3", "9.99"), ("Transport", "1", "100"))))


@pytest.fixture
def press(app: Any) -> Product:
    """Give a product of which ten are on hand, in two places."""
    product = create_product(system_actor(), {"name": "Press", "list_price": Decimal(100)})
    for location, units in (("Πάτρα", 6), ("Łódź", 4)):
        create_level(system_actor(), {"product_id": product.id, "location": location, "on_hand": Decimal(units)})
    return product
