"""Templates call what Jinja lets them call, each with what it asks for."""

from typing import Any

import pytest
from flask import Flask, render_template_string
from jinja2 import pass_context, pass_environment, pass_eval_context
from markupsafe import Markup


def plain(word: str, *, twice: bool = False) -> str:
    return word * 2 if twice else word


@pass_eval_context
def escaping(context: Any, word: str) -> str:
    return f"{word} {context.autoescape}"


@pass_context
def looking(context: Any, name: str) -> str:
    return str(context[name])


@pass_environment
def asking(environment: Any) -> str:
    return type(environment).__name__


class Called:
    """Something that is no function, whose call takes the context."""

    @pass_context
    def __call__(self, context: Any) -> str:
        return str(context["word"])

    def method(self) -> str:
        return "method"


@pytest.mark.parametrize(
    ("source", "shown"),
    [
        ("{{ plain('ab', twice=true) }}", "abab"),
        ("{% for each in [1, 2] %}{{ plain(word) }}{% endfor %}", "&lt;b&gt;&lt;b&gt;"),
        ("{% macro own(what) %}[{{ what }}]{% endmacro %}{{ own(word) }}", "[&lt;b&gt;]"),
        ("{% macro own() %}({{ caller() }}){% endmacro %}{% call own() %}{{ word }}{% endcall %}", "(&lt;b&gt;)"),
        ("{{ escaping('is') }}", "is True"),
        ("{{ looking('word') }}", "&lt;b&gt;"),
        ("{{ asking() }}", "Environment"),
        ("{{ called() }} {{ called.method() }}", "&lt;b&gt; method"),
        ("{{ ready }} {{ 3 }} {{ none }}", "<i> 3 None"),
    ],
)
def test_everything_is_called_with_what_it_asks_for(app: Flask, source: str, shown: str) -> None:
    functions = {each.__name__: each for each in (plain, escaping, looking, asking)}

    said = render_template_string(source, **functions, called=Called(), word="<b>", ready=Markup("<i>"))

    assert said == shown
