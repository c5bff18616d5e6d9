"""Figures for Prometheus: requests, jobs, hooks, plugins."""

import os
from collections.abc import Iterable
from typing import Any

from flask import Flask, Response, request
from prometheus_client import REGISTRY, CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector
from sqlalchemy.exc import SQLAlchemyError

from core.database import db
from core.jobs import queries
from core.operation.access_log import route_of_request, seconds_of_request
from core.problems import Problem

REQUESTS = Counter("pelatis_requests", "Requests answered.", ["method", "route", "status"])
LATENCY = Histogram(
    "pelatis_request_seconds",
    "Server time of a request, in seconds.",
    ["route"],
    buckets=(0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10),
)
JOBS_ENDED = Counter("pelatis_jobs_ended", "Runs of jobs that ended, by how.", ["job", "outcome"])
HOOK_FAILURES = Counter("pelatis_hook_failures", "Exceptions that hooks of plugins raised.", ["plugin", "hook"])


def count_hook_failure(plugin: str, hook: str) -> None:
    """Count an exception that a plugin's hook raised; the host's doors call it."""
    HOOK_FAILURES.labels(plugin, hook).inc()


def measure_requests(app: Flask) -> None:
    """Count every request and its server time, by route and not by address."""

    @app.after_request
    def end(response: Response) -> Response:
        route = route_of_request()
        REQUESTS.labels(_known_method(), route, response.status_code).inc()
        LATENCY.labels(route).observe(seconds_of_request())
        return response


def _known_method() -> str:
    """Keep made-up methods from growing the number of series."""
    return request.method if request.method in ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS") else "other"


class StateCollector(Collector):
    """What is read from the database when Prometheus asks: jobs by state and plugins by state."""

    def __init__(self, host: Any) -> None:
        self._host = host

    def collect(self) -> Iterable[Metric]:
        """Give the gauges; while the database is away, the others still tell how that feels."""
        up = GaugeMetricFamily("pelatis_database_up", "Whether the database answers.")
        try:
            gauges = [self._jobs(), self._plugins()]
        except (SQLAlchemyError, Problem):
            gauges = []
        db.session.rollback()
        up.add_metric([], 1 if gauges else 0)
        return [up, *gauges]

    def _jobs(self) -> Metric:
        gauge = GaugeMetricFamily("pelatis_jobs", "Jobs in each state.", labels=["state"])
        for state, count in queries.count_by_state().items():
            gauge.add_metric([state], count)
        return gauge

    def _plugins(self) -> Metric:
        gauge = GaugeMetricFamily("pelatis_plugins_enabled", "Plugins that are enabled.")
        gauge.add_metric([], len(self._host.enabled))
        return gauge


def exposition(host: Any) -> bytes:
    """Write all figures in the text format of Prometheus.

    Where several processes serve (PROMETHEUS_MULTIPROC_DIR is set by `pelatis run`), the figures of all are added up.

    Args:
        host: the plugin host.
    """
    registry = CollectorRegistry()
    registry.register(StateCollector(host))
    shared: CollectorRegistry = REGISTRY
    if os.environ.get("PROMETHEUS_MULTIPROC_DIR"):
        from prometheus_client.multiprocess import MultiProcessCollector  # reads the variable when it is made

        shared = CollectorRegistry()
        MultiProcessCollector(shared)  # type: ignore[no-untyped-call]  # the library leaves it untyped
    return generate_latest(shared) + generate_latest(registry)
