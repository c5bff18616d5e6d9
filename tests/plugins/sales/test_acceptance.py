"""The customer's side of a quote: a link that can't be guessed, one accepted set, a signature."""

import threading
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from core.access import system_actor
from core.database import db, utc_now, write_unit
from core.i18n import today
from core.mail import mails_about
from core.mail.settings import change_mail_settings
from core.problems import Problem
from plugins.sales.letters import letter_of_quote, print_quote
from plugins.sales.models import Quote, QuoteLine
from plugins.sales.operations import acceptance
from plugins.sales.operations.acceptance import accept_quote, decline_quote
from plugins.sales.operations.mailing import mail_quote, quote_pdf, words_for
from plugins.sales.operations.quote_lines import add_line, add_set
from plugins.sales.operations.quote_links import find_by_token, link_for, revoke_link, token_of
from plugins.sales.operations.quotes import create_quote, revise_quote, send_quote
from plugins.sales.queries.quotes import lines_of, link_of, sets_of, signature_of
from tests.plugins.sales.invoicing import MAIL

SYSTEM = system_actor()
#: A mail server that nobody asks in these tests.
DRAWN = "M40 60 L50 40 L60 80 M90 20 L95 60"


def text(name: str, price: int, **values: Any) -> dict[str, Any]:
    return {"name": name, "unit_price": Decimal(price), "quantity": Decimal(1), **values}


@pytest.fixture
def sent(customer: Any) -> Quote:
    """Give a quote that was sent: two sets, and an option with the first."""
    quote = create_quote(SYSTEM, {"customer_id": customer.id, "name": "Frame contract", "language": "el"})
    (first,) = sets_of(quote)
    add_line(SYSTEM, first, text("Season", 100))
    add_line(SYSTEM, first, text("Tasting <b>evening</b>", 20, optional=True))
    add_line(SYSTEM, add_set(SYSTEM, quote, {"name": "Trial"}), text("Quarter", 30))
    return send_quote(SYSTEM, quote)


@pytest.fixture
def url(sent: Quote) -> str:
    """Give the address that its customer was sent."""
    return f"/sales/public/quotes/{token_of(link_for(SYSTEM, sent))}"


@pytest.fixture
def stranger(app: Flask) -> FlaskClient:
    """Give a browser that isn't signed in."""
    app.config["WTF_CSRF_ENABLED"] = False
    return app.test_client()


def option_of(quote: Quote) -> QuoteLine:
    return next(line for line in lines_of(quote) if line.optional)


def accept(quote: Quote, **values: Any) -> Any:
    chosen: dict[str, Any] = {
        "set_id": sets_of(quote)[0].id,
        "options": (),
        "name": "Δήμητρα",
        "drawing": DRAWN,
        "address": "::1",
    }
    return accept_quote(quote, **(chosen | values))


def test_accepting_a_set_with_an_option_adds_it_up(sent: Quote) -> None:
    signature = accept(sent, options=[option_of(sent).id])
    assert (sent.status, sent.accepted_set_id, sent.net) == ("accepted", sets_of(sent)[0].id, Decimal(120))
    assert (signature.name, signature.drawing, signature.address) == ("Δήμητρα", DRAWN, "::1")
    assert [line.chosen for line in lines_of(sent)] == [False, False, True]


def test_exactly_one_set_is_accepted_once(sent: Quote) -> None:
    accept(sent)
    with pytest.raises(Problem) as refused:
        accept(sent, set_id=sets_of(sent)[1].id)
    assert refused.value.code == "sales.not_open"
    assert sent.accepted_set_id == sets_of(sent)[0].id


def test_two_who_accept_at_once_leave_one_signature(app: Flask, sent: Quote) -> None:
    ids = [each.id for each in sets_of(sent)]
    quote_id, outcomes, ready = sent.id, [], threading.Barrier(2)

    def act(set_id: UUID) -> None:
        with app.app_context():
            quote = db.session.get_one(Quote, quote_id)
            ready.wait()
            try:
                accept_quote(quote, set_id, (), "Δήμητρα", DRAWN, "::1")
                outcomes.append("accepted")
            except Problem as problem:
                outcomes.append(problem.code)

    threads = [threading.Thread(target=act, args=(each,)) for each in ids]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["accepted", "sales.not_open"]


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"name": "  "}, "name"),
        ({"drawing": ""}, "drawing"),
        ({"drawing": "M1 1<script>"}, "drawing"),
        ({"drawing": "M9999 1"}, "drawing"),
        ({"options": [UUID(int=7)]}, "options"),
        ({"set_id": UUID(int=7)}, "set"),
    ],
)
def test_what_isnt_offered_or_signed_is_refused(sent: Quote, values: dict[str, Any], field: str) -> None:
    with pytest.raises(Problem) as refused:
        accept(sent, **values)
    assert set(refused.value.fields) == {field}
    db.session.rollback()
    db.session.refresh(sent)
    assert (sent.status, signature_of(sent)) == ("sent", None)


