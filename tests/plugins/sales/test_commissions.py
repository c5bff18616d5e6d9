"""Commissions: earned when invoices are posted, payable as they are paid, clawed back, settled and reversed."""

import json
import re
from collections.abc import Callable, Mapping
from datetime import timedelta
from decimal import Decimal
from functools import partial
from html import unescape
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from core.access import system_actor
from core.customers.operations import update_customer
from core.database import bulk_update, db, write_unit
from core.i18n import format_amount, in_language, today
from core.problems import Problem
from core.records.operations import bin_record, create_record, restore_record, update_record
from core.users import operations
from core.users.company import base_currency
from core.users.models import Team, TeamMember, User
from plugins.sales.jobs import earn_of_earlier_invoices
from plugins.sales.models import (
    Allocation,
    CommissionEntry,
    CommissionPlan,
    CommissionSettlement,
    CommissionSplit,
    Invoice,
    Opportunity,
    Payment,
)
from plugins.sales.operations.commission_plans import create_member, create_plan, put_in_force, update_plan
from plugins.sales.operations.commission_splits import read_shares, share
from plugins.sales.operations.invoices import create_invoice, credit_invoice, post_invoice
from plugins.sales.operations.orders import confirm_order
from plugins.sales.operations.payments import create_payment, take_back
from plugins.sales.operations.settlements import SETTLEMENT_MOVES, approve, draw_up, reopen, reverse, settle
from plugins.sales.periods import quarter_of
from plugins.sales.queries.invoices import lines_of_invoice
from plugins.sales.records import (
    COMMISSION_ENTRIES,
    COMMISSION_PLANS,
    COMMISSION_SPLITS,
    INVOICE_LINES,
    INVOICES,
    OPPORTUNITIES,
    ORDER_LINES,
    ORDERS,
    SETTLEMENTS,
)
from plugins.sales.schemas import SETTLEMENT_STATUSES
from plugins.sales.settlement_letters import letter_of_settlement
from tests.conftest import PASSWORD, sign_in

SYSTEM = system_actor()
NOW = quarter_of(today())
TWO_TIERS = "0 - 10000: 5\n10000 - : 10"


def person(name: str, role: str = "salesperson", team: Team | None = None) -> User:
    user = operations.add_user(SYSTEM, email=f"{name}@example.org", role=role, password=PASSWORD, name=name.title())
    if team is not None:
        with write_unit() as session:
            session.add(TeamMember(team_id=team.id, user_id=user.id))
            user.team_id = team.id
    return user


@pytest.fixture
def people(app: Flask, customer: Any) -> Mapping[str, Any]:
    """Give two sellers and their manager."""
    app.config["WTF_CSRF_ENABLED"] = False
    update_customer(SYSTEM, customer, {"country": "GR", "street": "Κορίνθου 12", "city": "Πάτρα"})
    with write_unit() as session:
        team = Team(name="West")
        session.add(team)
        session.flush()
    sellers = {name: person(name, team=team) for name in ("eleni", "piotr")}
    return {"team": team, "customer": customer, "maria": person("maria", "sales_manager", team), **sellers}


def plan(tiers: str = "0 - : 10", **values: Any) -> CommissionPlan:
    said = {"name": "All", "tiers": tiers, "begins_on": NOW.begins_on, **values}
    return put_in_force(SYSTEM, create_plan(SYSTEM, said))


def invoice(people: Mapping[str, Any], amount: str, who: str = "eleni", post: bool = True, **values: Any) -> Invoice:
    owner = people[who].id
    made = create_invoice(
        SYSTEM, {"customer_id": people["customer"].id, "currency": "EUR", "owner_id": owner, **values}
    )
    create_record(
        SYSTEM, INVOICE_LINES, {"invoice": str(made.id), "name": "Oil", "quantity": "10", "unit_price": amount}
    )
    return post_invoice(SYSTEM, made) if post else made


def credit(invoice: Invoice, tenths: int) -> Invoice:
    (line,) = lines_of_invoice(invoice)
    return post_invoice(SYSTEM, credit_invoice(SYSTEM, invoice, {line.id: Decimal(tenths)}))


def pay(invoice: Invoice, amount: str) -> Payment:
    """Let a customer pay of an invoice."""
    return create_payment(SYSTEM, {"invoice_id": invoice.id, "amount": Decimal(amount)})


