"""A process that is killed while it hands the journal over: the next one hands over the same, by the same key."""

from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from core.access import system_actor
from core.customers.operations import create_customer
from core.database import db
from core.i18n import today
from plugins.sales.models import JournalBatch
from plugins.sales.operations.batches import draw_up_batches, hand_over
from plugins.sales.operations.invoices import create_invoice, create_invoice_line, post_invoice
from tests.conftest import Site
from tests.killing import let_die
from tests.plugins.sales.connectors import connected, connector_of_the_guide

SYSTEM = system_actor()

#: Hands a batch over and dies: before it was taken, or before that was noted.
DYING = """
import os, signal, sys
from pathlib import Path
from uuid import UUID
from core.access import acting_as, system_actor
from core.app import create_app
from core.settings import Settings
from plugins.sales.operations import batches
from tests.plugins.sales.connectors import connected, connector_of_the_guide

def die(*_arguments, **_named):
    os.kill(os.getpid(), signal.SIGKILL)

setattr(batches, {"before": "ask", "after": "_note"}[sys.argv[2]], die)
app = create_app(Settings.from_environment(dict(os.environ)))
with app.app_context(), acting_as(system_actor()), connected(connector_of_the_guide(Path(sys.argv[3]))):
    batches.hand_over(UUID(sys.argv[1]))
"""


@pytest.fixture
def batch(app: Flask) -> Any:
    customer = create_customer(SYSTEM, {"name": "Ελαιώνες", "kind": "organisation"})
    invoice = create_invoice(SYSTEM, {"customer_id": customer.id, "currency": "EUR"})
    create_invoice_line(SYSTEM, {"invoice_id": invoice.id, "name": "Oil", "unit_price": 10, "quantity": 1})
    post_invoice(SYSTEM, invoice)
    return draw_up_batches(SYSTEM, today())[0]


@pytest.mark.parametrize(("moment", "written"), [("before", 0), ("after", 1)])
def test_who_is_killed_leaves_a_batch_that_is_taken_once(
    batch: Any, site: Site, tmp_path: Path, moment: str, written: int
) -> None:
    batch_id, number = batch.id, batch.number
    db.session.remove()
    let_die(site, DYING, batch_id, moment, tmp_path)
    assert len(list(tmp_path.iterdir())) == written
    left = db.session.get_one(JournalBatch, batch_id)
    assert (left.status, left.reference, left.tries) == ("waiting", None, 1)
    with connected(connector_of_the_guide(tmp_path)):
        taken = hand_over(batch_id)
    assert (taken.status, taken.reference, taken.tries) == ("handed_over", f"{number}-{batch_id}.csv", 2)
    assert [file.name for file in tmp_path.iterdir()] == [taken.reference]
