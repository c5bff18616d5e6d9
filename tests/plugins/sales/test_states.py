"""The state machines of sales: each takes the moves of its table, refuses all others, and reaches all its states."""

from collections.abc import Callable, Mapping
from types import SimpleNamespace
from typing import Any

import pytest

from core.problems import Problem
from plugins.sales.operations.invoices import INVOICE_MOVES, set_invoice_status
from plugins.sales.operations.leads import LEAD_MOVES
from plugins.sales.operations.orders import ORDER_MOVES, set_order_status
from plugins.sales.operations.quotes import QUOTE_MOVES, set_status
from plugins.sales.operations.recurring import RECURRING_MOVES
from plugins.sales.operations.settlements import SETTLEMENT_MOVES, set_settlement_status

SETTERS: Mapping[str, tuple[Mapping[str, frozenset[str]], Callable[[Any, str], None]]] = {
    "quotes": (QUOTE_MOVES, set_status),
    "orders": (ORDER_MOVES, set_order_status),
    "invoices": (INVOICE_MOVES, set_invoice_status),
    "settlements": (SETTLEMENT_MOVES, set_settlement_status),
}
BEGINNINGS = {"quotes": "draft", "orders": "draft", "invoices": "draft", "settlements": "drawn_up"}


@pytest.mark.parametrize("name", SETTERS)
def test_the_table_says_what_may_follow_and_nothing_else_does(app: object, name: str) -> None:
    moves, set_state = SETTERS[name]
    for old, following in moves.items():
        for new in moves:
            record = SimpleNamespace(status=old, closed_at=None)
            if new in following:
                set_state(record, new)
                assert record.status == new
            else:
                with pytest.raises(Problem) as refused:
                    set_state(record, new)
                assert (refused.value.status, record.status) == (409, old)


def reached(moves: Mapping[str, frozenset[str]], first: str) -> set[str]:
    """List the states to which some way leads."""
    found, waiting = {first}, [first]
    while waiting:
        new = moves[waiting.pop()] - found
        found |= new
        waiting += new
    return found


@pytest.mark.parametrize(
    ("moves", "first"),
    [
        *((SETTERS[name][0], first) for name, first in BEGINNINGS.items()),
        (RECURRING_MOVES, "active"),
    ],
)
def test_some_way_leads_to_each_state(moves: Mapping[str, frozenset[str]], first: str) -> None:
    assert reached(moves, first) == set(moves)


def test_a_lead_reaches_all_but_what_its_conversion_alone_gives(app: object) -> None:
    assert reached(LEAD_MOVES, "new") == set(LEAD_MOVES) - {"converted"}
    assert not LEAD_MOVES["converted"]