def sums(who: User, **criteria: Any) -> Any:
    """Tell what counts, is earned and is payable for somebody."""
    entries = db.session.query(CommissionEntry).filter_by(person_id=who.id, **criteria).all()
    zero = Decimal(0)
    found = [sum((getattr(each, name) for each in entries), zero) for name in ("base", "earned", "payable")]
    return found[0], found[1], found[2]


def refused(change: Callable[[], Any], code: str) -> Problem:
    with pytest.raises(Problem) as caught:
        change()
    db.session.rollback()
    assert caught.value.code == code
    return caught.value


# Plans


def test_form_tells_the_browser_how_tiers_and_shares_are_drawn_as_tables(client: FlaskClient) -> None:
    for path, columns in (
        ("commission-plans", ["From", "To below", "Percent"]),
        ("commission-splits", ["Person", "Percent"]),
    ):
        page = client.get(f"/sales/{path}/new").text
        (told,) = [json.loads(unescape(each)) for each in re.findall(r'data-rows="([^"]*)"', page)]
        assert told["columns"] == columns
        assert len(told["separators"]) == len(columns) - 1


@pytest.mark.parametrize(
    ("tiers", "says"),
    [("0 - 10: 5\n20 -: 7", "from 10 to 20"), ("0 - 20: 5\n10 -: 7", "from 10 to 20"), ("0 - 20: 5", "from 20 on")],
)
def test_a_gap_or_an_overlap_is_refused_when_a_plan_is_saved(app: Flask, tiers: str, says: str) -> None:
    said = {"name": "Odd", "tiers": tiers}
    problem = refused(lambda: create_record(SYSTEM, COMMISSION_PLANS, said), "sales.bad_tiers")
    assert says in problem.fields["tiers"][0]
    made = create_record(SYSTEM, COMMISSION_PLANS, {"name": "Even", "tiers": "0-10:5;10-:7 %"})
    assert made.tiers == "0 - 10: 5\n10 - : 7"
    refused(lambda: update_record(SYSTEM, COMMISSION_PLANS, made, {"tiers": tiers}), "sales.bad_tiers")


def test_a_plan_in_force_keeps_its_terms(app: Flask) -> None:
    made = plan()
    for name, value in (
        ("tiers", "0 - : 50"),
        ("base", "margin"),
        ("way", "whole"),
        ("begins_on", NOW.previous.begins_on),
    ):
        refused(partial(update_plan, SYSTEM, made, {name: value}), "sales.plan_in_force")
    update_plan(SYSTEM, made, {"ends_on": today(), "name": "Until today"})
    refused(lambda: put_in_force(SYSTEM, made), "sales.plan_in_force")
    refused(lambda: update_plan(SYSTEM, made, {"ends_on": NOW.previous.begins_on}), "sales.bad_days")
    with pytest.raises(Problem):
        bin_record(SYSTEM, COMMISSION_PLANS, made)
    db.session.rollback()
    with pytest.raises(ValueError, match="sealed"), write_unit():
        bulk_update(CommissionPlan, [({"id": made.id, "tiers": made.tiers}, {"tiers": "0 - : 90"})])


def test_a_draft_earns_nothing_and_a_plan_only_within_its_days(people: Mapping[str, Any]) -> None:
    create_plan(SYSTEM, {"name": "Draft", "tiers": "0 - : 10"})
    plan(begins_on=today() + timedelta(days=1))
    plan(begins_on=NOW.previous.begins_on, ends_on=today() - timedelta(days=1))
    invoice(people, "100")
    assert db.session.query(CommissionEntry).count() == 0


def test_the_closest_plan_holds(people: Mapping[str, Any]) -> None:
    plan("0 - : 1", name="Everybody")
    of_team = plan("0 - : 2", name="Team")
    create_member(SYSTEM, {"plan_id": of_team.id, "team_id": people["team"].id})
    of_person = plan("0 - : 3", name="Person")
    create_member(SYSTEM, {"plan_id": of_person.id, "person_id": people["piotr"].id})
    for who in ("eleni", "piotr"):
        invoice(people, "100", who)
    stranger = person("stranger")
    invoice({**people, "stranger": stranger}, "100", "stranger")
    assert [sums(each)[1] for each in (people["eleni"], people["piotr"], stranger)] == [20, 30, 10]
    refused(lambda: create_member(SYSTEM, {"plan_id": of_team.id}), "sales.one_of_both")
    twice = {"plan_id": of_team.id, "team_id": people["team"].id}
    refused(lambda: create_member(SYSTEM, twice), "sales.known_member")


