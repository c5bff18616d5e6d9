"""What the application factory calls to get a plugin host."""

from collections.abc import Sequence
from types import ModuleType

from flask import Flask

from core.host.gate import install_gate
from core.host.host import Host


def install_host(
    app: Flask,
    *,
    extra_plugins: Sequence[str] = (),
    core_hooks: Sequence[ModuleType] = (),
    safe_mode: bool = False,
) -> Host:
    """Load every plugin into an application, and put the gate before it.

    To be called once the core's own routes and record types are there, so that a plugin can't stand in for them.

    Args:
        app: the application, bound to its database and before its first request.
        extra_plugins: manifests beside those of the entry points, `package` or `package:attribute`.
        core_hooks: modules of the core with answers to hooks.
        safe_mode: load nothing but the core.
    """
    host = Host(extra_plugins=extra_plugins, core_hooks=core_hooks, safe_mode=safe_mode)
    host.load(app)
    install_gate(app, host)
    return host
