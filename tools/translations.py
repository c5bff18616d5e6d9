"""Keep the catalogues complete: `python -m tools.translations update` and `… check`.

`update` brings every catalogue up to date with the sources; new messages come untranslated, gone ones leave. `check`
fails while a message is missing, untranslated, fuzzy or no longer used, when a translation's placeholders differ from
the message's, and when a template or a problem shows words that never went through gettext.
"""

import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import Final

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po

from tools.catalogues import LANGUAGES, Domain, domains
from tools.literals import literals_in_python, literals_in_template

_METHODS: Final = [("**.py", "python"), ("**/templates/**.html", "jinja2"), ("**/templates/**.txt", "jinja2")]
_JINJA: Final = {"extensions": "jinja2.ext.do", "silent": "false", "trimmed": "true"}
_OPTIONS: Final = {
    "**/templates/**.html": _JINJA,
    "**/templates/**.txt": _JINJA,
}
#: What marks a message: a function and the positions of its arguments (c: context).
_KEYWORDS: Final = {
    "_": None,
    "_l": None,
    "gettext": None,
    "lazy_gettext": None,
    "ngettext": (1, 2),
    "lazy_ngettext": (1, 2),
    "pgettext": ((1, "c"), 2),
    "lazy_pgettext": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
    "plural_of": (2, 3),
}
_COMMENT_TAGS: Final = ("Translators:",)
#: Headers that change with every run and would hide what really changed.
_UNSTEADY_HEADERS: Final = ('"POT-Creation-Date:', '"PO-Revision-Date:', '"Generated-By:', '"Last-Translator:')

_Key = tuple[str | None, str]
_Finder = Callable[[str], Iterator[tuple[int, str]]]


def sources_of(domain: Domain, root: Path) -> list[Path]:
    """Return the folders whose messages belong to a domain; the command speaks with core's catalogue."""
    return [domain.folder, root / "pelatis"] if domain.name == "core" else [domain.folder]


def extract(domain: Domain, root: Path) -> Catalog:
    """Return the messages in the sources of `domain`, each with the files that it stands in."""
    template = Catalog(project="Pelatis", charset="utf-8")
    for folder in sources_of(domain, root):
        found = extract_from_dir(
            str(folder),
            method_map=_METHODS,
            options_map=_OPTIONS,
            keywords=_KEYWORDS,
            comment_tags=_COMMENT_TAGS,
            strip_comment_tags=True,
        )
        for name, _line, message, comments, context in found:
            place = (folder / name).relative_to(root).as_posix()
            template.add(message, locations=[(place, 1)], auto_comments=comments, context=context)
    return template


def update(root: Path) -> list[Path]:
    """Bring the catalogues of the project at `root` up to date and return those that changed."""
    changed = []
    for domain in domains(root):
        template = extract(domain, root)
        for language in LANGUAGES:
            path = domain.catalogue(language)
            if not len(template) and not path.is_file():
                continue
            text = _updated(path, language, domain, template)
            if not path.is_file() or path.read_text(encoding="utf-8") != text:
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(text, encoding="utf-8")
                changed.append(path)
    return changed


def check(root: Path) -> list[str]:
    """Return one line for everything that is wrong with the translations of the project at `root`."""
    faults: list[str] = []
    for domain in domains(root):
        template = extract(domain, root)
        for language in LANGUAGES:
            faults += _faults_of_catalogue(domain, language, template, root)
        for folder in sources_of(domain, root):
            faults += _literals(folder, "**/templates/**/*.html", literals_in_template, root)
            faults += _literals(folder, "**/*.py", literals_in_python, root)
    for language in LANGUAGES:
        faults += _disagreements(language, root)
    return faults


def _updated(path: Path, language: str, domain: Domain, template: Catalog) -> str:
    catalogue = _read(path, language) if path.is_file() else _empty(language)
    catalogue.update(template, no_fuzzy_matching=True)
    catalogue.obsolete.clear()
    catalogue.header_comment = f"# {Catalog(locale=language).locale_identifier} translations of {domain.name}."
    return _as_text(catalogue)


def _empty(language: str) -> Catalog:
    return Catalog(locale=language, project="Pelatis", charset="utf-8", fuzzy=False)


def _read(path: Path, language: str) -> Catalog:
    with path.open("rb") as stream:
        return read_po(stream, locale=language, abort_invalid=True)


def _as_text(catalogue: Catalog) -> str:
    stream = BytesIO()
    catalogue.revision_date = catalogue.creation_date = datetime(2026, 1, 1, tzinfo=UTC)
    write_po(stream, catalogue, width=0, sort_output=True, ignore_obsolete=True, include_lineno=False)
    lines = stream.getvalue().decode("utf-8").splitlines(keepends=True)
    return "".join(line for line in lines if not line.startswith(_UNSTEADY_HEADERS))


def _faults_of_catalogue(domain: Domain, language: str, template: Catalog, root: Path) -> Iterator[str]:
    path = domain.catalogue(language)
    place = path.relative_to(root).as_posix()
    if not path.is_file():
        if len(template):
            yield f"{place}: there is no catalogue; run make translations"
        return
    catalogue = _read(path, language)
    wanted = {_key(message): message for message in template if message.id}
    have = {_key(message): message for message in catalogue if message.id}
    for key in sorted(wanted.keys() - have.keys(), key=str):
        yield f"{place}: missing, run make translations: {key[1]!r}"
    for key in sorted(have.keys() - wanted.keys(), key=str):
        yield f"{place}: no longer in the sources, run make translations: {key[1]!r}"
    for key in sorted(wanted.keys() & have.keys(), key=str):
        yield from (f"{place}: {fault}: {key[1]!r}" for fault in _faults_of_message(have[key], catalogue))


def _disagreements(language: str, root: Path) -> Iterator[str]:
    """Tell which messages two catalogues translate differently: only the first of them is ever heard."""
    heard: dict[tuple[str | None, object], tuple[object, str]] = {}
    for domain in domains(root):
        path = domain.catalogue(language)
        place = path.relative_to(root).as_posix()
        for message in _read(path, language) if path.is_file() else ():
            if not message.id or not message.string:
                continue
            said, first = heard.setdefault((message.context, message.id), (message.string, place))
            if said != message.string:
                yield f"{place}: translated otherwise than in {first}, give one a context: {_key(message)[1]!r}"


def _key(message: Message) -> _Key:
    return message.context, message.id if isinstance(message.id, str) else message.id[0]


def _faults_of_message(message: Message, catalogue: Catalog) -> Iterator[str]:
    forms = [message.string] if isinstance(message.string, str) else list(message.string or [])
    if not all(forms) or (message.pluralizable and len(forms) != catalogue.num_plurals):
        yield "untranslated"
        return
    if message.fuzzy:
        yield "fuzzy"
    yield from (str(error) for error in message.check(catalogue))


def _literals(folder: Path, pattern: str, find: _Finder, root: Path) -> Iterator[str]:
    for path in sorted(folder.glob(pattern)):
        for line, words in find(path.read_text(encoding="utf-8")):
            yield f"{path.relative_to(root).as_posix()}:{line}: words outside gettext: {words!r}"


def main(arguments: list[str]) -> int:
    """Run one of the two commands in the current folder and return the exit status."""
    root = Path.cwd()
    if arguments == ["update"]:
        for path in update(root):
            print(f"updated {path.relative_to(root)}")
        return 0
    if arguments == ["check"]:
        faults = check(root)
        print("\n".join(faults) or "Every message is translated.")
        return 1 if faults else 0
    print("usage: python -m tools.translations update|check", file=sys.stderr)
    return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