def test_a_plan_that_comes_later_earns_of_earlier_invoices(people: Mapping[str, Any]) -> None:
    first = invoice(people, "100")
    plan()
    assert sums(people["eleni"]) == (0, 0, 0)

    class OneBatch:
        """A job's progress that goes through everything at once."""

        def batches(self, fetch: Any, **_more: Any) -> Any:
            with write_unit():
                yield fetch(None, 100)

    for _time in range(2):
        earn_of_earlier_invoices(OneBatch(), NOW.begins_on.isoformat())  # type: ignore[arg-type]
    assert sums(people["eleni"], invoice_id=first.id) == (1_000, 100, 0)


# What is earned


def test_an_entry_explains_itself(people: Mapping[str, Any]) -> None:
    plan(TWO_TIERS)
    invoice(people, "800")
    second = invoice(people, "400")
    entry: Any = db.session.query(CommissionEntry).filter_by(invoice_id=second.id).one()
    assert (entry.cause, entry.base, entry.earned, entry.payable) == ("posted", 4_000, 300, 0)
    assert Decimal(entry.told["before"]) == 8_000
    assert [(each["tier"], Decimal(each["base"]), Decimal(each["earned"])) for each in entry.told["tiers"]] == [
        ("0 - 10000: 5", Decimal(2_000), Decimal(100)),
        ("10000 - : 10", Decimal(2_000), Decimal(200)),
    ]


def test_a_whole_amount_raises_what_was_invoiced_before(people: Mapping[str, Any]) -> None:
    plan(TWO_TIERS, way="whole")
    first, second = invoice(people, "800"), invoice(people, "400")
    assert sums(people["eleni"], invoice_id=first.id)[1] == 800
    assert sums(people["eleni"], invoice_id=second.id)[1] == 400
    causes = [each.cause for each in db.session.query(CommissionEntry).filter_by(invoice_id=first.id)]
    assert sorted(causes) == ["posted", "tier"]
    credit(second, 10)
    assert sums(people["eleni"]) == (8_000, 400, 0)


def test_a_margin_plan_counts_what_is_left_of_the_price(people: Mapping[str, Any]) -> None:
    plan(base="margin")
    made = invoice(people, "100", post=False)
    with write_unit():
        lines_of_invoice(made)[0].cost = Decimal("60.5")
    create_record(SYSTEM, INVOICE_LINES, {"invoice": str(made.id), "name": "Fair", "quantity": "1", "unit_price": "50"})
    post_invoice(SYSTEM, made)
    entry: Any = db.session.query(CommissionEntry).one()
    assert (entry.base, entry.earned, entry.told["unknown"]) == (395, Decimal("39.5"), 1)


def test_periods_begin_anew(people: Mapping[str, Any]) -> None:
    plan(TWO_TIERS, period="invoice")
    for _time in range(2):
        invoice(people, "1200")
    assert sums(people["eleni"])[1] == 2 * (500 + 200)


# Splits


def deal_of(people: Mapping[str, Any]) -> Opportunity:
    said = {"name": "Big", "customer": str(people["customer"].id), "amount": "1000"}
    made: Opportunity = create_record(SYSTEM, OPPORTUNITIES, said)
    return made


def test_shares_must_be_a_hundred_by_any_door(people: Mapping[str, Any]) -> None:
    deal = deal_of(people)
    for shares in (
        "eleni@example.org: 60",
        "eleni@example.org: 60\npiotr@example.org: 50",
        "eleni: x",
        "nobody: 100",
        "eleni@example.org: 50\neleni@example.org: 50",
        "eleni@example.org: 120\npiotr@example.org: -20",
    ):
        said = {"opportunity": str(deal.id), "shares": shares}
        refused(partial(create_record, SYSTEM, COMMISSION_SPLITS, said), "sales.bad_split")
    assert db.session.query(CommissionSplit).count() == 0
    said = {"opportunity": str(deal.id), "shares": "eleni@example.org: 66,6; Piotr: 33.4"}
    made = create_record(SYSTEM, COMMISSION_SPLITS, said)
    assert made.shares == "eleni@example.org: 66.6\npiotr@example.org: 33.4"
    refused(
        lambda: create_record(SYSTEM, COMMISSION_SPLITS, {"shares": "eleni@example.org: 100"}), "sales.split_of_what"
    )
    update_record(SYSTEM, COMMISSION_SPLITS, made, {"shares": "eleni@example.org: 100"})
    assert [each["percent"] for each in made.parts] == ["100"]


