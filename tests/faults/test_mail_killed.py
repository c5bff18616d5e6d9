"""F2, F3: whatever dies between us and the mail server, nobody gets a mail twice, nor is one lost that was not sent."""

import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

from core.access import system_actor
from core.database import db, write_unit
from core.jobs import operations as jobs
from core.jobs.models import DONE, Job
from core.jobs.worker import run_next_job, worker_name
from core.mail import operations, sending
from core.mail.composing import compose
from core.mail.models import SENDING, SENT, UNCERTAIN, WAITING, MailMessage
from core.mail.settings import change_mail_settings
from tests.smtp import MailServer, serving

SETTINGS = {
    "host": "127.0.0.1",
    "security": "none",
    "sender_address": "info@example.org",
    "site_url": "https://crm.example.org",
}


@pytest.fixture
def server(app: Flask) -> Iterator[MailServer]:
    """Run a mail server that our mail goes to."""
    with serving() as server:
        change_mail_settings(system_actor(), {**SETTINGS, "port": str(server.port)})
        yield server


@pytest.fixture
def killed_at(server: MailServer, database_url: str, tmp_path: Path) -> Callable[[str], None]:
    """Let a worker begin to send, and the mail server kill it at a step; then its leases are over."""

    def killed_at(step: str) -> None:
        db.session.remove()
        db.engine.dispose()
        server.at[step] = "kill"
        worker = subprocess.Popen(
            [sys.executable, "-m", "tests.faults.dying_mailer", database_url, str(tmp_path)],
            cwd=Path(__file__).parents[2],
        )
        server.victim = worker.pid
        assert worker.wait(timeout=120) == -9
        assert only_mail().state == SENDING
        jobs.release_worker(worker_name(worker.pid))

    return killed_at


def only_mail() -> MailMessage:
    db.session.expire_all()
    return db.session.scalars(select(MailMessage)).one()


def test_f2_killed_before_the_mail_was_handed_over_it_is_sent_once(
    server: MailServer, killed_at: Callable[[str], None]
) -> None:
    operations.send_mail("a@example.org", "x", "x")
    killed_at("RCPT")
    while run_next_job("tests"):
        pass
    assert (only_mail().state, server.transmitted, len(server.taken)) == (SENT, 1, 1)


def test_f2_killed_between_the_accept_and_our_commit_a_person_decides(
    server: MailServer, killed_at: Callable[[str], None]
) -> None:
    operations.send_mail("a@example.org", "x", "x")
    killed_at("DATA")
    while run_next_job("tests"):
        pass
    assert (only_mail().state, server.transmitted) == (UNCERTAIN, 1)
    assert "stopped while the mail server had the mail" in only_mail().reason
    operations.send_again(system_actor(), only_mail().id)
    while run_next_job("tests"):
        pass
    assert (only_mail().state, server.transmitted) == (SENT, 2)


def test_f2_mail_that_nobody_knows_of_may_be_believed_sent(
    server: MailServer, killed_at: Callable[[str], None]
) -> None:
    operations.send_mail("a@example.org", "x", "x")
    killed_at("DATA")
    operations.note_as_sent(system_actor(), only_mail().id)
    while run_next_job("tests"):
        pass
    assert (only_mail().state, server.transmitted) == (SENT, 1)


def test_f3_two_jobs_for_one_mail_send_it_once(server: MailServer) -> None:
    mail = operations.send_mail("a@example.org", "x", "x")
    with write_unit():
        operations.enqueue_sending(mail)
    while run_next_job("tests"):
        pass
    assert (only_mail().state, server.transmitted) == (SENT, 1)
    assert {job.state for job in db.session.scalars(select(Job).where(Job.name == operations.SEND_JOB))} == {DONE}


def test_f3_worker_that_comes_back_late_hands_nothing_over(server: MailServer, monkeypatch: pytest.MonkeyPatch) -> None:
    def slow(*arguments: object) -> bytes:
        with write_unit():  # meanwhile another worker thought that this one was dead
            message = only_mail()
            message.lease_id, message.state = None, WAITING
        return compose(*arguments)  # type: ignore[arg-type]

    operations.send_mail("a@example.org", "x", "x")
    monkeypatch.setattr(sending, "compose", slow)
    run_next_job("tests")
    assert (only_mail().state, server.transmitted) == (WAITING, 0)
