"""What the frame of a page is told: who is signed in, which pages there are, which one is open."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from flask import Flask, current_app, g, request
from flask_wtf.csrf import generate_csrf

from core.access import Actor, current_actor, may
from core.host.contributions import NavItem
from core.host.doors import collect, current_host
from core.i18n import LANGUAGES, _, get_language
from core.notifications.queries import unread_count
from core.records.present import initials, tone_of
from core.records.registry import record_types
from core.records.saved_views import pinned_views, view_url
from core.records.types import RecordType

#: Record types of the core that stand under Administration instead of in the rail.
ADMINISTRATION = ("user", "team", "territory")
#: The keys that lead to the core's own pages after `g`.
_KEYS = {"/": "t", "/customers": "c"}
#: For how many combinations of rights and language the lists of the rail are remembered.
MOST_NAVS: Final = 256
#: The place of a plugin's lists among its own lines.
LISTS: Final = NavItem.order


@dataclass(frozen=True)
class NavLine:
    """One line of the rail; `children` are the views pinned below it, `phone` says that a phone's bar wants it."""

    label: str
    url: str
    icon: str
    active: bool
    count: int | None = None
    key: str = ""
    children: "tuple[NavLine, ...]" = ()
    phone: bool = False


@dataclass(frozen=True)
class NavGroup:
    """The lines of the core, without a title, or of one plugin; `setup` are those that are folded away."""

    title: str
    lines: tuple[NavLine, ...]
    setup: tuple[NavLine, ...] = ()


@dataclass(frozen=True)
class _List:
    """A list that has a line in the rail, with its name in somebody's language."""

    record_type: RecordType
    label: str
    setup: bool


def shell() -> dict[str, Any]:
    """Gather the frame of the present page."""
    actor = current_actor()
    groups = nav_groups(actor)
    return {
        "brand_name": "Pelatis",
        "company": g.get("company_name", ""),
        "user": {
            "name": actor.name,
            "initials": initials(actor.name or "?"),
            "tone": tone_of(actor.user_id),
            "url": "/settings",
        },
        "theme": g.get("theme", "auto"),
        "single_keys": g.get("single_keys", True),
        "density": g.get("density", "dense"),
        "rail_folded": g.get("rail_folded", False),
        "language": get_language(),
        "languages": LANGUAGES,
        "csrf_token": generate_csrf(),
        "nav": groups,
        "foot_nav": _administration(actor),
        "phone_nav": _phone(groups),
        "notifications": {"url": "/notifications", "count": unread_count(actor)},
        "palette_url": "/palette",
    }


def nav_groups(actor: Actor) -> tuple[NavGroup, ...]:
    """List the rail's groups: the core's pages first, then one group per enabled plugin, by their manifests' order."""
    lists = _record_lines(actor)
    setup = _setup_lines(actor)
    groups = [NavGroup("", (_line(_("Today"), "/", "sun"), *lists.get("core", [])))]
    added: dict[str, list[NavItem]] = {}
    for entry in collect("crm_collect_nav_items", actor=actor):
        if isinstance(entry, NavItem):
            added.setdefault(entry.plugin, []).append(entry)
    host = current_host()
    for plugin in host.as_shown(host.enabled):
        own = added.get(plugin, [])
        first = [_added(each) for each in own if each.order <= LISTS]
        last = [_added(each) for each in own if each.order > LISTS]
        lines = [*first, *lists.get(plugin, []), *last]
        folded = setup.get(plugin, [])
        if lines or folded:
            groups.append(NavGroup(str(host.title(plugin)), tuple(lines), tuple(folded)))
    return tuple(groups)


def _record_lines(actor: Actor) -> dict[str, list[NavLine]]:
    """Give the lines of the lists, with the views that are pinned below them, by the plugin that they belong to."""
    views = pinned_views(actor)
    lines: dict[str, list[NavLine]] = {}
    for each in _lists_for(actor):
        if not each.setup:
            children = [
                NavLine(view.name, view_url(each.record_type, view), "", request.args.get("view") == str(view.id))
                for view in views
                if view.record_type_key == each.record_type.key
            ]
            line = _line(each.label, each.record_type.url, each.record_type.icon, children=tuple(children))
            lines.setdefault(each.record_type.plugin, []).append(line)
    return lines


def _setup_lines(actor: Actor) -> dict[str, list[NavLine]]:
    """Give the lines of what somebody may set up, by plugin."""
    lines: dict[str, list[NavLine]] = {}
    for each in _lists_for(actor):
        if each.setup:
            line = _line(each.label, each.record_type.url, each.record_type.icon)
            lines.setdefault(each.record_type.plugin, []).append(line)
    return lines


def _lists_for(actor: Actor) -> Sequence[_List]:
    """Give the lists that have a line; it is found out once for all who have the same rights and language."""
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]
    found: dict[Any, Sequence[_List]] = app.extensions.setdefault("pelatis_nav", {})
    key = (actor.rights, get_language(), current_host().enabled, record_types.changes)
    lists = found.get(key)
    if lists is None:
        if len(found) >= MOST_NAVS:
            found.clear()
        lists = found[key] = [
            _List(each, str(each.label_plural), bool(each.setup)) for each in record_types if _has_line(actor, each)
        ]
    return lists


def _has_line(actor: Actor, record_type: RecordType) -> bool:
    if not record_type.nav:
        return False
    if record_type.setup:
        return may(actor, record_type, "edit")
    return record_type.key not in ADMINISTRATION and may(actor, record_type, "view")


def _added(item: NavItem) -> NavLine:
    line = _line(item.title, item.url, item.icon, item.count, item.key)
    return replace(line, phone=item.phone)


def _line(
    label: Any, url: str, icon: str, count: int | None = None, key: str = "", children: tuple[NavLine, ...] = ()
) -> NavLine:
    path = request.path
    active = path == url or (url != "/" and path.startswith(f"{url}/"))
    return NavLine(str(label), url, icon, active, count, key or _KEYS.get(url, ""), children)


def _administration(actor: Actor) -> tuple[NavGroup, ...]:
    if not actor.is_administrator:
        return ()
    return (NavGroup("", (_line(_("Administration"), "/admin", "settings"),)),)


def _phone(groups: Sequence[NavGroup]) -> list[NavLine]:
    """Choose the four pages at the thumb: the core's own, then those that plugins mean for a phone, then the others."""
    others = sorted((line for group in groups[1:] for line in group.lines), key=lambda line: not line.phone)
    return [*groups[0].lines, *others][:4]