def test_option_of_another_set_is_refused(sent: Quote) -> None:
    with pytest.raises(Problem) as refused:
        accept(sent, set_id=sets_of(sent)[1].id, options=[option_of(sent).id])
    assert set(refused.value.fields) == {"options"}


def test_superseded_and_declined_quotes_cant_be_accepted(sent: Quote) -> None:
    draft = revise_quote(SYSTEM, sent)
    send_quote(SYSTEM, draft)
    with pytest.raises(Problem):
        accept(sent)
    decline_quote(draft, "Too dear")
    with pytest.raises(Problem) as refused:
        accept(draft)
    assert refused.value.code == "sales.not_open"
    assert draft.decline_reason == "Too dear"


# The link


def test_link_leads_to_its_own_quote_alone(sent: Quote, customer: Any) -> None:
    token = token_of(link_for(SYSTEM, sent))
    assert find_by_token(token)[1].id == sent.id
    for wrong in (token[:-1], token + "a", "x" * 40, "", token.replace(".", "")):
        with pytest.raises(Problem) as refused:
            find_by_token(wrong)
        assert refused.value.status == 404


def test_link_of_a_draft_isnt_made(customer: Any) -> None:
    draft = create_quote(SYSTEM, {"customer_id": customer.id})
    with pytest.raises(Problem) as refused:
        link_for(SYSTEM, draft)
    assert refused.value.code == "sales.not_sent"


def test_revoked_and_expired_links_lead_nowhere(sent: Quote) -> None:
    old = token_of(link_for(SYSTEM, sent))
    revoke_link(SYSTEM, sent)
    with pytest.raises(Problem):
        find_by_token(old)
    new = token_of(link_for(SYSTEM, sent))
    assert find_by_token(new)[1].id == sent.id
    link = link_of(sent)
    assert link is not None
    with write_unit():
        link.expires_at = utc_now() - timedelta(seconds=1)
    with pytest.raises(Problem):
        find_by_token(new)


def test_customer_reads_it_in_their_language_and_no_cost_is_told(stranger: FlaskClient, url: str, sent: Quote) -> None:
    page = stranger.get(url).get_data(as_text=True)
    assert 'lang="el"' in page
    assert "120,00" not in page
    assert "100,00\xa0€" in page
    assert "Tasting &lt;b&gt;evening&lt;/b&gt;" in page


def test_it_is_viewed_once_the_customers_browser_shows_it(
    stranger: FlaskClient, client: FlaskClient, url: str, sent: Quote
) -> None:
    def status() -> str:
        db.session.refresh(sent)
        return sent.status

    assert f'hx-post="{url}/opened"' in stranger.get(url).text
    stranger.head(url)
    assert status() == "sent", "a mail's scanner reads it, and nobody looked"
    client.post(f"{url}/opened")
    assert status() == "sent", "the seller tries the link"
    assert stranger.post(f"{url}/opened").status_code == 204
    assert status() == "viewed"


def test_customer_accepts_on_the_page(stranger: FlaskClient, url: str, sent: Quote) -> None:
    form = {"set": str(sets_of(sent)[0].id), "options": str(option_of(sent).id), "name": "Δήμητρα"}
    refused = stranger.post(f"{url}/accept", data=form)
    assert refused.status_code == 422
    total = stranger.get(f"{url}/total", query_string={"set": form["set"], "options": form["options"]})
    assert total.get_data(as_text=True) == "120,00\xa0€"
    done = stranger.post(f"{url}/accept", data=form | {"drawing": DRAWN})
    assert (done.status_code, done.location) == (303, url), "loading it again or going back sends nothing twice"
    page = stranger.get(url)
    assert "Δήμητρα" in page.get_data(as_text=True)
    db.session.refresh(sent)
    assert sent.status == "accepted"


def test_what_isnt_accepted_yet_keeps_its_choice_and_its_total(stranger: FlaskClient, url: str, sent: Quote) -> None:
    first, second = sets_of(sent)
    unsigned = {"set": str(first.id), "options": str(option_of(sent).id), "name": "Δήμητρα"}
    assert 'id="total" aria-live="polite">120,00\xa0€<' in stranger.post(f"{url}/accept", data=unsigned).text
    other = stranger.post(f"{url}/accept", data=unsigned | {"set": str(second.id)}).text
    assert 'id="total" aria-live="polite">30,00\xa0€<' in other
    assert f'value="{second.id}" class="form-check-input" checked' in other
    assert f'value="{first.id}" class="form-check-input">' in other


def test_superseded_offer_says_that_there_is_a_newer_one(stranger: FlaskClient, url: str, sent: Quote) -> None:
    send_quote(SYSTEM, revise_quote(SYSTEM, sent))
    assert "Μια νεότερη έκδοση αντικατέστησε αυτή την προσφορά." in stranger.get(url).text


