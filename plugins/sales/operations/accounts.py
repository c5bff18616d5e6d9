"""The accounts of the journal: one for each purpose, and for each tax and way to pay that is named."""

from collections.abc import Mapping
from typing import Any, Final

from sqlalchemy import select

from pelatis.api import Actor, Problem, _, change_record, db, save, write_unit

from ..models import AccountMapping

#: Which column of an account may say more about its purpose.
_DETAILS: Final = {"tax_name": "tax", "method": "money"}


def create_account(actor: Actor, values: Mapping[str, Any]) -> AccountMapping:
    """Say which account is used for something.

    Raises:
        Problem: `sales.account_detail`, `sales.account_twice` (422).
    """
    with write_unit():
        account = AccountMapping(**values)
        _check(account)
        saved: AccountMapping = save(actor, account)
        return saved


def update_account(actor: Actor, account: AccountMapping, values: Mapping[str, Any]) -> AccountMapping:
    """Change an account, by the rules by which one is written down.

    Raises:
        Problem: as `create_account`.
    """
    with write_unit() as session:
        with session.no_autoflush:
            change_record(actor, account, values)
            _check(account)
        session.flush()
        return account


def _check(account: AccountMapping) -> None:
    for column, purpose in _DETAILS.items():
        if getattr(account, column) and account.purpose != purpose:
            message = _("This says nothing about what the account is used for; leave it empty.")
            raise Problem("sales.account_detail", message, fields={column: [message]})
    with db.session.no_autoflush:
        others = db.session.scalars(
            select(AccountMapping).where(AccountMapping.purpose == account.purpose, AccountMapping.deleted_at.is_(None))
        )
        if any(_key(each) == _key(account) for each in others if each is not account):
            message = _("There is an account for this already; change that one.")
            raise Problem("sales.account_twice", message, fields={"purpose": [message]})


def _key(account: AccountMapping) -> tuple[str, str]:
    return account.tax_name or "", account.method or ""
