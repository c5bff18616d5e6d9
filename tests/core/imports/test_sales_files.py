"""The main job: four files of a sales team become customers, people, products and deals."""

from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import aliased

from core.access import system_actor
from core.customers.models import Customer
from core.database import db
from core.imports import operations, queries, undoing
from core.imports.examining import examine
from core.imports.models import Import
from core.imports.running import Tally
from core.imports.trials import try_out
from core.records.registry import record_types
from core.users.models import Team, TeamMember, User
from plugins.sales.queries.reports.summary import sales_report

from .conftest import Take

FILES = Path(__file__).parents[3].parent / "shared" / "data" / "crm-sales-opportunities"

pytestmark = [
    pytest.mark.usefixtures("app"),
    pytest.mark.skipif(not FILES.is_dir(), reason="../shared/data/crm-sales-opportunities is not there"),
]


def bring(file: str, key: str, *, create_missing: bool = False) -> tuple[Import, Tally]:
    record_type = record_types.get(key)
    assert record_type is not None
    with (FILES / file).open("rb") as stream:
        job = operations.take_file(system_actor(), record_type, file, stream)
    operations.set_up(job, create_missing=create_missing)
    return job, operations.run(system_actor(), job)


def reasons(job: Import) -> dict[str, int]:
    return {reason["message"]: reason["rows"] for reason in queries.reasons(job)}


def model(key: str) -> Any:
    record_type = record_types.get(key)
    assert record_type is not None
    return record_type.model


def test_accounts_that_belong_to_others_of_the_same_file_ask_for_none_of_them(take: Take) -> None:
    examined = examine(system_actor(), take("customer", (FILES / "accounts.csv").read_bytes(), "accounts.csv"))
    assert (examined.rows, examined.names) == (85, [])


def test_a_dry_run_shows_what_is_misspelt(take: Take) -> None:
    job = take("customer", (FILES / "accounts.csv").read_bytes(), "accounts.csv")
    assert ("technolgy", 12) in try_out(system_actor(), job).few["industry"]


def test_the_four_files_become_what_they_say() -> None:
    accounts, tally = bring("accounts.csv", "customer")
    assert tally == Tally(created=85)
    parent = aliased(Customer)
    linked = select(Customer.name, parent.name).join(parent, Customer.parent_id == parent.id)
    assert db.session.scalar(select(func.count()).select_from(linked.subquery())) == 15
    assert ("Bluth Company", "Acme Corporation") in db.session.execute(linked).all()
    assert db.session.scalar(select(Customer.industry).where(Customer.name == "Acme Corporation")) == "technolgy"
    assert reasons(accounts) == {}

    assert bring("sales_teams.csv", "user", create_missing=True)[1] == Tally(created=35)
    assert not db.session.scalar(select(func.count()).select_from(User).where(User.active, User.email.is_(None)))
    offices = select(Team.name).where(Team.parent_id.is_(None), Team.deleted_at.is_(None)).order_by(Team.name)
    assert list(db.session.scalars(offices)) == ["Central", "East", "West"]
    office = aliased(Team)
    managed = select(Team.name, office.name).join(office, Team.parent_id == office.id).order_by(Team.name)
    assert db.session.execute(managed).all() == [
        ("Cara Losch", "East"),
        ("Celia Rouche", "West"),
        ("Dustin Brinkmann", "Central"),
        ("Melvin Marxen", "Central"),
        ("Rocco Neubert", "East"),
        ("Summer Sewald", "West"),
    ]
    members = select(TeamMember.user_id).where(TeamMember.deleted_at.is_(None))
    assert db.session.scalar(select(func.count()).select_from(members.subquery())) == 35

    assert bring("products.csv", "catalog.product")[1] == Tally(created=7)

    pipeline, tally = bring("sales_pipeline.csv", "sales.opportunity", create_missing=True)
    assert tally == Tally(created=8_800, warnings=1_480)
    told = reasons(pipeline)
    assert told["“GTXPro” is taken for “GTX Pro”."] == 1_480
    assert told["Customer is empty."] == 1_425
    assert told["Stage “Prospecting” was made: the first stage, 10 %."] == 1
    assert told["Stage “Engaging” was made: after Needs, 30 %."] == 1
    deals, stages = model("sales.opportunity"), model("sales.stage")
    by_stage = select(stages.name, func.count(deals.id)).join(stages, deals.stage_id == stages.id).group_by(stages.name)
    assert dict(db.session.execute(by_stage).all()) == {
        "Won": 4_238,
        "Lost": 2_473,
        "Engaging": 1_589,
        "Prospecting": 500,
    }
    assert db.session.scalar(select(func.count()).where(deals.engaged_on.is_(None))) == 500
    report = sales_report(system_actor()).as_json()
    assert (report["won"], report["lost"], report["open"]) == (4_238, 2_473, 2_089)
    assert (report["won_value"], report["win_rate"]) == (10_005_534, 63.15)
    assert (report["cycle_days_mean"], report["cycle_days_median"]) == (51.78, 57)
    assert report["by_owner"]["Darcel Schlecht"] == 1_153_214
    assert report["by_team"] == {"West": 3_568_647, "Central": 3_346_293, "East": 3_090_594}
    assert list(report["by_quarter"].values()) == [1_134_672, 3_086_111, 2_982_255, 2_802_496]

    undone = undoing.undo(system_actor(), pipeline)
    assert undone.kept == []
    assert db.session.scalar(select(func.count()).where(deals.deleted_at.is_(None))) == 0
    assert db.session.scalar(select(func.count()).where(Customer.deleted_at.is_(None))) == 85
