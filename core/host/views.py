"""The administration of plugins: switch them on and off, look why one failed, purge what one stored."""

import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from flask import Blueprint, Response, current_app, request, send_file
from werkzeug.wrappers import Response as AnyResponse

from core.access import current_actor, require_administrator
from core.exports.writing import write_stored
from core.host import lifecycle, purging
from core.host.breaker import HookFigures
from core.host.details import MOST_COUNTED, Details, details_of
from core.host.host import EXTENSION, Host
from core.host.states import PluginStatus, State
from core.i18n import _, _l, format_moment, format_number, ngettext
from core.jobs import events
from core.jobs.registry import jobs
from core.problems import Problem, not_found
from core.records.registry import record_types
from core.web.audience import audience
from core.web.render import redirect_or_refresh, render, toast

blueprint = Blueprint("plugins", __name__, url_prefix="/admin/plugins")

CATEGORY_TITLES = {
    "everyday": _l("Everyday"),
    "selling": _l("Selling"),
    "marketing": _l("Marketing"),
    "service": _l("Service"),
    "mobile": _l("Mobile"),
    "other": _l("More"),
}

STATE_TEXTS = {
    State.failed: _l("Failed"),
    State.incompatible: _l("Doesn’t fit"),
    State.pending_migration: _l("Its tables wait"),
    State.missing: _l("Missing"),
    State.discovered: _l("Never switched on"),
}

#: States that ask something of the administrator, and those of them that only another package or start can end.
NEEDS_YOU = (State.failed, State.incompatible, State.pending_migration, State.missing)
BEYOND_US = (State.failed, State.incompatible, State.missing)


def _host() -> Host:
    require_administrator(current_actor())
    host: Host = current_app.extensions[EXTENSION]
    return host


@blueprint.get("")
@audience("staff")
def plugins_page() -> Response:
    """Show every plugin with its state, what it adds and who needs it."""
    host = _host()
    host.refresh()
    statuses = host.statuses()
    behind = {} if host.safe_mode else events.waiting_events()
    unfolded = details_of(host, statuses)
    groups: dict[str, list[dict[str, Any]]] = {}
    waiting: list[dict[str, Any]] = []
    for status in statuses:
        title = str(CATEGORY_TITLES.get(status.category, status.category.capitalize()))
        group = waiting if _needs_you(host, status) else groups.setdefault(title, [])
        card = _card(host, status, behind.get(status.name, 0))
        group.append(card | {"details": _unfolded(host, status, unfolded[status.name])})
    return render(
        "plugins/list.html",
        groups=groups,
        waiting=waiting,
        lead=_lead(host, statuses),
        restart_needed=host.restart_needed(),
        safe_mode=host.safe_mode,
    )


def _needs_you(host: Host, status: PluginStatus) -> bool:
    return status.state in NEEDS_YOU or (status.rests and not host.safe_mode)


def _lead(host: Host, statuses: list[PluginStatus]) -> str:
    waiting = sum(_needs_you(host, status) for status in statuses)
    on = sum(status.switched_on and not _needs_you(host, status) for status in statuses)
    return " ".join(
        [
            ngettext("%(num)s on,", "%(num)s on,", on),
            ngettext("%(num)s off.", "%(num)s off.", len(statuses) - on - waiting),
            *([ngettext("%(num)s needs you.", "%(num)s need you.", waiting)] if waiting else []),
            _("Switching off works at once and deletes nothing.")
            if host.safe_mode
            else _("Switching works at once and deletes nothing."),
        ]
    )


def _card(host: Host, status: PluginStatus, behind: int) -> dict[str, Any]:
    reason = str(status.reason or "")
    base = f"/admin/plugins/{status.name}"
    return {
        "name": status.name,
        "title": status.title,
        "icon": status.icon,
        "version": status.version,
        "summary": status.summary if status.state is not State.missing else _("The package is gone from this machine."),
        "adds": _adds(status),
        "needs": _needs(host, status),
        "state": "resting" if status.rests else str(status.state),
        "state_text": _("Rests") if status.rests else str(STATE_TEXTS.get(status.state, "")),
        "on": status.switched_on,
        "has_switch": status.switched_on or status.state not in BEYOND_US,
        "switch_url": f"{base}/switch",
        "why": (reason, _("The rest of Pelatis runs without it, and its records are safe.")),
        "reason": reason,
        "command": "",
        "trace": status.traceback,
        "tripped": status.tripped,
        "tripped_at": format_moment(status.tripped.at) if status.tripped else "",
        "purge_url": f"{base}/purge" if status.remembered and status.state is not State.enabled else "",
        "again": _again(host, status),
        "behind": _behind(host, status, behind),
        "experimental": status.experimental,
        "notes": status.notes,
    }


