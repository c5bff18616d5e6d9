"""The rules of tax rules."""

from collections.abc import Mapping
from typing import Any

from pelatis.api import Actor, Problem, _, change_record, save, write_unit

from ..models import TaxRule
from ..taxes import plain_postcode
from .periods import check_period


def create_tax_rule(actor: Actor, values: Mapping[str, Any]) -> TaxRule:
    """Make a tax rule.

    Raises:
        Problem: `catalog.ends_before_it_begins`; `catalog.bad_postcodes` for what no postcode begins with.
    """
    with write_unit():
        rule = TaxRule(**_checked_rule(values))
        check_period(rule.valid_from, rule.valid_until)
        saved: TaxRule = save(actor, rule)
        return saved


def update_tax_rule(actor: Actor, rule: TaxRule, values: Mapping[str, Any]) -> TaxRule:
    """Change a tax rule; documents keep the tax that they were made with.

    Raises:
        Problem: `catalog.ends_before_it_begins`; `catalog.bad_postcodes` for what no postcode begins with.
    """
    with write_unit():
        check_period(values.get("valid_from", rule.valid_from), values.get("valid_until", rule.valid_until))
        changed: TaxRule = change_record(actor, rule, _checked_rule(values))
        return changed


def _checked_rule(values: Mapping[str, Any]) -> dict[str, Any]:
    columns = dict(values)
    if "postcodes" in columns:
        beginnings = [plain_postcode(each) for each in (columns["postcodes"] or "").replace(",", " ").split()]
        if not all(each.isalnum() for each in beginnings):
            message = _("Write how the postcodes begin, with blanks between them: 811 812.")
            raise Problem("catalog.bad_postcodes", message, fields={"postcodes": [message]})
        columns["postcodes"] = " ".join(beginnings)
    return columns
