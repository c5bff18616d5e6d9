"""Jinja, spared of what it would do anew for each of the thousand words, icons and macros of a page."""

import re
from collections.abc import Callable, MutableMapping
from types import FunctionType
from typing import Any, Final

import flask.templating
import markupsafe
from jinja2 import pass_eval_context
from jinja2.compiler import CodeGenerator, Frame
from jinja2.nodes import Template
from jinja2.runtime import Context, Macro
from markupsafe import Markup

_SPECIAL: Final = re.compile("[&<>\"']").search
#: How a function is marked that is given the evaluation's context first, as translations are.
_EVALUATION: Final = vars(pass_eval_context(lambda _context: None))["jinja_pass_arg"]
#: What is called by our `call`; a macro takes the evaluation's context too.
_KNOWN: Final = (FunctionType, Macro)


def escape(value: Any) -> str:
    """Escape what a template prints; most of it is markup already, or a text without any special sign."""
    kind = type(value)
    if kind is Markup or (kind is str and not _SPECIAL(value)):
        text: str = value
        return text
    return markupsafe.escape(value)


class _Generator(CodeGenerator):
    """Compiles templates that print by our `escape`."""

    def visit_Template(self, node: Template, frame: Frame | None = None) -> None:  # noqa: N802 - Jinja's own name
        super().visit_Template(node, frame)
        self.writeline(f"from {__name__} import escape")


class _Context(Context):
    """A template's context, which knows macros and functions by type: Jinja asks all that is called what it takes."""

    def call(self, function: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Any:
        """Call what a template calls."""
        kind = type(function)
        takes = vars(function).get("jinja_pass_arg") if kind is FunctionType else _EVALUATION
        if kind not in _KNOWN or takes not in (None, _EVALUATION):
            return super().call(function, *args, **kwargs)
        kwargs.pop("_block_vars", None)
        kwargs.pop("_loop_vars", None)
        return function(*args, **kwargs) if takes is None else function(self.eval_ctx, *args, **kwargs)


class Environment(flask.templating.Environment):
    """Flask's environment; whatever all templates know is told before the first of them is loaded."""

    code_generator_class = _Generator
    context_class = _Context

    def make_globals(self, d: MutableMapping[str, Any] | None) -> MutableMapping[str, Any]:
        """Give a template its globals as a plain dictionary, which is copied for each context."""
        return {**self.globals, **(d or {})}
