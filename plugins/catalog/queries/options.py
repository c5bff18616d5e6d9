"""Reading options."""

from collections.abc import Collection, Mapping
from uuid import UUID

from sqlalchemy import select

from pelatis.api import Actor, db, not_found, visible

from ..configuration import Choices
from ..models import Option, OptionGroup, OptionRule


def choices_of(products: Collection[UUID]) -> Mapping[UUID, Choices]:
    """Read the options that products are offered with, in three statements, in one where none has any."""
    groups = select(OptionGroup).where(OptionGroup.product_id.in_(products), OptionGroup.deleted_at.is_(None))
    by_product: dict[UUID, list[OptionGroup]] = {product: [] for product in products}
    for group in db.session.scalars(groups.order_by(OptionGroup.position, OptionGroup.id)):
        by_product[group.product_id].append(group)
    ids = [group.id for listed in by_product.values() for group in listed]
    if not ids:
        return {product: _choices([], {}, []) for product in products}
    options = select(Option).where(Option.group_id.in_(ids), Option.deleted_at.is_(None), Option.active)
    by_group: dict[UUID, list[Option]] = {}
    for option in db.session.scalars(options.order_by(Option.position, Option.id)):
        by_group.setdefault(option.group_id, []).append(option)
    chosen = [option.id for listed in by_group.values() for option in listed]
    statement = select(OptionRule).where(OptionRule.option_id.in_(chosen), OptionRule.deleted_at.is_(None))
    rules = list(db.session.scalars(statement.order_by(OptionRule.id)))
    return {product: _choices(listed, by_group, rules) for product, listed in by_product.items()}


def _choices(groups: list[OptionGroup], by_group: Mapping[UUID, list[Option]], rules: list[OptionRule]) -> Choices:
    options = {group.id: by_group.get(group.id, []) for group in groups}
    ids = {option.id for listed in options.values() for option in listed}
    return Choices(groups, options, [rule for rule in rules if rule.option_id in ids])


def options_by_id(ids: Collection[UUID]) -> Mapping[UUID, tuple[Option, str]]:
    """Read options, in the bin or not, each with the name of its group.

    Raises:
        Problem: 404 when one isn't there.
    """
    if not ids:
        return {}
    statement = select(Option, OptionGroup.name).join(OptionGroup, OptionGroup.id == Option.group_id)
    rows = db.session.execute(statement.where(Option.id.in_(set(ids))))
    found = {option.id: (option, group) for option, group in rows}
    if found.keys() != set(ids):
        raise not_found()
    return found


def with_options(products: Collection[UUID]) -> set[UUID]:
    """Tell which of some products are offered with options, in one statement."""
    statement = select(OptionGroup.product_id).where(
        OptionGroup.product_id.in_(products), OptionGroup.deleted_at.is_(None)
    )
    return set(db.session.scalars(statement.distinct())) if products else set()


def products_of_options(ids: Collection[UUID]) -> Mapping[UUID, UUID]:
    """Tell which product each option is of."""
    statement = select(Option.id, OptionGroup.product_id).join(OptionGroup, OptionGroup.id == Option.group_id)
    return {row.id: row.product_id for row in db.session.execute(statement.where(Option.id.in_(set(ids))))}


def options_in(actor: Actor, group: UUID) -> list[Option]:
    """List the options of a group, those that aren't offered any more too."""
    statement = select(Option).where(Option.group_id == group, Option.deleted_at.is_(None), visible(actor, Option))
    return list(db.session.scalars(statement.order_by(Option.position, Option.id)))


def rules_of_option(actor: Actor, option: UUID) -> list[tuple[OptionRule, Option]]:
    """List what an option needs or rules out, with the other options."""
    statement = (
        select(OptionRule, Option)
        .join(Option, Option.id == OptionRule.other_id)
        .where(OptionRule.option_id == option, OptionRule.deleted_at.is_(None), visible(actor, OptionRule))
        .order_by(Option.name, OptionRule.id)
    )
    return [(rule, other) for rule, other in db.session.execute(statement)]
