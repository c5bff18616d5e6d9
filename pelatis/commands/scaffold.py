"""What `pelatis plugin new` writes: a small plugin that is complete and keeps the contract."""

import keyword
import re
import sys
import tempfile
from pathlib import Path
from string import Template
from typing import Final

#: The template of each file, with the path at which it is written.
FILES: Final = {
    "pyproject.toml.txt": "pyproject.toml",
    "README.md.txt": "README.md",
    "gitignore.txt": ".gitignore",
    "__init__.py.txt": "$name/__init__.py",
    "models.py.txt": "$name/models.py",
    "schemas.py.txt": "$name/schemas.py",
    "operations.py.txt": "$name/operations.py",
    "queries.py.txt": "$name/queries.py",
    "records.py.txt": "$name/records.py",
    "hooks.py.txt": "$name/hooks.py",
    "panel.html.txt": "$name/templates/$name/$plural_noun.html",
    "test_plugin.py.txt": "tests/test_$name.py",
}

TEMPLATES: Final = Path(__file__).resolve().parent.parent / "templates_new"


class ScaffoldError(Exception):
    """A plugin that can't be written; the message says why and what to do."""


def write_plugin(name: str, noun: str, into: Path) -> Path:
    """Write a plugin with one record type that belongs to customers, its first migration and its tests.

    Args:
        name: the plugin's name.
        noun: its first record type in the singular, `device` or `service contract`.
        into: the folder in which the plugin's own folder is made.

    Returns:
        The plugin's folder.

    Raises:
        ScaffoldError: for a name or noun that can't be used, and where the folder exists already.
    """
    from core.host.manifest import ManifestError, check_name

    try:
        check_name(name)
    except ManifestError as error:
        raise ScaffoldError(str(error)) from error
    words = noun.strip().lower().replace("_", " ")
    if not re.fullmatch(r"[a-z][a-z0-9]*( [a-z0-9]+)*", words) or keyword.iskeyword(words) or len(words) > 40:
        raise ScaffoldError(f"{noun!r} can't be a record type's name: up to 40 Latin letters, digits and spaces.")
    folder = into / name
    if folder.exists():
        raise ScaffoldError(f"{folder} exists already.")
    if name in sys.modules or name in sys.stdlib_module_names:
        raise ScaffoldError(f"{name!r} is the name of another Python package.")
    values = _values(name, words)
    for template, path in FILES.items():
        target = folder / Template(path).substitute(values)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(
            Template((TEMPLATES / template).read_text(encoding="utf-8")).substitute(values), encoding="utf-8"
        )
    _write_first_migration(name, folder)
    return folder


def _values(name: str, words: str) -> dict[str, str]:
    from core.host.manifest import core_version

    plural_words = _plural(words)
    return {
        "name": name,
        "dashed": name.replace("_", "-"),
        "title": name.replace("_", " ").capitalize(),
        "Camel": name.title().replace("_", ""),
        "core": core_version(),
        "noun": words.replace(" ", "_"),
        "words": words,
        "Words": words.capitalize(),
        "article": "an" if words[0] in "aeiou" else "a",
        "Article": "An" if words[0] in "aeiou" else "A",
        "Class": words.title().replace(" ", ""),
        "plural": plural_words.capitalize(),
        "plural_words": plural_words,
        "plural_noun": plural_words.replace(" ", "_"),
        "PLURAL": plural_words.upper().replace(" ", "_"),
        "path": plural_words.replace(" ", "-"),
    }


def _plural(words: str) -> str:
    if re.search(r"[^aeiou]y$", words):
        return f"{words[:-1]}ies"
    return f"{words}es" if words.endswith(("s", "x", "z", "ch", "sh")) else f"{words}s"


def _write_first_migration(name: str, folder: Path) -> None:
    """Let the models say what the first migration makes."""
    from core.app import create_app
    from core.host.lifecycle import write_plugin_migration
    from core.settings import Settings

    with tempfile.TemporaryDirectory() as data:
        environment = {"PELATIS_DATA_DIR": data, "PELATIS_LOG_LEVEL": "ERROR"}
        sys.path.insert(0, str(folder))
        try:
            app = create_app(Settings.from_environment(environment), extra_plugins=[name])
            with app.app_context():
                write_plugin_migration(app.extensions["pelatis_host"], name, "First tables")
        finally:
            sys.path.remove(str(folder))
