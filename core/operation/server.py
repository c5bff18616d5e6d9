"""One server process: waitress on a socket that it was handed, ending in good order."""

import gc
import socket
import threading
import time
from collections.abc import Callable
from typing import Any, Final

import structlog
from waitress import wasyncore
from waitress.channel import HTTPChannel
from waitress.server import create_server

log = structlog.get_logger(__name__)

#: How long requests that are being answered may take to end when the server is told to stop, in seconds.
GRACE_SECONDS: Final = 20.0
#: How long a request may take before its thread is given up as hung, in seconds; as long as a job may be silent.
HANG_SECONDS: Final = 900.0
#: How many connections may wait to be accepted.
BACKLOG: Final = 256
#: The largest body of a request, in bytes; larger ones are refused before they are stored.
LARGEST_BODY: Final = 256 * 1024 * 1024


def listen(host: str, port: int) -> socket.socket:
    """Open the socket that the server processes share.

    Args:
        host: an address or name of this machine.
        port: 0 lets the system choose one.

    Raises:
        OSError: when the port is taken or the address isn't this machine's.
    """
    family, kind, protocol, _name, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    listener = socket.socket(family, kind, protocol)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
        listener.listen(BACKLOG)
    except OSError:
        listener.close()
        raise
    return listener


def spare_memory() -> None:
    """Leave what a process begins with alone when Python looks for garbage; each request makes little of its own."""
    gc.collect()
    gc.freeze()


class Watched:
    """A WSGI application that knows since when each of its threads has been answering.

    Args:
        application: the application that answers.
    """

    def __init__(self, application: Any) -> None:
        self._application = application
        self._answering: dict[int, tuple[float, str]] = {}

    def __call__(self, environment: dict[str, Any], start: Any) -> Any:
        """Pass a request on."""
        thread = threading.get_ident()
        self._answering[thread] = (time.monotonic(), str(environment.get("PATH_INFO", "")))
        try:
            return self._application(environment, start)
        finally:
            self._answering.pop(thread, None)

    def hung(self, patience: float) -> str | None:
        """Give the path of a request that has taken longer than so many seconds; None when there is none."""
        since = time.monotonic() - patience
        return next((path for began, path in list(self._answering.values()) if began < since), None)


class Server:
    """Answers requests until it is told to stop.

    Args:
        application: a WSGI application.
        listener: a listening socket; other processes may accept from it too.
        threads: how many requests are answered at the same time.
        parent_is_alive: asked every second; when it says no, the server stops.
        patience: how long a request may take, in seconds; after that the process ends and is started anew.
    """

    def __init__(
        self,
        application: Any,
        listener: socket.socket,
        threads: int,
        parent_is_alive: Callable[[], bool] = lambda: True,
        patience: float = HANG_SECONDS,
    ) -> None:
        self._stopping = False
        self._patience = patience
        self._watched = Watched(application)
        self._parent_is_alive = parent_is_alive
        self._channels: dict[int, Any] = {}
        self._server = create_server(
            self._watched,
            map=self._channels,
            sockets=[listener],
            threads=threads,
            ident=None,
            clear_untrusted_proxy_headers=False,  # the application itself knows how many proxies it believes
            max_request_body_size=LARGEST_BODY,
        )

    def stop(self) -> None:
        """Take no more connections, end what is being answered, and then return; may be called by a signal handler."""
        self._stopping = True
        self._server.pull_trigger()

    def run(self) -> int:
        """Serve; the answer is the process's exit status: 1 when a request hangs, which nothing else would end."""
        status = 0
        while not self._stopping:
            wasyncore.loop(timeout=1.0, use_poll=True, map=self._channels, count=1)
            if not self._parent_is_alive():
                self.stop()
            elif (path := self._watched.hung(self._patience)) is not None:
                log.error("server.hung", path=path, seconds=self._patience)
                status = 1
                self.stop()
        self._stop_accepting()
        self._drain()
        self._server.task_dispatcher.shutdown(cancel_pending=True, timeout=1)
        self._server.close()
        wasyncore.close_all(self._channels, ignore_all=True)
        return status

    def _stop_accepting(self) -> None:
        """Leave the shared socket to the others."""
        self._server.accepting = False
        self._server.del_channel(self._channels)

    def _drain(self) -> None:
        deadline = time.monotonic() + GRACE_SECONDS
        while self._is_answering() and time.monotonic() < deadline:
            wasyncore.loop(timeout=0.1, use_poll=True, map=self._channels, count=1)
        log.info("server.stopped", cut_off=self._is_answering())

    def _is_answering(self) -> bool:
        channels = [each for each in list(self._channels.values()) if isinstance(each, HTTPChannel)]
        return any(channel.requests or channel.total_outbufs_len for channel in channels)
