"""The documentation says what the code says."""

import ast
import importlib
import re
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from tools import docs

ROOT = Path(__file__).parents[2]
LINK = re.compile(r"\[[^\]]*\]\(([^)#\s]+)(?:#[^)]*)?\)")
HEADING = re.compile(r"^(#+) ", re.MULTILINE)
CODE = re.compile(r"`[^`]+`")
GUIDE = ROOT / "docs" / "users-guide.md"
TRANSLATED_GUIDES = sorted((ROOT / "docs").glob("*/users-guide.md"))
PAGES = sorted([*(ROOT / "docs").glob("**/*.md"), ROOT / "README.md", ROOT / "CHANGELOG.md"])


def nodes(folder: str) -> Iterator[ast.AST]:
    """Every node of the modules of a folder."""
    for path in sorted((ROOT / folder).glob("**/*.py")):
        yield from ast.walk(ast.parse(path.read_text(encoding="utf-8")))


@cache
def asked_or_answered() -> frozenset[str]:
    """What tests give to the doors of hooks as a text, and the names under which they answer for a plugin."""
    texts = {each.value for each in nodes("tests") if isinstance(each, ast.Constant) and isinstance(each.value, str)}
    answers = {each.name for each in nodes("tests") if isinstance(each, ast.FunctionDef)}
    return frozenset(
        texts | answers | {each.arg for each in nodes("tests") if isinstance(each, ast.keyword) and each.arg}
    )


@cache
def imported() -> frozenset[str]:
    """What tests import from us, and plugins, all of which are tested, from the public module."""
    found = [each for each in nodes("tests") if isinstance(each, ast.ImportFrom)]
    found += [each for each in nodes("plugins") if isinstance(each, ast.ImportFrom) and each.module == "pelatis.api"]
    return frozenset(name.name for each in found for name in each.names)


def test_pages_drawn_from_the_code_say_what_it_says() -> None:
    command = [sys.executable, "-m", "tools.docs", "check"]
    check = subprocess.run(command, check=False, cwd=ROOT, capture_output=True, text=True)
    assert (check.returncode, check.stdout, check.stderr) == (0, "", "")


@pytest.mark.parametrize("hook", [hook.name for owned in docs.hooks(ROOT).values() for hook in owned])
def test_every_hook_has_a_test(hook: str) -> None:
    assert hook in asked_or_answered()


@pytest.mark.parametrize("name", sorted(importlib.import_module("pelatis.api").__all__))
def test_every_public_name_is_exercised(name: str) -> None:
    assert name in imported()


@pytest.mark.parametrize("page", PAGES, ids=lambda path: str(path.relative_to(ROOT)))
def test_links_between_pages_lead_somewhere(page: Path) -> None:
    targets = [target for target in LINK.findall(page.read_text(encoding="utf-8")) if "://" not in target]
    assert [target for target in targets if not (page.parent / target).exists()] == []


def test_every_guide_is_reached_from_the_index() -> None:
    index = (ROOT / "docs" / "index.md").read_text(encoding="utf-8")
    unlinked = {path.name for path in (ROOT / "docs").glob("*.md")} - {"index.md"} - set(LINK.findall(index))
    assert unlinked == set()


def sections(guide: Path) -> list[tuple[str, set[str], set[Path]]]:
    """Level, code spans and link targets of each section, without the links from one language to another."""
    _, *parts = HEADING.split(guide.read_text(encoding="utf-8"))
    return [
        (
            level,
            {" ".join(span.split()) for span in CODE.findall(text)},
            {(guide.parent / target).resolve() for target in LINK.findall(text)} - {GUIDE, *TRANSLATED_GUIDES},
        )
        for level, text in zip(parts[::2], parts[1::2], strict=True)
    ]


@pytest.mark.parametrize("guide", TRANSLATED_GUIDES, ids=lambda path: path.parent.name)
def test_translated_guides_keep_up_with_the_english_one(guide: Path) -> None:
    assert sections(guide) == sections(GUIDE)


def test_docstring_sections_become_lists() -> None:
    text = docs.as_markdown(
        "Say it.\n\nArgs:\n    words: what is said,\n        in one breath.\n\nRaises:\n    Silence: never."
    )
    assert text == (
        "Say it.\n\n**Arguments**\n\n- `words`: what is said,\n  in one breath.\n\n**Raises**\n\n- `Silence`: never.\n"
    )
