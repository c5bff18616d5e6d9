"""Finding plugins: entry points, their manifests, and the order in which they stand on each other."""

import importlib
import importlib.metadata
import traceback
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import structlog

from core.host.manifest import ManifestError, Plugin, core_version
from core.host.states import Failure
from core.i18n import _l

ENTRY_POINT_GROUP = "pelatis.plugins"

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Candidate:
    """A package that says it is a plugin.

    Attributes:
        name: the name it was announced under.
        module: the package that holds its rooms.
        manifest: what it says about itself; None when that couldn't be read.
        failure: why it can't be used; None while it can.
        incompatible: whether the failure comes from what the manifest asks for, rather than from the code.
        notes: remarks for the administrator.
    """

    name: str
    module: str
    manifest: Plugin | None = None
    failure: Failure | None = None
    incompatible: bool = False
    notes: tuple[Any, ...] = ()


@dataclass(frozen=True)
class Announcement:
    """Where a plugin's manifest is said to be, before anything of it is imported."""

    name: str
    module: str
    attribute: str
    distribution: str


def announced(extra: Iterable[str] = ()) -> list[Announcement]:
    """List what is announced, ours first, so that a stranger can't take the name of a bundled plugin.

    Args:
        extra: more manifests, `package` or `package:attribute`, for tests and for plugins under development.
    """
    found = {
        Announcement(point.name, point.module, point.attr or "plugin", point.dist.name if point.dist else "")
        for point in importlib.metadata.entry_points(group=ENTRY_POINT_GROUP)
    }
    more = [_announcement_of(path) for path in extra]
    return sorted(found, key=lambda each: (each.distribution != "pelatis", each.distribution, each.name)) + more


def _announcement_of(path: str) -> Announcement:
    module, _colon, attribute = path.partition(":")
    return Announcement(module.rpartition(".")[2], module, attribute or "plugin", "")


def discover(extra: Iterable[str] = ()) -> list[Candidate]:
    """Read every manifest and sort the plugins so that each comes after what it requires.

    Nothing but the packages' `__init__` is imported. A manifest that can't be read gives a candidate with a failure.

    Args:
        extra: more manifests, as `announced` takes them.
    """
    candidates: dict[str, Candidate] = {}
    for announcement in announced(extra):
        earlier = candidates.get(announcement.name)
        if earlier is None:
            candidates[announcement.name] = _candidate(announcement)
        elif earlier.module != announcement.module:
            log.warning("plugin_name_taken", plugin=earlier.name, used=earlier.module, ignored=announcement.module)
            note = _l("The package %(module)s has the same name and is ignored.", module=announcement.module)
            candidates[earlier.name] = _with(earlier, notes=(*earlier.notes, note))
    return in_order(_judged(candidates))


def _candidate(announcement: Announcement) -> Candidate:
    name, module = announcement.name, announcement.module
    try:
        manifest = getattr(importlib.import_module(module), announcement.attribute)
        if not isinstance(manifest, Plugin):
            raise ManifestError(f"{module}:{announcement.attribute} is a {type(manifest).__name__}, not a Plugin")
        if manifest.name != name:
            raise ManifestError(f"announced as {name!r}, but the manifest says {manifest.name!r}")
    except (Exception, SystemExit) as error:  # one bad package never stops the boot
        log.warning("plugin_manifest_failed", plugin=name, module=module, exc_info=True)
        return Candidate(name, module, failure=failure_of(error))
    return Candidate(name, module, manifest)


def failure_of(error: BaseException) -> Failure:
    """Describe an exception for the administration page."""
    said = f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
    trace = "".join(traceback.format_exception(error))
    return Failure(_l("It couldn't start: %(said)s", said=said), trace)


def _with(candidate: Candidate, **changes: Any) -> Candidate:
    return Candidate(**{**candidate.__dict__, **changes})


def _judged(candidates: Mapping[str, Candidate]) -> dict[str, Candidate]:
    """Mark as incompatible what the manifests rule out: the core's version, and circles of requirements."""
    core, circle = core_version(), _members_of_circles(candidates)
    judged = {}
    for name, candidate in candidates.items():
        manifest, reason = candidate.manifest, None
        if manifest is not None and not manifest.accepts_core(core):
            wanted = manifest.requires_core
            reason = _l("It needs Pelatis %(wanted)s, and this is %(core)s.", wanted=wanted, core=core)
        elif name in circle:
            reason = _l("It requires itself, by way of: %(names)s.", names=", ".join(sorted(circle)))
        judged[name] = _with(candidate, failure=Failure(reason), incompatible=True) if reason else candidate
    return judged


def _requires(candidates: Mapping[str, Candidate], name: str) -> Sequence[str]:
    manifest = candidates[name].manifest
    return [] if manifest is None else [other for other in manifest.requires if other in candidates]


def _members_of_circles(candidates: Mapping[str, Candidate]) -> set[str]:
    """Find the plugins that reach themselves through what they require."""

    def reached(name: str) -> set[str]:
        seen: set[str] = set()
        waiting = list(_requires(candidates, name))
        while waiting:
            other = waiting.pop()
            if other not in seen:
                seen.add(other)
                waiting.extend(_requires(candidates, other))
        return seen

    return {name for name in candidates if name in reached(name)}


def in_order(candidates: Mapping[str, Candidate]) -> list[Candidate]:
    """Sort by depth of requirements, then by the manifest's `order`, then by name."""
    circle = _members_of_circles(candidates)
    depths: dict[str, int] = {}

    def depth(name: str) -> int:
        if name not in depths:
            below = [] if name in circle else _requires(candidates, name)
            depths[name] = 1 + max((depth(other) for other in below), default=-1)
        return depths[name]

    def place(name: str) -> tuple[int, int, str]:
        manifest = candidates[name].manifest
        return depth(name), manifest.order if manifest else 0, name

    return [candidates[name] for name in sorted(candidates, key=place)]
