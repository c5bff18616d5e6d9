"""The REST API that every record type has."""

import re
import shlex
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from core.database import new_id

CUSTOMERS = "/api/v1/customers"


GUIDE = Path(__file__).resolve().parents[3] / "docs/rest-api.md"


def test_the_examples_of_the_guide_work(api: Any) -> None:
    examples = re.findall(r"^api (.*)$", GUIDE.read_text(), re.MULTILINE)
    answers = [requested(api, shlex.split(example)) for example in examples]
    assert [answer.status_code for answer in answers] == [200] * 5 + [201, 200, 204]


def requested(api: Any, words: list[str]) -> Any:
    """Send what curl would send for these arguments."""
    method, url, headers, data, in_url = "GET", "", {}, [], False
    while words:
        word = words.pop(0)
        if word == "-G":
            in_url = True
        elif word == "-X":
            method = words.pop(0)
        elif word == "-H":
            name, _colon, value = words.pop(0).partition(": ")
            headers[name] = value
        elif word in ("-d", "--data-urlencode"):
            data.append(words.pop(0))
        else:
            url = word.replace("$API", "/api/v1")
    if in_url:
        return api.get(url, query_string=dict(each.split("=", 1) for each in data), headers=headers)
    return api.open(url, method=method, data="".join(data), headers=headers, content_type="application/json")


def test_record_is_made_read_changed_and_binned(api: Any) -> None:
    made = api.post(CUSTOMERS, json={"name": "Ελαιώνες Α.Ε.", "city": "Πάτρα"})
    assert made.status_code == 201, made.text
    url = made.headers["Location"]
    read = api.get(url)
    assert read.json["name"] == "Ελαιώνες Α.Ε."
    changed = api.patch(url, json={"city": "Αίγιο"}, headers={"If-Match": read.headers["ETag"]})
    assert changed.status_code == 200, changed.text
    assert changed.json["city"] == "Αίγιο"
    assert changed.json["version"] == 2
    assert api.delete(url).status_code == 204
    assert api.get(url).status_code == 404


def test_stale_change_is_refused_and_changes_nothing(api: Any) -> None:
    url = api.post(CUSTOMERS, json={"name": "A"}).headers["Location"]
    old = api.get(url).headers["ETag"]
    api.patch(url, json={"city": "Πάτρα"})
    stale = api.patch(url, json={"city": "Αθήνα"}, headers={"If-Match": old})
    assert stale.status_code == 409
    assert stale.content_type == "application/problem+json"
    assert stale.json["current_version"] == 2
    assert api.get(url).json["city"] == "Πάτρα"


def test_unchanged_record_is_not_sent_again(api: Any) -> None:
    url = api.post(CUSTOMERS, json={"name": "A"}).headers["Location"]
    tag = api.get(url).headers["ETag"]
    assert api.get(url, headers={"If-None-Match": tag}).status_code == 304


def test_sending_the_same_id_twice_makes_one_record(api: Any) -> None:
    body = {"id": str(new_id()), "name": "Once"}
    assert api.post(CUSTOMERS, json=body).status_code == 201
    assert api.post(CUSTOMERS, json=body).status_code == 200
    assert [item["name"] for item in api.get(CUSTOMERS, query_string={"q": "once"}).json["items"]] == ["Once"]


def test_list_goes_on_from_its_cursor(api: Any) -> None:
    for number in range(5):
        api.post(CUSTOMERS, json={"name": f"C{number}"})
    first = api.get(CUSTOMERS, query_string={"limit": 3, "sort": "name", "count": 1}).json
    second = api.get(CUSTOMERS, query_string={"limit": 3, "sort": "name", "cursor": first["next"]}).json
    assert [item["name"] for item in first["items"] + second["items"]] == ["C0", "C1", "C2", "C3", "C4"]
    assert second["next"] is None
    assert first["count"] == 5


def test_equality_and_sparse_fields(api: Any) -> None:
    api.post(CUSTOMERS, json={"name": "A", "city": "Πάτρα"})
    api.post(CUSTOMERS, json={"name": "B", "city": "Αθήνα"})
    answer = api.get(CUSTOMERS, query_string={"city": "Πάτρα", "fields": "name"}).json
    assert answer["items"] == [{"name": "A"}]


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "name"),
        ({"name": "x", "nonsense": 1}, "nonsense"),
        ({"name": "x", "version": 9}, "version"),
        ({"name": "x", "deleted_at": "2026-01-01"}, "deleted_at"),
        ({"name": "x", "owner_id": str(new_id())}, "owner_id"),
        ({"name": "x", "owner": str(new_id())}, "owner"),
        ({"name": "x", "custom": {"nonsense": 1}}, "nonsense"),
        ({"name": "x", "id": "1"}, "id"),
        ({"name": "x", "employees": "many"}, "employees"),
    ],
)
def test_bad_body_names_its_field_and_makes_nothing(api: Any, body: dict[str, Any], field: str) -> None:
    answer = api.post(CUSTOMERS, json=body)
    assert answer.status_code == 422, answer.text
    assert any(field in name for name in answer.json["errors"]), answer.json
    assert api.get(CUSTOMERS).json["items"] == []


@pytest.mark.parametrize(
    "query", ["nonsense=1", "sort=nonsense", "limit=0", "limit=100000", "fields=password_hash", "filter={", "cursor=x"]
)
def test_bad_query_is_a_400(api: Any, query: str) -> None:
    answer = api.get(f"{CUSTOMERS}?{query}")
    assert answer.status_code == 400
    assert answer.content_type == "application/problem+json"


def test_body_that_is_no_json_is_a_400(api: Any) -> None:
    assert api.post(CUSTOMERS, data="x").status_code == 400


def test_wrong_token_is_a_401(app: Flask) -> None:
    client = app.test_client()
    assert client.get(CUSTOMERS).status_code == 401
    assert client.get(CUSTOMERS, headers={"Authorization": "Bearer nonsense"}).status_code == 401


def test_description_tells_every_record_type(api: Any) -> None:
    description = api.get("/api/v1/openapi.json").json
    assert description["openapi"].startswith("3.1")
    assert "/api/v1/customers" in description["paths"]
    assert "/api/v1/sales/opportunities" in description["paths"]
    assert "name" in description["components"]["schemas"]["customer"]["properties"]
