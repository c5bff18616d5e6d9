"""What careless people and attackers send: whatever it is, the answer says what is wrong and is never our own failure.

Every record type inherits this: each field, each argument of a list and each door gets values that break careless code.
"""

import base64
import json
from collections.abc import Hashable, Iterable, Iterator
from io import BytesIO
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from core.access import system_actor
from core.problems import Problem
from core.records import queries
from core.records.api import api_path
from core.records.filters import filter_field, filterable
from core.records.queries import ListQuery, sortable
from core.records.registry import record_types
from core.records.types import RecordType
from core.web.bodies import LARGEST_FORM
from tests.security.conftest import make_record
from tests.security.test_access import routes

SOME_ID = "00000000-0000-0000-0000-000000000001"
#: Texts that have broken somebody's program.
TEXTS = (
    " ", "a\x00b", "\u202e\u2066x", "𝔘𝔫𝔦", "e\u0301" * 50, "\ufeff", "\r\nSet-Cookie: a=b", "%00", "../../etc/passwd",
    "' OR 1=1 --", '" * NEAR(', "{{7*7}}", "<script>alert(1)</script>", "=1+1", "NaN", "-inf", "1e400", "1E-400",
    "9" * 400, "-1", "0000-00-00", "9999-12-31", "0001-01-01", "9999-12-31T23:59:59-12:00", "0001-01-01T00:00:00+14:00",
    "me", "+99999w", "-99999d", "null", "[]", "{}", "x" * 36, "x" * 20_000, "1" * 36, SOME_ID, f"{{{SOME_ID}}}", "++30",
    "+" + "9" * 50, "javascript:alert(1)", "http://[", "a@b@c", "٣", "²",
)  # fmt: skip
#: The few of them that each field gets alone too, where others' errors can't hide what it does.
WORST = ("9" * 400, "9999-12-31T23:59:59-12:00", "x" * 20_000, "1" * 36)
#: Values of JSON that aren't texts.
THINGS: tuple[Any, ...] = (
    None, True, 0, -1, 2**63, -(2**70), 10**400, 1.5, 1e308, float("nan"), float("inf"), "\ud800", [], [None], [[]], {},
    {"a": 1}, [{"a": []}], ["\x00"], {"\x00": "\x00"}, [1] * 2_000,
)  # fmt: skip
#: Filters of the wrong shape.
SHAPES = (
    "[", "5", "null", "[]", '{"and": 5}', '{"and": {"and": []}}', '{"and": [5]}', '{"and": [], "or": []}',
    '{"field": {}}', '{"field": ["name"]}', '{"field": "name", "op": {}, "value": "x"}', '{"field": "name.name.name"}',
    '{"field": "name", "more": 1}', '{"field": "\\u0000", "value": "x"}', "[" * 100_000, '{"and":[' * 60 + "]}" * 60,
    json.dumps({"or": [{"field": "created_at", "op": "after", "value": "today"}] * 10_000}),
)  # fmt: skip
BODIES = ("", "[", "[]", "5", "\x00", '"x"', "{" * 100_000, '{"a":' * 100_000, '{"custom": 5}', '{"custom": {"x": 1}}')
#: What stands where a cursor has the last row's value.
PLACES: tuple[Any, ...] = (
    None, "x", {}, ["a"], 2**80, "\x00", "NaN", "1e400", True, "2026-01-01", "9999-12-31T23:59:59-12:00", "9" * 400,
)  # fmt: skip


def coded(value: Any) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")


CURSORS = (
    *("x", "é", "A" * 5_000, coded(5), coded([1, 2]), coded([None, "x"]), coded([[[]] * 3])),
    *(coded([place, SOME_ID]) for place in PLACES),
)
DEEP_CURSOR = base64.urlsafe_b64encode(b"[" * 50_000).decode()


class Asker:
    """Asks, and keeps what was answered with our own failure."""

    def __init__(self, client: FlaskClient) -> None:
        self.client = client
        self.failures: set[tuple[str, str, str]] = set()

    def __call__(self, method: str, path: str, **options: Any) -> None:
        answer = self.client.open(path, method=method, **options)
        if answer.status_code >= 500:
            self.failures.add((method, path[:120], repr(options)[:300]))
        answer.close()


@pytest.fixture
def ask(client: FlaskClient) -> Asker:
    return Asker(client)


@pytest.fixture
def known(client: FlaskClient) -> dict[str, str]:
    """Make a record of every type: key to id."""
    own: dict[str, dict[str, Any]] = {"custom_field": {"kind": "text", "record_type": "customer", "name": "x"}}
    return {each.key: str(make_record(each.model, **own.get(each.key, {})).id) for each in record_types}


