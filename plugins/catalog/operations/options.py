"""The rules of options: how many of a group, which together, and what they cost."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from pelatis.api import Actor, Problem, _, base_currency, change_record, save, write_unit

from ..models import Option, OptionGroup, OptionRule, Product
from ..queries.options import choices_of, products_of_options


def check_configuration(product: Product, chosen: Collection[UUID]) -> None:
    """Refuse a choice of options that can't be ordered.

    Args:
        product: what is ordered.
        chosen: the ids of the options.

    Raises:
        Problem: `catalog.bad_configuration`, with a message for each fault under `options`.
    """
    faults = choices_of([product.id])[product.id].faults(chosen)
    if faults:
        raise _unfit([fault.message for fault in faults])


def choose_options(product: Product, said: Sequence[str] | None) -> list[UUID]:
    """Read a choice of options as people and files write it, and refuse one that can't be ordered.

    Args:
        product: what is ordered.
        said: the code, the name or the id of each option; None where nobody chose, for the first option of each group
            of which one must be.

    Returns:
        The ids of the options, in the order in which they are offered.

    Raises:
        Problem: `catalog.bad_configuration`, with a message for each fault under `options`.
    """
    choices = choices_of([product.id])[product.id]
    known = choices.by_id
    chosen = set(choices.usual if said is None else (_option_called(word, known.values()) for word in said))
    faults = choices.faults(chosen)
    if faults:
        raise _unfit([fault.message for fault in faults])
    return [option for option in known if option in chosen]


def _option_called(word: str, options: Iterable[Option]) -> UUID:
    """Find an option by what it is called; codes go before names."""
    wanted = word.strip().casefold()
    for called in (lambda each: str(each.id), lambda each: each.code, lambda each: each.name):
        found = [option.id for option in options if (called(option) or "").casefold() == wanted]
        if len(found) == 1:
            return found[0]
    raise _unfit([_("“%(option)s” isn't one option of this product.", option=word)])


def _unfit(messages: list[str]) -> Problem:
    return Problem("catalog.bad_configuration", _("These options don't fit together."), fields={"options": messages})


def create_option_group(actor: Actor, values: Mapping[str, Any]) -> OptionGroup:
    """Make a group of options.

    Raises:
        Problem: `catalog.bad_option` when more must be chosen than may be.
    """
    with write_unit():
        _check_numbers(values)
        saved: OptionGroup = save(actor, OptionGroup(**values))
        return saved


def update_option_group(actor: Actor, group: OptionGroup, values: Mapping[str, Any]) -> OptionGroup:
    """Change a group of options.

    Raises:
        Problem: `catalog.bad_option` when more must be chosen than may be.
    """
    with write_unit():
        _check_numbers({"min_choices": group.min_choices, "max_choices": group.max_choices, **values})
        changed: OptionGroup = change_record(actor, group, values)
        return changed


def _check_numbers(values: Mapping[str, Any]) -> None:
    most = values.get("max_choices")
    if most is not None and most < values.get("min_choices", 0):
        raise _bad("max_choices", _("More must be chosen than may be."))


def create_option(actor: Actor, values: Mapping[str, Any]) -> Option:
    """Make an option; its amount is in the company's own currency."""
    with write_unit():
        saved: Option = save(actor, Option(**values, currency=base_currency()))
        return saved


def create_option_rule(actor: Actor, values: Mapping[str, Any]) -> OptionRule:
    """Let an option need another one or rule it out.

    Raises:
        Problem: `catalog.bad_option` for an option and itself, or options of two products.
    """
    with write_unit():
        _check_pair(values)
        saved: OptionRule = save(actor, OptionRule(**values))
        return saved


def update_option_rule(actor: Actor, rule: OptionRule, values: Mapping[str, Any]) -> OptionRule:
    """Change what an option needs or rules out.

    Raises:
        Problem: `catalog.bad_option` for an option and itself, or options of two products.
    """
    with write_unit():
        _check_pair({"option_id": rule.option_id, "other_id": rule.other_id, **values})
        changed: OptionRule = change_record(actor, rule, values)
        return changed


def _check_pair(values: Mapping[str, Any]) -> None:
    pair = (values["option_id"], values["other_id"])
    if pair[0] == pair[1]:
        raise _bad("other", _("An option and itself need no rule."))
    if len(set(products_of_options(pair).values())) > 1:
        raise _bad("other", _("Both options must be of the same product."))


def _bad(field: str, message: str) -> Problem:
    return Problem("catalog.bad_option", message, fields={field: [message]})