def test_the_shares_of_a_deal_go_over_to_its_order_and_its_invoice(people: Mapping[str, Any]) -> None:
    plan()
    deal = deal_of(people)
    share(SYSTEM, deal, read_shares("eleni@example.org: 70\npiotr@example.org: 30"))
    said = {"opportunity": str(deal.id), "customer": str(people["customer"].id), "currency": "EUR"}
    order = create_record(SYSTEM, ORDERS, said)
    create_record(SYSTEM, ORDER_LINES, {"order": str(order.id), "name": "Oil", "quantity": "1", "unit_price": "333.33"})
    confirm_order(SYSTEM, order)
    share(SYSTEM, deal, read_shares("piotr@example.org: 100"))
    posted = (
        post_invoice(SYSTEM, create_record(SYSTEM, INVOICES, {"order": str(order.id)})) if _deliver(order) else None
    )
    assert posted is not None
    assert sums(people["eleni"])[:2] == (Decimal("233.33"), Decimal("23.33"))
    assert sums(people["piotr"])[:2] == (Decimal("100.00"), Decimal("10.00"))
    refused(lambda: share(SYSTEM, posted, read_shares("piotr@example.org: 100")), "sales.document_sealed")


def _deliver(order: Any) -> bool:
    from plugins.sales.operations.deliveries import deliver
    from plugins.sales.queries.orders import lines_of_order

    deliver(SYSTEM, order, {line.id: line.quantity for line in lines_of_order(order)})
    return True


# Payable and clawed back


def test_a_commission_is_payable_as_the_customer_pays_and_clawed_back_in_proportion(people: Mapping[str, Any]) -> None:
    plan()
    eleni = people["eleni"]
    made = invoice(people, "100")
    assert sums(eleni) == (1_000, 100, 0)
    pay(made, "250")
    assert sums(eleni) == (1_000, 100, 25)
    credit(made, 4)
    assert sums(eleni) == (600, 60, 25), "of 600 that are left 250 are paid"
    pay(made, "350")
    assert sums(eleni) == (600, 60, 60)
    credit(made, 6)
    assert sums(eleni) == (0, 0, 0)
    assert [each.cause for each in db.session.query(CommissionEntry).filter_by(person_id=eleni.id)] == [
        "posted", "paid", "credited", "paid", "credited",
    ]  # fmt: skip


def test_a_payment_that_is_taken_back_takes_back_what_it_made_payable(people: Mapping[str, Any]) -> None:
    plan()
    made = invoice(people, "100")
    payment = pay(made, "1500")
    assert sums(people["eleni"]) == (1_000, 100, 100), "an over-payment makes nothing more payable"
    (allocation,) = db.session.query(Allocation).filter_by(payment_id=payment.id)
    take_back(SYSTEM, allocation)
    assert sums(people["eleni"]) == (1_000, 100, 0)
    assert [each.cause for each in db.session.query(CommissionEntry)] == ["posted", "paid", "unpaid"]


@pytest.mark.parametrize("way", ["progressive", "whole"])
@pytest.mark.parametrize("order", ["ppc", "pcp", "cpp"])
def test_any_order_of_payments_and_credit_notes_ends_in_the_same(
    people: Mapping[str, Any], way: str, order: str
) -> None:
    plan(TWO_TIERS, way=way)
    first, second = invoice(people, "900"), invoice(people, "700.01")
    for what in order:
        if what == "p":
            pay(first, "2000")
        else:
            credit(first, 3)
    pay(second, "7000.10")
    earned = {"progressive": Decimal("830.01"), "whole": Decimal("1330.01")}[way]
    assert sums(people["eleni"])[:2] == (Decimal("13300.10"), earned)
    paid_share = Decimal(4_000) / Decimal(6_300)
    of_first = (Decimal(6_300) * (Decimal("0.05") if way == "progressive" else Decimal("0.1")) * paid_share).quantize(
        Decimal("0.01"), "ROUND_HALF_UP"
    )
    assert sums(people["eleni"], invoice_id=first.id)[2] == of_first


