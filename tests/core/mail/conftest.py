"""A mail server, settings that lead to it, and a worker's turn."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask import Flask

from core.access import system_actor
from core.database import db
from core.jobs.worker import run_next_job
from core.mail.settings import change_mail_settings
from tests.smtp import MailServer, serving

SETTINGS = {
    "host": "127.0.0.1",
    "security": "none",
    "sender_name": "Αιγίς Α.Ε.",
    "sender_address": "info@example.org",
    "site_url": "https://crm.example.org/",
}


@pytest.fixture
def mail_server() -> Iterator[MailServer]:
    """Run a mail server that takes everything."""
    with serving() as server:
        yield server


def set_up_mail(server: MailServer, **others: Any) -> None:
    """Let our mail go to a test's server."""
    change_mail_settings(system_actor(), {**SETTINGS, "port": str(server.port), **others})


@pytest.fixture
def set_up(app: Flask, mail_server: MailServer) -> MailServer:
    """Let our mail go to the mail server that takes everything."""
    set_up_mail(mail_server)
    return mail_server


@pytest.fixture
def work(app: Flask) -> Callable[[], int]:
    """Let a worker do what is due; gives how many jobs that were."""

    def work() -> int:
        count = 0
        while run_next_job("tests") is not None:
            count += 1
        db.session.rollback()
        return count

    return work
