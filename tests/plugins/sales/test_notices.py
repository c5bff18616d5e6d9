"""What people in sales are told of what others did: approvals, answers of customers, leads passed on."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from core.access import Actor, acting_as, system_actor
from core.access.actor import PUBLIC
from core.database import db, write_unit
from core.mail import mails_about
from core.mail.settings import change_mail_settings
from core.notifications import Notification
from core.problems import Problem
from core.users.operations import add_user
from core.users.operations.rights import save_role, set_roles
from core.users.queries import actor_of
from plugins.sales.models import ApprovalLimit, Quote
from plugins.sales.operations.acceptance import accept_quote, decline_quote
from plugins.sales.operations.approvals import ask_for_approval, decide_approval
from plugins.sales.operations.mailing import mail_quote
from plugins.sales.operations.quote_lines import add_line
from plugins.sales.operations.quotes import create_quote, send_quote
from plugins.sales.operations.states import may_decide_own
from plugins.sales.queries.quotes import sets_of
from tests.plugins.sales.invoicing import MAIL

SYSTEM = system_actor()
DRAWN = "M40 60 L50 40 L60 80"
Hire = Callable[..., Actor]


@pytest.fixture
def hire(app: Flask) -> Hire:
    """Give what adds a person of a default role, or of one that grants what is named."""

    def _hire(name: str, role: str = "viewer", grants: dict[str, str | None] | None = None) -> Actor:
        user = add_user(SYSTEM, email=f"{name.lower()}@example.org", role=role, name=name)
        if grants is not None:
            set_roles(SYSTEM, user, [save_role(SYSTEM, None, f"Role of {name}", grants).id])
        return actor_of(user.id)

    return _hire


@pytest.fixture
def approving() -> dict[str, str | None]:
    """Give the rights of whoever approves quotes."""
    return {f"sales.quote.{action}": "all" for action in ("view", "edit", "approve")}


@pytest.fixture
def cheap(customer: Any) -> Quote:
    """Give a draft whose discount needs an approval."""
    with write_unit() as session:
        session.add(ApprovalLimit(name="Discounts", max_discount=Decimal(5)))
    quote = create_quote(SYSTEM, {"customer_id": customer.id, "name": "Frame contract", "language": "el"})
    line = {"name": "Season", "unit_price": Decimal(100), "quantity": Decimal(1), "discount": Decimal(10)}
    add_line(SYSTEM, sets_of(quote)[0], line)
    return quote


def told(who: Actor) -> list[str]:
    statement = select(Notification.text).where(Notification.user_id == who.user_id).order_by(Notification.id)
    return list(db.session.scalars(statement))


def test_who_may_approve_is_asked_and_whoever_asked_is_answered(
    hire: Hire, approving: dict[str, str | None], cheap: Quote
) -> None:
    asking, deciding = hire("Nikos", grants=approving), hire("Sofia", grants=approving)
    administrator, viewer = hire("Anna", "administrator"), hire("Petros")
    with acting_as(asking):
        ask_for_approval(asking, cheap)
    assert told(deciding) == ["Nikos asks you to approve a quote: Frame contract"]
    assert told(asking) == told(administrator) == told(viewer) == []
    with acting_as(deciding):
        decide_approval(deciding, cheap, False)
    assert told(asking) == ["Sofia didn't approve Frame contract."]


def test_administrator_is_asked_where_nobody_else_may_approve(
    hire: Hire, approving: dict[str, str | None], cheap: Quote
) -> None:
    asking, administrator = hire("Nikos", grants=approving), hire("Anna", "administrator")
    with acting_as(asking):
        ask_for_approval(asking, cheap)
    assert told(administrator) == ["Nikos asks you to approve a quote: Frame contract"]


def test_administrator_decides_about_their_own_request_only_where_nobody_else_may(
    hire: Hire, approving: dict[str, str | None], cheap: Quote
) -> None:
    asking = hire("Anna", "administrator")
    ask_for_approval(asking, cheap)
    assert may_decide_own(asking, "approve", cheap)
    hire("Sofia", grants=approving)
    with pytest.raises(Problem) as refused:
        decide_approval(asking, cheap, True)
    assert refused.value.code == "sales.own_approval"


def test_who_doesnt_reach_the_quote_isnt_asked(hire: Hire, approving: dict[str, str | None], cheap: Quote) -> None:
    narrow = hire("Eleni", grants={**approving, "sales.quote.approve": "own"})
    wide = hire("Sofia", grants=approving)
    ask_for_approval(SYSTEM, cheap)
    assert (told(narrow), len(told(wide))) == ([], 1)


@pytest.fixture
def sent(hire: Hire, customer: Any) -> tuple[Quote, Actor]:
    """Give a quote that was sent, and its seller."""
    seller = hire("Nikos", "salesperson")
    values = {"customer_id": customer.id, "name": "Trial", "language": "el", "owner_id": seller.user_id}
    quote = create_quote(SYSTEM, values)
    add_line(SYSTEM, sets_of(quote)[0], {"name": "Season", "unit_price": Decimal(100), "quantity": Decimal(1)})
    return send_quote(SYSTEM, quote), seller


def accept(quote: Quote) -> None:
    with acting_as(PUBLIC):
        accept_quote(quote, sets_of(quote)[0].id, [], "Δήμητρα", DRAWN, "127.0.0.1")


def test_seller_is_told_that_the_customer_accepted(sent: tuple[Quote, Actor]) -> None:
    accept(sent[0])
    assert told(sent[1]) == ["Δήμητρα accepted Trial."]


def test_seller_is_told_that_the_customer_declined(sent: tuple[Quote, Actor]) -> None:
    with acting_as(PUBLIC):
        decline_quote(sent[0], "Too dear")
    assert told(sent[1]) == ["The customer declined Trial."]


def test_what_was_signed_goes_to_where_the_quote_was_mailed(app: Flask, sent: tuple[Quote, Actor]) -> None:
    quote, _seller = sent
    change_mail_settings(SYSTEM, MAIL)
    with app.test_request_context():
        mail_quote(SYSTEM, quote, "dimitra@elaiones.example", "Hello")
    accept(quote)
    newest = mails_about(quote.id)[0]
    assert (newest.to_address, newest.language) == ("dimitra@elaiones.example", "el")
    assert newest.attachments == [{"maker": "sales.quote_pdf", "arguments": {"quote_id": str(quote.id)}}]


@pytest.mark.parametrize("address", [None, "nobody"])
def test_signature_stands_where_it_cant_be_mailed(
    app: Flask, sent: tuple[Quote, Actor], customer: Any, address: str | None
) -> None:
    change_mail_settings(SYSTEM, MAIL)
    with write_unit():
        customer.email = address
    accept(sent[0])
    assert sent[0].status == "accepted"
    assert mails_about(sent[0].id) == []
