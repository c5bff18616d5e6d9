"""Texts that no database keeps end at the door, wherever in a request they stand."""

from flask import Flask, request
from werkzeug.exceptions import BadRequest

from core.records.untrusted import is_keepable


def install_text_check(app: Flask) -> None:
    """Refuse requests whose address or form holds a NUL; bodies of JSON are looked at where they are read.

    Args:
        app: the application, after who acts is known.
    """

    @app.before_request
    def check() -> None:
        if not all(map(is_keepable, _texts())):
            raise BadRequest


def _texts() -> list[str]:
    given = [request.path]
    for values in (request.args, request.form):
        for name, each in values.items(multi=True):
            given += [name, each]
    return given
