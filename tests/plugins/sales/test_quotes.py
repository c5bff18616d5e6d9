"""Quotes: alternatives that are never added, prices that explain themselves, approval, versions, and seals."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from flask.testing import FlaskClient
from sqlalchemy import select

from core.access import Actor, Kind, Scope, system_actor
from core.customers.operations import update_customer
from core.database import JournalEntry, bulk_update, db, utc_now, write_unit
from core.i18n import today
from core.problems import Problem
from core.records.history import undo_transaction
from core.records.operations import bin_record, restore_record, update_record
from core.users.models import User
from plugins.catalog.models import Product
from plugins.catalog.operations.costs import create_cost
from plugins.catalog.operations.prices import create_price
from plugins.catalog.operations.products import create_product
from plugins.catalog.operations.taxes import create_tax_rule
from plugins.sales.models import ApprovalLimit, Opportunity, Quote, QuoteApproval, QuoteLine, QuoteSet
from plugins.sales.operations.acceptance import total_with
from plugins.sales.operations.approvals import ask_for_approval, decide_approval
from plugins.sales.operations.limits import reasons_for_approval
from plugins.sales.operations.quote_lines import (
    add_line,
    add_set,
    copy_set,
    remove_set,
    update_line,
)
from plugins.sales.operations.quotes import create_quote, expire_quotes, revise_quote, send_quote, update_quote
from plugins.sales.queries.quotes import lines_of, sets_of, versions_of
from plugins.sales.records import QUOTE_LINES, QUOTE_SETS, QUOTES

SYSTEM = system_actor()


@pytest.fixture
def oil(app: Any, customer: Any) -> Product:
    """Give a product with a list price, sold to a customer in Greece."""
    update_customer(SYSTEM, customer, {"country": "GR"})
    create_tax_rule(SYSTEM, {"name": "ΦΠΑ 13 %", "rate": Decimal(13), "country": "GR", "tax_class": "reduced"})
    values = {"name": "Olive oil, 5 l", "sku": "OIL-5", "list_price": Decimal("24.90"), "tax_class": "reduced"}
    return create_product(SYSTEM, values)


@pytest.fixture
def quote(customer: Any) -> Quote:
    """Give a draft with one empty set."""
    return create_quote(SYSTEM, {"customer_id": customer.id, "name": "Frame contract"})


def only_set(quote: Quote) -> QuoteSet:
    (found,) = sets_of(quote)
    return found


def filled(quote: Quote, oil: Product, **values: Any) -> QuoteLine:
    line: QuoteLine = add_line(SYSTEM, only_set(quote), {"product_id": oil.id, "quantity": Decimal(10), **values})
    return line


def test_quote_begins_with_what_its_deal_says(deal: Callable[..., Any], customer: Any) -> None:
    opportunity = deal(customer_id=customer.id, currency="EUR")
    made = create_quote(SYSTEM, {"opportunity_id": opportunity.id})
    assert (made.name, made.customer_id, made.currency) == ("Frame contract", customer.id, "EUR")
    assert (made.status, made.number, made.revision) == ("draft", None, 1)
    assert made.valid_until == today() + timedelta(days=30)
    assert len(sets_of(made)) == 1


def test_quote_without_a_customer_is_refused(app: Any) -> None:
    with pytest.raises(Problem) as refused:
        create_quote(SYSTEM, {"name": "For nobody"})
    assert set(refused.value.fields) == {"customer"}


def test_line_takes_its_price_tax_and_steps_from_the_catalog(quote: Quote, oil: Product) -> None:
    line = filled(quote, oil, discount=Decimal(4))
    assert (line.name, line.unit_price, line.net) == ("Olive oil, 5 l", Decimal("24.90"), Decimal("239.04"))
    assert (line.tax_name, line.tax_rate) == ("ΦΠΑ 13 %", Decimal(13))
    assert [(step["kind"], step["amount"]) for step in line.steps] == [("list", "24.9")]
    chosen = only_set(quote)
    assert (chosen.net, chosen.tax, chosen.gross) == (Decimal("239.04"), Decimal("31.08"), Decimal("270.12"))
    assert quote.net == Decimal("239.04")


def test_price_by_hand_stays_and_an_empty_one_goes_back_to_the_list(quote: Quote, oil: Product) -> None:
    line = filled(quote, oil, unit_price=Decimal(20))
    assert (line.by_hand, line.net) == (True, Decimal(200))
    update_line(SYSTEM, line, {"quantity": Decimal(5)})
    assert (line.unit_price, line.net) == (Decimal(20), Decimal(100))
    update_line(SYSTEM, line, {"unit_price": None})
    assert (line.by_hand, line.net) == (False, Decimal("124.50"))


def test_free_text_needs_a_price_and_is_taxed_like_the_standard_class(quote: Quote, oil: Product) -> None:
    create_tax_rule(SYSTEM, {"name": "ΦΠΑ 24 %", "rate": Decimal(24), "country": "GR", "tax_class": "standard"})
    with pytest.raises(Problem) as refused:
        add_line(SYSTEM, only_set(quote), {"name": "Transport"})
    assert set(refused.value.fields) == {"unit_price"}
    line = add_line(SYSTEM, only_set(quote), {"name": "Transport", "unit_price": Decimal(100)})
    assert (line.net, line.tax_rate) == (Decimal(100), Decimal(24))


def test_totals_add_neither_alternatives_nor_optional_lines(quote: Quote, oil: Product) -> None:
    filled(quote, oil)
    filled(quote, oil, optional=True)
    second = add_set(SYSTEM, quote, {"name": "Trial"})
    add_line(SYSTEM, second, {"product_id": oil.id, "quantity": Decimal(1)})
    first, trial = sets_of(quote)
    assert (first.net, trial.net, quote.net) == (Decimal(249), Decimal("24.90"), Decimal(249))


def test_binning_a_line_and_taking_it_back_adds_up_anew(quote: Quote, oil: Product) -> None:
    line = filled(quote, oil)
    filled(quote, oil, quantity=Decimal(1))
    bin_record(SYSTEM, QUOTE_LINES, line)
    assert only_set(quote).net == Decimal("24.90")
    restore_record(SYSTEM, QUOTE_LINES, line)
    assert only_set(quote).net == Decimal("273.90")


def test_copied_set_has_the_same_lines_and_the_last_one_stays(quote: Quote, oil: Product) -> None:
    filled(quote, oil, discount=Decimal(10), optional=False)
    copy = copy_set(SYSTEM, only_set(quote))
    assert copy.net == Decimal("224.10")
    remove_set(SYSTEM, copy)
    with pytest.raises(Problem) as refused:
        remove_set(SYSTEM, only_set(quote))
    assert refused.value.code == "sales.last_set"


def test_another_currency_prices_all_lines_anew(quote: Quote, oil: Product) -> None:
    filled(quote, oil)
    with pytest.raises(Problem) as refused:
        update_quote(SYSTEM, quote, {"currency": "PLN"})
    assert refused.value.code == "sales.no_price"
    db.session.refresh(quote)
    assert quote.currency == "EUR"


# Sending


def test_sending_draws_a_number_and_seals_everything(quote: Quote, oil: Product) -> None:
    line = filled(quote, oil)
    send_quote(SYSTEM, quote)
    assert (quote.status, quote.number) == ("sent", f"Q-{today().year}-00001")
    chosen = only_set(quote)
    for change in (
        lambda: update_record(SYSTEM, QUOTES, quote, {"name": "Other"}),
        lambda: update_record(SYSTEM, QUOTE_SETS, chosen, {"name": "Other"}),
        lambda: update_record(SYSTEM, QUOTE_LINES, line, {"quantity": "9"}),
        lambda: add_line(SYSTEM, chosen, {"product_id": oil.id}),
        lambda: add_set(SYSTEM, quote, {"name": "More"}),
        lambda: bin_record(SYSTEM, QUOTE_LINES, line),
        lambda: bin_record(SYSTEM, QUOTES, quote),
    ):
        with pytest.raises(Problem) as refused:
            change()
        assert refused.value.status == 409
    assert line.quantity == Decimal(10)


def test_neither_undo_nor_the_session_nor_the_bulk_door_opens_a_seal(quote: Quote, oil: Product) -> None:
    line = filled(quote, oil)
    send_quote(SYSTEM, quote)
    entries = db.session.scalars(select(JournalEntry).where(JournalEntry.record_id == line.id))
    for transaction in {entry.transaction_id for entry in entries}:
        with pytest.raises(Problem) as refused:
            undo_transaction(SYSTEM, transaction)
        assert refused.value.code == "sealed"
    with pytest.raises(Problem), write_unit():
        line.quantity = Decimal(1)
    db.session.rollback()
    with pytest.raises(Problem), write_unit():
        line.sealed_at = None
    db.session.rollback()
    with pytest.raises(Problem), write_unit() as session:
        session.delete(line)
    db.session.rollback()
    with pytest.raises(ValueError, match="sealed"), write_unit():
        bulk_update(QuoteLine, [({"id": line.id, "quantity": Decimal(10)}, {"quantity": Decimal(1)})])
    db.session.rollback()
    assert db.session.get_one(QuoteLine, line.id).quantity == Decimal(10)


def test_sent_quote_still_follows_its_owner(quote: Quote, oil: Product, seller: Actor) -> None:
    filled(quote, oil)
    send_quote(SYSTEM, quote)
    with write_unit():
        quote.owner_id = seller.user_id
    assert db.session.get_one(Quote, quote.id).owner_id == seller.user_id


def test_empty_set_isnt_sent(quote: Quote, oil: Product) -> None:
    filled(quote, oil, optional=True)
    with pytest.raises(Problem) as refused:
        send_quote(SYSTEM, quote)
    assert refused.value.code == "sales.nothing_to_send"
    assert quote.number is None


def test_next_version_supersedes_what_was_sent_and_keeps_its_number(quote: Quote, oil: Product) -> None:
    filled(quote, oil)
    send_quote(SYSTEM, quote)
    draft = revise_quote(SYSTEM, quote)
    assert (draft.revision, draft.status, draft.number, draft.root_id) == (2, "draft", quote.number, quote.id)
    assert revise_quote(SYSTEM, quote).id == draft.id
    (line,) = lines_of(draft)
    update_line(SYSTEM, line, {"quantity": Decimal(20)})
    assert quote.status == "sent"
    send_quote(SYSTEM, draft)
    assert [(each.revision, each.status) for each in versions_of(quote)] == [(2, "sent"), (1, "superseded")]
    assert [each.net for each in versions_of(quote)] == [Decimal(498), Decimal(249)]


def test_quote_past_its_last_day_expires(quote: Quote, oil: Product) -> None:
    filled(quote, oil)
    update_quote(SYSTEM, quote, {"valid_until": today()})
    send_quote(SYSTEM, quote)
    assert expire_quotes() == 0
    with time_machine.travel(utc_now() + timedelta(days=2)):
        assert expire_quotes() == 1
    db.session.refresh(quote)
    assert quote.status == "expired"


# Approval


def limit(**values: Any) -> None:
    with write_unit() as session:
        session.add(ApprovalLimit(name="Discounts", **values))


def approver(name: str) -> Actor:
    from core.users.models import User

    with write_unit() as session:
        user = User(name=name)
        session.add(user)
        session.flush()
        rights = ("sales.quote.view", "sales.quote.edit", "sales.quote.approve")
        return Actor(Kind.staff, user_id=user.id, name=name, grants=dict.fromkeys(rights, Scope.all))


def test_discount_past_the_limit_needs_somebody_elses_approval(quote: Quote, oil: Product) -> None:
    limit(max_discount=Decimal(5))
    filled(quote, oil, discount=Decimal(10))
    with pytest.raises(Problem) as refused:
        send_quote(SYSTEM, quote)
    assert refused.value.code == "sales.needs_approval"
    asking, deciding = approver("Νίκος"), approver("Σοφία")
    ask_for_approval(asking, quote)
    with pytest.raises(Problem) as own:
        decide_approval(asking, quote, True)
    assert own.value.code == "sales.own_approval"
    decide_approval(deciding, quote, True, "Good customer")
    send_quote(asking, quote)
    assert quote.status == "sent"


def test_any_edit_voids_an_approval(quote: Quote, oil: Product) -> None:
    limit(max_discount=Decimal(5))
    line = filled(quote, oil, discount=Decimal(10))
    ask_for_approval(approver("Νίκος"), quote)
    decide_approval(approver("Σοφία"), quote, True)
    update_line(SYSTEM, line, {"discount": Decimal(20)})
    assert quote.status == "draft"
    assert [each.outcome for each in db.session.scalars(select(QuoteApproval))] == ["voided"]
    with pytest.raises(Problem) as refused:
        send_quote(SYSTEM, quote)
    assert refused.value.code == "sales.needs_approval"


def last_transaction_of(record: Any) -> Any:
    """Tell the transaction that wrote a record last."""
    told = select(JournalEntry.transaction_id).where(JournalEntry.record_id == record.id)
    return db.session.scalars(told.order_by(JournalEntry.sequence.desc()).limit(1)).one()


def granted(quote: Quote) -> None:
    """Ask for an approval and get it."""
    ask_for_approval(approver("Νίκος"), quote)
    decide_approval(approver("Σοφία"), quote, True)


def expect_void(quote: Quote) -> None:
    """Whatever was granted before, it needs an approval now and has none."""
    db.session.refresh(quote)
    assert quote.status == "draft"
    with pytest.raises(Problem) as refused:
        send_quote(SYSTEM, quote)
    assert refused.value.code == "sales.needs_approval"


def test_undo_of_a_change_before_an_approval_voids_it(quote: Quote, oil: Product) -> None:
    limit(max_discount=Decimal(5))
    line = filled(quote, oil, discount=Decimal(50))
    update_line(SYSTEM, line, {"discount": Decimal(15)})
    before = last_transaction_of(line)
    granted(quote)
    undo_transaction(SYSTEM, before)
    assert line.discount == 50
    assert only_set(quote).net == quote.net == Decimal("124.50")
    expect_void(quote)


def test_undo_of_what_voided_an_approval_brings_none_back(quote: Quote, oil: Product) -> None:
    limit(max_discount=Decimal(5))
    first = filled(quote, oil, discount=Decimal(10))
    second = copy_set(SYSTEM, only_set(quote))
    granted(quote)
    update_line(SYSTEM, first, {"quantity": Decimal(11)})
    voiding = last_transaction_of(first)
    (other,) = [each for each in lines_of(quote) if each.set_id == second.id]
    update_line(SYSTEM, other, {"discount": Decimal(90)})
    undo_transaction(SYSTEM, voiding)
    assert first.quantity == 10
    expect_void(quote)


def test_undo_of_a_binned_line_voids_an_approval(quote: Quote, oil: Product) -> None:
    limit(max_discount=Decimal(5))
    cheap, kept = filled(quote, oil, discount=Decimal(90)), filled(quote, oil, discount=Decimal(10))
    bin_record(SYSTEM, QUOTE_LINES, cheap)
    binning = last_transaction_of(cheap)
    granted(quote)
    undo_transaction(SYSTEM, binning)
    assert {each.id for each in lines_of(quote)} == {cheap.id, kept.id}
    expect_void(quote)


def test_undo_of_a_quotes_own_change_voids_an_approval(quote: Quote, oil: Product) -> None:
    limit(max_discount=Decimal(5))
    filled(quote, oil, discount=Decimal(10))
    update_quote(SYSTEM, quote, {"valid_until": today() + timedelta(days=90)})
    before = last_transaction_of(quote)
    granted(quote)
    undo_transaction(SYSTEM, before)
    expect_void(quote)


def test_where_tax_is_rounded_counts_at_once(quote: Quote, oil: Product) -> None:
    for _each in range(3):
        filled(quote, oil, quantity=Decimal(1), unit_price=Decimal("0.33"))
    assert (only_set(quote).tax, only_set(quote).gross) == (Decimal("0.12"), Decimal("1.11"))
    update_quote(SYSTEM, quote, {"rounding": "document"})
    assert (only_set(quote).tax, only_set(quote).gross) == (Decimal("0.13"), Decimal("1.12"))
    assert total_with(quote, only_set(quote).id, []) == only_set(quote).gross


def test_refused_approval_makes_a_draft_again(quote: Quote, oil: Product) -> None:
    limit(max_discount=Decimal(5))
    filled(quote, oil, discount=Decimal(10))
    ask_for_approval(approver("Νίκος"), quote)
    decide_approval(approver("Σοφία"), quote, False, "Too much")
    assert quote.status == "draft"
    with pytest.raises(Problem) as refused:
        decide_approval(approver("Άννα"), quote, True)
    assert refused.value.code == "sales.nothing_to_decide"


def test_margin_under_the_limit_is_told_for_its_set_alone(quote: Quote, oil: Product) -> None:
    create_cost(SYSTEM, {"product_id": oil.id, "amount": Decimal(20)})
    limit(min_margin=Decimal(15))
    filled(quote, oil, discount=Decimal(10))
    second = add_set(SYSTEM, quote, {"name": "Dearer"})
    add_line(SYSTEM, second, {"product_id": oil.id})
    reasons = reasons_for_approval(quote)
    assert [each.name for each in reasons] == [sets_of(quote)[0].name]


def test_a_lower_price_by_hand_is_a_discount(quote: Quote, oil: Product) -> None:
    limit(max_discount=Decimal(5))
    line = filled(quote, oil, unit_price=Decimal("24.00"))
    assert reasons_for_approval(quote) == {}
    update_line(SYSTEM, line, {"unit_price": Decimal("22.41")})
    ((reason,),) = reasons_for_approval(quote).values()
    assert reason.startswith("A discount of 10 %")
    update_line(SYSTEM, line, {"unit_price": Decimal("24.00"), "discount": Decimal(4)})
    ((reason,),) = reasons_for_approval(quote).values()
    assert reason.startswith("A discount of 7.5 %")


def test_a_line_of_unknown_cost_hides_no_margin(quote: Quote, oil: Product) -> None:
    create_cost(SYSTEM, {"product_id": oil.id, "amount": Decimal(20)})
    limit(min_margin=Decimal(15))
    filled(quote, oil, discount=Decimal(10))
    add_line(SYSTEM, only_set(quote), {"name": "Delivery", "unit_price": Decimal("0.01")})
    assert only_set(quote).cost is None
    assert len(reasons_for_approval(quote)) == 1


def test_an_option_that_gives_the_margin_away_needs_an_approval(quote: Quote, oil: Product) -> None:
    create_cost(SYSTEM, {"product_id": oil.id, "amount": Decimal(20)})
    limit(min_margin=Decimal(15))
    filled(quote, oil)
    option = filled(quote, oil, discount=Decimal(15), optional=True)
    assert len(reasons_for_approval(quote)) == 1
    update_line(SYSTEM, option, {"discount": Decimal(0)})
    assert reasons_for_approval(quote) == {}


def test_quote_in_a_currency_without_a_rate_is_shown_and_every_limit_holds(client: FlaskClient, customer: Any) -> None:
    limit(max_discount=Decimal(10), from_amount=Decimal(1000))
    quote = create_quote(SYSTEM, {"customer_id": customer.id, "currency": "JPY"})
    (first,) = sets_of(quote)
    add_line(SYSTEM, first, {"name": "Seals", "unit_price": Decimal(5), "discount": Decimal(20)})
    assert reasons_for_approval(quote)
    assert client.get(f"/sales/quotes/{quote.id}").status_code == 200


def test_limit_holds_from_its_amount_on(quote: Quote, oil: Product) -> None:
    limit(max_discount=Decimal(5), from_amount=Decimal(1_000))
    line = filled(quote, oil, discount=Decimal(10))
    assert reasons_for_approval(quote) == {}
    update_line(SYSTEM, line, {"quantity": Decimal(100)})
    assert len(reasons_for_approval(quote)) == 1


def test_numbers_of_a_line_and_of_a_form_are_typed_with_the_comma_of_ones_language(
    client: FlaskClient, administrator: Any, quote: Quote
) -> None:
    with write_unit() as session:
        session.get_one(User, administrator.id).language = "pl"
    typed = {"name": "Montaż", "quantity": "1,5", "unit_price": "1 033,25", "discount": "2,5"}
    client.post(f"/sales/quotes/{quote.id}/sets/{only_set(quote).id}/lines", data=typed)
    (line,) = lines_of(quote)
    assert (line.quantity, line.unit_price, line.discount) == (Decimal("1.5"), Decimal("1033.25"), Decimal("2.5"))
    client.post(f"/sales/quotes/{quote.id}/lines/{line.id}", data={"quantity": "2,25", "version": line.version})
    db.session.refresh(line)
    assert line.quantity == Decimal("2.25")
    refused = client.post("/sales/opportunities", data={"name": "Umowa", "amount": "1.234"})
    assert refused.status_code == 422
    assert "„1.234” można odczytać dwojako." in refused.text
    client.post("/sales/opportunities", data={"name": "Umowa", "amount": "1234,5"})
    made = db.session.scalars(select(Opportunity).where(Opportunity.name == "Umowa")).one()
    assert made.amount == Decimal("1234.5")
    assert 'value="1234,5"' in client.get(f"/sales/opportunities/{made.id}/edit").text


def test_page_says_which_discount_alone_needs_the_approval_and_drops_it(
    client: FlaskClient, quote: Quote, oil: Product
) -> None:
    create_cost(SYSTEM, {"product_id": oil.id, "amount": Decimal(20)})
    limit(min_margin=Decimal(19))
    small = filled(quote, oil, discount=Decimal(4))
    filled(quote, oil, quantity=Decimal(20), discount=Decimal(1))
    page = client.get(f"/sales/quotes/{quote.id}").text
    assert "Without the 4 % on “Olive oil, 5 l” the margin is 19.1 %, and no approval is needed." in page
    dropped = client.post(f"/sales/quotes/{quote.id}/lines/{small.id}", data={"discount": "0", "version": "1"})
    assert dropped.status_code == 200
    assert "no approval is needed" not in dropped.text
    assert not reasons_for_approval(quote)


def test_no_discount_is_named_where_dropping_one_isnt_enough(client: FlaskClient, quote: Quote, oil: Product) -> None:
    limit(max_discount=Decimal(5))
    filled(quote, oil, discount=Decimal(10))
    page = client.get(f"/sales/quotes/{quote.id}").text
    assert "Without the 10 % on “Olive oil, 5 l” no approval is needed." in page
    filled(quote, oil, discount=Decimal(6))
    again = client.get(f"/sales/quotes/{quote.id}").text
    assert "needs an approval" in again
    assert "no approval is needed" not in again


def test_why_of_a_price_tells_what_was_considered(client: FlaskClient, quote: Quote, oil: Product) -> None:
    create_price(SYSTEM, {"product_id": oil.id, "amount": Decimal("21.85"), "min_quantity": Decimal(2000)})
    line = filled(quote, oil)
    told = "Considered and not used: €21.85 from 2,000 on."
    assert told in client.get(f"/sales/quotes/{quote.id}").text
    assert line.unit_price == Decimal("24.90")
    update_line(SYSTEM, line, {"quantity": Decimal(2000)})
    assert line.unit_price == Decimal("21.85")
    assert "Considered and not used" not in client.get(f"/sales/quotes/{quote.id}").text
