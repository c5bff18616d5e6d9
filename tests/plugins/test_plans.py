"""The pages that everybody opens all day never scan nor sort a table that grows: SQLite without statistics too."""

from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from flask.testing import FlaskClient

from core.access import system_actor
from core.customers.models import Customer
from core.customers.operations import create_customer
from core.database import db, write_unit
from core.records.queries import ListQuery, count_records, list_records
from core.records.registry import record_types
from plugins.activities.models import Task
from plugins.sales.models import Opportunity
from plugins.sales.operations.opportunities import create_opportunity
from plugins.sales.operations.pipelines import default_pipeline, stages_of
from tests.plans import faults_of

PAGES = (
    "/",
    "/customers",
    "/customers?sort=-created_at",
    "/customers?q=Ελαιώνες",
    "/customers/{customer}",
    "/palette?q=Ελαιώνες",
    "/sales/pipeline",
    "/sales/opportunities",
    "/sales/leads",
    "/activities/tasks",
    "/catalog/products",
)


@pytest.fixture
def customer(client: FlaskClient) -> UUID:
    """Give a customer with a deal."""
    made: UUID = create_customer(system_actor(), {"name": "Ελαιώνες Α.Ε.", "kind": "organisation"}).id
    stage = stages_of(default_pipeline().id)[0]
    deal = {"name": "Olive oil", "customer_id": made, "pipeline_id": stage.pipeline_id, "stage_id": stage.id}
    create_opportunity(system_actor(), deal)
    return made


@pytest.mark.parametrize("page", PAGES)
def test_page_finds_everything_by_an_index(client: FlaskClient, customer: UUID, page: str) -> None:
    url = page.format(customer=customer)
    assert client.get(url).status_code == 200
    assert faults_of(lambda: client.get(url)) == []


@pytest.mark.parametrize("model", [Customer, Opportunity, Task])
def test_index_of_the_bin_leads_no_list_astray(app: Flask, model: Any) -> None:
    with write_unit() as session:
        session.connection().exec_driver_sql(f"CREATE INDEX astray ON {model.__tablename__} (deleted_at)")
    record_type: Any = record_types.of_model(model)

    def read() -> None:
        list_records(system_actor(), record_type, ListQuery())
        count_records(system_actor(), record_type, ListQuery())

    assert faults_of(read) == []


@pytest.mark.parametrize(
    ("sql", "fault"),
    [
        ("SELECT id FROM core_customer ORDER BY note LIMIT 50", {"sqlite": "sorts", "postgresql": "scans"}),
        ("SELECT id FROM core_customer WHERE note = 'x'", {"sqlite": "scans", "postgresql": "scans"}),
    ],
)
def test_tests_of_plans_see_what_they_look_for(app: Flask, database_kind: str, sql: str, fault: dict[str, str]) -> None:
    faults = faults_of(lambda: db.session.connection().exec_driver_sql(sql))
    assert faults == [f"{fault[database_kind]} core_customer: {sql}"]
