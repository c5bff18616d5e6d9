"""What makes a new installation one's own, and what of it is done already."""

from dataclasses import astuple, dataclass

from sqlalchemy import exists, func, select

from core.customers.models import Customer
from core.database import db
from core.host.doors import current_host
from core.mail.settings import can_send_mail
from core.users.models import User


@dataclass(frozen=True)
class FirstSteps:
    """Which of the first steps are done.

    Attributes:
        modules: whether plugins are switched on.
        customers: whether there are customers.
        colleagues: whether more than one person may sign in.
        mail: whether mail goes out.
    """

    modules: bool
    customers: bool
    colleagues: bool
    mail: bool

    @property
    def are_done(self) -> bool:
        """Tell whether nothing of it is left."""
        return all(astuple(self))

    @property
    def next(self) -> str:
        """Name the first of them that isn't done; empty when all are."""
        return next((name for name, is_done in vars(self).items() if not is_done), "")


def first_steps() -> FirstSteps:
    """Look which of the first steps are done."""
    has_customers = exists(select(1).where(Customer.deleted_at.is_(None)))
    people = select(User.id).where(User.active, User.deleted_at.is_(None)).limit(2).subquery()
    count = select(func.count()).select_from(people).scalar_subquery()
    customers, colleagues = db.session.execute(select(has_customers, count > 1)).one()
    return FirstSteps(bool(current_host().enabled), bool(customers), bool(colleagues), can_send_mail())


def enabled_modules() -> list[str]:
    """Name the plugins that are switched on, as people meet them."""
    host = current_host()
    return [str(host.title(name)) for name in host.as_shown(host.enabled)]
