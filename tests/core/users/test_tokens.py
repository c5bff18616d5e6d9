"""Tokens for programs: kept as hashes, expiring, revocable, never in a URL."""

from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient

from core.access import system_actor
from core.database import db, utc_now
from core.problems import Problem
from core.users import operations, queries
from core.users.models import ApiToken, User

SYSTEM = system_actor()


def ask(app: Flask, token: str, path: str = "/api/v1/customers") -> int:
    return app.test_client().get(path, headers={"Authorization": f"Bearer {token}"}).status_code


def test_a50_a_token_is_kept_as_a_hash_and_opens_the_api(app: Flask, administrator: User) -> None:
    token = operations.make_token(SYSTEM, "admin@example.org", "reports")
    kept = db.session.query(ApiToken).one()
    assert kept.token_hash == queries.hash_key(token)
    assert token not in str(vars(kept))
    assert ask(app, token) == 200


def test_a50_an_expired_token_opens_nothing(app: Flask, administrator: User) -> None:
    past = utc_now() - timedelta(seconds=1)
    assert ask(app, operations.make_token(SYSTEM, "admin@example.org", "old", expires_at=past)) == 401


def test_a50_a_token_in_the_url_opens_nothing(app: Flask, administrator: User) -> None:
    token = operations.make_token(SYSTEM, "admin@example.org", "reports")
    for name in ("token", "access_token", "api_key"):
        assert app.test_client().get(f"/api/v1/customers?{name}={token}").status_code == 401


def test_an_unknown_token_is_told_as_problem_json(app: Flask, administrator: User) -> None:
    answer = app.test_client().get("/api/v1/customers", headers={"Authorization": "Bearer nonsense"})
    assert answer.status_code == 401
    assert answer.content_type == "application/problem+json"


def test_a_token_opens_no_page(app: Flask, administrator: User) -> None:
    token = operations.make_token(SYSTEM, "admin@example.org", "reports")
    assert ask(app, token, "/settings") == 303


def test_a_token_sees_what_its_owner_sees_and_its_own_grants_allow(app: Flask, administrator: User) -> None:
    token = operations.make_token(SYSTEM, "admin@example.org", "reports", grants={"customer.view": "all"})
    assert ask(app, token) == 200
    assert ask(app, token, "/api/v1/users") == 404


def test_the_page_shows_a_token_once_and_revokes_it(app: Flask, client: FlaskClient) -> None:
    page = client.post("/settings/tokens", data={"name": "Reports", "days": "30"})
    token = page.text.partition("pelatis_")[2].partition("<")[0].partition('"')[0]
    assert ask(app, f"pelatis_{token}") == 200
    kept = db.session.query(ApiToken).one()
    assert kept.expires_at is not None
    assert token not in client.get("/settings").text
    client.post(f"/settings/tokens/{kept.id}/revoke")
    assert ask(app, f"pelatis_{token}") == 401


def test_nobody_revokes_the_token_of_another(app: Flask, administrator: User) -> None:
    operations.make_token(SYSTEM, "admin@example.org", "reports")
    vera = operations.add_user(SYSTEM, email="vera@example.org", role="viewer")
    with pytest.raises(Problem) as refused:
        operations.revoke_token(queries.actor_of(vera.id), db.session.query(ApiToken).one().id)
    assert refused.value.status == 404


def test_nobody_makes_a_token_for_another_without_the_right(app: Flask, administrator: User) -> None:
    vera = operations.add_user(SYSTEM, email="vera@example.org", role="viewer")
    operations.add_user(SYSTEM, email="nikos@example.org", role="viewer")
    with pytest.raises(Problem) as refused:
        operations.make_token(queries.actor_of(vera.id), "nikos@example.org", "mine")
    assert refused.value.status == 403


def test_the_use_of_a_token_is_written_down(app: Flask, administrator: User) -> None:
    token = operations.make_token(SYSTEM, "admin@example.org", "reports")
    answer = app.test_client().get("/api/v1/customers", headers={"Authorization": f"Bearer {token}"})
    answer.close()
    db.session.rollback()  # what the request read is from before
    kept = db.session.query(ApiToken).one()
    db.session.refresh(kept)
    assert kept.last_used_at is not None


def test_a_token_for_nobody_is_refused(app: Flask) -> None:
    with pytest.raises(Problem, match="Nobody signs in"):
        operations.make_token(SYSTEM, "nobody@example.org", "x")
