"""Headers that browsers obey: what a page may load, where it may be framed, what is kept."""

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient

from core.users.models import User


@pytest.mark.parametrize("path", ["/login", "/settings", "/no-such-page", "/api/v1/customers", "/static/logo.svg"])
def test_a39_every_answer_has_the_policy(client: FlaskClient, path: str) -> None:
    with client.get(path) as answer:
        headers = answer.headers
    policy = dict(part.strip().partition(" ")[::2] for part in headers["Content-Security-Policy"].split(";"))
    assert policy["script-src"] == policy["style-src"] == "'self'"
    assert policy["frame-ancestors"] == policy["object-src"] == policy["base-uri"] == "'none'"
    assert "unsafe" not in headers["Content-Security-Policy"]
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"


@pytest.mark.parametrize("path", ["/settings", "/admin/users", "/admin/roles", "/admin/teams", "/customers"])
def test_a39_no_page_has_inline_script_style_or_handlers(client: FlaskClient, path: str) -> None:
    page = client.get(path).text
    assert not re.search(r"<style|style=\"|<script(?![^>]* src=)|\son[a-z]+=\"|javascript:|hx-on", page)


def test_a52_what_the_signed_in_see_is_kept_nowhere(client: FlaskClient) -> None:
    for path in ("/settings", "/customers", "/api/v1/customers"):
        headers = client.get(path).headers
        assert headers["Cache-Control"] == "no-store"
        assert "Cookie" in headers["Vary"]


def test_hsts_where_https_is(app: Flask, administrator: User) -> None:
    client = app.test_client()
    assert "Strict-Transport-Security" not in client.get("/login").headers
    assert "Strict-Transport-Security" in client.get("/login", base_url="https://localhost").headers


def test_the_cookie_is_for_http_alone_and_for_https_where_that_is(app: Flask, administrator: User) -> None:
    client = app.test_client()
    plain = client.get("/login?language=pl").headers["Set-Cookie"]
    assert "HttpOnly" in plain
    assert "SameSite=Lax" in plain
    assert "Secure" not in plain
    assert "Secure" in app.test_client().get("/login?language=pl", base_url="https://localhost").headers["Set-Cookie"]


def test_forwarded_headers_count_for_nothing_without_a_trusted_proxy(app: Flask, administrator: User) -> None:
    headers = {"X-Forwarded-Proto": "https", "X-Forwarded-Host": "evil.test"}
    assert "Strict-Transport-Security" not in app.test_client().get("/login", headers=headers).headers
