"""Several threads that act at the same moment."""

import threading
from collections.abc import Callable
from typing import Any

from flask import Flask

from core.access import acting_as, system_actor
from core.database import db


def at_once(app: Flask, count: int, act: Callable[[int], Any]) -> None:
    """Let so many act at the same moment, as the system, each with a session of its own; none of them may fail.

    Args:
        app: the application.
        count: how many.
        act: what each does, told its number from 0 on; it catches the refusals that it expects.
    """
    db.session.remove()
    ready = threading.Barrier(count)
    failures: list[BaseException] = []

    def begin(number: int) -> None:
        with app.app_context(), acting_as(system_actor()):
            ready.wait()
            try:
                act(number)
            except BaseException as error:
                failures.append(error)
                raise
            finally:
                db.session.remove()

    threads = [threading.Thread(target=begin, args=(number,)) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
