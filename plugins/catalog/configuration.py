"""Which options of a product fit together, and why others don't. Nothing here reads the database."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from pelatis.api import _, ngettext

from .models import Option, OptionGroup, OptionRule


@dataclass(frozen=True)
class Fault:
    """What is wrong with a choice of options.

    Attributes:
        group_id: the group where it is put right; None for an option that isn't the product's or isn't offered.
        message: what is wrong, in the reader's language.
    """

    group_id: UUID | None
    message: str


@dataclass(frozen=True)
class Choices:
    """The options of one product.

    Attributes:
        groups: its groups, in their order.
        options: the options of each group, in their order.
        rules: which options need or rule out others.
    """

    groups: Sequence[OptionGroup]
    options: Mapping[UUID, Sequence[Option]] = field(default_factory=dict)
    rules: Sequence[OptionRule] = ()

    @property
    def by_id(self) -> dict[UUID, Option]:
        """All options by their ids."""
        return {option.id: option for options in self.options.values() for option in options}

    @property
    def usual(self) -> frozenset[UUID]:
        """What is chosen where nobody has chosen yet: the first option of each group of which one must be."""
        single = [group for group in self.groups if group.min_choices == group.max_choices == 1]
        return frozenset(option.id for group in single for option in self.options.get(group.id, ())[:1])

    def faults(self, chosen: Collection[UUID]) -> list[Fault]:
        """List what is wrong with a choice; none when it can be ordered so.

        Args:
            chosen: ids of options.
        """
        known = self.by_id
        faults = [] if set(chosen) <= known.keys() else [Fault(None, _("An option isn't offered for this product."))]
        for group in self.groups:
            faults += self._faults_of_group(
                group, sum(1 for each in self.options.get(group.id, ()) if each.id in chosen)
            )
        for rule in self.rules:
            faults += self._faults_of_rule(rule, chosen, known)
        return faults

    def _faults_of_group(self, group: OptionGroup, count: int) -> list[Fault]:
        least, most = group.min_choices, group.max_choices
        if count < least:
            told: Any = {"group": group.name}
            few = ngettext("Choose one of “%(group)s”.", "Choose at least %(num)s of “%(group)s”.", least, **told)
            return [Fault(group.id, few)]
        if most is not None and count > most:
            many = ngettext(
                "Choose one of “%(group)s” at most.", "Choose at most %(num)s of “%(group)s”.", most, group=group.name
            )
            return [Fault(group.id, many)]
        return []

    def _faults_of_rule(self, rule: OptionRule, chosen: Collection[UUID], known: Mapping[UUID, Option]) -> list[Fault]:
        option, other = known.get(rule.option_id), known.get(rule.other_id)
        if option is None or option.id not in chosen:
            return []
        if rule.kind == "requires" and rule.other_id not in chosen:
            name = other.name if other else "–"
            return [
                Fault(
                    option.group_id,
                    _with_reason(_("“%(option)s” needs “%(other)s”.", option=option.name, other=name), rule),
                )
            ]
        if rule.kind == "excludes" and other is not None and other.id in chosen:
            return [Fault(other.group_id, _apart(option, other, rule))]
        return []

    def refusals(self, chosen: Collection[UUID]) -> dict[UUID, str]:
        """Say of each option that isn't chosen and can't be chosen now why not.

        An option of a group in which one at most is chosen takes the place of the one that is.

        Args:
            chosen: ids of options.
        """
        known, found = self.by_id, {}
        single = {group.id for group in self.groups if group.max_choices == 1}
        for rule in self.rules:
            option, other = known.get(rule.option_id), known.get(rule.other_id)
            if rule.kind != "excludes" or option is None or other is None:
                continue
            for one, two in ((option, other), (other, option)):
                replaces = one.group_id == two.group_id and one.group_id in single
                if one.id in chosen and two.id not in chosen and not replaces:
                    found[two.id] = _apart(one, two, rule)
        for group in self.groups:
            found |= self._refusals_of_group(group, chosen)
        return found

    def _refusals_of_group(self, group: OptionGroup, chosen: Collection[UUID]) -> dict[UUID, str]:
        options, most = self.options.get(group.id, ()), group.max_choices
        if most is None or most == 1 or sum(1 for option in options if option.id in chosen) < most:
            return {}
        message = ngettext("%(num)s is chosen already.", "%(num)s are chosen already.", most)
        return {option.id: message for option in options if option.id not in chosen}


def _apart(option: Option, other: Option, rule: OptionRule) -> str:
    return _with_reason(
        _("“%(other)s” can't be together with “%(option)s”.", option=option.name, other=other.name), rule
    )


def _with_reason(message: str, rule: OptionRule) -> str:
    return f"{message} {rule.reason}" if rule.reason else message
