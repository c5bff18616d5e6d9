"""What hooks give back: small frozen things that the pages of the core draw.

All text in them is plain and escaped where it is drawn; only `markupsafe.Markup` is taken as HTML. The doors fill in
`plugin` themselves, so that an implementation never has to.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any, Literal
from uuid import UUID

if TYPE_CHECKING:
    from core.access import Actor

#: How strongly something asks for attention; the pages draw it as a colour and say it in words.
Level = Literal["plain", "notice", "warning", "danger", "success"]


@dataclass(frozen=True, kw_only=True)
class Contribution:
    """What all contributions share.

    Attributes:
        plugin: the plugin that gave it; filled in by the door.
        order: its place among its kind; smaller comes first, ties keep the order of the plugins.
    """

    plugin: str = ""
    order: int = 100


@dataclass(frozen=True, kw_only=True)
class NavItem(Contribution):
    """A line of the rail, under the plugin's own heading; an `order` above 100 puts it behind the plugin's lists.

    Attributes:
        title: one or two words.
        url: where it leads.
        icon: a Tabler icon.
        count: a number at the end of the line; None for none. It must be cheap: it is asked on every page.
        phone: whether it may stand in the bar at the bottom of a phone.
        key: the key that leads there after `g`, `p` for `g p`; empty for none.
    """

    title: Any
    url: str
    icon: str = "point"
    count: int | None = None
    phone: bool = False
    key: str = ""


@dataclass(frozen=True, kw_only=True)
class Action(Contribution):
    """Something that can be done: in the palette, behind "New", or on a record's page.

    Attributes:
        id: stable, namespaced by the plugin: `sales.new_opportunity`.
        title: a verb and its object: "New opportunity".
        url: the page or form that does it.
        method: `get` opens a form or a page, `post` acts at once.
        icon: a Tabler icon.
        key: the key that does it on the page where it is shown, one character; empty for none.
        primary: whether it is the one that stands out.
    """

    id: str
    title: Any
    url: str
    method: Literal["get", "post"] = "get"
    icon: str = "bolt"
    key: str = ""
    primary: bool = False


@dataclass(frozen=True, kw_only=True)
class BulkAction(Contribution):
    """Something that can be done with each of the records that somebody chose in a list.

    Attributes:
        id: stable, namespaced by the plugin: `sales.remind`.
        title: a verb, and its object where that isn't the list's: "Remind".
        act: act(actor, record) does it with one of them, inside one write unit for all; a Problem leaves that record as
            it was, and is told with its name.
        told: told(number) says what was done: "3 reminders are in the outbox.".
        question: a sentence on what will happen, shown before it does; empty to act at once.
        icon: a Tabler icon.
        permission: which records it is done with: those that the actor may do this with.
        is_undone: whether an Undo takes it back.
        name_of: names a record that was left, where its title doesn't tell it from others: by its number.
    """

    id: str
    title: Any
    act: Callable[["Actor", Any], object]
    told: Callable[[int], Any]
    question: Any = ""
    icon: str = "bolt"
    permission: str = "edit"
    is_undone: bool = True
    name_of: Callable[[Any], str] | None = None


@dataclass(frozen=True, kw_only=True)
class Alert(Contribution):
    """A line that a customer's page must not let anybody miss.

    Attributes:
        customer_id: whom it is about.
        text: one sentence; the most urgent words first.
        level: how urgent.
        url, link: where the matter is dealt with, and the words of the link; both empty for none.
    """

    customer_id: UUID
    text: Any
    level: Level = "notice"
    url: str = ""
    link: Any = ""


@dataclass(frozen=True, kw_only=True)
class Panel(Contribution):
    """A card at the side of a page, or a tab of it.

    Attributes:
        id: stable, namespaced by the plugin: `sales.open_deals`.
        title: its heading.
        template: the plugin's template of its body, `sales/panels/deals.html`; drawn with `context`, `actor`, `record`.
        context: what the template is told.
        count: a number beside the heading; None for none.
        figure: a short figure at the right of the heading, already formatted: "€76,400".
        url: where all of it can be seen; empty for none.
    """

    id: str
    title: Any
    template: str
    context: Mapping[str, Any] = field(default_factory=dict)
    count: int | None = None
    figure: Any = ""
    url: str = ""


@dataclass(frozen=True, kw_only=True)
class TimelineEntry(Contribution):
    """One thing that happened with a customer.

    Attributes:
        id: unique and stable, it breaks ties of `at`: the record's id.
        at: when, aware.
        kind: what the timeline filters by: `note`, `call`, `mail`, `sales`, …
        line: what happened, one sentence.
        text: what was said or written, the first few lines; empty for none.
        icon: a Tabler icon.
        level: the colour of its dot.
        actor_name: who did it; empty for the system.
        url: the record's page; empty for none.
        record_type, record_id: the record behind it, for inline acts; empty for none.
        pinned: whether it stays at the top.
    """

    id: UUID
    at: datetime
    kind: str
    line: Any
    text: Any = ""
    icon: str = "point"
    level: Level = "plain"
    actor_name: str = ""
    url: str = ""
    record_type: str = ""
    record_id: UUID | None = None
    pinned: bool = False


@dataclass(frozen=True, kw_only=True)
class CalendarItem(Contribution):
    """Something to do or to be at, for today's page and calendars.

    Attributes:
        id: unique and stable.
        title: what it is, or whom it is with.
        kind: `task`, `call`, `meeting`, `visit`, `deadline`, …
        starts_at: when it begins, aware; None for any time of the day.
        ends_at: when it ends; None when that isn't said.
        due_at: by when it must be done; overdue once passed.
        detail: one line under the title.
        figure: a short figure at the right of the title, already formatted: "€76,400".
        url: its page.
        done: whether it is done already.
        done_url: where a POST marks it done; empty when that isn't possible here.
        level: how urgent.
        customer_id, customer_name: whom it is about; empty for nobody.
        group: `agenda` (by time), `tasks` (any time today), `clock` (running out of time), `still` (standing still).
    """

    id: UUID
    title: Any
    kind: str
    url: str
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    due_at: datetime | None = None
    detail: Any = ""
    figure: Any = ""
    done: bool = False
    done_url: str = ""
    level: Level = "plain"
    customer_id: UUID | None = None
    customer_name: str = ""
    group: Literal["agenda", "tasks", "clock", "still"] = "agenda"


@dataclass(frozen=True, kw_only=True)
class Dependents(Contribution):
    """Records that lean on others which somebody puts into the bin.

    Attributes:
        record_type: the key of their record type.
        label: what people call them, in the right number: "3 open opportunities".
        count: how many.
        blocks: whether the act must not go on while they are there.
    """

    record_type: str
    label: Any
    count: int
    blocks: bool = False


@dataclass(frozen=True, kw_only=True)
class HookFailure(Contribution):
    """Stands where a plugin's answer would have stood; the page draws it as a small error card.

    Attributes:
        hook: the hook that failed.
        title: the plugin's title.
        reason: the exception in one line, for administrators.
        reference: the id under which the log keeps the trace.
    """

    hook: str
    title: Any
    reason: str
    reference: str
