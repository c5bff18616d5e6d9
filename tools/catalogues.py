"""Where the translation catalogues are, and how they are compiled. One domain per package: core and each plugin."""

import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

#: Languages that every user-visible string is translated into; the source language is English.
LANGUAGES: Final = ("el", "pl")


@dataclass(frozen=True)
class Domain:
    """A package with its own catalogue.

    Attributes:
        name: `core`, or a bundled plugin's name; also the name of the catalogue files.
        folder: the folder of the package.
    """

    name: str
    folder: Path

    def catalogue(self, language: str) -> Path:
        """Return the path of the `.po` file of this domain in `language`, whether it exists or not."""
        return self.folder / "translations" / language / "LC_MESSAGES" / f"{self.name}.po"


def domains(root: Path) -> list[Domain]:
    """Return the domains of the project at `root`: core first, then the bundled plugins by name."""
    plugins = sorted(path.parent for path in (root / "plugins").glob("*/__init__.py"))
    return [Domain("core", root / "core"), *(Domain(folder.name, folder) for folder in plugins)]


def compile_catalogues(root: Path) -> list[Path]:
    """Compile each catalogue of the project at `root` whose `.mo` is missing or older, and return all `.mo` paths."""
    compiled = []
    for domain in domains(root):
        for source in sorted(domain.folder.glob(f"translations/*/LC_MESSAGES/{domain.name}.po")):
            target = source.with_suffix(".mo")
            if not target.is_file() or target.stat().st_mtime_ns < source.stat().st_mtime_ns:
                with source.open("rb") as text, target.open("wb") as binary:
                    write_mo(binary, read_po(text, domain=domain.name))
            compiled.append(target)
    return compiled


def main(arguments: list[str]) -> int:
    """Run `python -m tools.catalogues compile` and return its exit status."""
    if arguments != ["compile"]:
        print("usage: python -m tools.catalogues compile", file=sys.stderr)
        return 2
    compile_catalogues(Path.cwd())
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
