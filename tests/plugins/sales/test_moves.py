"""The state machine of deals: what may move where, what a stage asks for, and what a move leaves behind."""

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, Final

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from core.access import Actor, acting_as, system_actor
from core.customfields.records import CUSTOM_FIELDS
from core.database import db, write_unit
from core.i18n import today
from core.problems import Problem
from core.records.bulk import run_bulk
from core.records.history import undo_transaction
from core.records.operations import bin_record, create_record, update_record
from plugins.sales.models import ExchangeRate, Opportunity, Pipeline, Stage, StageHistory
from plugins.sales.operations.opportunities import DEAL_MOVES, create_opportunity, move_opportunity, update_opportunity
from plugins.sales.operations.pipelines import (
    create_stage,
    default_pipeline,
    describe_stage,
    stages_of,
    update_stage,
)
from plugins.sales.records import OPPORTUNITIES, STAGES

Deal = Callable[..., Opportunity]
Stages = dict[str, Stage]

ENDS_AND_BETWEEN: Final = ("Closed - Won", "Lost", "Talks")


def history_of(opportunity: Opportunity) -> list[StageHistory]:
    statement = select(StageHistory).where(
        StageHistory.opportunity_id == opportunity.id, StageHistory.deleted_at.is_(None)
    )
    return list(db.session.scalars(statement.order_by(StageHistory.id)))


def test_first_pipeline_has_the_stages_that_most_companies_begin_with(stages: Stages) -> None:
    assert [(stage.name, stage.probability, stage.kind) for stage in stages.values()] == [
        ("Needs", 20, "open"),
        ("Solution", 40, "open"),
        ("Proposal", 50, "open"),
        ("Negotiation", 65, "open"),
        ("Won", 100, "won"),
        ("Lost", 0, "lost"),
    ]


def test_deal_begins_in_the_first_stage_named_after_its_customer(customer: Any, stages: Stages) -> None:
    opportunity = create_opportunity(system_actor(), {"customer_id": customer.id})
    assert opportunity.stage_id == stages["Needs"].id
    assert opportunity.name == customer.name


def test_deal_without_name_product_and_customer_is_refused(stages: Stages) -> None:
    with pytest.raises(Problem) as refused:
        create_opportunity(system_actor(), {})
    assert refused.value.code == "sales.no_name"
    assert "name" in refused.value.fields


def test_stage_asks_for_what_is_missing_and_nothing_has_moved(deal: Deal, stages: Stages) -> None:
    opportunity = deal()
    with pytest.raises(Problem) as refused:
        move_opportunity(system_actor(), opportunity, stages["Negotiation"])
    assert refused.value.code == "sales.stage_needs_fields"
    assert set(refused.value.fields) == {"amount", "expected_close_on"}
    assert opportunity.stage_id == stages["Needs"].id
    assert len(history_of(opportunity)) == 1


def test_what_the_stage_asked_for_is_not_emptied_while_the_deal_is_in_it(deal: Deal, stages: Stages) -> None:
    opportunity = deal(needs="Twelve cans")
    values = {"amount": Decimal(64_500), "expected_close_on": date(2026, 11, 30)}
    move_opportunity(system_actor(), opportunity, stages["Negotiation"], values)
    with pytest.raises(Problem) as refused:
        update_record(system_actor(), OPPORTUNITIES, opportunity, {"amount": None, "needs": None})
    assert (refused.value.code, set(refused.value.fields)) == ("sales.stage_needs_fields", {"amount"})
    db.session.refresh(opportunity)
    assert opportunity.needs == "Twelve cans", "nothing was written"
    update_record(system_actor(), OPPORTUNITIES, opportunity, {"needs": None, "amount": "70000"})
    assert opportunity.amount == 70_000


def test_a_deal_that_entered_without_is_still_edited(deal: Deal, stages: Stages) -> None:
    opportunity = deal()
    with write_unit() as session:
        session.get_one(type(stages["Needs"]), stages["Needs"].id).required = ["amount", "source"]
    update_record(system_actor(), OPPORTUNITIES, opportunity, {"needs": "Twelve cans"})
    assert opportunity.needs == "Twelve cans"


def test_stage_asks_for_a_field_of_the_companys_own(client: FlaskClient, deal: Deal, stages: Stages) -> None:
    own = create_record(
        system_actor(), CUSTOM_FIELDS, {"record_type": "sales.opportunity", "label": "Site visited", "kind": "text"}
    )
    create_record(system_actor(), CUSTOM_FIELDS, {"record_type": "sales.opportunity", "label": "Size", "kind": "text"})
    update_record(system_actor(), STAGES, stages["Solution"], {"required": ["custom.site_visited"]})
    moved = deal("Needs")
    asked = client.post(f"/sales/opportunities/{moved.id}/move", data={"stage": str(stages["Solution"].id)})
    assert asked.status_code == 422
    assert 'name="custom.site_visited"' in asked.text
    facts = {"stage": str(stages["Solution"].id), "custom.site_visited": "Πάτρα"}
    assert client.post(f"/sales/opportunities/{moved.id}/move", data=facts).status_code == 200
    db.session.refresh(moved)
    assert (moved.stage_id, moved.custom) == (stages["Solution"].id, {"site_visited": "Πάτρα"})
    with pytest.raises(Problem) as refused:
        update_record(system_actor(), OPPORTUNITIES, moved, {"custom": {"site_visited": None}})
    assert list(refused.value.fields) == ["custom.site_visited"]
    db.session.rollback()
    update_record(system_actor(), OPPORTUNITIES, moved, {"custom": {"size": "L"}})
    bin_record(system_actor(), CUSTOM_FIELDS, own)
    assert move_opportunity(system_actor(), deal("Needs"), stages["Solution"]).stage_id == stages["Solution"].id


