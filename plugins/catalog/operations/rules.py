"""The rules of price rules: what one starts from is there, and no list starts from itself."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from pelatis.api import Actor, Problem, _, change_record, save, write_unit

from ..models import PriceList, PriceRule
from ..queries.prices import lists_started_from
from .periods import check_period
from .prices import default_price_list


def create_price_rule(actor: Actor, values: Mapping[str, Any]) -> PriceRule:
    """Make a price rule, in the default price list unless one is named.

    Raises:
        Problem: `catalog.ends_before_it_begins`; `catalog.bad_rule` for one that can't be reckoned.
    """
    with write_unit() as session:
        columns = dict(values)
        columns["price_list_id"] = columns.get("price_list_id") or default_price_list(actor).id
        columns["currency"] = session.get_one(PriceList, columns["price_list_id"]).currency
        rule = PriceRule(**columns)
        _check(columns)
        saved: PriceRule = save(actor, rule)
        return saved


def update_price_rule(actor: Actor, rule: PriceRule, values: Mapping[str, Any]) -> PriceRule:
    """Change a price rule; documents keep the prices that they were made with.

    Raises:
        Problem: `catalog.ends_before_it_begins`; `catalog.bad_rule` for one that can't be reckoned.
    """
    with write_unit() as session:
        columns = {name: value for name, value in values.items() if name != "price_list_id" or value}
        if "price_list_id" in columns:
            columns["currency"] = session.get_one(PriceList, columns["price_list_id"]).currency
        _check({name: getattr(rule, name) for name in _LOOKED_AT} | columns)
        changed: PriceRule = change_record(actor, rule, columns)
        return changed


_LOOKED_AT = (
    "price_list_id", "product_id", "series", "base", "base_list_id", "percent", "rounding_step", "ending",
    "valid_from", "valid_until",
)  # fmt: skip


def _check(values: Mapping[str, Any]) -> None:
    check_period(values.get("valid_from"), values.get("valid_until"))
    if values.get("product_id") and values.get("series"):
        raise _bad("series", _("Name a product or a series, not both."))
    base = values.get("base", "own")
    if base == "list" and not values.get("base_list_id"):
        raise _bad("base_list", _("Name the list that it starts from."))
    if base == "fixed" and values.get("percent"):
        raise _bad("percent", _("A fixed amount has no percent."))
    if values.get("ending") and not values.get("rounding_step"):
        raise _bad("rounding_step", _("An ending is added after rounding: say to what."))
    if base == "list":
        _check_circle(values["price_list_id"], values["base_list_id"])


def _check_circle(price_list: UUID, base: UUID) -> None:
    if base == price_list or price_list in lists_started_from(base):
        raise _bad("base_list", _("That list starts from this one already."))


def _bad(field: str, message: str) -> Problem:
    return Problem("catalog.bad_rule", message, fields={field: [message]})
