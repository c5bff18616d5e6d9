"""Signatures that hold for some time, on machines whose clocks don't agree."""

from typing import Any

from itsdangerous import SignatureExpired, TimestampSigner

from core.database import utc_now


class PatientSigner(TimestampSigner):
    """Takes what was signed a moment from now: of several machines one is always behind, and clocks are set back.

    Python's own takes it for expired, which would sign somebody out who has just signed in on another machine.
    """

    def unsign(self, signed_value: str | bytes, max_age: int | None = None, return_timestamp: bool = False) -> Any:
        """Give what was signed, and when if that is asked for.

        Raises:
            SignatureExpired: when it is older than so many seconds.
        """
        value, signed_at = super().unsign(signed_value, return_timestamp=True)
        if max_age is not None and (utc_now() - signed_at).total_seconds() > max_age:
            raise SignatureExpired("too old", payload=value, date_signed=signed_at)
        return (value, signed_at) if return_timestamp else value
