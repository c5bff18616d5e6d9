"""Pelatis' own full pages, through the WSGI test client and signed in, with every check that a browser meets."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from io import BytesIO
from typing import Final

from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from core.access import acting_as
from core.bench.data import EMAIL, PASSWORD, Made, import_file, some_customer
from core.bench.floor import BOARD, CREATE, EDIT, FORECAST, LIST, RECORD, SEARCH, checked, word_of
from core.bench.measure import Figures, Imported, Meter
from core.database import db
from core.operation.server import spare_memory
from core.records.registry import record_types

PALETTE: Final = "palette"
TODAY: Final = "today"
_TOKEN: Final = re.compile(r"X-CSRFToken[^:]*:[^A-Za-z0-9]*(?:&#34;|&quot;)?([\w.\-]{20,})")


@dataclass(frozen=True)
class SignedIn:
    """Somebody at the pages.

    Attributes:
        client: sends the cookie as it was after signing in each time: a browser shows what was said with the next page,
            where here it would pile up in the cookie.
        headers: what a page of ours sends with what it changes.
        cookie: the cookie's header.
    """

    client: FlaskClient
    headers: dict[str, str]
    cookie: str


def sign_in(app: Flask) -> SignedIn:
    """Sign in by the page."""
    client = app.test_client()
    form = client.get("/login").text
    token = re.search(r'name="csrf_token" value="([^"]+)"', form)
    data = {"email": EMAIL, "password": PASSWORD, "csrf_token": token.group(1) if token else ""}
    answer = client.post("/login", data=data)
    if answer.status_code != 303:
        raise RuntimeError(f"the bench could not sign in: {answer.status_code}")
    found = _TOKEN.search(client.get("/customers").text)
    cookie = "; ".join(f"{each.key}={each.value}" for each in (client._cookies or {}).values())
    fixed = app.test_client(use_cookies=False)
    fixed.environ_base["HTTP_COOKIE"] = cookie
    return SignedIn(fixed, {"X-CSRFToken": found.group(1)} if found else {}, cookie)


def measure_pages(app: Flask, made: Made, repetitions: int) -> dict[str, Figures]:
    """Measure the pages of one worker, one request at a time."""
    signed_in = sign_in(app)
    with app.app_context():
        meter = Meter(db.engine)
    spare_memory()  # as a server process does
    acts = page_acts(signed_in.client, signed_in.headers, made)
    figures = {name: meter.measure(checked(act), repetitions) for name, act in acts.items()}
    meter.close()
    return figures


def page_acts(client: FlaskClient, headers: Mapping[str, str], made: Made) -> dict[str, Callable[[int], TestResponse]]:
    """Give what is measured, by name; each is told how often it was done before."""
    partial = {**headers, "HX-Request": "true", "HX-Request-Type": "partial"}

    def edit(number: int) -> TestResponse:
        url = f"/customers/{made.busy[number % len(made.busy)]}/fields/street"
        return client.post(url, data={"street": f"Μαιζώνος {number}"}, headers=partial)

    acts: dict[str, Callable[[int], TestResponse]] = {
        LIST: lambda _n: client.get("/customers"),
        SEARCH: lambda n: client.get("/customers", query_string={"q": word_of(made, n)}),
        PALETTE: lambda n: client.get("/palette", query_string={"q": word_of(made, n)}, headers=partial),
        RECORD: lambda n: client.get(f"/customers/{made.busy[n % len(made.busy)]}"),
        TODAY: lambda _n: client.get("/"),
        CREATE: lambda n: client.post("/customers", data=some_customer(n), headers=headers),
        EDIT: edit,
    }
    if record_types.get("sales.opportunity") is not None:
        acts[BOARD] = lambda _n: client.get("/sales/pipeline")
        acts[FORECAST] = lambda _n: client.get("/sales/forecast")
    return acts


def measure_import(app: Flask, made: Made, rows: int) -> Imported:
    """Import a file of new customers with everything that an import does."""
    from core.imports import operations
    from core.users.queries import actor_of

    customers = record_types.get("customer")
    with app.app_context():
        actor = actor_of(made.user_id)
        if customers is None or actor is None:
            raise RuntimeError("the bench has lost its user")
        with acting_as(actor, origin="import"):
            job = operations.take_file(actor, customers, "bench.csv", BytesIO(import_file(rows)))
            spare_memory()  # as the command and the worker do
            meter = Meter(db.engine)
            imported = meter.pace(lambda: operations.run(actor, job), rows)
            meter.close()
    if job.created != rows:
        raise RuntimeError(f"{job.created} of {rows} rows were imported")
    return imported