@pytest.mark.usefixtures("known")
def test_no_argument_of_a_list_makes_it_fail(ask: Asker) -> None:
    for record_type in list(record_types):
        page, api = record_type.url, api_path(record_type)
        for text in TEXTS[::6]:
            for name in ("q", "sort", "columns", "view", "cursor"):
                ask("GET", page, query_string={name: text})
            for name in ("q", "fields", "expand", "limit", record_type.columns[0]):
                ask("GET", api, query_string={name: text})
    assert ask.failures == set()


def test_no_filter_makes_any_door_fail(ask: Asker) -> None:
    for shape in SHAPES:
        ask("GET", "/customers", query_string={"filter": shape})
        ask("GET", "/api/v1/customers", query_string={"filter": shape})
        ask("GET", "/export/customer", query_string={"filter": shape})
        ask("GET", "/sales/pipeline", query_string={"filter": shape})
        ask("POST", "/customers/filter", data={"filter": shape, "field": "name", "value": "x"})
        ask("POST", "/customers/views", data={"filter": shape, "name": "x"})
    assert ask.failures == set()


def refusals(record_type: RecordType, asked: Iterable[ListQuery]) -> Iterator[tuple[str, ListQuery, Exception]]:
    """Read lists, and give what was neither answered nor refused with a 400."""
    for query in asked:
        try:
            queries.list_records(system_actor(), record_type, query)
        except Problem as problem:
            if problem.status != 400:
                yield record_type.key, query, problem
        except Exception as error:  # noqa: BLE001 - that there is none is what this is about
            yield record_type.key, query, error


def operators_of(record_type: RecordType, path: str) -> tuple[str, ...]:
    path = path if path.startswith("custom.") else path.partition(".")[0]
    found: tuple[str, ...] = filter_field(record_type, path).operators
    return found


def kind_of(record_type: RecordType, path: str) -> Hashable:
    """Say how a condition on a field is read and compared: fields of one kind take the same way through the code."""
    declared = filter_field(record_type, path if path.startswith("custom.") else path.partition(".")[0])
    kept: Any = getattr(record_type.model, getattr(declared, "column", path), None)
    column_type = type(kept.type) if hasattr(kept, "type") else kept
    return type(declared), tuple(declared.operators), column_type, "." in path


def bad_conditions(record_type: RecordType, tried: set[Hashable]) -> Iterator[ListQuery]:
    """Give each field its conditions: the first field of each kind all of them, the others the worst."""
    values: tuple[Any, ...] = (
        "x", "9999-12-31", "0001-01-01", 2**70, 1.5, True, {"a": 1}, [[]], [None], ["1e400", "-1e400"], "9" * 400,
    )  # fmt: skip
    for name in filterable(record_type):
        kind = kind_of(record_type, name)
        for operator in (*operators_of(record_type, name), "no", 5):
            for value in values[::5] if kind in tried else values:
                yield ListQuery(filter={"field": name, "op": operator, "value": value})
        tried.add(kind)


@pytest.mark.usefixtures("known")
def test_every_filter_is_answered_or_refused(app: Flask) -> None:
    wrong, tried = [], set[Hashable]()
    for record_type in list(record_types):
        wrong += list(refusals(record_type, bad_conditions(record_type, tried)))
    assert wrong == []


@pytest.mark.usefixtures("known")
def test_every_cursor_is_answered_or_refused(app: Flask) -> None:
    wrong = []
    for record_type in list(record_types):
        for order in sortable(record_type):
            asked = [ListQuery(sort=order, cursor=cursor) for cursor in (*CURSORS, DEEP_CURSOR)]
            wrong += list(refusals(record_type, asked))
    assert wrong == []


def test_every_order_has_a_second_page(app: Flask) -> None:
    for record_type in list(record_types):
        if record_type.key == "custom_field":
            continue
        for _each in range(3):
            make_record(record_type.model)
        for order in sortable(record_type):
            for sort in (order, f"-{order}"):
                first = queries.list_records(system_actor(), record_type, ListQuery(sort=sort, limit=1))
                assert first.next is not None, (record_type.key, sort)
                second = queries.list_records(
                    system_actor(), record_type, ListQuery(sort=sort, limit=1, cursor=first.next)
                )
                assert {first.items[0].id}.isdisjoint(each.id for each in second.items)


def test_no_value_of_a_form_makes_it_fail(ask: Asker, known: dict[str, str]) -> None:
    for record_type in list(record_types):
        record = f"{record_type.url}/{known[record_type.key]}"
        names = [*record_type.fields, "custom.x", "version", "no_such"]
        for text in TEXTS[::2]:
            form = dict.fromkeys(names, text)
            ask("POST", record_type.url, data=form)
            ask("POST", record, data=form)
        for text in TEXTS[::6]:
            ask("GET", f"{record_type.url}/new", query_string=dict.fromkeys(names, text[:500]))
        for name in names:
            for text in WORST:
                ask("POST", f"{record}/fields/{name}", data={name: text})
    assert ask.failures == set()


