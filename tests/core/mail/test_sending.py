"""Mail goes out once, whole, and with a head that nobody can write into."""

import datetime as dt
import socket
import ssl
from collections.abc import Callable, Iterator
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
import time_machine
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from flask import Flask
from sqlalchemy import select

from core.access import acting_as, system_actor
from core.database import db, utc_now, write_unit
from core.documents import TypesettingError
from core.i18n import _
from core.mail import attachments, operations, queries, transport
from core.mail.models import FAILED, SENT, UNCERTAIN, WAITING
from core.mail.sending import BACK_OFF
from core.mail.settings import change_mail_settings, mail_settings
from core.problems import Problem
from core.users.models import Setting, User
from core.users.operations import add_user, set_active
from pelatis.api import Attachment, MailMessage, can_send_mail, external_url, mail_attachment, mails_about, send_mail
from tests.conftest import PASSWORD, staff
from tests.core.mail.conftest import SETTINGS, set_up_mail
from tests.smtp import MailServer, serving

Work = Callable[[], int]
WRITTEN = "Γεια σας,\n\nhttps://example.org/α?b=1.\n.\nΑ & Β <c>"


def only_mail() -> MailMessage:
    db.session.expire_all()
    return db.session.scalars(select(MailMessage)).one()


@pytest.fixture
def makers() -> Iterator[None]:
    """Forget the makers of attachments that a test declares."""
    before = dict(attachments.makers)
    yield
    attachments.makers.clear()
    attachments.makers.update(before)


def write_and_fail() -> None:
    with write_unit():
        send_mail("nobody@example.org", "Never", "Rolled back.")
        raise Problem("test", "stop")


def text_of(mail: EmailMessage, kind: str = "plain") -> str:
    part = mail.get_body((kind,))
    assert part is not None
    return str(part.get_content()).replace("\r\n", "\n")


def test_mail_goes_out_with_the_act_that_caused_it(set_up: MailServer, work: Work) -> None:
    with pytest.raises(Problem, match="stop"):
        write_and_fail()
    assert work() == 0
    send_mail(
        "maria@example.org",
        "Προσφορά «Άνοιξη»",
        "Γεια σας,\n\nhttps://example.org/α?b=1.\n.\nΑ & Β <c>",
        to_name="Μαρία",
    )
    assert work() == 1
    [(envelope, mail)] = set_up.taken
    assert (envelope.mail_from, envelope.rcpt_tos) == ("info@example.org", ["maria@example.org"])
    assert mail["Subject"] == "Προσφορά «Άνοιξη»"
    assert (str(mail["From"]), str(mail["To"])) == ('"Αιγίς Α.Ε." <info@example.org>', "Μαρία <maria@example.org>")
    assert mail["Message-ID"] == f"<{only_mail().id}@example.org>"
    assert abs(mail["Date"].datetime - utc_now()) < dt.timedelta(minutes=5)
    assert "Auto-Submitted" not in mail
    html = text_of(mail, "html")
    assert text_of(mail).strip() == WRITTEN
    assert '<p><a href="https://example.org/α?b=1">https://example.org/α?b=1</a>.<br>\n.<br>' in html
    assert "Α &amp; Β &lt;c&gt;" in html
    assert (only_mail().state, only_mail().reason) == (SENT, "250 taken")


def test_answers_reach_whoever_wrote_it_and_machines_are_told_not_to_answer(
    set_up: MailServer, work: Work, administrator: User
) -> None:
    with acting_as(staff(administrator.id)):
        send_mail("a@example.org", "1", "x", reply_to=("Zażółć", "z@example.org"), automatic=True)
    work()
    [(_envelope, mail)] = set_up.taken
    assert str(mail["Reply-To"]) == "Zażółć <z@example.org>"
    assert mail["Auto-Submitted"] == "auto-generated"


def test_second_mail_of_the_same_key_is_not_written(set_up: MailServer, work: Work) -> None:
    first = send_mail("a@example.org", "1", "x", key="quote:1").id
    work()
    assert send_mail("b@example.org", "2", "y", key="quote:1").id == first
    work()
    assert len(set_up.taken) == 1


@pytest.mark.parametrize("text", ["a\nBcc: evil@example.org", "a\r\n\r\nbody", "a\x00", "a\u2028b", "a\x85b"])
def test_nothing_is_written_into_the_head(set_up: MailServer, work: Work, text: str) -> None:
    for head in ({"subject": text}, {"to_name": text}, {"reply_to": (text, "a@example.org")}, {"reply_to": ("", text)}):
        with pytest.raises(Problem):
            send_mail(**{"to": "a@example.org", "subject": "x", "text": "x", **head})  # type: ignore[arg-type]
    for address in (
        f"a@example.org{text[1:]}",
        f"{text}@example.org",
        "a@b@",
        "",
        "a b@example.org",
        "<a@example.org>",
    ):
        with pytest.raises(Problem):
            send_mail(address, "x", "x")
    assert work() == 0


