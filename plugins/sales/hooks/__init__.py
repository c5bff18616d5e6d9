"""What sales answer: deals and leads on customers' pages, in timelines and in a person's day."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from pelatis.api import (
    Action,
    Actor,
    Alert,
    BulkAction,
    CalendarItem,
    Dependents,
    NavItem,
    Panel,
    Scope,
    TimelineEntry,
    _,
    create_once,
    create_record,
    hookimpl,
    may,
    ngettext,
    today,
    utc_now,
    working_calendar,
    write_unit,
)
from plugins.catalog.api import Availability, availability_of

from ..conflicts import DealConflict
from ..credits import Credit
from ..models import Lead, Opportunity, Payment, Quote
from ..offers import Offer
from ..operations.leads import stop_clock
from ..operations.pipelines import name_first_pipeline
from ..operations.stock import top_up
from ..queries import deals
from ..records import OPPORTUNITIES, ORDER_LINES, ORDERS
from . import (
    assignment,
    batches,
    commissions,
    competitors,
    conflicts,
    contacts,
    costs,
    customers,
    day,
    forecast,
    forms,
    invoices,
    offers,
    orders,
    overdue,
    payments,
    plans,
    quotes,
    recurring,
    steps,
)
from .customers import moved
from .day import CLOCK_AHEAD, running_lead, still, still_item


@hookimpl
def crm_set_up_company() -> None:
    """Name the first pipeline and its stages in the company's language."""
    name_first_pipeline()


@hookimpl
def crm_collect_nav_items(actor: Actor) -> Iterator[NavItem]:
    """Give the board, the forecast, the report, the journal and one's commissions."""
    if may(actor, Opportunity, "view"):
        yield NavItem(title=_("Pipeline"), url="/sales/pipeline", icon="layout-kanban", phone=True, key="p")
        yield NavItem(title=_("Forecast"), url="/sales/forecast", icon="chart-histogram", order=190)
        yield NavItem(title=_("Report"), url="/sales/report", icon="report-analytics", order=200)
    if actor.scope("sales.invoice.journal") is Scope.all and may(actor, Payment, "view"):
        yield NavItem(title=_("Journal"), url="/sales/journal", icon="file-invoice", order=205)
    yield from commissions.nav_items(actor)


@hookimpl
def crm_collect_actions(actor: Actor, record: Any) -> Iterator[Action]:
    """Offer a new opportunity on a customer's page, and everywhere the list of what is overdue."""
    if record is None:
        yield from overdue.actions(actor)
    if record is not None and record.__record_type__ == "customer" and may(actor, Opportunity, "create"):
        url = f"{OPPORTUNITIES.url}/new?customer={record.id}"
        yield Action(id="sales.new_opportunity", title=_("New deal"), url=url, icon="briefcase", key="o", primary=True)


@hookimpl
def crm_collect_alerts(actor: Actor, customers: Sequence[UUID]) -> Iterator[Alert]:
    """Tell of overdue invoices, and of deals that stand still."""
    yield from overdue.alerts(actor, customers)
    if not may(actor, Opportunity, "view"):
        return
    for opportunity, stage in deals.open_deals(actor, customers):
        if opportunity.customer_id is not None and deals.is_standing_still(opportunity, stage):
            yield Alert(
                customer_id=opportunity.customer_id,
                text=_("%(name)s stands still: %(still)s", name=opportunity.name, still=still(opportunity, stage)),
                level="notice",
                url=OPPORTUNITIES.url_of(opportunity.id),
                link=_("To the deal"),
            )


@hookimpl
def crm_collect_calendar_items(actor: Actor, day: date) -> Iterator[CalendarItem]:
    """Give a person's overdue invoices, deals that stand still, and the leads that must be answered soon."""
    if actor.user_id is None or day != today():
        return
    yield from overdue.items(actor)
    for lead in deals.running_leads(actor, working_calendar().after(utc_now(), CLOCK_AHEAD)):
        yield running_lead(lead)
    for opportunity, stage, customer in deals.standing_still(actor):
        yield still_item(opportunity, stage, customer)


