"""What a customer's page shows of their quotes, invoices, account plan and owner, read with one statement."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ColumnElement, Select, Uuid, and_, bindparam, cast, func, null, or_, select, union_all

from pelatis.api import Actor, User, kept, read_once, visible

from ..models import AccountPlan, Assignment, Invoice, Quote

#: How many quotes, and how many posted invoices beside the open ones, a page looks at; a timeline's page has fewer.
MOST_RECENT: Final = 30
#: Statuses of what still asks for something: to be posted, paid or used.
UNSETTLED: Final = ("draft", "posted", "part_paid", "part_used")


@dataclass(frozen=True)
class Papers:
    """What an actor may see: the quotes that changed last, what is open or was posted lately, the plan.

    Attributes:
        quotes: the last to change first.
        invoices: invoices and credit notes, in no order.
        plans: one at most.
        assignments: how the customer came to people, the last time first, each with the person's name.
    """

    quotes: list[Quote] = field(default_factory=list)
    invoices: list[Invoice] = field(default_factory=list)
    plans: list[AccountPlan] = field(default_factory=list)
    assignments: list[tuple[Assignment, str | None]] = field(default_factory=list)


def last_change() -> ColumnElement[datetime]:
    """Say in SQL when something happened to a quote last."""
    return func.coalesce(Quote.closed_at, Quote.sent_at, Quote.created_at)


def papers_of(actor: Actor, customer: UUID) -> Papers:
    """Read what a customer's page begins with, once for all that it shows."""
    return read_once(("sales.papers", actor, customer), lambda: _sorted(_papers(actor, customer=customer)))


def _sorted(rows: Any) -> Papers:
    found = Papers()
    for quote, invoice, plan, assignment, name in rows:
        if quote is not None:
            found.quotes.append(quote)
        elif invoice is not None:
            found.invoices.append(invoice)
        elif plan is not None:
            found.plans.append(plan)
        else:
            found.assignments.append((assignment, name))
    found.assignments.sort(key=lambda each: (each[0].assigned_at, each[0].id), reverse=True)
    found.quotes.sort(key=lambda each: (each.closed_at or each.sent_at or each.created_at, each.id), reverse=True)
    return found


@kept
def _papers(actor: Actor) -> Any:
    customer: Any = bindparam("customer")
    quotes = (
        select(Quote.id)
        .where(Quote.customer_id == customer, Quote.deleted_at.is_(None), visible(actor, Quote))
        .order_by(last_change().desc(), Quote.id.desc())
        .limit(MOST_RECENT)
    )
    theirs = (Invoice.customer_id == customer, visible(actor, Invoice))
    newest = (Invoice.posted_at.desc(), Invoice.id.desc())
    recent = select(Invoice.id).where(*theirs, Invoice.sealed_at.is_not(None)).order_by(*newest).limit(MOST_RECENT)
    is_open = and_(Invoice.status.in_(UNSETTLED), Invoice.deleted_at.is_(None))
    invoices = select(Invoice.id).where(*theirs, or_(is_open, Invoice.id.in_(recent)))
    plan = (
        select(AccountPlan.id)
        .where(AccountPlan.customer_id == customer, AccountPlan.deleted_at.is_(None), visible(actor, AccountPlan))
        .limit(1)
    )
    assignments = select(Assignment.id).where(Assignment.customer_id == customer)
    parts = (quotes, invoices, plan, assignments)
    found = union_all(*[_placed(part, place, len(parts)) for place, part in enumerate(parts)]).subquery()
    quote_id, invoice_id, plan_id, assignment_id = found.c
    return (
        select(Quote, Invoice, AccountPlan, Assignment, User.name)
        .select_from(found)
        .outerjoin(Quote, Quote.id == quote_id)
        .outerjoin(Invoice, Invoice.id == invoice_id)
        .outerjoin(AccountPlan, AccountPlan.id == plan_id)
        .outerjoin(Assignment, Assignment.id == assignment_id)
        .outerjoin(User, User.id == Assignment.user_id)
    )


def _placed(part: Select[Any], place: int, places: int) -> Select[Any]:
    """Put ids into one of several columns, so that each joins its own table."""
    [identity] = part.subquery().c
    columns = [identity if each == place else cast(null(), Uuid()) for each in range(places)]
    return select(*[column.label(f"id_{number}") for number, column in enumerate(columns)])
