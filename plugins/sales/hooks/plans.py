"""A customer's plan beside their page; who matters and what they don't buy yet beside the plan's own."""

from collections.abc import Iterator
from typing import Any

from pelatis.api import Actor, Panel, _, ask, format_day, may, today

from ..models import AccountPlan
from ..queries import plans
from ..records import ACCOUNT_PLANS
from ..schemas import CONTACT_ROLES


def panels(slot: str, actor: Actor, record: Any) -> Iterator[Panel]:
    """Give a customer's plan, and what a plan leans on."""
    if slot == "customer.sidebar" and not record.is_person and may(actor, AccountPlan, "view"):
        yield from _plan_panel(actor, record)
    elif slot == "record.sidebar" and isinstance(record, AccountPlan):
        yield _stakeholders_panel(actor, record)
        yield _white_space_panel(actor, record)


def _plan_panel(actor: Actor, customer: Any) -> Iterator[Panel]:
    plan = plans.plan_of(actor, customer.id)
    offers = plan is None and "key_account" in customer.roles and may(actor, AccountPlan, "create")
    if plan is None and not offers:
        return
    steps = ask("crm_get_next_steps", actor=actor, ids=[plan.id]) if plan is not None else None
    yield Panel(
        id="sales.plan",
        title=_("Account plan"),
        template="sales/panels/plan.html",
        context={
            "plan": plan,
            "new_url": f"{ACCOUNT_PLANS.url}/new?customer={customer.id}",
            "review": format_day(plan.review_on) if plan is not None and plan.review_on else "",
            "is_late": plan is not None and plan.review_on is not None and plan.review_on < today(),
            "next_step": (steps or {}).get(plan.id, "") if plan is not None else "",
            "icon": "star",
        },
        url=ACCOUNT_PLANS.url_of(plan.id) if plan is not None else "",
        order=150,
    )


def _stakeholders_panel(actor: Actor, plan: AccountPlan) -> Panel:
    people = [
        {"title": person.name, "url": f"/customers/{person.id}", "note": CONTACT_ROLES.get(role, role)}
        for person, role in plans.stakeholders(actor, plan.customer_id)
    ]
    return Panel(
        id="sales.stakeholders",
        title=_("Who matters"),
        template="sales/panels/rows.html",
        context={"rows": people, "nothing": _("Nobody has a part in a deal yet."), "icon": "users"},
        count=len(people) or None,
        order=10,
    )


def _white_space_panel(actor: Actor, plan: AccountPlan) -> Panel:
    products = [
        {"title": product.name, "url": f"/catalog/products/{product.id}", "note": product.sku or ""}
        for product in plans.white_space(actor, plan.customer_id)
    ]
    return Panel(
        id="sales.white_space",
        title=_("Don’t buy yet"),
        template="sales/panels/rows.html",
        context={"rows": products, "nothing": _("They buy everything."), "icon": "package"},
        count=len(products) or None,
        order=20,
    )
