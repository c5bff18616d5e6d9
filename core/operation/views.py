"""`/healthz`, `/readyz` and `/metrics`, for whatever watches over the server."""

import hmac
import ipaddress

from flask import Blueprint, Response, current_app, jsonify, make_response, request
from prometheus_client import CONTENT_TYPE_LATEST

from core.database import db
from core.operation.health import readiness
from core.operation.metrics import exposition
from core.settings import Settings
from core.web.audience import audience

blueprint = Blueprint("operation", __name__)


@blueprint.get("/healthz")
@audience("public")
def healthz() -> Response:
    """Say that the process answers; nothing else is asked, so that a slow database doesn't get it restarted."""
    return jsonify(alive=True)


@blueprint.get("/readyz")
@audience("public")
def readyz() -> Response:
    """Say whether requests may be sent here: 200, or 503 with the reason."""
    state = readiness(db.engine)
    response = jsonify(state.as_json())
    response.status_code = 200 if state.is_ready else 503
    return response


@blueprint.get("/metrics")
@audience("public")
def metrics() -> Response:
    """Give the figures for Prometheus to this machine, or to whoever has the token of `PELATIS_METRICS_TOKEN`."""
    if not (_has_token() or _is_local()):
        return make_response("Only this machine, or the bearer token of PELATIS_METRICS_TOKEN, may read this.\n", 403)
    response = make_response(exposition(current_app.extensions["pelatis_host"]))
    response.headers["Content-Type"] = CONTENT_TYPE_LATEST
    return response


def _has_token() -> bool:
    settings: Settings = current_app.extensions["pelatis_settings"]
    scheme, _space, given = request.headers.get("Authorization", "").partition(" ")
    expected = settings.metrics_token
    return bool(expected) and scheme.lower() == "bearer" and hmac.compare_digest(given.encode(), expected.encode())


def _is_local() -> bool:
    """Tell whether the request comes from this machine itself, and not through a proxy that runs on it."""
    if "X-Forwarded-For" in request.headers or "Forwarded" in request.headers:
        return False
    try:
        return ipaddress.ip_address(request.remote_addr or "").is_loopback
    except ValueError:
        return False
