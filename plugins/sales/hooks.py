"""What sales answer: deals and leads on customers' pages, in timelines and in a person's day."""

from collections.abc import Collection, Iterator, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from markupsafe import Markup, escape

from pelatis.api import (
    Action,
    Actor,
    Alert,
    CalendarItem,
    Dependents,
    NavItem,
    Panel,
    TimelineEntry,
    _,
    ask,
    base_currency,
    format_amount,
    format_day,
    format_number,
    format_percent,
    hookimpl,
    local_now,
    may,
    ngettext,
    today,
    utc_now,
)
from plugins.catalog.api import Price, explain_price

from .models import Lead, Opportunity, Stage
from .operations.leads import CONVERTIBLE, LEAD_MOVES
from .operations.pipelines import name_first_pipeline, stages_of
from .queries import board, deals
from .records import LEADS, OPPORTUNITIES
from .schemas import DISQUALIFIED, LEAD_STATUSES, LOST_REASONS, SOURCES

#: From which share of leads answered in time on, in percent, the meter is green.
GOOD_SHARE = 90
#: How many open deals stand beside a customer.
MOST_LISTED = 20
#: How far ahead a person's day looks for leads whose clock runs out.
CLOCK_AHEAD = timedelta(hours=4)


@hookimpl
def crm_set_up_company() -> None:
    """Name the first pipeline and its stages in the company's language."""
    name_first_pipeline()


@hookimpl
def crm_collect_nav_items(actor: Actor) -> Iterator[NavItem]:
    """Give the board and the report."""
    if may(actor, Opportunity, "view"):
        yield NavItem(title=_("Pipeline"), url="/sales/pipeline", icon="layout-kanban", phone=True, key="p")
        yield NavItem(title=_("Report"), url="/sales/report", icon="chart-histogram", order=200)


@hookimpl
def crm_collect_actions(actor: Actor, record: Any) -> Iterator[Action]:
    """Offer a new opportunity on a customer's page."""
    if record is not None and record.__record_type__ == "customer" and may(actor, Opportunity, "create"):
        url = f"{OPPORTUNITIES.url}/new?customer={record.id}"
        yield Action(id="sales.new_opportunity", title=_("New deal"), url=url, icon="briefcase", key="o", primary=True)


@hookimpl
def crm_collect_alerts(actor: Actor, customers: Sequence[UUID]) -> Iterator[Alert]:
    """Tell of deals that stand still."""
    for opportunity, stage in deals.open_deals(actor, customers):
        if opportunity.customer_id is not None and deals.is_standing_still(opportunity, stage):
            yield Alert(
                customer_id=opportunity.customer_id,
                text=_("%(name)s stands still: %(still)s", name=opportunity.name, still=_still(opportunity, stage)),
                level="notice",
                url=OPPORTUNITIES.url_of(opportunity.id),
                link=_("To the deal"),
            )


def _still(opportunity: Opportunity, stage: Stage) -> str:
    days = board.days_in_stage(opportunity.stage_since)
    words = {"stage": stage.name, "days": days, "most": stage.rot_days}
    return str(_("%(stage)s for %(days)s days, usual is %(most)s", **words))


@hookimpl
def crm_collect_calendar_items(actor: Actor, day: date) -> Iterator[CalendarItem]:
    """Give a person's deals that stand still, and the leads that must be answered soon."""
    if actor.user_id is None or day != today():
        return
    for lead in deals.running_leads(actor, utc_now() + CLOCK_AHEAD):
        yield _running(lead)
    for opportunity, stage in deals.standing_still(actor):
        amount = format_amount(opportunity.amount, opportunity.currency) if opportunity.amount is not None else ""
        yield CalendarItem(
            id=opportunity.id,
            title=opportunity.name,
            kind="deal",
            url=OPPORTUNITIES.url_of(opportunity.id),
            detail=" · ".join(part for part in (_still(opportunity, stage), amount) if part),
            level="warning",
            customer_id=opportunity.customer_id,
            group="still",
        )


