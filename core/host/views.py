"""The administration of plugins: switch them on and off, look why one failed, purge what one stored."""

from typing import Any

from flask import Blueprint, Response, current_app, request
from werkzeug.wrappers import Response as AnyResponse

from core.access import current_actor, require_administrator
from core.host import lifecycle, purging
from core.host.host import EXTENSION, Host
from core.host.states import PluginStatus, State
from core.i18n import _, _l, format_moment, format_number, ngettext
from core.jobs.registry import jobs
from core.problems import Problem
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
    State.discovered: _l("New"),
}

#: States that ask something of the administrator.
NEEDS_YOU = (State.failed, State.incompatible, State.pending_migration, State.missing)


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
    groups: dict[str, list[dict[str, Any]]] = {}
    for status in statuses:
        if status.state not in NEEDS_YOU:
            title = str(CATEGORY_TITLES.get(status.category, status.category.capitalize()))
            groups.setdefault(title, []).append(_card(host, status))
    waiting = [_card(host, status) for status in statuses if status.state in NEEDS_YOU]
    return render(
        "plugins/list.html",
        groups=groups,
        waiting=waiting,
        lead=_lead(statuses, len(waiting)),
        restart_needed=host.restart_needed(),
        safe_mode=host.safe_mode,
    )


def _lead(statuses: list[PluginStatus], waiting: int) -> str:
    on = sum(status.state is State.enabled for status in statuses)
    off = len(statuses) - on - waiting
    return " ".join(
        [
            ngettext("%(num)s on,", "%(num)s on,", on),
            ngettext("%(num)s off.", "%(num)s off.", off),
            *([ngettext("%(num)s needs you.", "%(num)s need you.", waiting)] if waiting else []),
            _("Switching works at once and deletes nothing."),
        ]
    )


def _card(host: Host, status: PluginStatus) -> dict[str, Any]:
    reason = str(status.reason or "")
    return {
        "name": status.name,
        "title": status.title,
        "icon": status.icon,
        "version": status.version,
        "summary": status.summary if status.state is not State.missing else _("The package is gone from this machine."),
        "adds": _adds(status),
        "needs": _needs(host, status),
        "state": str(status.state) if status.state is not State.discovered else "disabled",
        "state_text": str(STATE_TEXTS.get(status.state, "")),
        "switch_url": f"/admin/plugins/{status.name}/switch",
        "why": (reason, _("The rest of Pelatis runs without it, and its records are safe.")),
        "reason": reason,
        "command": "",
        "trace": status.traceback,
        "tripped": status.tripped,
        "tripped_at": format_moment(status.tripped.at) if status.tripped else "",
        "purgeable": status.state in (State.disabled, State.missing, State.failed),
        "can_try": status.state in (State.failed, State.pending_migration),
        "experimental": status.experimental,
        "notes": status.notes,
    }


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
    """Switch a plugin on (with what it requires) or off; whoever shares the database follows with the next request."""
    host = _host()
    on = request.form.get("enabled") == "on"
    try:
        if on:
            lifecycle.enable_plugin(host, name, with_required=True)
            toast(_("%(title)s is on.", title=host.title(name)))
        else:
            lifecycle.disable_plugin(host, name)
            toast(_("%(title)s is off. Its records are kept.", title=host.title(name)))
    except Problem as problem:
        if problem.status == 404:
            raise
        toast(problem.message, level="error")
    return redirect_or_refresh("/admin/plugins")


@blueprint.get("/<name>/purge")
@audience("staff")
def purge_page(name: str) -> Response:
    """Show what a purge would delete, and who leans on it."""
    preview = purging.purge_preview(_host(), name)
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
        leans=_leans(preview),
    )


def _leans(preview: purging.PurgePreview) -> list[tuple[str, str]]:
    if preview.allowed:
        return [(_("No plugin that is on needs it"), "green")]
    lines = [(_("%(name)s needs it", name=name), "amber") for name in preview.required_by]
    lines += [(_("The table %(table)s points at it", table=table), "amber") for table in preview.referenced_by]
    if preview.switched_on:
        lines.append((_("It is on. Switch it off first."), "amber"))
    return lines


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
