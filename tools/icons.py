"""Keep the sprite complete: `python -m tools.icons update` lists in package.json every icon that the sources name.

An icon is named in one of these ways, in Python, templates and scripts alike: `icon("name")`, `icon_button("name", …)`,
`icon="name"`, `"icon": "name"`, or as a value of a dictionary called `…icons`.
"""

import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final

_NAME: Final = r"['\"]([a-z][a-z0-9-]*)['\"]"
_NAMED: Final = [
    re.compile(rf"\b_?icon(?:_button)?\(\s*{_NAME}"),
    re.compile(rf"\bicon['\"]?\s*(?::\s*str\s*)?[:=]\s*{_NAME}"),
]
_DICTIONARY: Final = re.compile(r"icons(?::[^={]*)?\s*[=:]\s*\{([^}]*)\}", re.IGNORECASE)
_VALUE: Final = re.compile(rf":\s*{_NAME}")
_SOURCES: Final = ("**/*.py", "**/templates/**/*.html", "static/js/**/*.js")


def icons_in(source: str) -> Iterator[str]:
    """Yield the names of the icons that a source names, as often as it does."""
    for pattern in _NAMED:
        yield from pattern.findall(source)
    for entries in _DICTIONARY.findall(source):
        yield from _VALUE.findall(entries)


def used_icons(root: Path) -> dict[str, Path]:
    """Return the icons that the project at `root` uses, each with one file that names it."""
    used: dict[str, Path] = {}
    folders = [root / "core", root / "pelatis", *sorted((root / "plugins").glob("*/"))]
    for folder in folders:
        for pattern in _SOURCES:
            for path in sorted(folder.glob(pattern)):
                used |= {name: path.relative_to(root) for name in icons_in(path.read_text(encoding="utf-8"))}
    return used


def main(arguments: list[str]) -> int:
    """Run `update` in the current folder and return the exit status."""
    if arguments != ["update"]:
        print("usage: python -m tools.icons update", file=sys.stderr)
        return 2
    path = Path("package.json")
    package = json.loads(path.read_text(encoding="utf-8"))
    package["icons"] = sorted({*package["icons"], *used_icons(Path.cwd())})
    path.write_text(json.dumps(package, indent=2) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
