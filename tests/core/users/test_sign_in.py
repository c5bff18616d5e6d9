"""Signing in and out: sessions, passwords, limits, where one is led."""

import uuid
from collections.abc import Iterator
from typing import Any

import pytest
from argon2 import Type, extract_parameters
from flask import Flask
from flask.testing import FlaskClient

from core.access import system_actor
from core.database import db, write_unit
from core.problems import Problem
from core.users import operations, passwords, queries
from core.users.models import User, UserSession
from core.users.operations import signing_in
from core.web.limits import limiter
from tests.conftest import PASSWORD, REAL_HASHER, sign_in


@pytest.fixture(autouse=True)
def fresh_limits(app: Flask) -> Iterator[None]:
    app.config["WTF_CSRF_ENABLED"] = False
    limiter.reset()
    yield
    limiter.reset()


def attempt(client: FlaskClient, email: str, password: str, **environ: str) -> Any:
    return client.post("/login", data={"email": email, "password": password}, environ_overrides=environ)


def test_staff_page_leads_to_sign_in_and_back(app: Flask, administrator: User) -> None:
    client = app.test_client()
    answer = client.get("/settings")
    assert answer.status_code == 303
    assert answer.location == "/login?next=%2Fsettings"
    page = client.get(answer.location)
    assert 'name="next" value="/settings"' in page.text
    signed = client.post("/login", data={"email": administrator.email, "password": PASSWORD, "next": "/settings"})
    assert signed.location == "/settings"
    assert client.get("/settings").status_code == 200


def test_mail_address_is_folded(app: Flask, administrator: User) -> None:
    assert attempt(app.test_client(), " ADMIN@Example.ORG ", PASSWORD).status_code == 303


def test_unknown_disabled_and_wrong_answer_the_same(app: Flask, administrator: User) -> None:
    system = system_actor()
    gone = operations.add_user(system, email="gone@example.org", role="viewer", password=PASSWORD)
    operations.set_active(system, gone, False)
    operations.add_user(system, email="invited@example.org", role="viewer")
    answers = [
        attempt(app.test_client(), email, PASSWORD)
        for email in ("nobody@example.org", "gone@example.org", "invited@example.org")
    ]
    answers.append(attempt(app.test_client(), "admin@example.org", "wrong " + PASSWORD))
    bodies = {
        answer.text.replace(email, "")
        for answer, email in zip(
            answers, ("nobody@example.org", "gone@example.org", "invited@example.org", "admin@example.org"), strict=True
        )
    }
    assert [answer.status_code for answer in answers] == [422] * 4
    assert len(bodies) == 1


def test_passwords_are_hashed_as_strongly_as_is_advised() -> None:
    # OWASP Password Storage Cheat Sheet: Argon2id with 19 MiB and two passes at least.
    kept = extract_parameters(REAL_HASHER.hash(PASSWORD))
    assert kept.type is Type.ID
    assert kept.memory_cost >= 19 * 1024
    assert kept.time_cost >= 2


