"""The rules of bundles: made of products that are no bundles themselves."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from pelatis.api import Actor, Problem, _, change_record, db, save, write_unit

from ..models import BundlePart, Product
from ..queries.bundles import is_bundle, is_in_bundle


def create_part(actor: Actor, values: Mapping[str, Any]) -> BundlePart:
    """Put a product into a bundle; a product with its first part costs the sum of its parts.

    Raises:
        Problem: `catalog.bad_bundle` for a bundle inside of a bundle.
    """
    with write_unit() as session:
        _check(values["bundle_id"], values["part_id"])
        bundle = session.get_one(Product, values["bundle_id"])
        if bundle.bundle_price is None:
            bundle.bundle_price = "parts"
        saved: BundlePart = save(actor, BundlePart(**values))
        return saved


def update_part(actor: Actor, part: BundlePart, values: Mapping[str, Any]) -> BundlePart:
    """Change how much of what is in a bundle.

    Raises:
        Problem: `catalog.bad_bundle` for a bundle inside of a bundle.
    """
    with write_unit():
        _check(values.get("bundle_id", part.bundle_id), values.get("part_id", part.part_id))
        changed: BundlePart = change_record(actor, part, values)
        db.session.flush()
        return changed


def _check(bundle: UUID, part: UUID) -> None:
    if part == bundle or is_bundle(part) or is_in_bundle(bundle):
        message = _("A bundle is made of products that are no bundles themselves.")
        raise Problem("catalog.bad_bundle", message, fields={"part": [message]})