def test_what_the_stage_asks_for_may_come_with_the_move(deal: Deal, stages: Stages) -> None:
    opportunity = deal()
    values = {"amount": Decimal(64_500), "expected_close_on": date(2026, 11, 30)}
    move_opportunity(system_actor(), opportunity, stages["Negotiation"], values)
    assert opportunity.stage_id == stages["Negotiation"].id
    assert opportunity.amount_base == Decimal(64_500)


def test_winning_closes_the_deal_today_and_reopening_opens_it(deal: Deal, stages: Stages) -> None:
    opportunity = deal(amount=Decimal(100))
    move_opportunity(system_actor(), opportunity, stages["Won"])
    assert opportunity.closed_on == today()
    move_opportunity(system_actor(), opportunity, stages["Needs"])
    assert opportunity.closed_on is None


def test_losing_asks_for_the_reason_and_reopening_forgets_it(deal: Deal, stages: Stages) -> None:
    opportunity = deal()
    with pytest.raises(Problem) as refused:
        move_opportunity(system_actor(), opportunity, stages["Lost"])
    assert set(refused.value.fields) == {"lost_reason"}
    move_opportunity(system_actor(), opportunity, stages["Lost"], {"lost_reason": "price"})
    assert opportunity.lost_reason == "price"
    move_opportunity(system_actor(), opportunity, stages["Solution"])
    assert opportunity.lost_reason is None


@pytest.mark.parametrize(("left", "entered"), [("Won", "Lost"), ("Lost", "Won")])
def test_closed_deal_goes_nowhere_but_back_to_work(deal: Deal, stages: Stages, left: str, entered: str) -> None:
    opportunity = deal(left, amount=Decimal(1), lost_reason="price" if left == "Lost" else None)
    with pytest.raises(Problem) as refused:
        move_opportunity(system_actor(), opportunity, stages[entered], {"lost_reason": "price"})
    assert (refused.value.code, refused.value.status) == ("sales.move_refused", 409)


def test_every_move_that_the_table_knows_is_possible(deal: Deal, stages: Stages) -> None:
    names = {"open": ("Needs", "Proposal"), "won": ("Won", "Won"), "lost": ("Lost", "Lost")}
    for left, entered in DEAL_MOVES:
        opportunity = deal(names[left][0], amount=Decimal(1))
        stage = stages[names[entered][1]]
        move_opportunity(system_actor(), opportunity, stage, {"lost_reason": "timing"})
        assert opportunity.stage_id == stage.id


def test_move_writes_down_amount_and_expected_close_of_that_moment(deal: Deal, stages: Stages, seller: Actor) -> None:
    opportunity = deal(actor=seller, amount=Decimal(10), expected_close_on=date(2026, 12, 1))
    move_opportunity(seller, opportunity, stages["Solution"])
    update_opportunity(seller, opportunity, {"amount": Decimal(99)})
    began, moved = history_of(opportunity)
    assert (began.from_stage_id, began.to_stage_id) == (None, stages["Needs"].id)
    assert (moved.from_stage_id, moved.to_stage_id) == (stages["Needs"].id, stages["Solution"].id)
    assert (moved.amount, moved.expected_close_on) == (Decimal(10), date(2026, 12, 1))
    assert moved.moved_by_id == seller.user_id


def test_new_stage_in_a_form_is_a_move_with_all_its_rules(deal: Deal, stages: Stages) -> None:
    opportunity = deal()
    with pytest.raises(Problem, match="Proposal needs"):
        update_opportunity(system_actor(), opportunity, {"stage_id": stages["Proposal"].id})
    update_opportunity(system_actor(), opportunity, {"stage_id": stages["Proposal"].id, "amount": Decimal(5)})
    assert len(history_of(opportunity)) == 2


def test_deal_is_entered_as_it_stands_even_closed(stages: Stages) -> None:
    values = {
        "name": "Old",
        "stage_id": stages["Won"].id,
        "engaged_on": date(2017, 1, 1),
        "closed_on": date(2017, 3, 1),
    }
    opportunity = create_opportunity(system_actor(), values)
    assert opportunity.closed_on == date(2017, 3, 1)
    assert opportunity.stage_since.year == 2017


