"""Today's page, the palette and the door to administration."""

from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime
from typing import Any

from flask import Blueprint, Response, request

from core.access import Actor, current_actor, may, require_administrator
from core.host.contributions import Action, CalendarItem, HookFailure, Panel
from core.host.doors import collect
from core.i18n import _, current_zone, format_day, format_number, format_time, local_now, name_zone, ngettext, today
from core.problems import Problem
from core.records.present import bin_url, subtitles
from core.records.queries import find_record
from core.records.registry import record_types
from core.records.types import RecordType
from core.records.untrusted import as_id
from core.search.index import Hit, search, search_near
from core.search.marks import marked
from core.shell.first_day import enabled_modules, first_steps
from core.web.audience import audience
from core.web.paths import came_from
from core.web.render import fragment, render

blueprint = Blueprint("shell", __name__)


@blueprint.get("/")
@audience("staff")
def today_page() -> Response:
    """Show what the person has to do today: by time, at any time, running out of time, standing still."""
    actor = current_actor()
    collected = collect("crm_collect_calendar_items", actor=actor, day=today())
    items = [each for each in collected if isinstance(each, CalendarItem)]
    panels = collect("crm_render_panels", slot="dashboard", actor=actor, record=None)
    figures = collect("crm_render_panels", slot="dashboard.figures", actor=actor, record=None)
    groups = {name: [each for each in items if each.group == name] for name in ("agenda", "tasks", "clock", "still")}
    return render(
        "shell/today.html",
        day=format_day(today(), "EEEE d MMMM"),
        now=format_time(local_now()),
        zone=name_zone(),
        lead=_lead(groups["agenda"], len(groups["clock"])),
        figures=[_figure(each) for each in figures if isinstance(each, Panel)],
        agenda=[_agenda_row(each) for each in sorted(groups["agenda"], key=_start)],
        tasks=[_task_row(each) for each in groups["tasks"]],
        clock=[_waiting_row(each) for each in groups["clock"]],
        still=[_waiting_row(each) for each in groups["still"]],
        failures=[each for each in (*collected, *figures) if isinstance(each, HookFailure)],
        panels=panels,
        steps=_first_steps() if not items and all(isinstance(each, HookFailure) for each in panels) else None,
    )


def _first_steps() -> dict[str, Any] | None:
    """Give what the page of the first day shows; None where it is long past."""
    steps = first_steps()
    return None if steps.are_done else {"done": steps, "modules": ", ".join(enabled_modules())}


def _start(item: CalendarItem) -> Any:
    return item.starts_at or local_now()


def _lead(agenda: Sequence[CalendarItem], urgent: int) -> str:
    """Say the day in a sentence or two: "3 visits, 2 calls. 3 things are running out of time."."""
    counts = Counter(item.kind for item in agenda if not item.done)
    words = {
        "visit": ngettext("%(num)s visit", "%(num)s visits", counts["visit"]),
        "call": ngettext("%(num)s call", "%(num)s calls", counts["call"]),
        "meeting": ngettext("%(num)s meeting", "%(num)s meetings", counts["meeting"]),
    }
    planned = ", ".join(text for kind, text in words.items() if counts[kind])
    running = ngettext("%(num)s thing is running out of time", "%(num)s things are running out of time", urgent)
    return " ".join(f"{part}." for part in (planned, running if urgent else "") if part)


def _figure(panel: Panel) -> dict[str, Any]:
    return {"label": panel.title, "value": panel.figure, **panel.context}


KIND_ICONS = {"call": "phone", "meeting": "users", "visit": "map-pin", "task": "checkbox", "deadline": "clock"}
TONES = {"danger": "red", "warning": "amber", "notice": "blue", "success": "green", "plain": ""}


def _agenda_row(item: CalendarItem) -> dict[str, Any]:
    start = item.starts_at
    return {
        "at": format_time(start) if start else "",
        "icon": KIND_ICONS.get(item.kind, "calendar"),
        "tone": "green" if item.done else TONES[item.level],
        "title": item.customer_name or item.title,
        "url": item.url,
        "line": item.detail,
        "note": item.title if item.customer_name else "",
        "state": "done" if item.done else "open" if _is_on(item) else "",
        "done_url": item.done_url,
        "before_now": start is not None and start < local_now(),
    }


