"""The learned chance: what it stands on, that few deals say little, and that it shows nobody more than they may see."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal

from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st

from core.access import Actor, system_actor
from plugins.sales.chances import Ended, learn, shrunk, size_of
from plugins.sales.models import Opportunity, Stage
from plugins.sales.operations.opportunities import move_opportunity
from plugins.sales.queries.chances import learned_chance

Deal = Callable[..., Opportunity]

ENDED = st.builds(Ended, st.integers(0, 5_000), st.integers(0, 5_000))


@given(ENDED, st.floats(0, 1))
def test_a_rate_lies_between_what_was_known_and_what_was_seen(ended: Ended, prior: float) -> None:
    seen = ended.won / ended.count if ended.count else prior
    rate = shrunk(ended, prior)
    assert min(seen, prior) - 1e-9 <= rate <= max(seen, prior) + 1e-9


@given(ENDED, ENDED, st.dictionaries(st.sampled_from(["owner", "source", "size"]), ENDED))
def test_a_chance_is_never_certain_and_never_none(everywhere: Ended, reached: Ended, alike: dict[str, Ended]) -> None:
    chance = learn(everywhere, reached, alike)
    assert (chance is None) == (everywhere.count == 0)
    assert chance is None or 1 <= chance.percent <= 99


@given(ENDED, ENDED, ENDED)
def test_one_more_deal_won_never_lowers_it(everywhere: Ended, reached: Ended, owner: Ended) -> None:
    more = Ended(owner.won + 1, owner.lost)
    before, after = (learn(everywhere, reached, {"owner": each}) for each in (owner, more))
    assert before is None or after is None or after.percent >= before.percent


def test_without_deals_of_its_own_kind_it_is_the_rate_of_all() -> None:
    chance = learn(Ended(60, 40), Ended(), {"owner": Ended(), "source": Ended()})
    assert chance is not None
    assert chance.percent == 60


def test_few_deals_move_it_little_and_many_a_lot() -> None:
    few, many = (learn(Ended(500, 500), Ended(500, 500), {"owner": Ended(n, 0)}) for n in (2, 200))
    assert few is not None
    assert few.percent == 55
    assert many is not None
    assert many.percent == 95


def test_sizes_lie_between_their_limits() -> None:
    assert size_of(None) == (None, Decimal(1_000))
    assert size_of(Decimal(1_000)) == (Decimal(1_000), Decimal(10_000))
    assert size_of(Decimal(100_000)) == (Decimal(100_000), None)


def _end(deal: Opportunity, stage: Stage) -> None:
    move_opportunity(system_actor(), deal, stage, {"lost_reason": "price"} if stage.kind == "lost" else None)


def test_it_learns_from_deals_that_reached_the_stage(deal: Deal, stages: dict[str, Stage], seller: Actor) -> None:
    for number in range(6):
        other = deal("Needs", actor=seller if number < 4 else system_actor(), amount=Decimal(50), source="web")
        _end(other, stages["Won"] if number < 3 else stages["Lost"])
    deal("Won", amount=Decimal(50))
    mine = deal("Needs", actor=seller, amount=Decimal(70), source="fair")
    chance = learned_chance(system_actor(), mine)
    assert chance is not None
    assert chance.reached == Ended(3, 3)
    assert chance.alike == {"owner": Ended(3, 1), "source": Ended(0, 0), "size": Ended(3, 3)}
    own = learned_chance(seller, mine)
    assert own is not None
    assert own.reached == Ended(3, 1)


def test_it_forgets_what_is_long_ago(deal: Deal) -> None:
    from core.i18n import today

    deal("Won", closed_on=today() - timedelta(days=800))
    assert learned_chance(system_actor(), deal("Needs")) is None


def test_it_takes_two_statements(deal: Deal, stages: dict[str, Stage], statements: list[str]) -> None:
    for _number in range(5):
        _end(deal("Needs"), stages["Lost"])
    mine = deal("Needs", amount=Decimal(5))
    statements.clear()
    learned_chance(system_actor(), mine)
    assert len(statements) == 2


def test_it_stands_beside_the_seller_s_own_and_says_what_it_stands_on(
    client: FlaskClient, deal: Deal, stages: dict[str, Stage]
) -> None:
    _end(deal("Needs"), stages["Lost"])
    page = client.get(f"/sales/opportunities/{deal('Needs', probability=85).id}").text
    for words in ("Chance to win", "as its seller says", "85 %", "as the past says", "Learned from 1 deal that was in"):
        assert words in page
    assert "Chance to win" not in client.get(f"/sales/opportunities/{deal('Won').id}").text
