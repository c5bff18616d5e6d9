"""Several people want the last units at the same moment, and one of them dies over it: nothing is promised twice."""

from collections import Counter
from datetime import date
from decimal import Decimal

from flask import Flask

from core.access import system_actor
from core.database import db, new_id
from core.problems import Problem
from plugins.catalog.api import StockRequest, availability_of, reserve
from plugins.catalog.models import Product
from plugins.catalog.operations.products import create_product
from plugins.catalog.operations.stock import create_level
from tests.at_once import at_once
from tests.conftest import Site
from tests.killing import let_die

DAY = date(2026, 12, 1)
BUYERS, UNITS = 6, 2

#: Promises the last units and dies before they are committed.
DYING = """
import os, signal, sys
from datetime import date
from decimal import Decimal
from uuid import UUID
from core.access import acting_as, system_actor
from core.app import create_app
from core.database import new_id, write_unit
from core.settings import Settings
from plugins.catalog.api import StockRequest, reserve

app = create_app(Settings.from_environment(dict(os.environ)))
with app.app_context(), acting_as(system_actor()), write_unit():
    reserve(system_actor(), [StockRequest(UUID(sys.argv[1]), Decimal(2))], date(2026, 12, 1), ("sales.order", new_id()))
    os.kill(os.getpid(), signal.SIGKILL)
"""


def stocked() -> Product:
    product = create_product(system_actor(), {"name": "Minibar"})
    create_level(system_actor(), {"product_id": product.id, "on_hand": Decimal(UNITS)})
    return product


def test_of_many_who_want_the_last_units_each_unit_goes_to_one_and_the_others_are_told(app: Flask) -> None:
    product = stocked().id
    outcomes = Counter[str]()

    def buy(_number: int) -> None:
        try:
            reserve(system_actor(), [StockRequest(product, Decimal(1))], DAY, ("sales.order", new_id()))
            outcomes["promised"] += 1
        except Problem as problem:
            outcomes[problem.code] += 1

    at_once(app, BUYERS, buy)
    assert outcomes == {"promised": UNITS, "catalog.not_available": BUYERS - UNITS}
    found = availability_of([product], DAY)[product]
    assert [found.reserved, found.available] == [UNITS, 0]


def test_who_dies_while_promising_has_promised_nothing(app: Flask, site: Site) -> None:
    product = stocked().id
    db.session.remove()
    let_die(site, DYING, product)
    assert availability_of([product], DAY)[product].available == UNITS
    reserve(system_actor(), [StockRequest(product, Decimal(UNITS))], DAY, ("sales.order", new_id()))
    assert availability_of([product], DAY)[product].available == 0