@hookimpl
def crm_collect_timeline(
    actor: Actor, customer: UUID, before: datetime | None, limit: int, kinds: Collection[str], text: str
) -> Iterator[TimelineEntry]:
    """Give how a customer's deals began, moved and ended, and how their quotes stand."""
    if kinds and "deal" not in kinds:
        return
    for row in deals.moves_of_customer(actor, customer, before, limit, text):
        yield moved(row)
    if may(actor, Quote, "view"):
        yield from quotes.timeline(actor, customer, before, text)
    yield from invoices.timeline(actor, customer, before, limit, text)


@hookimpl
def crm_render_panels(slot: str, actor: Actor, record: Any) -> Iterator[Panel]:
    """Give what each subject has for a place on a page."""
    for subject in (
        conflicts,
        customers,
        day,
        steps,
        quotes,
        orders,
        recurring,
        invoices,
        contacts,
        competitors,
        forms,
        assignment,
        plans,
        forecast,
        costs,
        commissions,
        batches,
    ):
        yield from subject.panels(slot, actor, record)


@hookimpl
def crm_collect_bulk_actions(actor: Actor, record_type: str) -> Iterator[BulkAction]:
    """Offer reminders of invoices, and assigning by the rules."""
    yield from overdue.bulk_actions(actor, record_type)
    yield from assignment.bulk_actions(actor, record_type)


@hookimpl
def crm_assign_work(record_type: str, records: Sequence[Any]) -> Sequence[Any] | None:
    """Give new customers to whom the assignment rules say."""
    return assignment.assign_work(record_type, records)


@hookimpl
def crm_collect_credits(actor: Actor, customer: UUID) -> Iterator[Credit]:
    """Give the payments and credit notes of a customer that aren't used up."""
    yield from payments.open_credits(actor, customer)


@hookimpl
def crm_collect_dependents(record_type: str, ids: Sequence[UUID]) -> Iterator[Dependents]:
    """Tell how many deals lean on customers, products, stages or pipelines; the last two must not go while they do."""
    columns = {
        "customer": Opportunity.customer_id,
        "catalog.product": Opportunity.product_id,
        "sales.stage": Opportunity.stage_id,
        "sales.pipeline": Opportunity.pipeline_id,
    }
    column = columns.get(record_type)
    count = deals.count_deals(column, ids) if column is not None else 0
    if count:
        label = ngettext("%(num)s deal", "%(num)s deals", count)
        blocks = record_type in ("sales.stage", "sales.pipeline")
        yield Dependents(record_type="sales.opportunity", label=label, count=count, blocks=blocks)
    for dependents in (contacts.dependents, competitors.dependents):
        yield from dependents(record_type, ids)


@hookimpl
def crm_create_opportunity(actor: Actor, key: UUID, values: Mapping[str, Any]) -> UUID:
    """Make an opportunity once."""
    create_once(actor, OPPORTUNITIES, key, values)
    return key


@hookimpl
def crm_create_order(actor: Actor, key: UUID, values: Mapping[str, Any], lines: Sequence[Mapping[str, Any]]) -> UUID:
    """Make a draft of an order once."""
    with write_unit():
        order, is_new = create_once(actor, ORDERS, key, values)
        for line in lines if is_new else ():
            create_record(actor, ORDER_LINES, {**line, "order": str(order.id)})
    return key


@hookimpl
def crm_collect_deal_conflicts(actor: Actor, deal: Any) -> Iterator[DealConflict]:
    """Give the other open deals about the same."""
    yield from conflicts.same_deals(actor, deal)


@hookimpl
def crm_suggest_offers(actor: Actor, products: Sequence[UUID]) -> Iterator[Offer]:
    """Give what was ordered together."""
    yield from offers.sold_with(actor, products)


@hookimpl(trylast=True)
def crm_check_availability(items: Mapping[UUID, Decimal], due_on: date) -> Mapping[UUID, Availability]:
    """Say what the catalog's stock has."""
    return availability_of(items, due_on)


@hookimpl
def crm_validate_order(order: Any, lines: Sequence[Any]) -> None:
    """Refuse what isn't offered any more."""
    orders.refuse_not_offered(order, lines)


@hookimpl
def crm_stock_arrived(actor: Actor, product: UUID) -> None:
    """Promise what came in to the orders that wait for it."""
    top_up(actor, product)


@hookimpl(optionalhook=True)
def crm_activity_done(activity: Any) -> None:
    """Stop the clock of the lead with whom somebody spoke."""
    if activity.about_type == Lead.__record_type__:
        stop_clock(activity.about_id, activity.done_at)