def test_no_body_makes_the_api_fail(ask: Asker, known: dict[str, str]) -> None:
    for record_type in list(record_types):
        base = api_path(record_type)
        record = f"{base}/{known[record_type.key]}"
        names = [*record_type.fields, "custom"]
        for value in (*THINGS, *TEXTS):
            body = json.dumps({**dict.fromkeys(names, value), "id": value})
            ask("POST", base, data=body, content_type="application/json")
        for name in names:
            for value in (-(2**70), float("nan"), {"a": 1}, *WORST[:2]):
                ask("PATCH", record, data=json.dumps({name: value}), content_type="application/json")
        for body in BODIES:
            ask("POST", base, data=body, content_type="application/json")
        for tag in ("x", "9" * 60, "²"):
            ask("PATCH", record, json={}, headers={"If-Match": f'"{tag}"'})
    assert ask.failures == set()


def test_no_bulk_action_fails(ask: Asker, known: dict[str, str]) -> None:
    for record_type in list(record_types):
        path = f"{record_type.url}/bulk"
        for text in TEXTS[::2]:
            ask("POST", path, data={"action": "bin", "ids": text})
            ask("POST", path, data={"action": "assign", "ids": known[record_type.key], "value": text})
            ask("POST", path, data={"action": text, "everything": "1", "query": text})
        for value in THINGS:
            ask("POST", path, data={"action": "edit", "ids": known[record_type.key], "value": json.dumps(value)})
    assert ask.failures == set()


ARGUMENTS = (
    "q", "next", "back", "before", "after", "kind", "tab", "page", "skip", "row", "type", "days", "stage", "pipeline",
    "left", "country", "exclude", "status", "customer", "about", "name", "value", "format", "state",
)  # fmt: skip


@pytest.mark.usefixtures("known")
def test_no_argument_of_any_page_makes_it_fail(app: Flask, ask: Asker) -> None:
    own = [each for each in routes(app) if not each.name.startswith("{") and each.name != "/readyz"]
    for route in own:
        for text in TEXTS[::4]:
            options = {"query_string" if route.method == "GET" else "data": dict.fromkeys(ARGUMENTS, text)}
            ask(route.method, route.path, **options)
        for address in (
            "http://[",
            "http://localhost/%00",
            "http://localhost/\x7f",
            "http://localhost/customers?q=%CE%B1",
        ):
            headers = {"HX-Request-Type": "partial", "HX-Target": "aside#panel", "HX-Current-URL": address}
            ask(route.method, route.path, headers=headers)
    assert ask.failures == set()


def test_a_sign_that_no_database_keeps_is_refused_everywhere_alike(client: FlaskClient) -> None:
    form = {"name": "a\x00b", "kind": "organisation"}
    assert client.post("/customers", data=form).status_code == 400
    assert client.get("/customers", query_string={"q": "a\x00b"}).status_code == 400
    assert client.get("/static/a%00b").status_code == 400
    for name in ("a\x00b", "a\ud800b"):
        answer = client.post("/api/v1/customers", data=json.dumps({"name": name}), content_type="application/json")
        assert answer.status_code == 400


def test_what_is_too_large_is_told_at_its_field(client: FlaskClient) -> None:
    body = {"name": "Big", "employees": 2**40, "annual_revenue": "1e20"}
    answer: Any = client.post("/api/v1/customers", json=body)
    assert answer.status_code == 422
    assert sorted(answer.json["errors"]) == ["annual_revenue", "employees"]


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/login", "application/x-www-form-urlencoded"),
        ("/customers", "application/x-www-form-urlencoded"),
        ("/customers", "multipart/form-data; boundary=x"),
        ("/api/v1/customers", "application/json"),
    ],
)
def test_a_body_that_would_fill_the_memory_is_refused(client: FlaskClient, path: str, kind: str) -> None:
    answer = client.post(path, data=b"email=" + b"x" * LARGEST_FORM, content_type=kind)
    assert answer.status_code == 413
    assert "too large" in answer.text
    assert "422" not in answer.text, "the page says which status it is"


def test_a_file_to_import_may_be_larger_than_a_form(client: FlaskClient) -> None:
    rows = b"name\n" + b"A rather long name of a customer that is there again and again\n" * (LARGEST_FORM // 60)
    answer = client.post("/admin/imports/new", data={"type": "customer", "file": (BytesIO(rows), "many.csv")})
    answer.request.environ["wsgi.input"].close()  # the test client leaves the file open in which it wrote the form
    assert answer.status_code == 303, answer.text
