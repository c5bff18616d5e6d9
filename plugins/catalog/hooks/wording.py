"""How prices and rules are said in a few words, and where lists of them are."""

import json
from urllib.parse import urlencode
from uuid import UUID

from pelatis.api import _, format_amount, format_day, format_number, format_percent

from ..models import Option, Price, PriceRule


def written_limits(source: Price | PriceRule) -> str:
    """Say from which quantity on and on which days a price or rule holds; empty for always."""
    parts = []
    if source.min_quantity > 1:
        parts.append(_("from %(quantity)s", quantity=format_number(source.min_quantity)))
    if source.valid_from is not None:
        parts.append(_("since %(day)s", day=format_day(source.valid_from)))
    if source.valid_until is not None:
        parts.append(_("until %(day)s", day=format_day(source.valid_until)))
    return " · ".join(parts)


def written_change(rule: PriceRule | Option) -> str:
    """Say what a rule or an option makes of what it starts from: "−10 % + €2"."""
    parts = []
    if rule.percent:
        parts.append(format_percent(rule.percent))
    if rule.amount or (isinstance(rule, PriceRule) and rule.base == "fixed"):
        parts.append(format_amount(rule.amount, rule.currency))
    return " ".join(f"+{part}" if place and part[0].isalnum() else part for place, part in enumerate(parts)) or "–"


def list_of(url: str, field: str, record: UUID) -> str:
    """Give the path of a list of what belongs to a record.

    Args:
        url: the list's path.
        field: the schema field that names the record.
        record: its id.
    """
    clause = {"field": field, "op": "is", "value": [str(record)]}
    return f"{url}?{urlencode({'filter': json.dumps({'and': [clause]})})}"
