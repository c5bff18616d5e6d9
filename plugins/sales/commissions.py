"""What commissions come to: tiers, what an invoice earns of a period and what of it is payable.

Nothing here reads the database. What was earned and what is payable is told by how things stand, never by the way in
which they came about; so any order of payments and credit notes ends in the same amounts.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from pelatis.api import Problem, _
from plugins.catalog.api import read_typed, reads_in_two_ways, rounded, typed

#: `0 - 10000: 5`: from, up to but without, percent. The last one has no end.
_LINE: Final = re.compile(r"([\d ]+(?:[.,]\d+)?)\s*[-–—]\s*([\d ]+(?:[.,]\d+)?)?\s*[:=]\s*(\d+(?:[.,]\d+)?)\s*%?")
_MOST_TIERS: Final = 50
_HUNDRED: Final = Decimal(100)


@dataclass(frozen=True)
class Tier:
    """A part of a scale.

    Attributes:
        begins: the amount from which it holds, itself included.
        ends: the amount up to which it holds, itself not included; None: without end.
        percent: what is earned of amounts in it.
    """

    begins: Decimal
    ends: Decimal | None
    percent: Decimal

    @property
    def written(self) -> str:
        """How it stands in a line of a plan: `0 - 10000: 5`."""
        ends = "" if self.ends is None else f"{typed(self.ends)}"
        return f"{typed(self.begins)} - {ends}: {typed(self.percent)}"


@dataclass(frozen=True)
class Scale:
    """How much is earned of what was invoiced in a period.

    Attributes:
        tiers: without gap and overlap, from 0 upwards.
        is_progressive: each part of the amount earns its own tier's percent; otherwise the tier that the whole amount
            reaches holds for all of it.
        currency: ISO 4217: that of the tiers and of what is earned.
    """

    tiers: tuple[Tier, ...]
    is_progressive: bool
    currency: str

    def tier_of(self, amount: Decimal) -> Tier | None:
        """Give the tier that an amount lies in; None for a scale without tiers, the first one below zero."""
        return next((tier for tier in reversed(self.tiers) if amount >= tier.begins), next(iter(self.tiers), None))

    def earned_up_to(self, amount: Decimal, whole: Decimal) -> Decimal:
        """Tell what the first part of a period's amount earns, rounded half up to the currency's smallest unit.

        Args:
            amount: that part; nothing is earned of what is below zero.
            whole: all that counts in the period.
        """
        if amount <= 0:
            return Decimal(0)
        if not self.is_progressive:
            reached = self.tier_of(whole)
            return rounded(amount * reached.percent / 100, self.currency) if reached else Decimal(0)
        parts = (_part(tier, Decimal(0), amount) * tier.percent / 100 for tier in self.tiers)
        return rounded(sum(parts, Decimal(0)), self.currency)

    def earned(self, amounts: Sequence[Decimal]) -> list[Decimal]:
        """Tell what each invoice of a period earns; together they earn what all of the period's amount does.

        Args:
            amounts: what counts of each, less what was credited, in the order in which they were posted.
        """
        whole = sum(amounts, Decimal(0))
        found, before = [], Decimal(0)
        for amount in amounts:
            found.append(self.earned_up_to(before + amount, whole) - self.earned_up_to(before, whole))
            before += amount
        return found

    def explained(self, before: Decimal, amount: Decimal, whole: Decimal) -> list[tuple[Tier, Decimal, Decimal]]:
        """Tell of which tiers an invoice's commission is made: tier, how much lies in it, what that earns.

        Args:
            before: what counted in the period before it.
            amount: what counts of it; below zero where its margin is.
            whole: all that counts in the period.
        """
        if not self.is_progressive:
            reached = self.tier_of(whole)
            earned = self.earned_up_to(before + amount, whole) - self.earned_up_to(before, whole)
            return [(reached, amount, earned)] if reached else []
        low, high = sorted((before, before + amount))
        sign = 1 if amount >= 0 else -1
        found = []
        for tier in self.tiers:
            part = _part(tier, low, high)
            if part > 0:
                first, last = max(low, tier.begins), high if tier.ends is None else min(high, tier.ends)
                earned = self.earned_up_to(last, whole) - self.earned_up_to(first, whole)
                found.append((tier, sign * part, sign * earned))
        return found


def _part(tier: Tier, low: Decimal, high: Decimal) -> Decimal:
    """Tell how much of what lies between two amounts lies in a tier."""
    last = high if tier.ends is None else min(high, tier.ends)
    return max(last - max(low, tier.begins), Decimal(0))


def payable_of(earned: Decimal, paid: Decimal, due: Decimal, currency: str) -> Decimal:
    """Tell how much of a commission is payable: in proportion to what the customer paid.

    Args:
        earned: the commission, less what was clawed back.
        paid: what was paid of the invoice.
        due: what is to be paid of it, less what its credit notes reversed; with nothing to be paid all is payable.
        currency: that of the commission.
    """
    if paid >= due:
        return earned
    return rounded(earned * max(paid, Decimal(0)) / due, currency)


# How tiers are written


def read_tiers(text: str | None) -> tuple[Tier, ...]:
    """Read tiers, one on a line: `0 - 10000: 5`.

    Raises:
        Problem: `sales.bad_tiers` (422) for a line that is none, and for a gap or an overlap between two.
    """
    lines = [line.strip() for line in (text or "").replace(";", "\n").splitlines() if line.strip()]
    if not lines:
        raise _bad(_("Write at least one tier, like “0 - : 5”."))
    if len(lines) > _MOST_TIERS:
        raise _bad(_("These are too many tiers."))
    tiers = tuple(_read_line(line) for line in lines)
    check_tiers(tiers)
    return tiers


def tiers_kept(text: str) -> tuple[Tier, ...]:
    """Read the tiers of a plan that were checked when it was saved; none of one that still has none."""
    try:
        return read_tiers(text)
    except Problem:
        return ()


def _read_line(line: str) -> Tier:
    found = _LINE.fullmatch(line)
    if found is None:
        raise _bad(_("“%(line)s” is no tier. Write from, up to and percent: “0 - 10000: 5”.", line=line[:80]))
    begins, ends, percent = (None if text is None or not text.strip() else _number(text) for text in found.groups())
    if begins is None or percent is None or percent > _HUNDRED:
        raise _bad(_("“%(line)s”: a percentage lies between 0 and 100.", line=line[:80]))
    return Tier(begins, ends, percent)


def _number(text: str) -> Decimal:
    if reads_in_two_ways(text):
        raise _bad(_("“%(number)s” can be read in two ways. Write thousands without a sign.", number=text.strip()))
    number = read_typed(text)
    if number is None:
        raise _bad(_("“%(number)s” is too long.", number=text.strip()[:40]))
    return number


def check_tiers(tiers: Sequence[Tier]) -> None:
    """Refuse tiers that don't follow each other without gap and overlap, from 0 and without end.

    Raises:
        Problem: `sales.bad_tiers` (422), which says between which amounts.
    """
    expected: Decimal | None = Decimal(0)
    for tier in tiers:
        if expected is None:
            raise _bad(_("Only the last tier has no end."))
        if tier.begins > expected:
            words = {"from": typed(expected), "to": typed(tier.begins)}
            raise _bad(_("There is a gap: no tier says what is earned from %(from)s to %(to)s.", **words))
        if tier.begins < expected:
            words = {"from": typed(tier.begins), "to": typed(expected)}
            raise _bad(_("Two tiers overlap: from %(from)s to %(to)s both hold.", **words))
        if tier.ends is not None and tier.ends <= tier.begins:
            raise _bad(_("“%(line)s” ends before it begins.", line=tier.written))
        expected = tier.ends
    if expected is not None:
        raise _bad(_("There is a gap: no tier says what is earned from %(from)s on.", **{"from": typed(expected)}))


def write_tiers(tiers: Sequence[Tier]) -> str:
    """Write tiers, one on a line."""
    return "\n".join(tier.written for tier in tiers)


def _bad(message: str) -> Problem:
    return Problem("sales.bad_tiers", message, fields={"tiers": [message]})


# How splits are checked


def check_percents(percents: Sequence[Decimal]) -> None:
    """Refuse percentages that aren't 100 together.

    Raises:
        Problem: `sales.bad_split` (422), which says what they are.
    """
    total = sum(percents, Decimal(0))
    message = ""
    if any(percent <= 0 for percent in percents):
        message = _("Each share is more than 0.")
    elif total != _HUNDRED:
        message = _("Together the shares must be 100, and they are %(total)s.", total=typed(total))
    if message:
        raise Problem("sales.bad_split", message, fields={"shares": [message]})
