"""The first run: a code opens the page on which the first administrator is made."""

import hmac

from flask import current_app

from core.access import Actor
from core.database import write_unit
from core.host.doors import demand
from core.i18n import LANGUAGES, _, in_language
from core.problems import Problem, not_found
from core.users import queries
from core.users.company import set_company
from core.users.models import User
from core.users.operations.people import checked_email, insert_user
from core.users.passwords import check_password, hash_password


def setup_code() -> str | None:
    """Give the code that opens the set-up page; None once somebody can sign in.

    It follows from the secret key, so that every process of the server knows the same one and nothing has to be kept.
    """
    if queries.has_users():
        return None
    key = str(current_app.secret_key).encode()
    digest = hmac.digest(key, b"pelatis.setup", "sha256").hex()
    return "-".join(digest[start : start + 4] for start in range(0, 16, 4))


def set_up(
    actor: Actor, code: str, *, email: str, name: str, password: str, company_name: str, language: str, currency: str
) -> User:
    """Make the first administrator and tell Pelatis who uses it.

    Args:
        actor: the system's.
        code: the code that the server printed.
        email: the administrator's mail address.
        name: their name.
        password: their password.
        company_name: the company's name.
        language: the language in which people begin.
        currency: ISO 4217.

    Raises:
        Problem: 404 when somebody can sign in already, 422 with the bad fields.
    """
    expected = setup_code()
    if expected is None:
        raise not_found()
    _check_setup(expected, code, name, company_name, language, currency)
    address = checked_email(email)
    check_password(password, address, name, company_name)
    password_hash = hash_password(password)
    with write_unit():
        if queries.has_users():
            raise not_found()
        set_company(company_name=company_name.strip()[:120], language=language, currency=currency)
        user = User(name=name.strip()[:120], email=address, password_hash=password_hash, language=language)
        insert_user(actor, user, "administrator")
        with in_language(language):
            demand("crm_set_up_company", actor=actor)
        return user


def _check_setup(expected: str, code: str, name: str, company_name: str, language: str, currency: str) -> None:
    bad: dict[str, list[str]] = {}
    if not hmac.compare_digest(expected, code.strip().lower()):
        bad["code"] = [_("This isn't the code that the server printed when it started.")]
    if not name.strip():
        bad["name"] = [_("Write your name.")]
    if not company_name.strip():
        bad["company_name"] = [_("Write the company's name.")]
    if language not in LANGUAGES:
        bad["language"] = [_("Choose one of those that are offered.")]
    if len(currency) != 3 or not (currency.isascii() and currency.isupper()):
        bad["currency"] = [_("Choose one of those that are offered.")]
    if bad:
        raise Problem("users.bad_setup", _("Some fields need another look."), fields=bad)
