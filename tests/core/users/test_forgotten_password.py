"""Whoever forgot their password gets a link by mail, and nobody learns who signs in."""

import datetime as dt
import re
from collections.abc import Iterator
from typing import Any

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from core.access import system_actor
from core.database import db, utc_now
from core.jobs.worker import run_next_job
from core.mail.models import MailMessage
from core.mail.settings import change_mail_settings
from core.users import operations
from core.users.models import User
from core.web.limits import limiter
from tests.conftest import PASSWORD, sign_in
from tests.smtp import MailServer, serving

NEW = "another horse battery"


@pytest.fixture
def server(app: Flask) -> Iterator[MailServer]:
    """Run a mail server that our mail goes to."""
    app.config["WTF_CSRF_ENABLED"] = False
    limiter.reset()
    settings = {"host": "127.0.0.1", "security": "none", "sender_address": "crm@example.org"}
    with serving() as server:
        change_mail_settings(
            system_actor(), {**settings, "port": str(server.port), "site_url": "https://crm.example.org"}
        )
        yield server


def ask(client: FlaskClient, email: str, **options: Any) -> str:
    answer = client.post("/password/forgotten", data={"email": email}, **options)
    assert answer.status_code == 200
    while run_next_job("tests"):
        pass
    return answer.text


def link_in(server: MailServer) -> str:
    text = server.taken[-1][1].get_body(("plain",)).get_content()  # type: ignore[union-attr]
    found = re.search(r"https://crm\.example\.org(/password/\S+)", text)
    assert found is not None
    return found[1]


def test_link_comes_by_mail_in_their_language_works_once_and_ends_other_sessions(
    app: Flask, server: MailServer, administrator: User
) -> None:
    elsewhere = sign_in(app, "admin@example.org")
    elsewhere.post("/settings/language", data={"value": "el"})
    client = app.test_client()
    ask(client, " Admin@Example.org ")
    [(envelope, mail)] = server.taken
    assert envelope.rcpt_tos == ["admin@example.org"]
    assert (mail["Auto-Submitted"], mail["Content-Language"]) == ("auto-generated", "el")
    assert mail["Subject"] == "Επιλέξτε νέο κωδικό"
    link = link_in(server)
    assert client.post(link, data={"password": NEW}).status_code == 303
    assert client.get("/settings").status_code == 200
    assert elsewhere.get("/settings").status_code == 303
    assert app.test_client().get(link).status_code == 404
    sign_in(app, "admin@example.org", NEW)


def test_nobody_learns_whether_an_address_is_known(app: Flask, server: MailServer, administrator: User) -> None:
    gone = operations.add_user(system_actor(), email="gone@example.org", role="viewer", password=PASSWORD)
    operations.set_active(system_actor(), gone, False)
    addresses = ("admin@example.org", "gone@example.org", "nobody@example.org")
    answers = {ask(app.test_client(), each).replace(each, "…") for each in addresses}
    assert len(answers) == 1
    assert [envelope.rcpt_tos for envelope, _mail in server.taken] == [["admin@example.org"]]


def test_request_itself_looks_nobody_up(
    app: Flask, server: MailServer, administrator: User, statements: list[str]
) -> None:
    client = app.test_client()
    client.post("/password/forgotten", data={"email": "first@example.org"})  # which remembers the settings
    counts = set()
    for email in ("admin@example.org", "nobody@example.org", "admin@example.org"):
        statements.clear()
        client.post("/password/forgotten", data={"email": email})
        assert not [each for each in statements if "core_user.email" in each]
        counts.add(len(statements))
    assert len(counts) == 1


def test_link_does_not_follow_what_a_request_says_of_its_host(
    app: Flask, server: MailServer, administrator: User
) -> None:
    ask(app.test_client(), "admin@example.org", headers={"Host": "evil.test", "X-Forwarded-Host": "evil.test"})
    assert "evil" not in str(server.taken[0][1])
    assert link_in(server)


def test_nobody_fills_a_mailbox_and_a_new_password_may_be_forgotten_at_once(
    app: Flask, server: MailServer, administrator: User
) -> None:
    with time_machine.travel(dt.datetime(2026, 11, 22, 10, 1, tzinfo=dt.UTC), tick=True):
        for _time in range(5):
            ask(app.test_client(), "admin@example.org")
        assert len(server.taken) == 1
        app.test_client().post(link_in(server), data={"password": NEW})
        ask(app.test_client(), "admin@example.org")
        assert len(server.taken) == 2


def test_link_by_mail_works_for_two_hours(app: Flask, server: MailServer, administrator: User) -> None:
    ask(app.test_client(), "admin@example.org")
    link = link_in(server)
    assert app.test_client().get(link).status_code == 200
    with time_machine.travel(utc_now() + dt.timedelta(hours=2, minutes=1), tick=True):
        assert app.test_client().get(link).status_code == 404


def test_outbox_keeps_no_link(app: Flask, server: MailServer, administrator: User) -> None:
    ask(app.test_client(), "admin@example.org")
    assert db.session.scalars(select(MailMessage.text)).all() == [""]


def test_asking_is_limited(app: Flask, server: MailServer) -> None:
    client = app.test_client()
    codes = [client.post("/password/forgotten", data={"email": "x@example.org"}).status_code for _each in range(12)]
    assert codes[:10] == [200] * 10
    assert codes[-1] == 429


def test_sign_in_page_offers_it_only_where_mail_is_set_up(app: Flask, administrator: User) -> None:
    client = app.test_client()
    app.config["WTF_CSRF_ENABLED"] = False
    assert "/password/forgotten" not in client.get("/login").text
    assert "An administrator can send you a link" in client.get("/password/forgotten").text
    assert "An administrator can send you a link" in client.post("/password/forgotten", data={"email": "a@b.org"}).text
    assert run_next_job("tests") is None
    settings = {"host": "localhost", "port": "25", "security": "none", "sender_address": "a@example.org"}
    change_mail_settings(system_actor(), {**settings, "site_url": "https://crm.example.org"})
    assert 'href="/password/forgotten"' in client.get("/login").text