def _again(host: Host, status: PluginStatus) -> str:
    """Name the button that switches on once more what is on already, where that can help."""
    if host.safe_mode:
        return ""
    if status.rests:
        return _("Switch on with all that it needs")
    return _("Try again") if status.tripped or status.state is State.pending_migration else ""


def _behind(host: Host, status: PluginStatus, changes: int) -> str:
    """Tell what a plugin that is to be switched on missed, when it listens to events and hasn't begun to yet."""
    can_start = status.state in (State.disabled, State.pending_migration)
    if not changes or not can_start or events.HOOK not in host.hooks_of(status.name):
        return ""
    return ngettext(
        "%(num)s change was made since it was last at work. Shall it deal with it?",
        "%(num)s changes were made since it was last at work. Shall it deal with them?",
        changes,
    )


def _unfolded(host: Host, status: PluginStatus, details: Details) -> dict[str, Any]:
    """Word what a card unfolds: facts as (term, text) pairs, hooks, and where its records can be had."""
    loaded = status.name in host.loaded
    kept = [f"{label} {_counted(rows)}" for label, rows in details.kept]
    permissions = ngettext("%(num)s permission", "%(num)s permissions", details.all_permissions)
    facts = [
        (_("Requires"), _named(host, status.requires)),
        (_("Needed by"), _named(host, status.required_by)),
        (_("Goes with"), _named(host, status.uses)),
        (
            _("Permissions"),
            ": ".join([permissions, *([", ".join(details.permissions)] if details.permissions else [])]),
        ),
        (_("Migrations"), _migrations(details)),
        (_("Keeps"), " · ".join(kept) or _("nothing yet")),
    ]
    hooks = [
        (hook, format_number(each.calls), format_number(each.failures), _milliseconds(each), bool(each.failures))
        for hook, each in details.hooks
    ]
    unknown = {_("Permissions"), _("Migrations")} if not loaded else set()
    return {
        "facts": [(term, text) for term, text in facts if text and term not in unknown],
        "hooks": hooks,
        "exports": _taken_along(host, status.name) if status.state is State.enabled else [],
        "purge_url": f"/admin/plugins/{status.name}/purge" if status.state is State.enabled else "",
    }


def _counted(rows: int) -> str:
    return f"{format_number(MOST_COUNTED)}+" if rows > MOST_COUNTED else format_number(rows)


def _migrations(details: Details) -> str:
    if details.waiting:
        return _("%(applied)s applied, %(waiting)s waiting", applied=details.applied, waiting=details.waiting)
    return _("%(applied)s applied, none waiting", applied=details.applied)


def _milliseconds(figures: HookFigures) -> str:
    """Tell how long a call takes on average."""
    return (
        _("%(num)s ms", num=format_number(round(1_000 * figures.seconds / figures.calls, 1))) if figures.calls else ""
    )


def _named(host: Host, names: Sequence[str]) -> str:
    """Name other plugins, each with a word on whether it is at work."""
    known = host.names()

    def word(name: str) -> str:
        if name not in known:
            return _("%(title)s (not installed)", title=name)
        return str(host.title(name)) if host.is_enabled(name) else _("%(title)s (off)", title=host.title(name))

    return ", ".join(word(name) for name in names)


def _adds(status: PluginStatus) -> str:
    types = len(record_types.of_plugin(status.name))
    own = (f"{status.name}.", f"{status.name}_portal.", f"{status.name}_public.")
    rules = [rule for rule in current_app.url_map.iter_rules() if rule.endpoint.startswith(own)]
    pages = len({rule.rule for rule in rules if "GET" in (rule.methods or ())}) + 2 * types
    work = sum(job.plugin == status.name for job in jobs)
    parts = [
        ngettext("%(num)s record type", "%(num)s record types", types) if types else "",
        ngettext("%(num)s page", "%(num)s pages", pages) if pages else "",
        ngettext("%(num)s job", "%(num)s jobs", work) if work else "",
    ]
    return ", ".join(part for part in parts if part)


