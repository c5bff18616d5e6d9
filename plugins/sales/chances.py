"""How likely a deal is won, learned from how deals before it ended.

A rate of few deals says little, so each is drawn towards what is known of more (the mean of a beta distribution whose
prior weighs as much as `PRIOR` deals; Casella, "An introduction to empirical Bayes data analysis", 1985). First the
stage's rate is drawn towards that of all deals, then those of the seller, the source and the size towards the stage's.
What each of these three makes of the odds is multiplied, as if they had nothing to do with each other.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from math import exp, log
from typing import Final

#: As many deals weighs what was known before.
PRIOR: Final = 20
#: A learned chance is never nearer than this to impossible or certain.
LEAST: Final = 0.01
#: Where sizes divide, in the company's own currency.
SIZES: Final = tuple(Decimal(limit) for limit in (1_000, 10_000, 100_000))


@dataclass(frozen=True)
class Ended:
    """Deals that ended.

    Attributes:
        won, lost: how many of them which way.
    """

    won: int = 0
    lost: int = 0

    @property
    def count(self) -> int:
        """How many there are."""
        return self.won + self.lost


@dataclass(frozen=True)
class Chance:
    """A learned chance.

    Attributes:
        percent: 1 to 99.
        reached: the deals that reached the same stage, on which it stands.
        alike: of these, those that share something with the deal: `owner`, `source`, `size`.
    """

    percent: int
    reached: Ended
    alike: Mapping[str, Ended]


def learn(everywhere: Ended, reached: Ended, alike: Mapping[str, Ended]) -> Chance | None:
    """Learn the chance of a deal; None where no deal has ended yet.

    Args:
        everywhere: all deals that ended.
        reached: those that reached the deal's stage.
        alike: of these, those that share something with it.
    """
    if not everywhere.count:
        return None
    of_stage = shrunk(reached, everywhere.won / everywhere.count)
    odds = _logit(of_stage) + sum(_logit(shrunk(each, of_stage)) - _logit(of_stage) for each in alike.values())
    chance = 1 / (1 + exp(-odds))
    return Chance(round(100 * min(max(chance, LEAST), 1 - LEAST)), reached, alike)


def shrunk(ended: Ended, prior: float) -> float:
    """Draw a rate towards what was known before, the more the fewer deals it stands on.

    Args:
        ended: the deals.
        prior: the rate that was known before, 0 to 1.
    """
    return (ended.won + PRIOR * prior) / (ended.count + PRIOR)


def _logit(rate: float) -> float:
    kept = min(max(rate, LEAST / 10), 1 - LEAST / 10)
    return log(kept / (1 - kept))


def size_of(amount: Decimal | None) -> tuple[Decimal | None, Decimal | None]:
    """Give the limits of the sizes that an amount lies between: from, and below; None at either end."""
    value = amount or Decimal(0)
    return max((limit for limit in SIZES if limit <= value), default=None), min(
        (limit for limit in SIZES if limit > value), default=None
    )
