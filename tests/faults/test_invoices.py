"""Numbers of real invoices: no gap and no double, with eight who post at once, and with a poster who is killed."""

import json
import signal
import subprocess
import sys
from contextlib import suppress
from datetime import date
from pathlib import Path
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import select

from core.access import system_actor
from core.customers.operations import create_customer
from core.database import db, write_unit
from plugins.sales.models import Invoice
from plugins.sales.operations.invoices import create_invoice, create_invoice_line, post_invoice
from tests.at_once import at_once

POSTERS, TIMES = 8, 4
SYSTEM = system_actor()
DAY = date(2026, 11, 22)

#: Posts the invoices that it is told; the third one is killed on the way, at the step that it is told.
POSTER = """
import json, os, signal, sys
from uuid import UUID
from core.access import system_actor
from core.app import create_app
from core.database import db, write_unit
from core.settings import Settings
from plugins.sales.models import Invoice
from plugins.sales.operations import invoices

told = json.loads(sys.argv[1])
places = {"PELATIS_DATABASE_URL": told["database_url"], "PELATIS_DATA_DIR": told["data_dir"]}
drawn = []

def die(at):
    if len(drawn) == 3 and told["step"] == at:
        os.kill(os.getpid(), signal.SIGKILL)

def draw_number(kind, day, really=invoices.draw_number):
    drawn.append(really(kind, day))
    die("drawn")
    return drawn[-1]

invoices.draw_number = draw_number
app = create_app(Settings.from_environment(places))
with app.app_context():
    for each in told["invoices"]:
        with write_unit() as session:
            invoices.post_invoice(system_actor(), session.get_one(Invoice, UUID(each)))
            die("written")
        die("committed")
"""


def drafts(count: int) -> list[str]:
    """Make drafts of one line each, and give their ids."""
    customer = create_customer(SYSTEM, {"name": "Ελαιώνες", "kind": "organisation"})
    with write_unit():
        made = [
            create_invoice(SYSTEM, {"customer_id": customer.id, "currency": "EUR", "issued_on": DAY})
            for _each in range(count)
        ]
        for invoice in made:
            create_invoice_line(SYSTEM, {"invoice_id": invoice.id, "name": "Can", "unit_price": 10, "quantity": 1})
    return [str(invoice.id) for invoice in made]


def post(invoice_id: str) -> None:
    """Post a draft."""
    post_invoice(SYSTEM, db.session.get_one(Invoice, UUID(invoice_id)))


def numbers() -> list[str | None]:
    """List what numbers posted invoices have; whatever has one is sealed, and the other way round."""
    db.session.expire_all()
    found = list(db.session.scalars(select(Invoice).order_by(Invoice.number)))
    assert all((each.number is None) == (each.sealed_at is None) for each in found)
    assert all((each.number is None) == (each.status == "draft") for each in found)
    return [each.number for each in found if each.number is not None]


class ThrownAwayError(Exception):
    """Somebody doesn't want their document after all."""


def expected(count: int) -> list[str]:
    return [f"I-2026-{number:05}" for number in range(1, count + 1)]


def test_eight_who_post_at_once_leave_no_gap_and_no_double(app: Flask) -> None:
    made = drafts(POSTERS * TIMES)

    def post_some(poster: int) -> None:
        for time, invoice in enumerate(made[poster * TIMES : (poster + 1) * TIMES]):
            with suppress(ThrownAwayError), write_unit():
                post(invoice)
                if (poster + time) % 4 == 0:
                    raise ThrownAwayError

    at_once(app, POSTERS, post_some)
    assert numbers() == expected(POSTERS * TIMES * 3 // 4)


@pytest.mark.parametrize(("step", "kept"), [("drawn", 2), ("written", 2), ("committed", 3)])
def test_poster_that_is_killed_takes_no_number_with_it(
    app: Flask, database_url: str, tmp_path: Path, step: str, kept: int
) -> None:
    made = drafts(4)
    db.session.remove()
    db.engine.dispose()
    told = {"database_url": database_url, "data_dir": str(tmp_path), "step": step, "invoices": made[:3]}
    died = subprocess.run(
        [sys.executable, "-c", POSTER, json.dumps(told)],
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert died.returncode == -signal.SIGKILL, died.stderr
    assert numbers() == expected(kept)
    post(made[3])
    assert numbers() == expected(kept + 1)
