"""`pelatis run` and `pelatis worker`: serving."""

import errno
import ipaddress
import os
import shutil
import socket
import sys
import tempfile
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import click

from pelatis.commands import application

if TYPE_CHECKING:
    from core.operation.supervisor import Lifeline


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to answer on; 0.0.0.0 for all.")
@click.option("--port", default=8000, show_default=True, type=click.IntRange(0, 65_535), help="Port to answer on.")
@click.option("--workers", default=1, show_default=True, type=click.IntRange(1, 64), help="Server processes.")
@click.option("--demo", is_flag=True, help="Switch every plugin on and load demonstration data, once.")
def run(host: str, port: int, workers: int, demo: bool) -> None:
    """Serve Pelatis: the web server, and beside it a worker for the work in the background.

    The database is made or brought to this version first. Ctrl-C ends everything.
    """
    from core.operation.logs import LOG_LEVELS, configure_logging
    from core.operation.supervisor import LEAN, Child, Supervisor

    level = os.environ.get("PELATIS_LOG_LEVEL", "").upper()
    configure_logging(level if level in LOG_LEVELS else "INFO")  # the first server says what is wrong with the settings
    listener = _listen(host, port)
    if demo and not ipaddress.ip_address(listener.getsockname()[0]).is_loopback:
        listener.close()
        raise click.ClickException(
            f"The demonstration has passwords that everybody knows, and others can reach {host}: leave --host away."
        )
    alive, held = os.pipe()
    ready, prepared = os.pipe()
    figures = tempfile.mkdtemp(prefix="pelatis-metrics-")
    descriptors = [listener.fileno(), alive, prepared]
    first = _first_server(descriptors, _url_of(host, listener), demo)
    children = [
        Child("server-0", first, essential=True),
        *(Child(f"server-{number}", _server(descriptors), essential=True) for number in range(1, workers)),
        Child("worker", _worker(alive)),
    ]
    environment = {**os.environ, **LEAN, "PROMETHEUS_MULTIPROC_DIR": figures}
    supervisor = Supervisor(children, descriptors, environment, ready)
    try:
        status = supervisor.run()
    finally:
        os.close(held)
        shutil.rmtree(figures, ignore_errors=True)
    if status and not supervisor.preparing:
        raise click.ClickException("The web server stopped again and again; what it wrote above says why.")
    raise click.exceptions.Exit(status)


def _listen(host: str, port: int) -> socket.socket:
    from core.operation.server import listen

    try:
        return listen(host, port)
    except socket.gaierror as error:
        raise click.ClickException(f"{host} isn't an address or name of this machine; try --host 127.0.0.1.") from error
    except OSError as error:
        said = {
            errno.EADDRINUSE: f"Port {port} of {host} is used by another program; choose another one with --port.",
            errno.EACCES: f"Port {port} is for the system's own programs; choose one above 1023 with --port.",
            errno.EADDRNOTAVAIL: f"{host} isn't an address of this machine; try --host 127.0.0.1.",
        }
        raise click.ClickException(said.get(error.errno or 0, f"{host}:{port}: {error.strerror}")) from error


def _url_of(host: str, listener: socket.socket) -> str:
    shown = f"[{host}]" if ":" in host else host
    return f"http://{shown}:{listener.getsockname()[1]}"


def _command(*arguments: str) -> list[str]:
    # Without -P Python would look for packages in the folder that somebody happens to stand in first.
    return [sys.executable, "-P", "-m", "pelatis", *arguments]


def _server(descriptors: Sequence[int], *more: str) -> Any:
    socket_, alive, _prepared = map(str, descriptors)
    return lambda _before: _command("_serve", "--socket", socket_, "--alive", alive, *more)


def _first_server(descriptors: Sequence[int], url: str, demo: bool) -> Any:
    """Give the command of the server that gets the database ready before it serves, and says where it is."""
    more = ["--prepared", str(descriptors[-1]), *(["--demo"] if demo else [])]

    def command(before: int | None) -> list[str]:
        announce = ["--announce", url] if before is None else []
        return list(_server(descriptors, *more, *announce)(before))

    return command


