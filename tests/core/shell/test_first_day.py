"""What Today teaches whoever has nothing to do yet."""

import re

from flask.testing import FlaskClient

from core.access import system_actor
from core.customers.records import CUSTOMERS
from core.database import write_unit
from core.records.operations import create_record
from core.users.models import User


def steps(page: str) -> dict[str, str]:
    """Give the steps of the page with how each stands: done, cur, or nothing."""
    listed = page.partition('<ol class="plain d-list">')[2].partition("</ol>")[0]
    return {title: how for how, title in re.findall(r'<li(?: class="(\w+)")?>.*?<h2>(.*?)</h2>', listed, re.DOTALL)}


def test_each_step_is_ticked_once_it_is_done(client: FlaskClient) -> None:
    page = client.get("/").text
    assert steps(page) == {
        "Choose what you need": "done",
        "Bring your customers": "cur",
        "Bring your colleagues": "",
        "Connect your mail": "",
    }
    assert "Switched on: Activities, Sales, Catalog." in page
    assert 'type="file"' in page
    create_record(system_actor(), CUSTOMERS, {"kind": "organisation", "name": "Ρήγας"})
    page = client.get("/").text
    assert steps(page)["Bring your customers"] == "done"
    assert steps(page)["Bring your colleagues"] == "cur"
    assert 'type="file"' not in page
    with write_unit() as session:
        session.add(User(name="Anna", email="anna@aigis.example", active=True))
    assert steps(client.get("/").text)["Connect your mail"] == "cur"
