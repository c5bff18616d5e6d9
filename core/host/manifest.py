"""The manifest: what a plugin says about itself before any of its code is loaded."""

import importlib.metadata
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.version import InvalidVersion, Version

#: A plugin's name is at once URL segment, table prefix, translation domain and namespace of ids.
NAME_PATTERN: Final = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*")
#: `core_migration_<name>` and the longest index names must fit into PostgreSQL's 63 characters.
LONGEST_NAME: Final = 30

#: First segments of the core's own pages and of `/api/v1/…`, and words that mean something else to the host.
RESERVED_NAMES: Final = frozenset(
    {
        "account",
        "admin",
        "api",
        "assets",
        "attachments",
        "audit",
        "auth",
        "calendars",
        "consent",
        "core",
        "customers",
        "docs",
        "events",
        "exports",
        "favicon",
        "files",
        "groups",
        "healthz",
        "help",
        "imports",
        "invitations",
        "jobs",
        "journal",
        "login",
        "logout",
        "me",
        "metrics",
        "migrations",
        "notifications",
        "openapi",
        "palette",
        "passkeys",
        "password",
        "pelatis",
        "plugin",
        "plugins",
        "portal",
        "profile",
        "public",
        "readyz",
        "records",
        "relations",
        "robots",
        "roles",
        "search",
        "sessions",
        "settings",
        "setup",
        "static",
        "sw",
        "sync",
        "tags",
        "teams",
        "territories",
        "today",
        "tokens",
        "undo",
        "users",
        "views",
        "webhooks",
    }
)

#: Where the administration page puts a plugin; another word is shown as a category of its own.
CATEGORIES: Final = ("everyday", "selling", "marketing", "service", "mobile", "other")


class ManifestError(ValueError):
    """A manifest that can't be accepted; the message says which value is wrong and what would be right."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plugin:
    """A plugin's manifest, the only thing in its `__init__.py`.

    Attributes:
        name: 2 to 30 lower-case letters, digits and single underscores; URL segment, table prefix and namespace.
        title: what people call it, one or two words; lazily translated when it is `_l("…")`.
        summary: one line for the administration page.
        version: its own version, as PEP 440 has it.
        requires_core: the versions of Pelatis that it runs on, `>=1.0,<2`; empty for any.
        requires: names of plugins whose `api` it may import; they load before it and must be on when it is.
        uses: names of plugins that make it richer through hooks and that it never imports; the administration page
            says whether they are there.
        category: one of `CATEGORIES`, or a word of its own.
        icon: a Tabler icon.
        order: its place in the rail; smaller comes first. In hooks and templates it decides among plugins of the same
            depth, because each comes after what it requires.
        experimental: whether the administration page marks it as not proven yet.

    Raises:
        ManifestError: when a value can't be accepted.
    """

    name: str
    title: Any
    summary: Any
    version: str
    requires_core: str = ""
    requires: Sequence[str] = ()
    uses: Sequence[str] = ()
    category: str = "other"
    icon: str = "puzzle"
    order: int = 100
    experimental: bool = False

    def __post_init__(self) -> None:
        check_name(self.name)
        for field in ("requires", "uses"):
            object.__setattr__(self, field, self._checked_names(field))
        # A lazy translation can't be looked at before there is an application.
        if any(words is None or (isinstance(words, str) and not words.strip()) for words in (self.title, self.summary)):
            raise ManifestError(f"{self.name}: title and summary must not be empty")
        self._check_versions()

    def _checked_names(self, field: str) -> tuple[str, ...]:
        names: Sequence[str] = getattr(self, field)
        if isinstance(names, str):
            raise ManifestError(f"{self.name}: {field} is a list of names, not the string {names!r}")
        if self.name in names:
            raise ManifestError(f"{self.name}: {field} names the plugin itself")
        for name in names:
            check_name(name)
        return tuple(names)

    def _check_versions(self) -> None:
        try:
            Version(self.version)
        except (InvalidVersion, TypeError) as error:
            raise ManifestError(f"{self.name}: version {self.version!r} isn't like 1.0.0 (PEP 440)") from error
        try:
            SpecifierSet(self.requires_core)
        except InvalidSpecifier as error:
            raise ManifestError(f"{self.name}: requires_core {self.requires_core!r} isn't like >=1.0,<2") from error

    def accepts_core(self, version: str) -> bool:
        """Tell whether the plugin runs on a version of Pelatis; development versions count as what they lead to."""
        return Version(Version(version).base_version) in SpecifierSet(self.requires_core)


def check_name(name: str) -> None:
    """Refuse a name that can't be a URL segment, a table prefix and a namespace at once.

    Raises:
        ManifestError: when it can't.
    """
    if not NAME_PATTERN.fullmatch(name) or not 2 <= len(name) <= LONGEST_NAME:
        raise ManifestError(
            f"{name!r} can't be a plugin's name: 2 to {LONGEST_NAME} lower-case letters, digits and single "
            "underscores, beginning with a letter"
        )
    if name in RESERVED_NAMES:
        raise ManifestError(f"{name!r} can't be a plugin's name: the core has pages of that name")


def core_version() -> str:
    """Tell the version of Pelatis that is installed."""
    return importlib.metadata.version("pelatis")
