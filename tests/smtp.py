"""A mail server for tests: it keeps what it takes, and answers, hangs, hangs up or kills as it is told."""

import asyncio
import os
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTPUTF8
from typing import Any

from aiosmtpd.smtp import SMTP, AuthResult

ACCEPTED = "250 taken"


@dataclass
class MailServer:
    """What a mail server was sent, and how it behaves.

    Attributes:
        taken: envelope and mail of each mail that it answered 250 to.
        transmitted: how many mails it was sent whole, whatever it answered.
        at: step to behaviour: an answer such as `451 later`, or `hang`, `drop`, `kill`.
        victim: the process that `kill` ends.
    """

    port: int = 0
    taken: list[tuple[Any, EmailMessage]] = field(default_factory=list)
    transmitted: int = 0
    at: dict[str, str] = field(default_factory=dict)
    victim: int = 0

    async def _behave(self, step: str, server: Any) -> str | None:
        wanted = self.at.get(step)
        if wanted == "hang":
            await asyncio.sleep(60)
        elif wanted == "drop":
            server.transport.abort()
        elif wanted == "kill":
            os.kill(self.victim, signal.SIGKILL)
            self.at.pop(step)
        else:
            return wanted
        return "421 bye"

    async def handle_MAIL(self, server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:  # noqa: N802
        """Take the sender."""
        answer = await self._behave("MAIL", server)
        envelope.mail_from, envelope.mail_options = address, [*envelope.mail_options, *options]
        return answer or ACCEPTED

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:  # noqa: N802
        """Take the receiver."""
        answer = await self._behave("RCPT", server)
        envelope.rcpt_tos.append(address)
        return answer or ACCEPTED

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802
        """Take the mail."""
        self.transmitted += 1
        answer = await self._behave("DATA", server)
        if answer:
            return answer
        parsed: Any = message_from_bytes(envelope.content, policy=SMTPUTF8)
        self.taken.append((envelope, parsed))
        return ACCEPTED

    def check(self, server: Any, session: Any, envelope: Any, mechanism: str, data: Any) -> AuthResult:
        """Let one user in."""
        known = (data.login, data.password) == (b"anna", "μυστικό".encode())
        return AuthResult(success=known, handled=False)


@contextmanager
def serving(**options: Any) -> Iterator[MailServer]:
    """Run a mail server on this machine.

    Args:
        **options: what aiosmtpd's SMTP takes: `tls_context`, `require_starttls`, `auth_required` …
    """
    taker, loop = MailServer(), asyncio.new_event_loop()

    def conversation() -> SMTP:
        check = taker.check
        return SMTP(taker, hostname="mail.test", enable_SMTPUTF8=True, loop=loop, authenticator=check, **options)

    # In its own thread from the start: in this one a browser's loop may be running, and two don't go together.
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    server = asyncio.run_coroutine_threadsafe(loop.create_server(conversation, "127.0.0.1", 0), loop).result()
    taker.port = server.sockets[0].getsockname()[1]
    try:
        yield taker
    finally:
        asyncio.run_coroutine_threadsafe(_end(server), loop).result()
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


async def _end(server: asyncio.Server) -> None:
    server.close()
    talks = asyncio.all_tasks() - {asyncio.current_task()}
    for talk in talks:
        talk.cancel()
    await asyncio.gather(*talks, return_exceptions=True)