# Settlements


@pytest.fixture
def paid(people: Mapping[str, Any]) -> Invoice:
    """Give an invoice of Eleni's that is paid: 100 are payable to her."""
    plan()
    made = invoice(people, "100")
    pay(made, "1000")
    return made


def drawn(person: User) -> Any:
    draw_up(SYSTEM, NOW)
    return db.session.query(CommissionSettlement).filter_by(person_id=person.id, status="drawn_up").one()


def test_a_run_gathers_what_is_payable_once(people: Mapping[str, Any], paid: Invoice) -> None:
    eleni = people["eleni"]
    first = drawn(eleni)
    assert first.amount == 100
    pay(invoice(people, "10"), "100")
    assert drawn(eleni).id == first.id
    assert (first.amount, first.number) == (110, None)
    approve(SYSTEM, first)
    pay(invoice(people, "20"), "200")
    assert drawn(eleni).amount == 20
    settle(SYSTEM, first)
    assert (first.amount, first.number) == (110, f"S-{today().year}-00001")
    assert draw_up(SYSTEM, NOW.previous) == []


def test_what_is_clawed_back_after_it_was_settled_stands_in_the_next_settlement(
    people: Mapping[str, Any], paid: Invoice
) -> None:
    settle(SYSTEM, approve(SYSTEM, drawn(people["eleni"])))
    credit(paid, 4)
    assert drawn(people["eleni"]).amount == -40
    assert sums(people["eleni"]) == (600, 60, 60)


def test_a_settlement_is_reversed_and_its_entries_are_payable_again(people: Mapping[str, Any], paid: Invoice) -> None:
    settled = settle(SYSTEM, approve(SYSTEM, drawn(people["eleni"])))
    opposite: Any = reverse(SYSTEM, settled)
    assert (settled.status, opposite.amount, opposite.status) == ("reversed", -100, "settled")
    assert sums(people["eleni"]) == (1_000, 100, 100)
    assert drawn(people["eleni"]).amount == 100
    refused(lambda: reverse(SYSTEM, settled), "sales.settlement_status_refused")


def test_every_move_that_the_table_does_not_list_is_refused(people: Mapping[str, Any], paid: Invoice) -> None:
    acts = {"approved": approve, "drawn_up": reopen, "settled": settle, "reversed": reverse}
    for status in SETTLEMENT_STATUSES:
        for wanted, act in acts.items():
            with write_unit() as session:
                made = CommissionSettlement(person_id=people["eleni"].id, period=NOW.key, status=status)
                session.add(made)
                session.flush()
            if wanted in SETTLEMENT_MOVES[status]:
                act(SYSTEM, made)
                assert made.status == wanted
            else:
                refused(partial(act, SYSTEM, made), "sales.settlement_status_refused")


def test_a_settled_one_is_sealed_and_an_approved_one_not_thrown_away(people: Mapping[str, Any], paid: Invoice) -> None:
    made = drawn(people["eleni"])
    bin_record(SYSTEM, SETTLEMENTS, made)
    assert made.amount == 0
    restore_record(SYSTEM, SETTLEMENTS, made)
    assert made.amount == 100
    approve(SYSTEM, made)
    refused(lambda: bin_record(SYSTEM, SETTLEMENTS, made), "sales.settlement_status_refused")
    settle(SYSTEM, made)
    with pytest.raises(Problem):
        bin_record(SYSTEM, SETTLEMENTS, made)
    db.session.rollback()
    entry = db.session.query(CommissionEntry).filter(CommissionEntry.earned > 0).first()
    assert entry is not None
    for record, name in ((made, "amount"), (entry, "earned")):
        old = {"id": record.id, name: getattr(record, name)}
        with pytest.raises(ValueError, match="sealed"), write_unit():
            bulk_update(type(record), [(old, {name: Decimal(9)})])
        db.session.rollback()


def test_entries_are_written_by_nobody(people: Mapping[str, Any], paid: Invoice) -> None:
    refused(lambda: create_record(SYSTEM, COMMISSION_ENTRIES, {}), "sales.entries_follow")