def _running(lead: Lead) -> CalendarItem:
    who = f"{lead.name}, {lead.company}" if lead.company else lead.name
    source = str(SOURCES[lead.source]) if lead.source in SOURCES else ""
    asked = f"“{lead.message.strip().partition(chr(10))[0][:120]}”" if lead.message else ""
    return CalendarItem(
        id=lead.id,
        title=_("Lead: %(who)s", who=who),
        kind="lead",
        url=LEADS.url_of(lead.id),
        due_at=lead.respond_by,
        done_url=f"{LEADS.url_of(lead.id)}/take",
        detail=" · ".join(part for part in (source, asked) if part),
        level="danger" if lead.respond_by and lead.respond_by < utc_now() else "warning",
        group="clock",
    )


@hookimpl
def crm_collect_timeline(
    actor: Actor, customer: UUID, before: datetime | None, limit: int, kinds: Collection[str], text: str
) -> Iterator[TimelineEntry]:
    """Give how a customer's deals began, moved and ended."""
    if kinds and "deal" not in kinds:
        return
    for row in deals.moves_of_customer(actor, customer, before, limit, text):
        yield _moved(row)


def _moved(row: Any) -> TimelineEntry:
    link = Markup('<a href="{}">{}</a>').format(OPPORTUNITIES.url_of(row.opportunity_id), row.name)
    names = {"deal": link, "left": row.left or "", "entered": Markup("<b>{}</b>").format(row.entered)}
    amount = format_amount(row.amount, row.currency) if row.amount is not None else ""
    if row.kind == "won":
        line, icon, level, said = escape(_("won %(deal)s")) % names, "circle-check", "success", amount
    elif row.kind == "lost":
        reason = str(LOST_REASONS[row.lost_reason]) if row.lost_reason in LOST_REASONS else ""
        line, icon, level, said = escape(_("lost %(deal)s")) % names, "circle-x", "danger", reason
    elif row.left is None:
        line, icon, level, said = escape(_("began %(deal)s in %(entered)s")) % names, "briefcase", "plain", amount
    else:
        line = escape(_("moved %(deal)s from %(left)s to %(entered)s")) % names
        icon, level, said = "arrow-right", "notice", ""
    return TimelineEntry(
        id=row.id,
        at=row.moved_at,
        kind="deal",
        line=line,
        text=said,
        icon=icon,
        level=level,  # type: ignore[arg-type]
        actor_name=row.moved_by or "",
        url=OPPORTUNITIES.url_of(row.opportunity_id),
        record_type="sales.opportunity",
        record_id=row.opportunity_id,
    )


@hookimpl
def crm_render_panels(slot: str, actor: Actor, record: Any) -> Iterator[Panel]:
    """Give a customer's open deals, and the steps of a deal or a lead beside its own page."""
    if slot == "customer.sidebar" and may(actor, Opportunity, "view"):
        yield _deals_panel(actor, record)
    elif slot == "dashboard.figures" and actor.user_id is not None and may(actor, Opportunity, "view"):
        yield from _figures(actor)
    elif slot == "customer.open":
        yield from _open_items(actor, record)
    elif slot == "record.sidebar" and isinstance(record, Opportunity):
        if may(actor, Opportunity, "edit"):
            yield _stage_panel(actor, record)
        yield from _price_panel(actor, record)
    elif slot == "record.sidebar" and isinstance(record, Lead) and may(actor, Lead, "edit"):
        yield _lead_panel(record)


def _figures(actor: Actor) -> Iterator[Panel]:
    """Give what a person won this month, what they may yet win, and how quickly they answer."""
    first = today().replace(day=1)
    own = deals.own_figures(actor, first, local_now().replace(day=1, hour=0, minute=0, second=0, microsecond=0))
    if not own.won and not own.open:
        return
    yield _figure(
        "won",
        _("Won this month"),
        format_amount(own.won_amount, base_currency(), whole=True),
        ngettext("%(num)s deal", "%(num)s deals", own.won),
    )
    yield _figure(
        "weighted",
        _("Open, weighted"),
        format_amount(own.weighted, base_currency(), whole=True),
        ngettext("%(num)s deal", "%(num)s deals", own.open),
    )
    if own.answered:
        share = 100 * own.timely // own.answered
        note = f"{format_number(own.timely)} / {format_number(own.answered)}"
        yield _figure("timely", _("Leads answered in time"), format_percent(share), note, share)


def _figure(name: str, title: str, figure: str, note: str, percent: int | None = None) -> Panel:
    context = {"note": note, "percent": percent, "tone": "green" if (percent or 0) >= GOOD_SHARE else ""}
    return Panel(id=f"sales.figure.{name}", title=title, template="", figure=figure, context=context)


