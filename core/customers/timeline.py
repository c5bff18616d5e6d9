"""The timeline of a customer: what plugins tell of, merged, by days, page by page."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any, Final
from uuid import UUID

from core.access import Actor
from core.customers.models import Customer
from core.host.contributions import HookFailure, TimelineEntry
from core.host.doors import collect
from core.i18n import _, _l, current_zone, format_day, today

#: Entries of one page, and how many more are asked for, so that entries of the same moment stay together.
PAGE_SIZE: Final = 20
_MORE: Final = 10

#: What the chips over the timeline call the kinds of entry that are known.
KINDS: Final[Mapping[str, Any]] = {
    "note": _l("Notes"),
    "call": _l("Calls"),
    "meeting": _l("Meetings"),
    "visit": _l("Visits"),
    "task": _l("Tasks"),
    "mail": _l("Mail"),
    "sales": _l("Sales"),
    "deal": _l("Deals"),
    "quote": _l("Quotes"),
    "order": _l("Orders"),
    "ticket": _l("Tickets"),
    "campaign": _l("Campaigns"),
    "record": _l("Record"),
}


@dataclass(frozen=True)
class Day:
    """The entries of one day; without a label what is pinned to the top."""

    label: str
    entries: Sequence[TimelineEntry]


@dataclass(frozen=True)
class TimelinePage:
    """One page of a timeline, newest first.

    Attributes:
        days: the entries by days in the person's zone.
        before: the moment that the next page goes on from; None at the beginning of everything.
        failures: plugins that couldn't answer.
        kinds: the kinds of the entries, for the chips.
    """

    days: Sequence[Day]
    before: datetime | None
    failures: Sequence[HookFailure] = ()
    kinds: Sequence[str] = field(default_factory=tuple)


def read_timeline(
    actor: Actor, customer: Customer, *, before: datetime | None = None, kinds: Iterable[str] = (), text: str = ""
) -> TimelinePage:
    """Read one page of a customer's timeline.

    Args:
        actor: whoever reads; plugins give only what they may see.
        customer: whose timeline; the caller has checked that it may be seen.
        before: the moment to go on from, as the page before told; None for the newest.
        kinds: only entries of these kinds; empty for all.
        text: only entries whose words contain this; empty for all.
    """
    from core.search.fold import fold

    wanted, words = tuple(kinds), fold(text.strip())
    limit = PAGE_SIZE + _MORE
    found = collect(
        "crm_collect_timeline",
        actor=actor,
        customer=customer.id,
        before=before,
        limit=limit,
        kinds=wanted,
        text=words,
    )
    failures = [each for each in found if isinstance(each, HookFailure)]
    entries = [each for each in found if isinstance(each, TimelineEntry)]
    if not words and (not wanted or "record" in wanted) and (before is None or customer.created_at < before):
        entries.append(_added(customer))
    pinned = [entry for entry in entries if entry.pinned] if before is None else []
    loose = [entry for entry in entries if not entry.pinned or before is not None]
    shown, following = _cut(sorted(loose, key=_newest_first, reverse=True))
    days = [Day("", sorted(pinned, key=_newest_first, reverse=True))] if pinned else []
    return TimelinePage([*days, *_by_day(shown)], following, failures, _kinds_of(entries))


def _added(customer: Customer) -> TimelineEntry:
    return TimelineEntry(
        plugin="core",
        id=customer.id,
        at=customer.created_at,
        kind="record",
        line=_("Added to the customers"),
        icon="plus",
    )


def _newest_first(entry: TimelineEntry) -> tuple[datetime, UUID]:
    return (entry.at, entry.id)


def _cut(entries: Sequence[TimelineEntry]) -> tuple[Sequence[TimelineEntry], datetime | None]:
    """Cut a page off; entries of one moment aren't torn apart, because the next page goes on strictly before it."""
    if len(entries) <= PAGE_SIZE:
        return entries, None
    last = entries[PAGE_SIZE - 1].at
    shown = [*entries[:PAGE_SIZE], *[entry for entry in entries[PAGE_SIZE:] if entry.at == last]]
    return shown, last if len(shown) < len(entries) else None


def _by_day(entries: Sequence[TimelineEntry]) -> list[Day]:
    days: dict[date, list[TimelineEntry]] = {}
    for entry in entries:
        days.setdefault(entry.at.astimezone(current_zone()).date(), []).append(entry)
    return [Day(day_label(day), listed) for day, listed in days.items()]


def day_label(day: date) -> str:
    """Call a day as people do: today, yesterday, tomorrow, else with its weekday."""
    named = {
        today(): _("Today"),
        today() - timedelta(days=1): _("Yesterday"),
        today() + timedelta(days=1): _("Tomorrow"),
    }
    if day in named:
        return str(named[day])
    return format_day(day, "EEEE d MMMM" if day.year == today().year else "d MMMM y")


def _kinds_of(entries: Iterable[TimelineEntry]) -> list[str]:
    present = {entry.kind for entry in entries} - {"record"}
    known = [kind for kind in KINDS if kind in present]
    return [*known, *sorted(present - set(known))]


def kind_label(kind: str) -> str:
    """Name a kind of entry for the chips."""
    return str(KINDS.get(kind) or kind.replace("_", " ").capitalize())
