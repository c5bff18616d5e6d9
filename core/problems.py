"""Problems: errors that are told to the person who can act on them."""

from collections.abc import Mapping, Sequence
from typing import Any


class Problem(Exception):  # noqa: N818 - what people read is a problem, as in RFC 9457
    """Something that the user can read and mend.

    Args:
        code: a stable id for programs, `sales.stage_needs_fields`.
        message: one sentence in the user's language: what is wrong and what to do.
        status: the HTTP status: 422 invalid, 404 absent or hidden, 403 refused, 409 stale, 503 busy.
        fields: for each bad field its messages.
        extra: anything else that a page or program needs to go on.
    """

    def __init__(
        self,
        code: str,
        message: str,
        *,
        status: int = 422,
        fields: Mapping[str, Sequence[str]] | None = None,
        extra: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.status = status
        self.fields: dict[str, list[str]] = {
            name: [str(m) for m in messages] for name, messages in (fields or {}).items()
        }
        self.extra = dict(extra or {})

    def __str__(self) -> str:
        return str(self.message)

    def as_json(self) -> dict[str, Any]:
        """Give the body of an `application/problem+json` answer (RFC 9457)."""
        body: dict[str, Any] = {"type": f"urn:pelatis:{self.code}", "title": str(self.message), "status": self.status}
        if self.fields:
            body["errors"] = self.fields
        return body | self.extra


def not_found() -> Problem:
    """Make the problem that absent and hidden things share, so that nobody learns which it was."""
    from core.i18n import _

    return Problem("not_found", _("This doesn't exist, or it isn't yours to see."), status=404)