def _is_on(item: CalendarItem) -> bool:
    """Tell whether a visit or meeting is going on now."""
    return item.starts_at is not None and item.ends_at is not None and item.starts_at <= local_now() < item.ends_at


def _task_row(item: CalendarItem) -> dict[str, Any]:
    late = item.due_at is not None and item.due_at.astimezone(current_zone()).date() < today()
    return {
        "id": item.id,
        "title": item.title,
        "about": item.customer_name,
        "url": item.url,
        "due": _days_late(item.due_at) if item.due_at and late else _("today"),
        "due_tone": "red" if late else "",
        "done_url": item.done_url,
    }


def _days_late(due: datetime) -> str:
    days = (today() - due.astimezone(current_zone()).date()).days
    return ngettext("%(num)s day late", "%(num)s days late", days)


def _waiting_row(item: CalendarItem) -> dict[str, Any]:
    return {
        "clock": _clock(item) if item.group == "clock" else None,
        "title": ", ".join(str(part) for part in (item.title, item.customer_name) if part),
        "url": item.url,
        "note": item.detail,
        "figure": item.figure,
        "take_url": item.done_url,
    }


def _clock(item: CalendarItem) -> tuple[str, str, str] | None:
    if item.due_at is None:
        return None
    minutes = int((item.due_at - local_now()).total_seconds() // 60)
    tone = "red" if minutes < 15 else "amber" if minutes < 60 else ""
    sign, minutes = ("−" if minutes < 0 else ""), abs(minutes)
    number, unit = (minutes, _("min")) if minutes < 120 else (minutes // 60, _("h"))
    return (f"{sign}{format_number(number)}", unit, tone)


@blueprint.get("/palette")
@audience("staff")
def palette() -> Response:
    """Answer the palette: records that hold the words, pages, and what can be done."""
    actor, query = current_actor(), request.args.get("q", "")[:200].strip()
    creates_only = request.args.get("mode") == "new"
    groups: list[dict[str, Any]] = [] if creates_only else _on_open_record(actor, query)
    if query and not creates_only:
        hits = search(actor, query)
        near = [] if hits else search_near(actor, query)
        groups.append({"title": _("Records"), "items": _found(actor, hits, query)})
        groups.append({"title": _("Did you mean"), "items": _found(actor, near, query)})
    groups.append({"title": _("New"), "items": _matching(_creations(), query)})
    if not creates_only:
        actions = [
            {"label": str(each.title), "url": each.url, "icon": each.icon, "key": each.key}
            for each in collect("crm_collect_actions", actor=actor, record=None)
            if isinstance(each, Action)
        ]
        groups.append({"title": _("Do"), "items": _matching(actions, query)})
        groups.append({"title": _("Pages"), "items": _matching([*_pages(), *(_bins(actor) if query else [])], query)})
    return fragment("shell/palette.html", groups=groups)


def _on_open_record(actor: Actor, query: str) -> list[dict[str, Any]]:
    """Give what can be done with the record whose page the palette lies over."""
    opened = _opened(actor)
    if opened is None:
        return []
    record_type, record = opened
    url = record_type.url_of(record.id)
    acts = [
        {
            "label": str(each.title),
            "url" if each.method == "get" else "post_url": each.url,
            "icon": each.icon,
            "key": each.key,
        }
        for each in collect("crm_collect_actions", actor=actor, record=record)
        if isinstance(each, Action)
    ]
    if may(actor, record_type, "edit"):
        acts.append({"label": _("Edit"), "url": f"{url}/edit", "icon": "pencil", "key": "e"})
    acts.append({"label": _("History"), "url": f"{url}/history", "icon": "history"})
    title = _("On %(name)s", name=record_type.title_of(record))
    return [{"title": title, "items": _matching(acts, query)}]


def _opened(actor: Actor) -> tuple[RecordType, Any] | None:
    """Find the record on whose page the request was made."""
    place, _slash, last = came_from().partition("?")[0].rpartition("/")
    record_id, record_type = as_id(last), next((each for each in record_types if each.url == place), None)
    if record_id is None or record_type is None or not may(actor, record_type, "view"):
        return None
    with suppress(Problem):  # it is gone, or not theirs to see
        return record_type, find_record(actor, record_type, record_id)
    return None


def _found(actor: Actor, hits: Sequence[Hit], query: str) -> list[dict[str, Any]]:
    beside = subtitles(actor, [(hit.record_type, hit.record_id) for hit in hits])
    return [
        {
            "label": marked(hit.title, query),
            "url": hit.url,
            "icon": hit.record_type.icon,
            "note": _note(hit, beside.get(hit.record_id, [])),
        }
        for hit in hits
    ]


def _note(hit: Hit, facts: Sequence[str]) -> str:
    """Say what a record is and what tells it from others of its name: “Customer, Πάτρα”, “Deal, Solution · €54,800”."""
    label = str(hit.record_type.label)
    further = " · ".join(fact for fact in facts if fact != hit.title)
    return further if further.startswith(label) else ", ".join(filter(None, (label, further)))


def _creations() -> list[dict[str, Any]]:
    actor = current_actor()
    return [
        {"label": _("New: %(what)s", what=each.label), "url": f"{each.url}/new", "icon": each.icon}
        for each in record_types
        if each.nav and may(actor, each, "create")
    ]


def _pages() -> list[dict[str, Any]]:
    from core.shell.context import nav_groups

    groups = nav_groups(current_actor())
    return [
        {"label": line.label, "url": line.url, "icon": line.icon, "note": group.title}
        for group in groups
        for line in (*group.lines, *group.setup)
    ]


def _bins(actor: Actor) -> list[dict[str, Any]]:
    """Give the bins of the lists, for those who may take records out of them."""
    return [
        {"label": _("%(what)s: bin", what=each.label_plural), "url": bin_url(each), "icon": "trash"}
        for each in record_types
        if each.nav and may(actor, each, "view") and may(actor, each, "delete")
    ]


def _matching(items: list[dict[str, Any]], query: str) -> list[dict[str, Any]]:
    from core.search.fold import fold

    words = fold(query).split()
    found = [item for item in items if all(word in fold(item["label"]) for word in words)]
    return [{**item, "label": marked(item["label"], query)} for item in found]


@blueprint.get("/search")
@audience("staff")
def search_page() -> Response:
    """Show everything that a search finds, grouped by record type."""
    query = request.args.get("q", "")[:200].strip()
    actor = current_actor()
    hits = search(actor, query, limit=50) if query else []
    near = search_near(actor, query) if query and not hits else []
    beside = subtitles(actor, [(hit.record_type, hit.record_id) for hit in hits or near])
    groups: dict[str, list[Any]] = {}
    for hit in hits or near:
        groups.setdefault(str(hit.record_type.label_plural), []).append(hit)
    return render("shell/search.html", query=query, groups=groups, beside=beside, is_near=bool(near), marked=marked)


@blueprint.get("/admin")
@audience("staff")
def administration() -> Response:
    """Show what an administrator looks after."""
    require_administrator(current_actor())
    pages = (
        (_("Plugins"), "/admin/plugins", "puzzle", _("Switch plugins on and off.")),
        (_("Company"), "/admin/company", "building", _("What stands on your documents.")),
        (_("Working hours"), "/admin/working-hours", "clock-up", _("When clocks count, and which days are off.")),
        (_("People"), "/admin/users", "users", _("Who signs in, and who does what.")),
        (_("Roles"), "/admin/roles", "shield", _("What each role may do, and how far.")),
        (_("Teams"), "/admin/teams", "sitemap", _("The tree that scopes follow.")),
        (_("Territories"), "/admin/territories", "map-2", _("Which customers belong where, and who looks after them.")),
        (_("Imports"), "/admin/imports", "upload", _("Bring a file; undo it whole.")),
        (_("Custom fields"), "/admin/fields", "forms", _("What your company writes down.")),
        (_("Outgoing mail"), "/admin/mail", "mail", _("The mail server, and what was sent.")),
        (_("Jobs"), "/admin/jobs", "clock", _("What runs in the background.")),
        (_("API"), "/api/docs", "api", _("For programs, described as OpenAPI.")),
    )
    items = [{"label": label, "url": url, "icon": icon, "note": note} for label, url, icon, note in pages]
    return render("admin/index.html", items=items)