def test_signature_is_printed_as_it_was_drawn_with_its_year_and_zone(sent: Quote) -> None:
    accept(sent)
    (note,) = (note for note in letter_of_quote(sent).notes if note.drawing)
    assert f'd="{DRAWN}"' in note.drawing
    assert str(today().year) in note.text
    assert " EE" in note.text
    assert print_quote(sent).startswith(b"%PDF")


def test_what_is_refused_is_told_in_the_quotes_language_whatever_the_browser_speaks(
    stranger: FlaskClient, url: str
) -> None:
    english = {"Accept-Language": "en"}
    unsigned = stranger.post(f"{url}/accept", data={"name": "Δήμητρα"}, headers=english)
    assert unsigned.status_code == 422
    assert "Διαλέξτε μία από τις λύσεις." in unsigned.get_data(as_text=True)


def test_second_answer_changes_nothing_and_shows_the_first(stranger: FlaskClient, url: str, sent: Quote) -> None:
    form = {"set": str(sets_of(sent)[0].id), "name": "Δήμητρα", "drawing": DRAWN}
    assert stranger.post(f"{url}/accept", data=form).status_code == 303
    for path in ("accept", "decline"):
        again = stranger.post(f"{url}/{path}", data=form | {"name": "Νίκος"})
        assert again.status_code == 409
        assert "Δήμητρα" in again.get_data(as_text=True)
    db.session.refresh(sent)
    assert sent.status == "accepted"


def test_quote_past_its_last_day_offers_no_signature(
    stranger: FlaskClient, url: str, sent: Quote, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert sent.valid_until is not None
    afterwards = sent.valid_until + timedelta(days=1)
    monkeypatch.setattr(acceptance, "today", lambda: afterwards)
    assert b"data-sign" not in stranger.get(url).data
    form = {"set": str(sets_of(sent)[0].id), "name": "Δήμητρα", "drawing": DRAWN}
    assert stranger.post(f"{url}/accept", data=form).status_code == 409
    assert b"data-sign" not in stranger.post(f"{url}/decline").data


def test_customer_reads_the_name_of_the_first_set_in_their_language(sent: Quote) -> None:
    assert sets_of(sent)[0].name == "Πρόταση"


def test_option_ticked_under_another_set_is_left_out(stranger: FlaskClient, url: str, sent: Quote) -> None:
    form = {"set": str(sets_of(sent)[1].id), "options": str(option_of(sent).id), "name": "Δ", "drawing": DRAWN}
    assert stranger.post(f"{url}/accept", data=form).status_code == 303
    db.session.refresh(sent)
    assert sent.net == Decimal(30)


@pytest.mark.parametrize("path", ["", "/accept", "/decline", "/total"])
def test_wrong_address_tells_nothing(stranger: FlaskClient, path: str) -> None:
    ask: Callable[..., Any] = stranger.get if path in ("", "/total") else stranger.post
    answer = ask(f"/sales/public/quotes/nobody.knows{path}", headers={"Accept-Language": "pl"})
    assert answer.status_code == 404
    assert "Poproś" in answer.get_data(as_text=True)
    assert "/login" not in answer.get_data(as_text=True), "a customer has nothing to sign in to"


def test_lines_of_other_quotes_cant_be_asked_by_a_link(stranger: FlaskClient, url: str, customer: Any) -> None:
    other = create_quote(SYSTEM, {"customer_id": customer.id})
    (theirs,) = sets_of(other)
    assert stranger.get(f"{url}/total", query_string={"set": str(theirs.id)}).status_code == 404
    form = {"set": str(theirs.id), "name": "Δ", "drawing": DRAWN}
    assert stranger.post(f"{url}/accept", data=form).status_code == 422


# By mail


def test_mail_brings_the_link_and_the_pdf_in_the_customers_language(app: Flask, sent: Quote) -> None:
    change_mail_settings(SYSTEM, MAIL)
    with app.test_request_context():
        mail = mail_quote(SYSTEM, sent, "dimitra@elaiones.example", words_for(sent))
    link = link_of(sent)
    assert link is not None
    assert f"https://crm.aigis.example/sales/public/quotes/{token_of(link)}" in mail.text
    assert (mail.to_address, mail.language, mail.subject_id) == ("dimitra@elaiones.example", "el", sent.id)
    assert mail.subject.startswith("Προσφορά Q-")
    assert quote_pdf(str(sent.id)).content.startswith(b"%PDF")
    assert [each.id for each in mails_about(sent.id)] == [mail.id]


def test_draft_isnt_mailed(app: Flask, customer: Any) -> None:
    change_mail_settings(SYSTEM, MAIL)
    with pytest.raises(Problem) as refused:
        mail_quote(SYSTEM, create_quote(SYSTEM, {"customer_id": customer.id}), "d@elaiones.example", "Hello")
    assert refused.value.code == "sales.not_sent"
    assert mails_about(db.session.scalars(select(Quote.id)).one()) == []
