"""The first run: the code that the server prints, the first administrator, the company."""

import pytest
from flask import Flask

from core.access import system_actor
from core.database import db
from core.i18n import get_language
from core.users import operations, queries
from core.users.company import company
from core.users.models import User
from core.users.operations import first_run
from core.web.limits import limiter

FORM = {
    "company_name": "Αιγίς Εμπορική Α.Ε.",
    "name": "Ελένη Δούκα",
    "email": "eleni.douka@aegis.example",
    "password": "μια καλή μεγάλη φράση",
    "language": "el",
    "currency": "EUR",
}


@pytest.fixture(autouse=True)
def no_forgery_check(app: Flask) -> None:
    app.config["WTF_CSRF_ENABLED"] = False
    limiter.reset()


def test_without_people_every_page_leads_to_set_up(app: Flask) -> None:
    client = app.test_client()
    assert client.get("/customers").location == "/setup"
    assert client.get("/login").location == "/setup"
    assert client.get("/setup").status_code == 200


def test_the_code_makes_an_administrator_who_is_signed_in(app: Flask) -> None:
    client = app.test_client()
    code = operations.setup_code()
    assert code is not None
    assert client.post("/setup", data={**FORM, "code": code}).location == "/"
    page = client.get("/settings")
    assert page.status_code == 200
    assert "Ελένη Δούκα" in page.text
    assert '<html lang="el"' in page.text
    user = queries.user_by_email(FORM["email"])
    assert user is not None
    assert queries.actor_of(user.id).is_administrator
    assert company().company_name == "Αιγίς Εμπορική Α.Ε."
    assert company().language == "el"


def test_plugins_name_what_they_made_before_in_the_language_of_whoever_sets_up(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    demanded = []
    monkeypatch.setattr(
        first_run, "demand", lambda hook, **arguments: demanded.append((hook, get_language(), arguments))
    )
    app.test_client().post("/setup", data={**FORM, "code": operations.setup_code()}, headers={"Accept-Language": "pl"})
    assert [(hook, language) for hook, language, _arguments in demanded] == [("crm_set_up_company", "el")]


@pytest.mark.parametrize(
    ("field", "value"),
    [("code", "0000-0000-0000-0000"), ("password", "short"), ("email", "nonsense"), ("name", " "), ("currency", "€")],
)
def test_a_bad_field_is_told_and_changes_nothing(app: Flask, field: str, value: str) -> None:
    answer = app.test_client().post("/setup", data={**FORM, "code": operations.setup_code(), field: value})
    assert answer.status_code == 422
    assert 'aria-invalid="true"' in answer.text
    assert db.session.query(User).count() == 0
    assert company().company_name == ""


def test_the_code_opens_nothing_once_somebody_can_sign_in(app: Flask, administrator: User) -> None:
    assert operations.setup_code() is None
    client = app.test_client()
    assert client.get("/setup").location == "/login"
    assert client.post("/setup", data={**FORM, "code": "any"}).location == "/login"
    assert db.session.query(User).count() == 1


def test_guessing_the_code_stops(app: Flask) -> None:
    client = app.test_client()
    codes = [client.post("/setup", data={**FORM, "code": f"{number}"}).status_code for number in range(31)]
    assert codes == [422] * 30 + [429]


def test_people_who_only_own_records_leave_set_up_open(app: Flask) -> None:
    operations.create_user(system_actor(), {"name": "Darcel Schlecht"})
    assert operations.setup_code() is not None