def test_undoing_a_move_takes_its_history_back_too(deal: Deal, stages: Stages, seller: Actor) -> None:
    opportunity = deal(actor=seller)
    with acting_as(seller):
        move_opportunity(seller, opportunity, stages["Solution"])
        undo_transaction(seller, db.session().info["last_transaction"])
    assert opportunity.stage_id == stages["Needs"].id
    assert len(history_of(opportunity)) == 1


def test_nobody_moves_a_deal_that_they_may_not_see(deal: Deal, stages: Stages, seller: Actor) -> None:
    opportunity = deal()
    with pytest.raises(Problem) as refused:
        move_opportunity(seller, opportunity, stages["Solution"])
    assert refused.value.status == 404


def test_amount_in_another_currency_needs_a_rate(deal: Deal) -> None:
    with pytest.raises(Problem) as refused:
        deal(amount=Decimal(100), currency="PLN")
    assert refused.value.code == "sales.no_rate"


def test_amount_is_converted_at_the_newest_rate_of_the_day(deal: Deal) -> None:
    with write_unit() as session:
        session.add(ExchangeRate(currency="PLN", rate=Decimal("4.0"), valid_from=today() - timedelta(days=30)))
        session.add(ExchangeRate(currency="PLN", rate=Decimal("4.25"), valid_from=today() - timedelta(days=1)))
        session.add(ExchangeRate(currency="PLN", rate=Decimal("9.0"), valid_from=today() + timedelta(days=1)))
    opportunity = deal(amount=Decimal("212400"), currency="PLN")
    assert opportunity.amount_base == Decimal("49976.4706")


@pytest.mark.parametrize(("name", "kind"), [("Closed Won", "won"), ("LOST", "lost"), ("wygrana", "won")])
def test_imported_name_of_an_end_means_the_pipelines_own_end(stages: Stages, name: str, kind: str) -> None:
    assert create_stage(system_actor(), {"name": name}).id == stages[kind.title()].id


@pytest.mark.parametrize(
    ("name", "before", "after", "chance"),
    [
        ("Prospecting", None, "Needs", 10),
        ("ENGAGING", "Needs", "Solution", 30),
        ("Προσφορά", "Proposal", "Negotiation", 50),
        ("Contract sent", "Negotiation", "Won", 80),
        ("Waiting for the board", "Negotiation", "Won", 80),
    ],
)
def test_an_imported_stage_stands_where_its_name_belongs_and_a_strange_one_before_the_ends(
    stages: Stages, name: str, before: str | None, after: str, chance: int
) -> None:
    create_stage(system_actor(), {"name": name})
    listed = stages_of(default_pipeline().id)
    place = next(index for index, stage in enumerate(listed) if stage.name == name)
    assert (listed[place - 1].name if place else None, listed[place + 1].name) == (before, after)
    assert (listed[place].kind, listed[place].probability) == ("open", chance)
    assert [stage.position for stage in listed] == list(range(len(listed)))


def test_a_stage_says_where_it_stands(stages: Stages) -> None:
    assert describe_stage(stages["Needs"]) == "the first stage, 20 %"
    assert describe_stage(stages["Solution"]) == "after Needs, 40 %"


def test_a_stage_called_as_an_end_is_one_where_the_pipeline_has_none(app: Flask) -> None:
    with write_unit() as session:
        pipeline = Pipeline(name="Renewals", position=1)
        session.add(pipeline)
        session.flush()
        made = [create_stage(system_actor(), {"name": name, "pipeline_id": pipeline.id}) for name in ENDS_AND_BETWEEN]
    assert [(stage.kind, stage.probability, stage.position) for stage in made] == [
        ("won", 100, 1),
        ("lost", 0, 2),
        ("open", 50, 0),
    ]


@pytest.mark.parametrize(
    "throw_away",
    [
        lambda stage: bin_record(system_actor(), STAGES, stage),
        lambda stage: run_bulk(system_actor(), STAGES, "bin", [stage.id], None, ""),
    ],
    ids=["record", "bulk"],
)
def test_stage_with_deals_cannot_go_into_the_bin_by_any_door(deal: Deal, throw_away: Callable[[Stage], Any]) -> None:
    stage = db.session.get(Stage, deal().stage_id)
    assert stage is not None
    with pytest.raises(Problem) as refused:
        throw_away(stage)
    assert refused.value.status == 409
    db.session.refresh(stage)
    assert stage.deleted_at is None


@pytest.mark.parametrize("value", ["won", "lost"])
def test_stage_keeps_its_kind_while_deals_are_in_it(value: str, customer: Any, stages: Stages) -> None:
    system = system_actor()
    create_opportunity(system, {"customer_id": customer.id})
    with pytest.raises(Problem, match="There are deals in this stage") as refused:
        update_stage(system, stages["Needs"], {"kind": value})
    assert list(refused.value.fields) == ["kind"]
    assert update_stage(system, stages["Needs"], {"name": "Wishes", "kind": "open"}).name == "Wishes"
    assert update_stage(system, stages["Solution"], {"kind": value}).kind == value
