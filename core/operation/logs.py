"""Logs: one JSON object per line, without anybody's personal data.

What is logged are ids, not names. Mail addresses and long numbers that come along in the text of
an error are masked. Everything but ASCII is escaped, line ends of all kinds included, so that nobody can forge a line.
"""

import logging
import re
import sys
from collections.abc import MutableMapping
from typing import Any, Final

import structlog

LOG_LEVELS: Final = ("DEBUG", "INFO", "WARNING", "ERROR")

_MAIL: Final = re.compile(r"[^\s@<>\"',;:()\[\]=]{1,64}@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63}){1,8}")
_NUMBER: Final = re.compile(r"\+?\d(?:[ ()/-]{0,2}\d){6,20}(?![\w-])")
#: Fields whose numbers and dots mean something else than a person's.
_SAFE_FIELDS: Final = frozenset({"timestamp", "request_id", "job_id", "logger", "level"})


class _StderrHandler(logging.StreamHandler[Any]):
    """Writes to whatever stderr is at the moment, not to what it was when logging was set up."""

    @property
    def stream(self) -> Any:
        return sys.stderr

    @stream.setter
    def stream(self, _value: Any) -> None:
        """Do nothing: the base class insists on setting it."""


def configure_logging(level: str = "INFO") -> None:
    """Send structlog's and the standard library's logs to stderr, one JSON object per line.

    Args:
        level: the least weighty line that is written, `INFO` for instance.
    """
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
        mask_personal_data,
    ]
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *shared,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )
    handler = _StderrHandler()
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.JSONRenderer(),
            ],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [*(each for each in root.handlers if not isinstance(each, _StderrHandler)), handler]
    root.setLevel(level)
    # They tell of every migration step and every queue look-up.
    for chatty in ("alembic", "huey", "waitress.queue", "werkzeug"):
        logging.getLogger(chatty).setLevel(max(logging.WARNING, root.level))


def mask_personal_data(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Mask mail addresses and telephone-like numbers in every text of a log line."""
    for key, value in event.items():
        if key not in _SAFE_FIELDS and isinstance(value, str):
            event[key] = masked(value)
    return event


def masked(text: str) -> str:
    """Replace mail addresses and numbers of seven digits and more."""
    return _NUMBER.sub("[number]", _MAIL.sub("[mail]", text))
