"""One server process: waitress on a socket that it was handed, ending in good order."""

import gc
import socket
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
#: How many connections may wait to be accepted.
BACKLOG: Final = 256
#: After how many new objects Python looks for garbage; a page makes some thousands and leaves none behind.
COLLECTED_AFTER: Final = (20_000, 20, 20)
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
    gc.set_threshold(*COLLECTED_AFTER)


class Server:
    """Answers requests until it is told to stop.

    Args:
        application: a WSGI application.
        listener: a listening socket; other processes may accept from it too.
        threads: how many requests are answered at the same time.
        parent_is_alive: asked every second; when it says no, the server stops.
    """

    def __init__(
        self,
        application: Any,
        listener: socket.socket,
        threads: int,
        parent_is_alive: Callable[[], bool] = lambda: True,
    ) -> None:
        self._stopping = False
        self._parent_is_alive = parent_is_alive
        self._channels: dict[int, Any] = {}
        self._server = create_server(
            application,
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
        """Serve; the answer is the process's exit status."""
        while not self._stopping:
            wasyncore.loop(timeout=1.0, use_poll=True, map=self._channels, count=1)
            if not self._parent_is_alive():
                self.stop()
        self._stop_accepting()
        self._drain()
        self._server.task_dispatcher.shutdown(cancel_pending=True, timeout=1)
        self._server.close()
        wasyncore.close_all(self._channels, ignore_all=True)
        return 0

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
