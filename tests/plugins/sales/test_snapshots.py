"""Snapshots: each day how every open deal stands, once, whatever happens on the way; missed days are said to be."""

import os
import signal
from collections.abc import Callable, Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, update

from core.access import Actor, Kind, Scope, system_actor, visible
from core.customers.operations import create_customer, update_customer
from core.database import db, new_id, utc_now, write_unit
from core.jobs import Job, enqueue, operations
from core.jobs.worker import run_next_job, worker_name
from core.territories.operations import create_territory
from plugins.sales import jobs
from plugins.sales.models import Opportunity, OpportunitySnapshot, SnapshotDay, Stage
from plugins.sales.operations.opportunities import move_opportunity, update_opportunity
from plugins.sales.operations.pipelines import create_stage, update_stage
from plugins.sales.operations.snapshots import write_changed
from plugins.sales.queries.snapshots import known_on, taken_day

Deal = Callable[..., Opportunity]
Stages = dict[str, Stage]

MONDAY = date(2026, 11, 16)


@pytest.fixture
def take(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Give a function that runs the job so many days after that Monday."""

    def run(days: int = 0) -> None:
        monkeypatch.setattr(jobs, "today", lambda: MONDAY + timedelta(days=days))
        enqueue(jobs.record_snapshots)
        job = run_next_job("worker")
        assert job is not None
        assert again(job).state == "done"

    return run


def again(record: Any) -> Any:
    """Read a record anew; a job leaves a session of its own behind."""
    return db.session.get_one(type(record), record.id, populate_existing=True)


def known(days: int = 0) -> list[tuple[str, Decimal | None]]:
    """Tell what a day knew: how certain each open deal was and what it was worth, in the order in which they began."""
    statement = (
        select(OpportunitySnapshot.forecast_category, OpportunitySnapshot.amount_base)
        .where(known_on(MONDAY + timedelta(days=days)))
        .order_by(OpportunitySnapshot.opportunity_id)
    )
    return [(category, amount) for category, amount in db.session.execute(statement)]


def days() -> list[tuple[date, bool]]:
    """List the days that are written down, and whether their snapshot was taken."""
    statement = select(SnapshotDay.day, SnapshotDay.taken_at).order_by(SnapshotDay.day)
    return [(day, taken is not None) for day, taken in db.session.execute(statement)]


def count() -> int:
    """Count the rows of all snapshots."""
    return len(db.session.scalars(select(OpportunitySnapshot.id)).all())


def test_it_knows_open_deals_as_they_stand_with_their_stage_s_certainty_and_chance(
    deal: Deal, take: Callable[..., None]
) -> None:
    deal("Needs", amount=Decimal(10))
    deal("Negotiation", amount=Decimal(20), probability=90)
    deal("Proposal", amount=Decimal(30), forecast_category="commit")
    deal("Won", amount=Decimal(40))
    deal("Lost", amount=Decimal(50))
    take()
    assert known() == [("pipeline", Decimal(10)), ("commit", Decimal(20)), ("commit", Decimal(30))]
    chances = db.session.scalars(select(OpportunitySnapshot.probability).order_by(OpportunitySnapshot.opportunity_id))
    assert list(chances) == [20, 90, 50]


def test_taken_again_on_the_same_day_it_writes_nothing(deal: Deal, take: Callable[..., None]) -> None:
    first = deal(amount=Decimal(10))
    take()
    update_opportunity(system_actor(), again(first), {"amount": Decimal(99)})
    take()
    assert (count(), known()) == (1, [("pipeline", Decimal(10))])
    assert days() == [(MONDAY, True)]


def test_only_what_changed_is_written_and_each_day_still_knows_what_it_knew(
    deal: Deal, stages: Stages, take: Callable[..., None]
) -> None:
    grows, _stays, closes, goes = (deal(amount=Decimal(amount)) for amount in (1, 2, 3, 4))
    take()
    update_opportunity(system_actor(), again(grows), {"amount": Decimal(100)})
    move_opportunity(system_actor(), again(closes), again(stages["Lost"]), {"lost_reason": "price"})
    with write_unit():
        again(goes).deleted_at = utc_now()
    take(1)
    assert [amount for _category, amount in known(0)] == [1, 2, 3, 4]
    assert [amount for _category, amount in known(1)] == [100, 2]
    assert count() == 5


def test_a_stage_that_changes_its_certainty_changes_what_its_deals_are_known_for(
    deal: Deal, stages: Stages, take: Callable[..., None]
) -> None:
    deal("Needs")
    take()
    update_stage(system_actor(), again(stages["Needs"]), {"forecast_category": "best_case"})
    take(1)
    assert [known(day)[0][0] for day in (0, 1)] == ["pipeline", "best_case"]


def test_days_without_a_snapshot_are_said_to_be_missing(deal: Deal, take: Callable[..., None]) -> None:
    deal()
    take(0)
    take(3)
    assert days() == [(MONDAY + timedelta(days=day), day in (0, 3)) for day in range(4)]
    assert taken_day(MONDAY + timedelta(days=2)) == MONDAY
    assert taken_day(MONDAY - timedelta(days=1)) is None


def test_a_deal_that_comes_back_is_known_again(deal: Deal, stages: Stages, take: Callable[..., None]) -> None:
    lost = deal("Lost")
    take(0)
    move_opportunity(system_actor(), again(lost), again(stages["Needs"]))
    take(1)
    assert (known(0), len(known(1))) == ([], 1)


def test_a_job_that_is_killed_on_the_way_goes_on_where_it_was(
    app: Flask, deal: Deal, take: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    for amount in range(7):
        deal(amount=Decimal(amount))
    monkeypatch.setattr(jobs, "BATCH", 2)
    monkeypatch.setattr(jobs, "today", lambda: MONDAY)
    enqueue(jobs.record_snapshots)
    killed = _run_and_die_in_the_third_batch(app, monkeypatch)
    assert (count(), days()) == (4, [])
    operations.release_worker(worker_name(killed))
    with write_unit() as session:
        session.connection().execute(update(Job).values(next_try_at=utc_now()))
    run_next_job("another worker")
    assert sorted(amount or 0 for _category, amount in known()) == list(range(7))
    assert (count(), days()) == (7, [(MONDAY, True)])


def _run_and_die_in_the_third_batch(app: Flask, monkeypatch: pytest.MonkeyPatch) -> int:
    seen: list[Any] = []

    def write_or_die(day: date, deals: Sequence[Any]) -> None:
        write_changed(day, deals)
        seen.append(deals)
        if len(seen) == 3:
            os.kill(os.getpid(), signal.SIGKILL)

    db.session.remove()
    db.engine.dispose()
    process_id = os.fork()
    if process_id == 0:
        monkeypatch.setattr(jobs, "write_changed", write_or_die)
        run_next_job(worker_name())
        os._exit(0)
    assert os.WTERMSIG(os.waitpid(process_id, 0)[1]) == signal.SIGKILL
    return process_id


@pytest.mark.parametrize(
    ("values", "category"),
    [
        ({"probability": 10}, "pipeline"),
        ({"probability": 50}, "best_case"),
        ({"probability": 80}, "commit"),
        ({"probability": 80, "forecast_category": "omitted"}, "omitted"),
        ({"probability": 80, "forecast_category": "closed"}, "commit"),
        ({"kind": "won", "forecast_category": "omitted"}, "closed"),
        ({"kind": "lost", "forecast_category": "commit"}, "omitted"),
    ],
)
def test_a_stage_is_as_certain_as_it_is_likely_unless_somebody_says_so(
    app: Flask, values: dict[str, Any], category: str
) -> None:
    stage = create_stage(system_actor(), {"name": "Trial", **values})
    assert stage.forecast_category == category


def test_a_stage_can_say_for_itself_how_certain_it_is(stages: Stages) -> None:
    stage = stages["Needs"]
    update_stage(system_actor(), stage, {"forecast_category": "commit"})
    assert stage.forecast_category == "commit"
    update_stage(system_actor(), stage, {"forecast_category": None})
    assert stage.forecast_category == "pipeline"


def test_whoever_looks_after_a_territory_sees_what_was_known_of_it(take: Callable[..., None], deal: Deal) -> None:
    greece = create_territory(system_actor(), {"name": "Greece", "countries": ["GR"]})
    customer = create_customer(system_actor(), {"name": "Ρήγας", "country": "GR"})
    deal(customer_id=customer.id)
    deal()
    take()
    grants = {"sales.opportunity.view": Scope.territory}
    keeper = Actor(Kind.staff, user_id=new_id(), grants=grants, territory_ids=frozenset({greece.id}))
    stranger = Actor(Kind.staff, user_id=new_id(), grants=grants)

    def seen(actor: Actor) -> int:
        criterion = visible(actor, Opportunity, history=OpportunitySnapshot)
        return len(db.session.scalars(select(OpportunitySnapshot.id).where(criterion)).all())

    assert (seen(keeper), seen(stranger)) == (1, 0)
    update_customer(system_actor(), customer, {"country": "PL"})
    take(1)
    criterion = (OpportunitySnapshot.territory_id == greece.id, known_on(MONDAY + timedelta(days=1)))
    assert db.session.scalars(select(OpportunitySnapshot.id).where(*criterion)).all() == []
    assert seen(keeper) == 1, "of the day before"
