"""What sales bring to a person's day: their own figures, and leads that can be taken from where they wait."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal

from flask import Flask
from flask.testing import FlaskClient

from core.access import Actor, system_actor
from core.database import db, utc_now
from core.i18n import local_now, today
from plugins.sales.models import Lead, Opportunity
from plugins.sales.operations.leads import create_lead
from plugins.sales.queries.deals import OwnFigures, own_figures


def test_own_figures_count_what_one_won_this_month_and_may_yet_win(
    app: Flask, seller: Actor, hire: Callable[[str], Actor], deal: Callable[..., Opportunity]
) -> None:
    first = today().replace(day=1)
    deal("Won", seller, amount=Decimal(900), closed_on=first)
    deal("Won", seller, amount=Decimal(5_000), closed_on=first - timedelta(days=1))
    deal("Needs", seller, amount=Decimal(1_000))
    deal("Needs", seller, amount=Decimal(1_000), probability=50)
    deal("Needs", hire("Piotr Zieliński"), amount=Decimal(70_000))
    midnight = local_now().replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    assert own_figures(seller, first, midnight) == OwnFigures(
        won=1, won_amount=Decimal(900), open=2, weighted=Decimal(200 + 500), timely=0, answered=0
    )


def test_leads_are_answered_in_time_or_not(app: Flask, seller: Actor) -> None:
    now = utc_now()
    for answered, due in ((now, now + timedelta(hours=1)), (now, now - timedelta(hours=1)), (None, now)):
        create_lead(seller, {"name": "Maria Korkmaz", "status": "new", "answered_at": answered, "respond_by": due})
    create_lead(seller, {"name": "Still time", "status": "new", "respond_by": now + timedelta(hours=1)})
    found = own_figures(seller, today(), now - timedelta(hours=2))
    assert (found.timely, found.answered) == (1, 3)


def test_today_shows_the_figures_and_lets_a_lead_be_taken(
    client: FlaskClient, administrator: Actor, deal: Callable[..., Opportunity]
) -> None:
    waiting = create_lead(system_actor(), {"name": "Maria Korkmaz", "status": "new"})
    page = client.get("/").text
    assert f'hx-post="/sales/leads/{waiting.id}/take"' in page
    assert "1 thing is running out of time." in page
    assert client.post(f"/sales/leads/{waiting.id}/take").status_code == 303
    assert db.session.get_one(Lead, waiting.id, populate_existing=True).status == "working"
