"""A server process that is told to stop ends what it is answering, and leaves the shared socket to the others."""

import contextlib
import http.client
import socket
import threading
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import pytest

from core.operation.server import Server, listen

Wsgi = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


@pytest.fixture
def listener() -> Iterator[socket.socket]:
    opened = listen("127.0.0.1", 0)
    yield opened
    opened.close()


class Running:
    """A server in a thread."""

    def __init__(self, application: Wsgi, listener: socket.socket, **options: Any) -> None:
        self.server = Server(application, socket.socket(fileno=listener.dup().detach()), threads=2, **options)
        self._thread = threading.Thread(target=self.server.run)
        self._thread.start()

    def join(self) -> None:
        self._thread.join(60)
        assert not self._thread.is_alive()


def ask(listener: socket.socket) -> str:
    host, port = listener.getsockname()
    connection = http.client.HTTPConnection(host, port, timeout=30)
    try:
        connection.request("GET", "/", headers={"Connection": "close"})
        return connection.getresponse().read().decode()
    finally:
        connection.close()


def hello(_environment: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
    start("200 OK", [("Content-Type", "text/plain")])
    return [b"hello"]


def test_f30_an_answer_that_was_begun_is_finished(listener: socket.socket) -> None:
    begun, may_end = threading.Event(), threading.Event()

    def slow(_environment: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        begun.set()
        may_end.wait(30)
        start("200 OK", [("Content-Type", "text/plain")])
        return [b"x" * 500_000]

    running = Running(slow, listener)
    answers: list[str] = []
    client = threading.Thread(target=lambda: answers.append(ask(listener)))
    client.start()
    assert begun.wait(30)
    running.server.stop()
    may_end.set()
    client.join(60)
    running.join()
    assert [len(answer) for answer in answers] == [500_000]


def test_several_servers_answer_on_one_socket_and_one_may_end(listener: socket.socket) -> None:
    first, second = Running(hello, listener), Running(hello, listener)
    assert {ask(listener) for _request in range(10)} == {"hello"}
    first.server.stop()
    first.join()
    assert {ask(listener) for _request in range(10)} == {"hello"}
    second.server.stop()
    second.join()


def test_a_server_whose_parent_is_gone_ends(listener: socket.socket) -> None:
    running = Running(hello, listener, parent_is_alive=lambda: False)
    running.join()


def test_a_port_that_is_taken_is_refused(listener: socket.socket) -> None:
    host, port = listener.getsockname()
    with pytest.raises(OSError, match="in use"):
        listen(host, port)


def test_a_request_that_hangs_ends_the_process_so_that_another_is_started(
    listener: socket.socket, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("core.operation.server.GRACE_SECONDS", 0.1)
    may_end = threading.Event()

    def hanging(_environment: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        may_end.wait(60)
        start("200 OK", [])
        return []

    server = Server(hanging, socket.socket(fileno=listener.dup().detach()), threads=2, patience=0.05)
    client = threading.Thread(target=_ask_in_vain, args=(listener,))
    client.start()
    assert server.run() == 1
    may_end.set()
    client.join(60)


def _ask_in_vain(listener: socket.socket) -> None:
    with contextlib.suppress(http.client.HTTPException, OSError):
        ask(listener)