def test_the_same_work_is_done_for_an_unknown_address(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    from core.users import passwords

    checked: list[str] = []
    real = passwords._hasher.verify

    class Watched:
        def verify(self, kept: str, given: str) -> bool:
            checked.append(kept)
            return real(kept, given)

    passwords._decoy()
    monkeypatch.setattr(passwords, "_hasher", Watched())
    attempt(app.test_client(), "nobody@example.org", PASSWORD)
    assert len(checked) == 1
    assert checked[0].startswith("$argon2id$")


def test_a46_session_id_changes_at_sign_in_and_dies_at_sign_out(app: Flask, administrator: User) -> None:
    client = app.test_client()
    client.get("/login?language=el")
    before = client.get_cookie("pelatis_staff")
    attempt(client, "admin@example.org", PASSWORD)
    held = client.get_cookie("pelatis_staff")
    assert before is not None
    assert held is not None
    assert before.value != held.value
    client.post("/logout")
    client.set_cookie("pelatis_staff", held.value)
    assert client.get("/settings").status_code == 303
    assert db.session.query(UserSession).one().ended_at is not None


def test_a46_signing_in_again_ends_the_session_before(app: Flask, administrator: User) -> None:
    client = sign_in(app, "admin@example.org")
    old = client.get_cookie("pelatis_staff")
    attempt(client, "admin@example.org", PASSWORD)
    assert old is not None
    client.set_cookie("pelatis_staff", old.value)
    assert client.get("/settings").status_code == 303


def test_the_key_of_a_session_is_kept_as_a_hash(app: Flask, administrator: User) -> None:
    client = sign_in(app, "admin@example.org")
    with client.session_transaction() as kept:
        key = kept["key"]
    row = db.session.query(UserSession).one()
    assert row.key_hash == queries.hash_key(key)
    assert key not in (row.key_hash, str(row.id))


def test_a47_a_new_password_ends_other_sessions(app: Flask, administrator: User) -> None:
    here, elsewhere = sign_in(app, "admin@example.org"), sign_in(app, "admin@example.org")
    answer = here.post("/settings/password", data={"old_password": PASSWORD, "password": "another good one"})
    assert answer.status_code == 303
    assert here.get("/settings").status_code == 200
    assert elsewhere.get("/settings").status_code == 303
    assert attempt(app.test_client(), "admin@example.org", PASSWORD).status_code == 422
    assert attempt(app.test_client(), "admin@example.org", "another good one").status_code == 303


def test_a_new_password_needs_the_present_one(app: Flask, administrator: User) -> None:
    client = sign_in(app, "admin@example.org")
    answer = client.post("/settings/password", data={"old_password": "wrong", "password": "another good one"})
    assert answer.status_code == 422
    assert "present password" in answer.text
    assert attempt(app.test_client(), "admin@example.org", PASSWORD).status_code == 303


def test_guessing_at_the_present_password_stops(app: Flask, administrator: User) -> None:
    client = sign_in(app, "admin@example.org")
    codes = [
        client.post("/settings/password", data={"old_password": f"guess {each}", "password": "another good one"})
        for each in range(11)
    ]
    assert [answer.status_code for answer in codes] == [422] * 10 + [429]


def test_a_password_that_is_changed_while_it_is_compared_opens_nothing(
    app: Flask, administrator: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    compare = passwords.verify_password

    def compare_slowly(kept: str | None, given: str) -> bool:
        same = compare(kept, given)
        with write_unit() as session:
            session.get_one(User, administrator.id).password_hash = "$another"
        return same

    monkeypatch.setattr(signing_in, "verify_password", compare_slowly)
    assert operations.sign_in("admin@example.org", PASSWORD) is None
    assert db.session.query(UserSession).count() == 0


def test_a_link_that_two_use_at_once_counts_for_the_first(
    app: Flask, administrator: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    vera = operations.add_user(system_actor(), email="vera@example.org", role="viewer")
    signed = operations.password_link(system_actor(), vera)
    hashing = passwords.hash_password

    def hash_slowly(password: str) -> str:
        monkeypatch.setattr(signing_in, "hash_password", hashing)
        operations.choose_password(signed, "that of the first one")
        return hashing(password)

    monkeypatch.setattr(signing_in, "hash_password", hash_slowly)
    with pytest.raises(Problem, match="no longer works"):
        operations.choose_password(signed, "that of the second one")
    assert operations.sign_in("vera@example.org", "that of the first one") is not None


def test_a47_a_new_mail_address_ends_sessions(app: Flask, administrator: User) -> None:
    system = system_actor()
    vera = operations.add_user(system, email="vera@example.org", role="viewer", password=PASSWORD)
    client = sign_in(app, "vera@example.org")
    with write_unit():
        operations.update_user(system, vera, {"email": "vera.k@example.org"})
    assert client.get("/settings").status_code == 303


def test_a14_a_disabled_person_stops_at_the_next_request(app: Flask, administrator: User) -> None:
    system = system_actor()
    vera = operations.add_user(system, email="vera@example.org", role="viewer", password=PASSWORD)
    token = operations.make_token(system, "vera@example.org", "phone")
    client = sign_in(app, "vera@example.org")
    bearer = {"Authorization": f"Bearer {token}"}
    assert client.get("/settings").status_code == 200
    assert app.test_client().get("/api/v1/customers", headers=bearer).status_code == 200
    operations.set_active(system, vera, False)
    assert client.get("/settings").status_code == 303
    assert app.test_client().get("/api/v1/customers", headers=bearer).status_code == 401


def test_one_session_is_revoked_from_another(app: Flask, administrator: User) -> None:
    here, elsewhere = sign_in(app, "admin@example.org"), sign_in(app, "admin@example.org")
    with elsewhere.session_transaction() as kept:
        key_hash = queries.hash_key(kept["key"])
    other = db.session.query(UserSession).filter_by(key_hash=key_hash).one().id
    here.post(f"/settings/sessions/{other}/end")
    assert elsewhere.get("/settings").status_code == 303
    assert here.get("/settings").status_code == 200


def test_nobody_revokes_the_session_of_another(app: Flask, administrator: User) -> None:
    operations.add_user(system_actor(), email="vera@example.org", role="viewer", password=PASSWORD)
    admin, vera = sign_in(app, "admin@example.org"), sign_in(app, "vera@example.org")
    admins = db.session.query(UserSession).filter_by(user_id=administrator.id).one().id
    vera.post(f"/settings/sessions/{admins}/end")
    assert admin.get("/settings").status_code == 200


def test_a49_guessing_at_an_account_stops_whatever_forwarded_for_says(app: Flask, administrator: User) -> None:
    client = app.test_client()
    codes = [
        client.post(
            "/login",
            data={"email": "admin@example.org", "password": f"guess number {number}"},
            headers={"X-Forwarded-For": f"198.51.100.{number}"},
        ).status_code
        for number in range(11)
    ]
    assert codes == [422] * 10 + [429]
    assert attempt(client, "admin@example.org", PASSWORD).status_code == 429


def test_a49_guessing_from_one_address_at_many_accounts_stops(app: Flask) -> None:
    client = app.test_client()
    codes = [attempt(client, f"person{number}@example.org", PASSWORD).status_code for number in range(31)]
    assert codes == [422] * 30 + [429]
    assert attempt(client, "x@example.org", PASSWORD, REMOTE_ADDR="198.51.100.7").status_code == 422


def test_signing_in_rightly_costs_no_attempt(app: Flask, administrator: User) -> None:
    codes = [attempt(app.test_client(), "admin@example.org", PASSWORD).status_code for _ in range(12)]
    assert codes == [303] * 12


EVIL = (
    "https://evil.test/",
    "//evil.test",
    "///evil.test",
    "/\\evil.test",
    "\\\\evil.test",
    "/\t/evil.test",
    "/\n/evil.test",
    "javascript:alert(1)",
    "/no-such-page",
    "http:evil.test",
    "/%09/evil.test",
    "/..//evil.test",
    " //evil.test",
    "/.//evil.test",
)


@pytest.mark.parametrize("wanted", EVIL)
def test_a43_sign_in_leads_to_own_pages_alone(app: Flask, administrator: User, wanted: str) -> None:
    form = {"email": "admin@example.org", "password": PASSWORD, "next": wanted}
    assert app.test_client().post("/login", data=form).location == "/"


def test_sign_in_leads_on_with_the_query(app: Flask, administrator: User) -> None:
    form = {"email": "admin@example.org", "password": PASSWORD, "next": "/customers?q=Πάτρα"}
    answer = app.test_client().post("/login", data=form)
    assert answer.location == "/customers?q=%CE%A0%CE%AC%CF%84%CF%81%CE%B1"


def test_an_expired_session_leads_a_fragment_to_the_whole_sign_in_page(app: Flask, administrator: User) -> None:
    headers = {"HX-Request": "true", "HX-Request-Type": "partial", "HX-Current-URL": "http://localhost/settings"}
    answer = app.test_client().get("/customers", headers=headers)
    assert answer.status_code == 401
    assert answer.headers["HX-Redirect"] == "/login?next=%2Fsettings"


def test_a48_a_password_link_works_once(app: Flask, administrator: User) -> None:
    system = system_actor()
    vera = operations.add_user(system, email="vera@example.org", role="viewer")
    link = f"/password/{operations.password_link(system, vera)}"
    client = app.test_client()
    assert client.get(link).status_code == 200
    assert client.post(link, data={"password": "short"}).status_code == 422
    assert client.post(link, data={"password": "a long enough one"}).status_code == 303
    assert client.get("/settings").status_code == 200
    again = app.test_client().post(link, data={"password": "one more long one"})
    assert again.status_code == 404
    assert attempt(app.test_client(), "vera@example.org", "a long enough one").status_code == 303


def test_a48_a_forged_or_old_link_is_refused_alike(app: Flask, administrator: User) -> None:
    import time_machine

    system = system_actor()
    vera = operations.add_user(system, email="vera@example.org", role="viewer")
    with time_machine.travel("2026-01-01", tick=False):
        old = operations.password_link(system, vera)
    client = app.test_client()
    answers = [client.get(f"/password/{signed}") for signed in (old, "forged", old[:-3] + "abc")]
    assert {answer.status_code for answer in answers} == {404}
    assert len({answer.text for answer in answers}) == 1


@pytest.mark.parametrize("password", ["short", "aaaaaaaaaaaaaaa", "vera@example.org", "x" * 201])
def test_weak_passwords_are_refused(app: Flask, password: str) -> None:
    from core.problems import Problem

    with pytest.raises(Problem) as refused:
        operations.add_user(system_actor(), email="vera@example.org", role="viewer", password=password)
    assert "password" in refused.value.fields
    assert db.session.query(User).count() == 0


def test_who_asks_costs_one_statement_until_somebody_changes(client: FlaskClient, statements: list[str]) -> None:
    client.get("/settings")
    for changed in (False, True):
        if changed:
            operations.add_user(system_actor(), email="new@example.org", role="viewer")
        statements.clear()
        client.post("/settings/rail", data={"value": "folded"})
        assert len([each for each in statements if "core_user_session" in each]) == changed
        assert len(statements) == 1 + changed, statements  # the generations, and who it is


def test_unknown_session_keys_are_nobody(app: Flask, administrator: User) -> None:
    client = app.test_client()
    with client.session_transaction() as kept:
        kept["key"] = str(uuid.uuid4())
    assert client.get("/settings").status_code == 303