def _deals_panel(actor: Actor, customer: Any) -> Panel:
    rows = deals.open_deals(actor, [customer.id])
    total = sum((opportunity.amount_base or Decimal(0) for opportunity, _stage in rows), Decimal(0))
    listed = [
        {
            "title": opportunity.name,
            "url": OPPORTUNITIES.url_of(opportunity.id),
            "figure": format_amount(opportunity.amount, opportunity.currency),
            "stage": stage.name,
            "note": _closing(opportunity, stage),
        }
        for opportunity, stage in rows[:MOST_LISTED]
    ]
    return Panel(
        id="sales.deals",
        title=_("Deals"),
        template="sales/panels/deals.html",
        context={
            "rows": listed,
            "icon": "layout-kanban",
            "new_url": f"{OPPORTUNITIES.url}/new?customer={customer.id}" if may(actor, Opportunity, "create") else "",
        },
        count=len(rows) or None,
        figure=format_amount(total, base_currency(), whole=True) if rows else "",
    )


def _closing(opportunity: Opportunity, stage: Stage) -> str:
    """Say when a deal is expected to close, and how likely it is won."""
    likely = stage.probability if opportunity.probability is None else opportunity.probability
    day = opportunity.expected_close_on
    chance = format_percent(likely)
    return _("closes %(day)s · %(chance)s", day=format_day(day), chance=chance) if day else chance


def _open_items(actor: Actor, customer: Any) -> Iterator[Panel]:
    for opportunity, stage in deals.open_deals(actor, [customer.id])[:5]:
        yield Panel(
            id=f"sales.deal.{opportunity.id}",
            title=opportunity.name,
            template="",
            url=OPPORTUNITIES.url_of(opportunity.id),
            figure=format_amount(opportunity.amount, opportunity.currency),
            context={"icon": "briefcase", "pill": (stage.name, "blue")},
        )


def _stage_panel(actor: Actor, opportunity: Opportunity) -> Panel:
    stages = stages_of(opportunity.pipeline_id)
    present = next((stage for stage in stages if stage.id == opportunity.stage_id), None)
    steps = ask("crm_get_next_steps", actor=actor, ids=[opportunity.id])
    return Panel(
        id="sales.stage",
        title=_("Stage"),
        template="sales/panels/stage.html",
        context={
            "stages": stages,
            "present": present,
            "moves": deals.history_of(opportunity.id),
            "days": board.days_in_stage(opportunity.stage_since),
            "next_step": None if steps is None else steps.get(opportunity.id, ""),
            "icon": "layout-kanban",
        },
        figure=present.name if present else "",
        order=10,
    )


def _price_panel(actor: Actor, opportunity: Opportunity) -> Iterator[Panel]:
    """Explain what one unit of a deal's product costs its customer."""
    if not may(actor, Price, "view"):
        return
    product, customer = deals.product_and_customer(actor, opportunity)
    explained = explain_price(product, customer) if product else None
    if product is None or explained is None:
        return
    currency, tax = explained.price.currency, explained.tax
    steps = [
        (explained.price_list.name, format_amount(explained.price.amount, currency)),
        (tax.name if tax else _("Tax: no rule says"), format_amount(tax.tax, currency) if tax else "–"),
        (_("With tax"), format_amount(explained.gross, currency)),
    ]
    yield Panel(
        id="sales.price",
        title=_("Price of one unit"),
        template="sales/panels/price.html",
        context={"steps": steps, "note": tax.note if tax else "", "icon": "coin"},
        figure=format_amount(explained.net, currency),
        order=20,
    )


def _lead_panel(lead: Lead) -> Panel:
    following = LEAD_MOVES[lead.status]
    return Panel(
        id="sales.lead",
        title=_("What now"),
        template="sales/panels/lead.html",
        context={
            "statuses": [(key, LEAD_STATUSES[key]) for key in ("working", "qualified") if key in following],
            "is_new": lead.status == "new",
            "can_convert": lead.status in CONVERTIBLE,
            "can_disqualify": "disqualified" in following,
            "reasons": DISQUALIFIED,
            "icon": "flame",
        },
        figure=LEAD_STATUSES[lead.status],
        order=10,
    )


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
