"""The log of requests: one line for each, with its id and its route, never its address."""

import re
import time
import uuid
from typing import Final

import structlog
from flask import Flask, Response, g, request

#: A request id that is taken over from a proxy.
REQUEST_ID: Final = re.compile(r"[A-Za-z0-9._-]{8,64}")
HEADER: Final = "X-Request-ID"

_access = structlog.get_logger("pelatis.access")


def log_requests(app: Flask) -> None:
    """Give every request an id, bind it to all of its log lines, and write one line when it ends."""

    @app.before_request
    def begin() -> None:
        given = request.headers.get(HEADER, "")
        g.request_id = given if REQUEST_ID.fullmatch(given) else uuid.uuid4().hex
        g.request_began = time.perf_counter()
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(request_id=g.request_id)

    @app.after_request
    def end(response: Response) -> Response:
        response.headers[HEADER] = g.get("request_id", "")
        _access.info(
            "request",
            method=request.method,
            route=route_of_request(),
            status=response.status_code,
            milliseconds=round(seconds_of_request() * 1000, 1),
        )
        return response


def seconds_of_request() -> float:
    """Tell how long the request has taken until now."""
    now = time.perf_counter()
    return now - float(g.get("request_began", now))


def route_of_request() -> str:
    """Name the request's route by its pattern, `/customers/<id>`, so that no address and no search text is kept."""
    return request.url_rule.rule if request.url_rule else "unmatched"
