"""The board: sums of everything, cards by page, nothing that isn't the person's to see."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest

from core.access import Actor, acting_as, system_actor
from core.database import bulk_insert, utc_now, write_unit
from core.i18n import today
from core.problems import Problem
from core.records.filters import compile_filter
from plugins.sales.models import Opportunity, Stage
from plugins.sales.queries.board import CARDS, cards_of, cursor_of, read_board
from plugins.sales.records import OPPORTUNITIES
from tests.plans import faults_of, plans_of

Deal = Callable[..., Opportunity]
Stages = dict[str, Stage]


def many(stage: Stage, number: int, **values: Any) -> list[UUID]:
    """Make deals of 1, 2, 3 … in a stage, the last one the newest in it."""
    now = utc_now() - timedelta(days=1)
    rows = [
        {
            "name": f"Deal {index}",
            "pipeline_id": stage.pipeline_id,
            "stage_id": stage.id,
            "amount": Decimal(index + 1),
            "amount_base": Decimal(index + 1),
            "currency": "EUR",
            "stage_since": now + timedelta(seconds=index),
            **values,
        }
        for index in range(number)
    ]
    with write_unit():
        return bulk_insert(Opportunity, rows)


def board_of(actor: Actor, stages: Stages, criterion: Any = None) -> Any:
    return read_board(actor, list(stages.values()), criterion)


def test_sums_tell_everything_and_cards_a_page(stages: Stages) -> None:
    ids = many(stages["Needs"], CARDS + 5)
    needs = board_of(system_actor(), stages).columns[0]
    assert needs.sums.count == CARDS + 5
    assert needs.sums.amount == sum(range(1, CARDS + 6))
    assert [card.id for card in needs.cards] == list(reversed(ids))[:CARDS]
    assert needs.next


def test_further_cards_follow_without_gap_and_repetition(stages: Stages) -> None:
    ids = many(stages["Needs"], 2 * CARDS + 3)
    seen: list[UUID] = []
    cursor = None
    while True:
        cards = cards_of(system_actor(), [stages["Needs"]], None, cursor)[stages["Needs"].id]
        seen += [card.id for card in cards]
        if len(cards) < CARDS:
            break
        cursor = cursor_of(cards[-1])
    assert seen == list(reversed(ids))


def test_cards_that_came_at_the_same_moment_are_not_lost_between_pages(stages: Stages) -> None:
    ids = many(stages["Needs"], CARDS + 10, stage_since=utc_now())
    first = cards_of(system_actor(), [stages["Needs"]], None)[stages["Needs"].id]
    rest = cards_of(system_actor(), [stages["Needs"]], None, cursor_of(first[-1]))[stages["Needs"].id]
    assert {card.id for card in [*first, *rest]} == set(ids)
    assert len(first) + len(rest) == len(ids)


@pytest.mark.parametrize(
    "cursor", ["nonsense", "2026-01-01~x", "2026-01-01T00:00:00~01993b80-0000-7000-8000-000000000001"]
)
def test_cursor_that_is_none_is_a_bad_request(stages: Stages, cursor: str) -> None:
    with pytest.raises(Problem) as refused:
        cards_of(system_actor(), [stages["Needs"]], None, cursor)
    assert refused.value.status == 400


def test_weighted_sum_takes_the_sellers_estimate_before_the_stages(deal: Deal, stages: Stages) -> None:
    deal("Needs", amount=Decimal(1000))
    deal("Needs", amount=Decimal(1000), probability=90)
    deal("Needs")
    needs = board_of(system_actor(), stages).columns[0]
    assert needs.sums.weighted == Decimal(200) + Decimal(900)
    assert needs.sums.count == 3


def test_won_and_lost_tell_this_month(deal: Deal, stages: Stages) -> None:
    deal("Won", amount=Decimal(500))
    deal("Won", amount=Decimal(70), closed_on=today().replace(day=1) - timedelta(days=1))
    deal("Lost", amount=Decimal(9), lost_reason="price")
    board = board_of(system_actor(), stages)
    assert (board.won.count, board.won.amount) == (1, Decimal(500))
    assert (board.lost.count, board.lost.amount) == (1, Decimal(9))
    assert board.open.count == 0


def test_seller_sees_and_sums_own_deals_alone(
    deal: Deal, stages: Stages, seller: Actor, hire: Callable[[str], Actor]
) -> None:
    deal("Needs", actor=seller, amount=Decimal(10))
    deal("Needs", actor=hire("Somebody else"), amount=Decimal(1_000_000))
    needs = board_of(seller, stages).columns[0]
    assert (needs.sums.count, needs.sums.amount, len(needs.cards)) == (1, Decimal(10), 1)


def test_card_does_not_name_a_customer_that_is_hidden(deal: Deal, stages: Stages, seller: Actor, customer: Any) -> None:
    deal("Needs", actor=seller, customer_id=customer.id)
    assert board_of(seller, stages).columns[0].cards[0].customer_name is None
    assert board_of(system_actor(), stages).columns[0].cards[0].customer_name == customer.name


def test_deal_in_the_bin_is_nowhere_on_the_board(deal: Deal, stages: Stages) -> None:
    opportunity = deal("Needs", amount=Decimal(10))
    with write_unit():
        opportunity.deleted_at = utc_now()
    needs = board_of(system_actor(), stages).columns[0]
    assert (needs.sums.count, len(needs.cards)) == (0, 0)


def test_filter_holds_for_sums_and_cards_alike(deal: Deal, stages: Stages) -> None:
    deal("Needs", amount=Decimal(10))
    deal("Needs", amount=Decimal(5000))
    tree = {"field": "amount", "op": "more", "value": "1000"}
    with acting_as(system_actor()):
        criterion = compile_filter(system_actor(), OPPORTUNITIES, tree)
    needs = board_of(system_actor(), stages, criterion).columns[0]
    assert (needs.sums.count, len(needs.cards)) == (1, 1)


def test_board_takes_two_statements_however_many_stages(stages: Stages, statements: list[str]) -> None:
    many(stages["Needs"], 3)
    board_of(system_actor(), stages)  # reads the stages anew after the write
    statements.clear()
    board_of(system_actor(), stages)
    assert len(statements) == 2


def test_board_never_scans_the_deals(stages: Stages, database_kind: str) -> None:
    many(stages["Needs"], 50)
    board_of(system_actor(), stages)  # reads the stages anew after the write
    plans = plans_of(lambda: board_of(system_actor(), stages))
    assert faults_of(lambda: board_of(system_actor(), stages)) == []
    if database_kind == "sqlite":
        assert any("COVERING INDEX ix_sales_opportunity_sums" in plan for plan in plans)
        assert any("COVERING INDEX ix_sales_opportunity_closed" in plan for plan in plans)
