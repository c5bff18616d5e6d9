"""What concerns people and takes long, or is tidied away at night."""

import uuid
from datetime import timedelta
from typing import Final

from sqlalchemy import delete, or_

from core.access import current_actor
from core.database import db, utc_now, write_unit
from core.i18n import _l
from core.jobs.progress import Progress
from core.jobs.registry import job
from core.users import operations, queries
from core.users.models import User, UserSession
from core.users.operations.forgotten import MAIL_LINK_JOB
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


@job(name=MAIL_LINK_JOB, title=_l("Link for a forgotten password"))
def mail_password_link(progress: Progress, email: str) -> None:  # noqa: ARG001 – one step, nothing to tell
    """Mail a link for a new password, if somebody signs in with an address.

    Args:
        progress: how far the job is.
        email: the address, as somebody typed it on the sign-in page.
    """
    operations.mail_link(email)


@job(name="core.hand_over", title=_l("Hand-over of a person's records"))
def hand_over(progress: Progress, leaver: str, heir: str) -> None:
    """Give everything that a person owns to another; killed, it goes on with what is left.

    Args:
        progress: how far the job is.
        leaver: the id of the person who leaves.
        heir: the id of whoever gets it all.
    """
    leaving, following = (db.session.get_one(User, uuid.UUID(each)) for each in (leaver, heir))
    total = progress.done + queries.count_owned(leaving.id)

    def told(number: int) -> None:
        progress.advance(progress.done + number, total=total)

    operations.hand_over(current_actor(), leaving, following, told)