def _needs(host: Host, status: PluginStatus) -> str:
    if status.required_by:
        return _("Needed by %(names)s", names=", ".join(str(host.title(name)) for name in status.required_by))
    if status.requires:
        return _("Needs %(names)s", names=", ".join(str(host.title(name)) for name in status.requires))
    return ""


@blueprint.post("/<name>/switch")
@audience("staff")
def switch(name: str) -> AnyResponse:
    """Switch a plugin on (with what it requires) or off; whoever shares the database follows with the next request.

    One that is to be purged comes back to its purge once it is off.
    """
    host = _host()
    on = request.form.get("enabled") == "on"
    try:
        if on:
            skip = request.form.get("events") == "skip"
            lifecycle.enable_plugin(host, name, with_required=True, without_events=skip)
            toast(_("%(title)s is on.", title=host.title(name)))
        else:
            lifecycle.disable_plugin(host, name)
            toast(_("%(title)s is off. Its records are kept.", title=host.title(name)))
    except Problem as problem:
        if problem.status == 404:
            raise
        toast(problem.message, level="error")
    purging_it = request.form.get("then") == "purge"
    return redirect_or_refresh(f"/admin/plugins/{host.status(name).name}/purge" if purging_it else "/admin/plugins")


@blueprint.get("/<name>/records")
@audience("staff")
def take_records(name: str) -> Response:
    """Send all records of a plugin that is on or off in a ZIP, one file for each type, `?format=csv|jsonl`."""
    host = _host()
    host.refresh()
    types = record_types.of_plugin(host.status(name).name)
    if not types or not host.can_read_tables(name):
        raise not_found()
    form = request.args.get("format", "csv")
    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder) / "records"
        write_stored(current_actor(), types, form, target)
        stream = target.open("rb")  # stays readable when its folder is gone
    return send_file(stream, as_attachment=True, download_name=f"{name}-{form}.zip", max_age=0)


def _taken_along(host: Host, name: str) -> list[tuple[str, str]]:
    """Give the addresses under which a plugin's records can be taken along, with their labels; none when they can't."""
    if not record_types.of_plugin(name) or not host.can_read_tables(name):
        return []
    address = f"/admin/plugins/{name}/records?format="
    return [(_("CSV"), f"{address}csv"), (_("JSON Lines"), f"{address}jsonl")]


@blueprint.get("/<name>/purge")
@audience("staff")
def purge_page(name: str) -> Response:
    """Show what a purge would delete, and who leans on it."""
    host = _host()
    preview = purging.purge_preview(host, name)
    counts = [
        (table.removeprefix(f"{name}_").replace("_", " "), format_number(n)) for table, n in preview.tables.items()
    ]
    shared = sum(preview.shared.values())
    if shared:
        counts.append((_("Settings, grants, jobs, views"), format_number(shared)))
    return render(
        "plugins/purge.html",
        preview=preview,
        counts=counts,
        total=ngettext("%(num)s row", "%(num)s rows", preview.rows),
        leans=_leans(host, preview),
        exports=_taken_along(host, preview.name),
        switch_url=f"/admin/plugins/{preview.name}/switch" if preview.switched_on and not preview.required_by else "",
    )


def _leans(host: Host, preview: purging.PurgePreview) -> list[tuple[str, str]]:
    if preview.allowed:
        return [(_("No plugin that is on needs it"), "green")]
    return [(str(line), "amber") for line in purging.what_stands_in_the_way(host, preview)]


@blueprint.post("/<name>/purge")
@audience("staff")
def purge(name: str) -> AnyResponse:
    """Delete for good what a plugin stored, once its name was typed."""
    host = _host()
    if request.form.get("name") != name:
        raise Problem("core.purge_unconfirmed", _("Type %(name)s to purge it.", name=name))
    preview = purging.purge_plugin(host, name)
    toast(ngettext("%(num)s row is gone for good.", "%(num)s rows are gone for good.", preview.rows))
    return redirect_or_refresh("/admin/plugins")
