"""The API's description is the truth: whatever is made from it is answered as it says, and nobody gets anything."""

import random
from collections.abc import Callable, Iterator
from typing import Any

import hypothesis
import pytest
import schemathesis
from flask import Flask
from flask.testing import FlaskClient
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from core.access import system_actor
from core.records import fields
from core.records.api import api_path
from core.records.registry import record_types
from core.records.types import RecordType
from core.users.models import User
from core.users.operations import make_token
from tests.security.conftest import make_record

#: How many requests are made of each operation, always the same ones.
REQUESTS = 3
CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]
#: What makes or changes a custom field changes the description itself.
CHANGING = "custom_field"


class Described:
    """The operations of the description, with records that they can be asked of."""

    def __init__(self, app: Flask, token: str) -> None:
        self.headers = {"Authorization": f"Bearer {token}"}
        self.ids = {f"{api_path(each)}/{{record_id}}": str(_record_of(each).id) for each in record_types}
        self.names = {api_path(each): list(each.fields) for each in record_types}
        self._schema = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", app, headers=self.headers)
        self._choice = random.Random(1)

    def operations(self) -> Iterator[Any]:
        operations: list[Any] = list(self._schema.get_all_operations())
        for operation in (each.ok() for each in operations):
            if operation.method.upper() == "GET" or CHANGING not in (operation.tags or []):
                yield operation

    def ask(self, operation: Any, headers: dict[str, str], look: Callable[[Any, Any], None]) -> None:
        @hypothesis.seed(1)
        @hypothesis.settings(
            max_examples=REQUESTS,
            database=None,
            deadline=None,
            phases=[hypothesis.Phase.generate],
            suppress_health_check=list(hypothesis.HealthCheck),
        )
        @hypothesis.given(case=operation.as_strategy())
        def each(case: Any) -> None:
            self._make_plausible(case)
            look(case, case.call(headers=headers))

        each()

    def _make_plausible(self, case: Any) -> None:
        """Ask for what there is now and then, for what is made up alone ends with the first look."""
        if case.path in self.ids and self._choice.random() < 0.7:
            case.path_parameters = {"record_id": self.ids[case.path]}
        if case.path in self.names and case.query and self._choice.random() < 0.7:
            for name in ("cursor", "filter"):
                case.query.pop(name, None)
            for name in {"fields", "expand"} & case.query.keys():
                case.query[name] = self._choice.choice(self.names[case.path])


def _record_of(record_type: RecordType) -> Any:
    """Make a record whose texts aren't empty."""
    texts: dict[str, Any] = {
        each.column or name: "x"
        for name, each in record_type.fields.items()
        if isinstance(each, fields.String) and each.required
    }
    if record_type.key == CHANGING:
        texts |= {"kind": "text", "record_type": "customer", "name": "x"}
    return make_record(record_type.model, **texts)


@pytest.fixture
def described(app: Flask, administrator: User) -> Described:
    return Described(app, make_token(system_actor(), administrator.email or "", "tests"))


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_every_answer_is_one_that_the_description_tells(described: Described) -> None:
    statuses = set()

    def look(case: Any, answer: Any) -> None:
        statuses.add(answer.status_code)
        case.validate_response(answer, checks=CHECKS)

    for operation in described.operations():
        described.ask(operation, described.headers, look)
    assert statuses >= {200, 201, 204, 400, 404, 422}


def test_whoever_has_no_token_gets_nothing(described: Described) -> None:
    given: dict[str, set[int]] = {}

    def look(case: Any, answer: Any) -> None:
        guessed = case.call(headers={"Authorization": "Bearer pelatis_guessed"})
        given.setdefault(case.operation.label, set()).update({answer.status_code, guessed.status_code})

    for operation in described.operations():
        described.ask(operation, {}, look)
    assert {label: statuses for label, statuses in given.items() if statuses != {401}} == {}
    assert given


def test_a_tag_that_a_proxy_has_weakened_still_counts_and_an_odd_one_is_refused(api: FlaskClient) -> None:
    made: Any = api.post("/api/v1/customers", json={"name": "Ρήγας", "kind": "organisation"})

    def change(tag: str) -> int:
        path = f"/api/v1/customers/{made.json['id']}"
        return api.patch(path, json={"name": f"Ρήγας {tag}"}, headers={"If-Match": tag}).status_code

    assert change(f"W/{made.headers['ETag']}") == 200
    assert change('W/"1"') == 409
    assert {change(tag) for tag in ('""', 'W/""', "x")} == {400}
