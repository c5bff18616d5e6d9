"""Routes that are quick to make and small to keep: an installation has well over a thousand of them."""

from collections.abc import Callable, Iterator
from typing import Any, Final

from werkzeug.routing import Rule
from werkzeug.routing.rules import RulePart

#: The parts of all routes: a hundred different ones, of which each route has four or five.
_PARTS: Final[dict[tuple[Any, ...], RulePart]] = {}


class LateRule(Rule):
    """A route that learns to build its URLs when somebody first asks it to, and shares its parts with the others."""

    def _parse_rule(self, rule: str) -> Iterator[RulePart]:
        for part in super()._parse_rule(rule):
            weight = tuple(part.weight.argument_weights)  # that of its letters follows from its content
            known_by = (part.content, part.final, part.static, part.suffixed, weight)
            yield _PARTS.setdefault(known_by, part)

    def _compile_builder(self, append_unknown: bool = True) -> Callable[..., Any]:
        return _build_with_unknown if append_unknown else _build

    def learn_to_build(self) -> None:
        """Make what builds this route's URLs."""
        self._build = super()._compile_builder(append_unknown=False).__get__(self, None)
        self._build_unknown = super()._compile_builder(append_unknown=True).__get__(self, None)


def _build(rule: LateRule, **values: Any) -> tuple[str, str]:
    rule.learn_to_build()
    return rule._build(**values)


def _build_with_unknown(rule: LateRule, **values: Any) -> tuple[str, str]:
    rule.learn_to_build()
    return rule._build_unknown(**values)
