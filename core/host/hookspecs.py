"""The hooks that the core calls. Each names its door, its arguments with their units, and who answers it.

`collect` hooks give an iterable of one kind of thing, named by the return annotation, which the door checks. `demand`
hooks give nothing: they raise to stop. An implementation may leave out arguments that it doesn't need.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

import pluggy

from core.host.contributions import Action, Alert, BulkAction, CalendarItem, Dependents, NavItem, Panel, TimelineEntry

if TYPE_CHECKING:
    from core.access import Actor

#: Marks a hook's specification.
hookspec = pluggy.HookspecMarker("pelatis")
#: Marks a plugin's answer to a hook.
hookimpl = pluggy.HookimplMarker("pelatis")


@hookspec
def crm_collect_nav_items(actor: "Actor") -> Iterable[NavItem]:  # type: ignore[empty-body]
    """Give lines of the rail beside those that record types put there by themselves.

    Collected by the shell on every full page, so an answer may cost one cheap statement at most. `actor` is whoever
    looks at the page; give only what they may open. An exception costs the plugin its own lines and nothing else.
    Plugins with pages of their own implement it.
    """


@hookspec
def crm_collect_actions(actor: "Actor", record: Any) -> Iterable[Action]:  # type: ignore[empty-body]
    """Give things that can be done: everywhere, or with one record.

    Collected by the palette, on every page, and by the header of a customer's page. `record` is the record that is
    open, of any type (look at its `__record_type__`), or None for what can be done anywhere. Give only what `actor`
    may do now. An exception leaves the plugin's actions out. Plugins with operations that no form covers implement it.
    """


@hookspec
def crm_collect_bulk_actions(actor: "Actor", record_type: str) -> Iterable[BulkAction]:  # type: ignore[empty-body]
    """Give what can be done with the records that somebody chooses in a list.

    Collected by the list of every record type, and again when something is done; `record_type` is its key. Give only
    what `actor` may do now. An exception leaves the plugin's actions out. Plugins with operations that one wants to do
    with many records implement it.
    """


@hookspec
def crm_collect_alerts(actor: "Actor", customers: Sequence[UUID]) -> Iterable[Alert]:  # type: ignore[empty-body]
    """Give what nobody may miss about customers.

    Collected for the header of a customer's page, which asks about that one; `customers` may be as many as 500 ids that
    `actor` may see. Answer with a fixed number of statements however many they are. An exception shows a small error
    card in the header. Plugins that know of trouble (complaints, overdue invoices, credit limits) implement it.
    """


@hookspec
def crm_render_panels(slot: str, actor: "Actor", record: Any) -> Iterable[Panel]:  # type: ignore[empty-body]
    """Give cards or tabs of a page.

    Collected by pages with slots: `customer.header`, `customer.tabs`, `customer.sidebar`, `customer.composer` (the tabs
    with which something is written down), `customer.open` (what is open, in the side panel), `record.sidebar`,
    `record.timeline` (what happened with the record, in the wide column of its page), `dashboard`,
    `dashboard.figures` (title, figure, and in the context a short `note` and a `percent` for the meter).
    `record` is the record of the page, None on the dashboard; `actor` is whoever looks at it. Look at
    `slot` first and answer nothing for others. An exception, here or while the panel's template is drawn, shows a
    small error card in its place. Plugins with records that belong to a customer implement it.
    """


@hookspec
def crm_collect_timeline(  # type: ignore[empty-body]
    actor: "Actor",
    customer: UUID,
    before: datetime | None,
    limit: int,
    kinds: Collection[str],
    text: str,
) -> Iterable[TimelineEntry]:
    """Give what happened with a customer, newest first.

    Collected by the timeline of a customer's page, once per scroll. `customer` is the customer's id. Give at most
    `limit` entries (1 to 100) that happened strictly before the aware moment `before` (None: from now on backwards),
    of the given `kinds` (empty: all), whose words contain the folded `text` (empty: all). Only what `actor` may see.
    An exception shows a small error card at the top of the timeline. Plugins whose records say something about a
    customer implement it.
    """


@hookspec
def crm_collect_calendar_items(actor: "Actor", day: date) -> Iterable[CalendarItem]:  # type: ignore[empty-body]
    """Give what a person has to do on a day.

    Collected by today's page, for `day` in the zone of `actor`. Overdue work belongs to today. At
    most 200 items. An exception shows a small error card beside the agenda. Plugins with dated work implement it.
    """


@hookspec
def crm_set_up_company(actor: "Actor") -> None:
    """Give what was made before anybody spoke a language its names in the company's.

    Demanded once, when the first administrator sets Pelatis up (and by the demo), inside the write unit that does;
    of a plugin that is switched on for the first time later, it is asked then. The company's language is spoken, so
    `_()` says its words. `actor` is the system's. What somebody renamed keeps its name. An exception stops the set-up,
    and leaves the names of a plugin that comes later as they are. Plugins whose migrations write records with names
    implement it.
    """


@hookspec
def crm_validate_customer(actor: "Actor", customer: Any, values: Mapping[str, Any]) -> None:
    """Refuse a change of a customer.

    Demanded by the operations that create and update customers, inside their write unit, before anything is written;
    `actor` is whoever writes. `customer` is the customer as it is, None for a new one; `values` are the checked new
    values by field. Raise a `Problem` with `fields` to refuse; anything else that is raised refuses too, with a
    message that names the plugin. Plugins that know more about a customer (credit limits, contracts) implement it.
    """


@hookspec
def crm_assign_work(record_type: str, records: Sequence[Any]) -> Sequence[Any] | None:
    """Give new records that have nobody to people.

    Asked by the operations that make customers, inside their write unit and before anything is written, where nobody
    in particular makes one or an import names no owner. `record_type` is the key of the records' type, `records` are
    at most 5,000 new records of it, each with its `id`. Set the `owner_id` of those that somebody gets; the others
    belong to whoever makes them. The answer is what has to be written down about it once the records are there:
    unsaved records of one model, or nothing; None leaves it to the next plugin. Sales answer it by their assignment
    rules. An exception stops the act. Plugins that know who gets what implement it.
    """


@hookspec
def crm_collect_dependents(  # type: ignore[empty-body]
    actor: "Actor", record_type: str, ids: Sequence[UUID]
) -> Iterable[Dependents]:
    """Tell what leans on records that go into the bin.

    Collected before the act, which is refused by name where an answer says that it `blocks`, and after it, for the
    sentence that tells what stays. `record_type` is the key of the records' type, `ids` at most 5,000 of them. Count
    what isn't in the bin, whether or not `actor` may see it. An exception stops nothing; the plugin's answer is left
    out. Plugins with references to other plugins' or the core's records implement it.
    """


@hookspec
def crm_handle_event(event: Any) -> None:
    """Take notice of a change that was committed.

    Emitted by the worker for every row of the journal, in order, at least once, to one plugin at a time. `event` has
    `id`, `at`, `actor_id`, `origin`, `record_type`, `record_id`, `operation` and `changes`; the same id may come
    again, so what is done with it must be idempotent. It is called outside of any write unit; open one to write. An
    exception is tried again and after some tries parked, where the administration page shows it. Plugins that react
    to others' records implement it.
    """