def test_addresses_of_any_language(set_up: MailServer, work: Work) -> None:
    send_mail("info@παράδειγμα.ελ", "IDN", "x", to_name='A "B" <c>, d')
    send_mail("μαρία@example.org", "EAI", "x")
    work()
    domain, local = sorted(set_up.taken, key=lambda taken: str(taken[1]["Subject"]), reverse=True)
    assert domain[0].rcpt_tos == ["info@xn--hxajbheg2az3al.xn--qxam"]
    assert domain[1]["To"].addresses[0].display_name == 'A "B" <c>, d'
    assert local[0].rcpt_tos == ["μαρία@example.org"]


def test_attachments_are_made_by_the_worker_with_the_authors_rights(
    set_up: MailServer, work: Work, administrator: User, makers: None
) -> None:
    seen: list[Any] = []

    @mail_attachment(name="core.test_file")
    def letter(number: int) -> Attachment:
        from core.access import current_actor

        seen.append((number, current_actor().user_id, _("Save")))
        return Attachment("Προσφορά 7.pdf", b"%PDF-1.7 " + b"x" * 3_000)

    with acting_as(staff(administrator.id)), write_unit():
        send_mail("a@example.org", "x", "x", language="el", attachments=[(letter, {"number": 7})])
        assert seen == []
    work()
    assert seen == [(7, administrator.id, "Αποθήκευση")]
    [file] = set_up.taken[0][1].iter_attachments()
    assert (file.get_filename(), file.get_content_type()) == ("Προσφορά 7.pdf", "application/pdf")
    assert only_mail().attachments[0]["size"] == len(file.get_content()) == 3_009


@pytest.mark.parametrize("error", [TypesettingError("wrong"), Problem("x", "wrong"), KeyError("wrong")])
def test_mail_whose_attachment_can_not_be_made_is_not_sent_without_it(
    set_up: MailServer, work: Work, makers: None, error: Exception
) -> None:
    @mail_attachment(name="core.test_file")
    def broken() -> Attachment:
        raise error

    send_mail("a@example.org", "x", "x", attachments=[(broken, {})])
    work()
    assert (only_mail().state, set_up.transmitted) == (FAILED, 0)
    assert "wrong" in only_mail().reason


def test_person_who_may_no_longer_sign_in_sends_nothing_more(
    set_up: MailServer, work: Work, administrator: User, makers: None
) -> None:
    @mail_attachment(name="core.test_file")
    def letter() -> Attachment:
        return Attachment("a.pdf", b"x")

    anna = add_user(system_actor(), email="a@example.org", role="salesperson", password=PASSWORD, name="Anna")
    with acting_as(staff(anna.id)):
        send_mail("a@example.org", "x", "x", attachments=[(letter, {})])
    set_active(system_actor(), anna, active=False)
    work()
    assert (only_mail().state, set_up.transmitted) == (FAILED, 0)


def test_mail_waits_until_a_mail_server_is_set_up(app: Flask, mail_server: MailServer, work: Work) -> None:
    send_mail("a@example.org", "x", "x", subject_id=(subject := system_subject()))
    assert (work(), only_mail().state, can_send_mail()) == (0, WAITING, False)
    with pytest.raises(Problem, match="isn't set up"):
        external_url("/x")
    set_up_mail(mail_server)
    assert external_url("/x") == "https://crm.example.org/x"
    work()
    assert [each.state for each in mails_about(subject)] == [SENT]


def system_subject() -> Any:
    from core.database import new_id

    return new_id()


@pytest.mark.parametrize(
    ("step", "behaviour", "state", "said"),
    [
        ("RCPT", "550 no such user", FAILED, "550 no such user"),
        ("MAIL", "553 not yours", FAILED, "553 not yours"),
        ("DATA", "554 spam", FAILED, "554 spam"),
        ("RCPT", "451 greylisted", WAITING, "451 greylisted"),
        ("DATA", "452 disk full", WAITING, "452 disk full"),
        ("MAIL", "drop", WAITING, "hung up"),
        ("RCPT", "hang", WAITING, "didn't answer in time"),
        ("DATA", "drop", UNCERTAIN, "hung up"),
        ("DATA", "hang", UNCERTAIN, "didn't answer in time"),
    ],
)
def test_what_the_mail_server_does_decides_whether_it_is_tried_again(
    set_up: MailServer, work: Work, monkeypatch: pytest.MonkeyPatch, step: str, behaviour: str, state: str, said: str
) -> None:
    monkeypatch.setattr(transport, "PATIENCE", 0.5)
    set_up.at[step] = behaviour
    send_mail("a@example.org", "x", "x")
    work()
    assert only_mail().state == state
    assert said in only_mail().reason
    set_up.at.clear()
    work()
    assert set_up.taken == []  # not before its time, and never by itself when it may have been sent
    with time_machine.travel(utc_now() + dt.timedelta(seconds=BACK_OFF[0] + 1), tick=True):
        work()
    assert (only_mail().state, len(set_up.taken)) == ((SENT, 1) if state == WAITING else (state, 0))