def test_a_settlement_is_printed_in_the_language_of_whoever_is_paid(
    app: Flask, people: Mapping[str, Any], paid: Invoice
) -> None:
    eleni = people["eleni"]
    with write_unit():
        eleni.language = "el"
    made = drawn(eleni)
    draft = letter_of_settlement(SYSTEM, made)
    assert (draft.language, draft.recipient, draft.mark) == ("el", ["Eleni"], "Καταρτίστηκε")
    approve(SYSTEM, made)
    settle(SYSTEM, made)
    letter = letter_of_settlement(SYSTEM, made)
    assert letter.title == f"Εκκαθάριση προμηθειών {made.number}"
    assert letter.mark == ""
    (part,) = letter.parts
    assert [row.cells[0] for row in part.rows] == [paid.number] * len(part.rows)
    assert part.totals[0].amount == format_amount_in("el", made.amount)
    url = f"/sales/settlements/{made.id}/pdf"
    answer = sign_in(app, "eleni@example.org").get(url)
    assert (answer.content_type, answer.data[:4]) == ("application/pdf", b"%PDF")
    assert sign_in(app, "piotr@example.org").get(url).status_code == 404


def format_amount_in(language: str, amount: Decimal) -> str:
    with in_language(language):
        return format_amount(amount, base_currency(), whole=False)


# Who sees and does what


def test_a_seller_sees_own_commissions_alone_and_decides_about_none(
    app: Flask, people: Mapping[str, Any], paid: Invoice
) -> None:
    made = drawn(people["eleni"])
    entry = db.session.query(CommissionEntry).filter_by(person_id=people["eleni"].id).first()
    assert entry is not None
    pages = [f"/sales/settlements/{made.id}", f"/sales/commission-entries/{entry.id}"]
    eleni, piotr = sign_in(app, "eleni@example.org"), sign_in(app, "piotr@example.org")
    for page in pages:
        assert eleni.get(page).status_code == 200
        assert piotr.get(page).status_code == 404
    invoice(people, "20")
    shown = eleni.get("/sales/commissions").text
    assert all(amount in shown for amount in ("€120.00", "€20.00", "€100.00")), "earned, waiting, payable"
    statement = f"/sales/commissions?person={people['eleni'].id}"
    assert str(paid.number) not in piotr.get(statement).text
    for act in ("approve", "settle", "reverse", "reopen"):
        assert eleni.post(f"/sales/settlements/{made.id}/{act}").status_code in (403, 404)
    assert eleni.post("/sales/commissions/draw-up", data={"period": NOW.key}).status_code in (403, 404)
    assert db.session.get_one(CommissionSettlement, made.id, populate_existing=True).status == "drawn_up"


def test_a_manager_decides_about_the_team_but_not_about_their_own(app: Flask, people: Mapping[str, Any]) -> None:
    plan()
    for who in ("eleni", "maria"):
        pay(invoice(people, "100", who), "1000")
    maria = sign_in(app, "maria@example.org")
    assert maria.post("/sales/commissions/draw-up", data={"period": NOW.key}).status_code == 303
    of = {each.person_id: each for each in db.session.query(CommissionSettlement)}
    assert maria.post(f"/sales/settlements/{of[people['maria'].id].id}/approve").status_code == 403
    for act in ("approve", "settle"):
        assert maria.post(f"/sales/settlements/{of[people['eleni'].id].id}/{act}").status_code in (200, 204, 303)
    db.session.rollback()
    assert (
        db.session.get_one(CommissionSettlement, of[people["eleni"].id].id, populate_existing=True).status == "settled"
    )
    assert maria.post("/sales/commission-plans", data={"name": "Mine", "tiers": "0 - : 99"}).status_code in (403, 404)


def test_people_see_the_plans_that_are_for_them(app: Flask, people: Mapping[str, Any]) -> None:
    for_all, for_piotr = plan(name="For all"), plan(name="For Piotr")
    create_member(SYSTEM, {"plan_id": for_piotr.id, "person_id": people["piotr"].id})
    seen = {
        name: [sign_in(app, f"{name}@example.org").get(f"/sales/commission-plans/{each.id}").status_code
               for each in (for_all, for_piotr)]
        for name in ("eleni", "piotr", "maria")
    }  # fmt: skip
    assert seen == {"eleni": [200, 404], "piotr": [200, 200], "maria": [200, 200]}
