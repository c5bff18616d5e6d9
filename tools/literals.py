"""Find words that a user would see and a translator never: literal text outside gettext.

In templates: text, and the attributes that are read aloud or shown, unless the element (or one around it) says
`translate="no"` or is code, a key or a script; and capitalised strings that an expression prints or hands to a macro.
In Python: the message of a `Problem` that is a plain string.
"""

import ast
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from typing import Final

from jinja2 import Environment, nodes

_SHOWN_ATTRIBUTES: Final = frozenset({"alt", "aria-description", "aria-label", "label", "placeholder", "title"})
_UNTRANSLATED_ELEMENTS: Final = frozenset({"code", "kbd", "samp", "script", "style"})
_VOID_ELEMENTS: Final = frozenset(
    {"area", "base", "br", "circle", "col", "embed", "hr", "img", "input", "line", "link", "meta", "path", "rect"}
    | {"source", "track", "use", "wbr"}
)
_GETTEXT: Final = frozenset({"_", "_l", "gettext", "lazy_pgettext", "ngettext", "npgettext", "pgettext"})
#: Macros that draw a key of the keyboard.
_KEY_CAPS: Final = frozenset({"key", "key_cap"})
#: Names that are the same in every language.
_NAMES: Final = re.compile(r"\b(Pelatis|CSV|XLSX|JSON|JSON Lines|API|OpenAPI|PDF|URL|ID)\b")
_WORD: Final = re.compile(r"[^\W\d_]{2,}")
_LOOKS_LIKE_PROSE: Final = re.compile(r"^[A-Z][a-z]+([ .…!?]|$)")
_PRINTED: Final = "\ue000"  # private use: stands where the template prints something
_ENVIRONMENT: Final = Environment(extensions=["jinja2.ext.i18n", "jinja2.ext.do"], autoescape=True)


def literals_in_template(source: str) -> Iterator[tuple[int, str]]:
    """Yield the line and the words of each untranslated literal of a Jinja template."""
    reader = _ShownText()
    reader.feed(_without_template_language(source))
    reader.close()
    yield from reader.found
    yield from _literals_in_expressions(_ENVIRONMENT.parse(source))


def literals_in_python(source: str) -> Iterator[tuple[int, str]]:
    """Yield the line and the words of each `Problem` whose message is a plain string."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Problem":
            for argument in node.args[1:2]:
                if isinstance(argument, ast.Constant) and isinstance(argument.value, str):
                    yield argument.lineno, argument.value


def _without_template_language(source: str) -> str:
    """Return the HTML alone, lines kept: an expression as one mark, blocks and translated text as nothing."""
    kept: list[str] = []
    block: list[str] = []
    inside: str | None = None
    translated = False
    for _line, kind, text in _ENVIRONMENT.lex(source):
        if kind == "data":
            kept.append("\n" * text.count("\n") if translated else text)
            continue
        if kind.endswith("_begin"):
            inside, block = kind, []
        elif kind.endswith("_end"):
            if inside == "variable_begin":
                kept.append(_PRINTED)
            if inside == "block_begin" and block:
                translated = block[0] == "trans" or (translated and block[0] != "endtrans")
            inside = None
        elif kind == "name":
            block.append(text)
        kept.append("\n" * text.count("\n"))
    return "".join(kept)


class _ShownText(HTMLParser):
    """Collects literal words in text and in shown attributes."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[tuple[int, str]] = []
        self._open: list[tuple[str, bool]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        exempt = self._is_exempt() or tag in _UNTRANSLATED_ELEMENTS or given.get("translate") == "no"
        if not exempt:
            for name, value in attrs:
                if name in _SHOWN_ATTRIBUTES or (name == "value" and given.get("type") in {"button", "submit"}):
                    self._look_at(value or "")
        if tag not in _VOID_ELEMENTS:
            self._open.append((tag, exempt))

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in _VOID_ELEMENTS:
            self.handle_endtag(tag)

    def handle_endtag(self, tag: str) -> None:
        for position in range(len(self._open) - 1, -1, -1):
            if self._open[position][0] == tag:
                del self._open[position:]
                return

    def handle_data(self, data: str) -> None:
        if not self._is_exempt():
            self._look_at(data)

    def _is_exempt(self) -> bool:
        return bool(self._open) and self._open[-1][1]

    def _look_at(self, text: str) -> None:
        words = _NAMES.sub("", text.replace(_PRINTED, " "))
        if _WORD.search(words):
            self.found.append((self.getpos()[0], " ".join(words.split())))


def _literals_in_expressions(node: nodes.Node, inside_gettext: bool = False) -> Iterator[tuple[int, str]]:
    if isinstance(node, nodes.Call) and isinstance(node.node, nodes.Name):
        inside_gettext = inside_gettext or node.node.name in _GETTEXT or node.node.name in _KEY_CAPS
    if isinstance(node, nodes.Compare):
        return
    if isinstance(node, nodes.Const) and not inside_gettext and _is_prose(node.value):
        yield node.lineno, node.value
    for child in node.iter_child_nodes():
        yield from _literals_in_expressions(child, inside_gettext)


def _is_prose(value: object) -> bool:
    return isinstance(value, str) and bool(_LOOKS_LIKE_PROSE.match(value)) and bool(_WORD.search(_NAMES.sub("", value)))