def _worker(alive: int) -> Any:
    def command(before: int | None) -> list[str]:
        return _command("worker", "--alive", str(alive), *(["--after", str(before)] if before else []))

    return command


def _prepare(demo: bool) -> None:
    """Bring the database to this version; on the first run switch the first plugins on."""
    from core.operation.first_run import prepare_database

    for step in prepare_database(all_plugins=demo):
        if step.error:
            click.echo(f"{step.name} was left off: {step.error}", err=True)
    if demo:
        _load_demo()


def _load_demo() -> None:
    """Load the demonstration where there is nothing else, and say how to sign in to it."""
    from core.demo import loading as demo

    if demo.has_customers() and not demo.is_begun():
        click.echo("There are customers already; the demonstration was left out.", err=True)
        return
    signed_in = demo.load()
    click.echo(f"Sign in as {signed_in.email} with {signed_in.password}")


def _show_setup_code() -> None:
    """Print the one-time code of the set-up page as long as there is nobody who could sign in."""
    from core.users.operations import setup_code

    code = setup_code()
    if code:
        click.echo(f"Nobody can sign in yet. Open the page and set it up with the code {code}")


@click.command(hidden=True)
@click.option("--socket", "descriptor", type=int, required=True)
@click.option("--alive", type=int, required=True)
@click.option("--prepared", type=int, help="Get the database ready first, then write a byte here.")
@click.option("--demo", is_flag=True)
@click.option("--announce", default="")
def serve(descriptor: int, alive: int, prepared: int | None, demo: bool, announce: str) -> None:
    """Answer requests on an inherited socket; `pelatis run` starts this."""
    from core.operation.server import Server, spare_memory
    from core.operation.supervisor import Lifeline, stop_on_signals

    with application(quiet=False) as app:
        settings = app.extensions["pelatis_settings"]
        lifeline = Lifeline(alive)
        if prepared is not None:
            _prepare(demo)
            os.write(prepared, b"1")
        if announce:
            _show_setup_code()
        server = Server(app, socket.socket(fileno=descriptor), settings.web_threads, lifeline.parent_is_alive)
        stop_on_signals(server.stop)
    spare_memory()
    # Outside of the command's own context: each request brings its own.
    if announce:
        click.echo(f"Pelatis is at {announce}  (Ctrl-C ends it)")
        sys.stdout.flush()
    raise click.exceptions.Exit(server.run())


@click.command()
@click.option("--threads", type=click.IntRange(1, 64), help="Jobs at the same time; PELATIS_JOB_THREADS by default.")
@click.option("--alive", type=int, hidden=True)
@click.option("--after", type=int, hidden=True)
def worker(threads: int | None, alive: int | None, after: int | None) -> None:
    """Run the work in the background; `pelatis run` starts one, further machines may run more."""
    from core.jobs import operations
    from core.jobs.worker import Worker, worker_name
    from core.operation.server import spare_memory
    from core.operation.supervisor import stop_on_signals

    lifeline = _lifeline(alive)
    with application(quiet=False) as app:
        if after is not None:
            operations.release_worker(worker_name(after))
        settings = app.extensions["pelatis_settings"]
        parent = lifeline.parent_is_alive if lifeline else lambda: True
        running = Worker(app, threads or settings.job_threads, parent)
        stop_on_signals(running.stop)
    spare_memory()
    status = running.run()
    sys.stdout.flush()
    sys.stderr.flush()
    if status:
        # Threads that are stuck would keep an ordinary exit waiting.
        os._exit(status)
    raise click.exceptions.Exit(0)


def _lifeline(descriptor: int | None) -> "Lifeline | None":
    from core.operation.supervisor import Lifeline

    return Lifeline(descriptor) if descriptor is not None else None
