"""The floor served as Pelatis is: by the same server program, in as many processes, under the same supervisor."""

import os
import socket
import sys
from typing import Final

import click

from core.operation.server import Server, listen, spare_memory
from core.operation.supervisor import LEAN, Child, Supervisor, stop_on_signals

#: How many requests one process answers at the same time; Pelatis' own number by default.
THREADS: Final = 4


@click.group()
def program() -> None:
    """Serve the floor."""


@program.command()
@click.option("--port", type=int)
@click.option("--workers", type=int)
def run(port: int, workers: int) -> None:
    """Keep the server processes alive."""
    descriptor = listen("127.0.0.1", port).detach()
    command = [sys.executable, "-P", "-m", __spec__.name, "_serve", str(descriptor)]
    children = [Child(f"server-{number}", lambda _before: command, essential=True) for number in range(workers)]
    sys.exit(Supervisor(children, [descriptor], {**os.environ, **LEAN}).run())


@program.command("_serve")
@click.argument("descriptor", type=int)
def serve(descriptor: int) -> None:
    """Answer requests on an inherited socket."""
    from sqlalchemy import Column, Table, Uuid

    from core.bench.application import floor_application, floor_engine
    from core.database.base import metadata

    for name in ("core_user", "core_territory"):  # what customers point at; their models would bring more along
        Table(name, metadata, Column("id", Uuid, primary_key=True))
    application = floor_application(floor_engine(os.environ["PELATIS_DATABASE_URL"]))
    server = Server(application, socket.socket(fileno=descriptor), THREADS)
    stop_on_signals(server.stop)
    spare_memory()
    sys.exit(server.run())


if __name__ == "__main__":
    program()
