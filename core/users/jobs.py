"""What is tidied away at night: sessions and tokens that open nothing any more."""

from datetime import timedelta
from typing import Final

from sqlalchemy import delete, or_

from core.database import utc_now, write_unit
from core.i18n import _l
from core.jobs.progress import Progress
from core.jobs.registry import job
from core.users.models import UserSession
from core.users.queries import SESSION_LIFETIME

#: For how long a session that has ended is kept, so that somebody can still be told from where they signed in.
KEPT_AFTER_END: Final = timedelta(days=30)


@job(name="core.forget_old_sessions", title=_l("Old sessions"), every="day", at="03:30")
def forget_old_sessions(progress: Progress) -> None:  # noqa: ARG001 – one step, nothing to tell
    """Delete the sessions that ended, or grew too old to open anything, long ago."""
    now = utc_now()
    over = or_(
        UserSession.ended_at < now - KEPT_AFTER_END, UserSession.created_at < now - SESSION_LIFETIME - KEPT_AFTER_END
    )
    with write_unit() as session:
        session.connection().execute(delete(UserSession).where(over))