def test_mail_is_given_up_after_a_day_and_a_person_may_send_it_again(set_up: MailServer, work: Work) -> None:
    set_up.at["RCPT"] = "451 later"
    send_mail("a@example.org", "x", "x")
    work()
    for seconds in BACK_OFF:
        assert only_mail().state == WAITING
        with time_machine.travel(only_mail().next_try_at + dt.timedelta(seconds=1), tick=True):
            assert work() == 1, seconds
    assert only_mail().state == FAILED
    set_up.at.clear()
    operations.send_again(system_actor(), only_mail().id)
    work()
    assert (only_mail().state, len(set_up.taken)) == (SENT, 1)


def test_nobody_listens(app: Flask, work: Work) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        change_mail_settings(system_actor(), {**SETTINGS, "port": str(taken.getsockname()[1])})
        send_mail("a@example.org", "x", "x")
        work()
    assert only_mail().state == WAITING
    assert "can't be reached" in only_mail().reason


def certificate(folder: Path) -> Path:
    """Make a certificate of 127.0.0.1, signed by itself."""
    import ipaddress

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "mail.test")])
    now = utc_now()
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    file = folder / "mail.pem"
    pem = serialization.Encoding.PEM
    secret = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    file.write_bytes(secret + made.public_bytes(pem))
    return file


def test_password_is_kept_encrypted_and_given_over_an_encrypted_line_alone(
    app: Flask, work: Work, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = certificate(tmp_path)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file)
    options = {
        "tls_context": context,
        "auth_required": True,
        "require_starttls": True,
        "auth_exclude_mechanism": ["LOGIN"],
    }
    with serving(**options) as server:
        server_options = {"security": "starttls", "user": "anna", "password": "μυστικό"}
        set_up_mail(server, **server_options)
        kept = db.session.get_one(Setting, ("core", "", "mail")).value
        assert "μυστικό" not in str(kept)
        assert mail_settings().open_password() == "μυστικό"
        send_mail("a@example.org", "x", "x")
        work()
        assert only_mail().state == WAITING
        assert "No encrypted connection" in only_mail().reason  # nobody vouches for this certificate
        monkeypatch.setenv("SSL_CERT_FILE", str(file))
        set_up_mail(server, **{**server_options, "password": ""})  # which leaves the one that is kept
        work()
        assert only_mail().state == SENT
        set_up_mail(server, **{**server_options, "password": "wrong"})
        send_mail("b@example.org", "y", "y")
        work()
        [other] = queries.list_mails(WAITING)
        assert "didn't accept user and password" in other.reason


def test_password_never_goes_over_an_open_line(app: Flask) -> None:
    with pytest.raises(Problem) as refused:
        change_mail_settings(
            system_actor(), {**SETTINGS, "host": "mail.example.org", "port": "25", "user": "anna", "password": "x"}
        )
    assert list(refused.value.fields) == ["security"]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("host", "smtp.example.org:587"),
        ("host", "https://example.org"),
        ("host", ""),
        ("port", "0"),
        ("port", "70000"),
        ("port", "-1"),
        ("security", "ssl3"),
        ("sender_address", "Anna <a@example.org>"),
        ("sender_name", "a\nb"),
        ("site_url", "javascript:alert(1)"),
        ("site_url", "https://a@b"),
        ("site_url", "crm.example.org"),
    ],
)
def test_settings_that_can_not_work_are_refused(app: Flask, name: str, value: str) -> None:
    with pytest.raises(Problem) as refused:
        change_mail_settings(system_actor(), {**SETTINGS, "port": "25", name: value})
    assert list(refused.value.fields) == [name]
    assert not can_send_mail()


def test_text_of_a_confidential_mail_is_forgotten_once_it_is_sent(set_up: MailServer, work: Work) -> None:
    send_mail("a@example.org", "x", "secret", confidential=True)
    assert only_mail().text == "secret"
    work()
    assert (only_mail().text, only_mail().state) == ("", SENT)
    assert "secret" in text_of(set_up.taken[0][1])
