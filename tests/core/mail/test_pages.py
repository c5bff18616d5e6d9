"""The pages of mail: the outbox, one mail, the settings and the mail that tries them."""

from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from core.access import system_actor
from core.database import db, write_unit
from core.mail import transport
from core.mail.models import CANCELLED, FAILED, SENT, UNCERTAIN, WAITING, MailMessage
from core.mail.operations import send_mail
from core.mail.settings import mail_settings
from core.users.operations import add_user
from tests.conftest import PASSWORD, sign_in
from tests.core.mail.conftest import SETTINGS
from tests.smtp import MailServer


def mail_in(state: str, **values: str) -> str:
    with write_unit():
        message = send_mail("maria@example.org", values.pop("subject", f"Subject {state}"), "Γεια σας")
        message.state, message.reason = state, "451 later"
        if state == UNCERTAIN:
            message.handed_over_at = message.created_at
    return f"/admin/mail/{message.id}"


def test_page_says_what_to_do_where_no_mail_server_is_set_up(client: FlaskClient) -> None:
    mail_in(WAITING)
    page = client.get("/admin/mail").text
    assert "No mail server is set up." in page
    assert "nothing is lost" in page
    assert "Subject waiting" in page


def test_outbox_is_filtered_by_state_and_by_words(client: FlaskClient) -> None:
    for state in (WAITING, SENT, FAILED):
        mail_in(state)
    assert "Subject sent" not in client.get("/admin/mail?state=failed").text
    assert "Subject failed" in client.get("/admin/mail?state=failed").text
    found = client.get("/admin/mail?q=SUBJECT+sent").text
    assert "Subject sent" in found
    assert "Subject failed" not in found
    assert client.get("/admin/mail?state=nonsense").status_code == 404


def test_page_of_the_outbox_costs_the_same_for_few_and_for_many(client: FlaskClient, statements: list[str]) -> None:
    mail_in(FAILED)
    client.get("/admin/mail")
    statements.clear()
    client.get("/admin/mail")
    few = len(statements)
    for number in range(20):
        mail_in(SENT, subject=str(number))
    client.get("/admin/mail")
    statements.clear()
    client.get("/admin/mail")
    assert len(statements) == few


@pytest.mark.parametrize(
    ("state", "act", "becomes"),
    [
        (FAILED, "again", WAITING),
        (UNCERTAIN, "again", WAITING),
        (UNCERTAIN, "sent", SENT),
        (WAITING, "cancel", CANCELLED),
        (FAILED, "cancel", CANCELLED),
    ],
)
def test_person_decides(client: FlaskClient, state: str, act: str, becomes: str) -> None:
    url = mail_in(state)
    assert client.post(f"{url}/{act}").status_code == 303
    db.session.expire_all()
    assert db.session.scalars(select(MailMessage.state)).all() == [becomes]
    page = client.get(url).text
    assert "Γεια σας" in page


@pytest.mark.parametrize(("state", "act"), [(SENT, "again"), (FAILED, "sent"), (SENT, "cancel"), (CANCELLED, "again")])
def test_what_has_ended_stays_as_it_is(client: FlaskClient, state: str, act: str) -> None:
    assert client.post(f"{mail_in(state)}/{act}").status_code == 409
    db.session.expire_all()
    assert db.session.scalars(select(MailMessage.state)).all() == [state]


def test_text_of_a_confidential_mail_is_shown_to_nobody(client: FlaskClient) -> None:
    message = send_mail("a@example.org", "Choose a password", "https://secret", confidential=True)
    page = client.get(f"/admin/mail/{message.id}").text
    assert "https://secret" not in page
    assert "confidential" in page


def test_settings_are_kept_and_tried(client: FlaskClient, mail_server: MailServer) -> None:
    form = {**SETTINGS, "port": str(mail_server.port), "user": "", "password": ""}
    assert client.post("/admin/mail/settings", data=form).status_code == 303
    assert mail_settings().site_url == "https://crm.example.org"
    page = client.post("/admin/mail/test", data={"to": "maria@example.org"}).text
    assert "The mail server took it." in page
    assert "250 taken" in page
    [(envelope, mail)] = mail_server.taken
    assert envelope.rcpt_tos == ["maria@example.org"]
    assert "https://crm.example.org" in str(mail.get_body(("plain",)))


@pytest.mark.parametrize(
    ("step", "behaviour", "said"),
    [("RCPT", "550 no &lt;one&gt;", "550 no"), ("DATA", "hang", "answer in time"), ("MAIL", "drop", "hung up")],
)
def test_mail_that_tries_the_settings_tells_what_went_wrong(
    client: FlaskClient,
    mail_server: MailServer,
    monkeypatch: pytest.MonkeyPatch,
    step: str,
    behaviour: str,
    said: str,
) -> None:
    monkeypatch.setattr(transport, "PATIENCE", 0.5)
    client.post("/admin/mail/settings", data={**SETTINGS, "port": str(mail_server.port)})
    mail_server.at[step] = behaviour
    page = client.post("/admin/mail/test", data={"to": "maria@example.org"}).text
    assert "It did not work." in page
    assert said in page
    assert "isn&#39;t a mail address" in client.post("/admin/mail/test", data={"to": "x\nBcc: y@z.org"}).text


def test_password_is_never_shown_again(client: FlaskClient) -> None:
    form = {**SETTINGS, "port": "2525", "user": "anna", "password": "correct horse"}
    client.post("/admin/mail/settings", data=form)
    page = client.get("/admin/mail/settings").text
    assert "correct horse" not in page
    assert mail_settings().password not in page
    client.post("/admin/mail/settings", data={**form, "password": ""})
    assert mail_settings().open_password() == "correct horse"


def test_wrong_settings_are_said_beside_their_fields(client: FlaskClient) -> None:
    answer = client.post("/admin/mail/settings", data={**SETTINGS, "port": "none"})
    assert answer.status_code == 422
    assert 'id="f-port-e"' in answer.text


def test_nobody_but_administrators_sees_mail(
    app: Flask, client: FlaskClient, set_up: MailServer, work: Callable[[], int]
) -> None:
    url = mail_in(FAILED)
    add_user(system_actor(), email="s@example.org", role="sales_manager", password=PASSWORD, name="S")
    other = sign_in(app, "s@example.org")
    for path in ("/admin/mail", "/admin/mail/settings", url):
        assert other.get(path).status_code == 404
    for path in ("/admin/mail/settings", "/admin/mail/test", f"{url}/again", f"{url}/sent", f"{url}/cancel"):
        assert other.post(path, data={**SETTINGS, "port": "25", "to": "a@example.org"}).status_code == 404
    work()
    assert set_up.transmitted == 0
