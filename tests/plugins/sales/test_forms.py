"""Forms for leads: who makes them, what anybody may send, and what keeps machines out."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient

from core.access import Actor, Scope, system_actor
from core.database import db, utc_now
from core.problems import Problem
from core.web.limits import limiter
from plugins.sales.models import Lead, LeadForm
from plugins.sales.operations.forms import create_lead_form, update_lead_form
from plugins.sales.schemas import ASKED

ANSWER = {"name": "Maria Korkmaz", "email": "maria@bosporus.example", "message": "500 kg a month?", "consent": "on"}
FormMaker = Callable[..., LeadForm]


@pytest.fixture
def form(app: Flask) -> FormMaker:
    def make(**values: Any) -> LeadForm:
        given = {
            "name": "Prices", "title": "Ask for prices", "asked": ["name", "email", "phone", "message"],
            "needed": ["email"], "consent": "You may answer me.", "source": "web", **values,
        }  # fmt: skip
        return create_lead_form(system_actor(), given)

    return make


@pytest.fixture
def visitor(app: Flask) -> Iterator[FlaskClient]:
    limiter.reset()
    yield app.test_client()
    limiter.reset()


def address(form: LeadForm) -> str:
    return f"/sales/public/forms/{form.token}"


def opened(visitor: FlaskClient, form: LeadForm) -> str:
    """Open a form a while ago, and give its stamp."""
    with time_machine.travel(utc_now() - timedelta(seconds=20), tick=False):
        page = visitor.get(address(form)).text
    return page.partition('name="stamp" value="')[2].partition('"')[0]


def leads() -> list[Lead]:
    db.session.rollback()
    return db.session.query(Lead).all()


def test_answer_is_a_new_lead_whose_clock_runs(visitor: FlaskClient, form: FormMaker) -> None:
    made = form(language="pl")
    sent = visitor.post(address(made), data={**ANSWER, "phone": "600 700 800", "stamp": opened(visitor, made)})
    assert sent.status_code == 200
    assert "Dziękujemy" in sent.text
    [lead] = leads()
    assert (lead.name, lead.email, lead.phone) == ("Maria Korkmaz", "maria@bosporus.example", "+48600700800")
    assert (lead.source, lead.language, lead.form_id, lead.owner_id) == ("web", "pl", made.id, None)
    assert (lead.status, lead.consent) == ("new", "You may answer me.")
    assert lead.respond_by is not None
    assert lead.consented_at is not None


def test_leads_of_a_form_go_to_whom_it_names(visitor: FlaskClient, form: FormMaker, seller: Actor) -> None:
    made = form(assign_to_id=seller.user_id)
    visitor.post(address(made), data={**ANSWER, "stamp": opened(visitor, made)})
    assert [lead.owner_id for lead in leads()] == [seller.user_id]


def test_answer_that_is_sent_twice_is_one_lead(visitor: FlaskClient, form: FormMaker) -> None:
    made = form()
    data = {**ANSWER, "stamp": opened(visitor, made)}
    assert [visitor.post(address(made), data=data).status_code for _time in range(2)] == [200, 200]
    assert len(leads()) == 1
    visitor.post(address(made), data={**data, "message": "Rather 600 kg."})
    assert len(leads()) == 2


def test_errors_are_told_at_once_in_the_language_of_the_form(visitor: FlaskClient, form: FormMaker) -> None:
    made = form(language="el")
    sent = visitor.post(address(made), data={"email": "nowhere", "stamp": opened(visitor, made)})
    assert sent.status_code == 422
    assert 'lang="el"' in sent.text
    for text in ("Συμπληρώστε το.", "διεύθυνση", "nowhere"):
        assert text in sent.text
    assert sent.text.count('aria-invalid="true"') == 3
    assert leads() == []


def test_machine_that_fills_everything_in_is_thanked_for_nothing(visitor: FlaskClient, form: FormMaker) -> None:
    made = form()
    sent = visitor.post(address(made), data={**ANSWER, "homepage": "spam", "stamp": opened(visitor, made)})
    assert (sent.status_code, leads()) == (200, [])


def test_answer_that_comes_at_once_is_asked_again(visitor: FlaskClient, form: FormMaker) -> None:
    made = form()
    stamp = visitor.get(address(made)).text.partition('name="stamp" value="')[2].partition('"')[0]
    sent = visitor.post(address(made), data={**ANSWER, "stamp": stamp})
    assert (sent.status_code, leads()) == (422, [])
    assert stamp in sent.text  # sent again a moment later it passes
    assert "Maria Korkmaz" in sent.text


@pytest.mark.parametrize("stamp", ["", "made up"])
def test_answer_without_a_stamp_of_ours_is_refused(visitor: FlaskClient, form: FormMaker, stamp: str) -> None:
    sent = visitor.post(address(form()), data={**ANSWER, "stamp": stamp})
    assert (sent.status_code, leads()) == (422, [])


def test_page_that_was_open_for_too_long_is_sent_once_more(visitor: FlaskClient, form: FormMaker) -> None:
    made = form()
    with time_machine.travel(utc_now() - timedelta(days=2), tick=False):
        stamp = opened(visitor, made)
    sent = visitor.post(address(made), data={**ANSWER, "stamp": stamp})
    assert (sent.status_code, leads()) == (422, [])
    assert stamp not in sent.text


def test_site_that_embeds_the_form_may_send_it_and_no_other(visitor: FlaskClient, form: FormMaker) -> None:
    made = form(origins=["https://www.aigis.example"])
    own, foreign = ({"Origin": f"https://www.{name}.example"} for name in ("aigis", "evil"))
    assert visitor.post(address(made), data=ANSWER, headers=foreign).status_code == 422
    assert leads() == []
    assert visitor.post(address(made), data=ANSWER, headers=own).status_code == 200
    assert visitor.post(address(made), data=ANSWER, headers=own).status_code == 200
    assert len(leads()) == 1


def test_form_needs_no_token_of_our_pages(app: Flask, visitor: FlaskClient, form: FormMaker) -> None:
    made = form()
    stamp = opened(visitor, made)
    app.config["WTF_CSRF_ENABLED"] = True
    try:
        assert visitor.post(address(made), data={**ANSWER, "stamp": stamp}).status_code == 200
    finally:
        app.config["WTF_CSRF_ENABLED"] = False


def test_one_address_sends_so_many_and_no_more(visitor: FlaskClient, form: FormMaker) -> None:
    made = form()
    answers = {visitor.post(address(made), data={"homepage": "spam"}).status_code for _time in range(31)}
    assert answers == {200, 429}


@pytest.mark.parametrize("values", [{"is_open": False}, {"token": "guessed"}])
def test_form_that_is_closed_or_guessed_is_not_found(
    visitor: FlaskClient, form: FormMaker, values: dict[str, Any]
) -> None:
    made = form()
    update_lead_form(system_actor(), made, {name: value for name, value in values.items() if name == "is_open"})
    assert visitor.get(f"/sales/public/forms/{values.get('token', made.token)}").status_code == 404
    assert visitor.post(f"/sales/public/forms/{values.get('token', made.token)}", data=ANSWER).status_code == 404


def test_form_asks_for_what_must_be_filled_in(form: FormMaker) -> None:
    assert form(asked=["message"], needed=["phone"]).asked == ["name", "message", "phone"]


def test_redirect_follows_the_thanks(visitor: FlaskClient, form: FormMaker) -> None:
    made = form(redirect_url="https://www.aigis.example/thanks")
    sent = visitor.post(address(made), data={**ANSWER, "stamp": opened(visitor, made)})
    assert 'content="0;url=https://www.aigis.example/thanks"' in sent.text


def test_forms_are_made_by_those_who_reach_beyond_their_own_records(app: Flask, seller: Actor) -> None:
    own = {f"sales.lead_form.{action}": Scope.own for action in ("view", "create", "edit")}
    given = {"name": "Mine", "title": "Mine"}
    with pytest.raises(Problem) as refused:
        create_lead_form(Actor(seller.kind, seller.user_id, grants={**seller.grants, **own}), given)
    assert refused.value.status == 403
    team = dict.fromkeys(own, Scope.team)
    assert create_lead_form(Actor(seller.kind, seller.user_id, grants={**seller.grants, **team}), given).token


def test_page_of_a_form_gives_its_address_and_its_html(client: FlaskClient, form: FormMaker) -> None:
    made = form(language="pl", title='Zapytaj "o ceny"')
    page = client.get(f"/sales/lead-forms/{made.id}").text
    assert f"sales/public/forms/{made.token}" in page
    assert "&lt;form method=&#34;post&#34;" in page
    assert "Wyślij" in page


# What it asks is ticked, not typed


def test_what_a_form_asks_is_ticked_and_read_by_its_name(client: FlaskClient, form: FormMaker) -> None:
    made = form()
    page = client.get(f"/sales/lead-forms/{made.id}/edit").text
    assert page.count('name="asked" value="') == len(ASKED)
    assert 'name="asked" value="email" checked' in page
    values = {"version": made.version, "name": "Prices", "title": "Prices", "asked": ["message", "name"]}
    answer = client.post(f"/sales/lead-forms/{made.id}", data=values)
    assert answer.status_code == 303
    assert "Name, What they asked" in client.get(f"/sales/lead-forms/{made.id}").text
    refused = client.patch(f"/api/v1/sales/lead-forms/{made.id}", json={"asked": ["shoe size"]})
    assert refused.status_code == 422
    assert "isn't one of: name, company" in refused.text
