"""The demo's leads and deals: two years of moves, and a board that looks like a Monday."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

from sqlalchemy import select

from pelatis.api import DemoCompany, DemoCustomer, DemoMatter, DemoPart, _l, db
from plugins.catalog.api import Product

from ..models import (
    AccountPlan,
    ContactRole,
    DealCompetitor,
    ExchangeRate,
    Lead,
    Opportunity,
    OpportunitySnapshot,
    SalesCost,
    Stage,
    StageHistory,
)
from ..operations.clock import RESPONSE_TIME
from ..operations.pipelines import default_pipeline, stages_of
from ..schemas import DISQUALIFIED, LOST_REASONS, SOURCES
from . import books, commissions, costs, forecast, forms, people, plans, quotes

#: What one euro buys, by quarters, the newest last.
RATES: Final[Mapping[str, Sequence[str]]] = {
    "PLN": ("4.31", "4.33", "4.29", "4.25", "4.27", "4.24", "4.28", "4.26", "4.26"),
    "CZK": ("25.1", "25.3", "25.2", "25", "24.9", "24.8", "24.6", "24.4", "24.3"),
    "NOK": ("11.6", "11.8", "11.7", "11.9", "11.8", "11.7", "11.6", "11.8", "11.7"),
}
_QUARTER: Final = timedelta(days=91)

#: (what a deal is called, its product, lowest and highest amount in euros for a customer of importance 1)
DEALS: Final = (
    (_l("Frame contract {year}"), "OIL-B", 2_400, 9_000),
    (_l("5 l tins, {season}"), "TIN-5", 900, 3_200),
    (_l("Private label, three sizes"), "BOT-500", 2_000, 7_000),
    (_l("{season} gift boxes"), "BOX-6", 700, 3_500),
    (_l("Bottling line"), "BTL-L1", 12_000, 24_000),
    (_l("Cellar equipment"), "FIL-T", 3_000, 9_500),
    (_l("Steel tanks"), "TNK-5K", 4_000, 9_000),
    (_l("Display fridges, {count} shops"), "FRG-D", 2_800, 8_500),
    (_l("Vending, {count} machines"), "VND-M", 3_000, 9_000),
    (_l("Hotel minibar range"), "MBR-S", 1_200, 5_200),
    (_l("Deli shelf, {count} shops"), "FET-B", 1_500, 6_500),
    (_l("Canteen contract"), "RAI-10", 3_500, 12_000),
    (_l("Paper cups, {year}"), "CUP-P", 500, 2_900),
    (_l("Shelf labels"), "LBL-R", 300, 1_400),
    (_l("Pallet service"), "PAL-T", 400, 1_900),
    (_l("Service contract, {year}"), "SRV-Y", 600, 2_900),
    (_l("Training on site"), "TRN-D", 640, 2_560),
    (_l("Raisins, {season}"), "RAI-10", 800, 4_100),
)
SEASONS: Final = (_l("spring"), _l("summer"), _l("autumn"), _l("winter"))

#: How many deals a customer has, on average, by its importance.
DEALS_OF: Final = (0.0, 0.9, 1.7, 2.6, 3.8, 6.0)
#: The days from the beginning of a deal to its end, shortest, longest and most usual.
CYCLE_DAYS: Final = (9, 210, 55)
WIN_RATE: Final = 0.57
#: How many of the deals that overstay in their stage are left there.
STANDING_STILL: Final = 0.12
#: How many deals began as a lead.
LEADS_OF_DEALS: Final = 0.14
#: Leads that came to nothing or aren't ready yet, for each customer.
LOOSE_LEADS: Final = 0.05

#: (customer, deal, product, amount, currency, stage, days in it, days until it should close, seller)
FEATURED: Final = (
    ("elaiones", _l("Frame contract 2027"), "OIL-B", 64_500, "EUR", 3, 5, 8, "eleni"),
    ("elaiones", _l("5 l tins, spring"), "TIN-5", 11_900, "EUR", 0, 6, 85, "eleni"),
    ("wisniewski", _l("Frame contract, smoked ham"), "FLM-5", 212_400, "PLN", 0, 31, 70, "piotr"),
    ("ionio", _l("Hotel minibar range"), "MBR-S", 26_000, "EUR", 0, 4, 28, "eleni"),
    ("galini", _l("Canteen contract"), "OIL-5", 140_000, "EUR", 0, 12, 115, "nikos"),
    ("zielona", _l("Private label oil, three sizes"), "BOT-500", 54_800, "EUR", 1, 9, 51, "piotr"),
    ("kowalski", _l("Winter gift boxes"), "BOX-6", 23_750, "EUR", 1, 13, 13, "zofia"),
    ("psyxi", _l("Cold room shelves"), "FRG-D", 5_460, "EUR", 1, 19, 34, "nikos"),
    ("supermarket", _l("Shelf labels"), "LBL-R", 12_870, "EUR", 1, 8, 25, "eleni"),
    ("ichthyo", _l("Fish meal, yearly"), "FSH-M", 58_000, "EUR", 1, 5, 70, "eleni"),
    ("nordvik", _l("Bottling line"), "BTL-L2", 148_000, "EUR", 2, 23, 30, "eleni"),
    ("mediolea", _l("Distribution, Silesia"), "OIL-5", 83_650, "EUR", 2, 5, 8, "piotr"),
    ("panachaiko", _l("Cellar equipment"), "FIL-T", 112_000, "EUR", 2, 11, 54, "eleni"),
    ("metaforiki", _l("Pallet service"), "PAL-T", 1_200, "EUR", 2, 2, 5, "zofia"),
    ("chartika", _l("Paper cups, 2027"), "CUP-P", 21_340, "EUR", 2, 7, 78, "eleni"),
    ("ionian", _l("Vending, 40 machines"), "VND-M", 31_900, "EUR", 3, 10, 5, "zofia"),
    ("pharma", _l("Pharmacy range"), "OIL-5", 44_700, "EUR", 3, 18, 12, "eleni"),
    ("nafpigeia", _l("Service contract, slipway"), "SRV-Y", 18_200, "EUR", 1, 6, 40, "eleni"),
    ("artopoiia", _l("Display fridges, two shops"), "FRG-D", 6_150, "EUR", 2, 4, 18, "eleni"),
)

#: (name, firm, source, what they asked, minutes until they must be answered, seller or nobody)
FEATURED_LEADS: Final = (
    ("Maria Korkmaz", "Bosporus Deli", "web", "500 kg a month, who do I talk to about prices?", 8, "eleni"),
    ("Άρης Λυμπέρης", "Καφέ Αντίρριο", "phone", "Θέλει προσφορά για δύο ψυγεία βιτρίνας.", 41, ""),
    (
        "Grażyna Maj",
        "Sklep „U Grażyny”, Łódź",
        "fair",
        "Targi w Poznaniu: oliwa i rodzynki.",
        180,
        "eleni",
    ),
    ("Lars Sundby", "Sundby Kolonial", "mail", "Do you deliver to Bergen before Christmas?", 25, "zofia"),
    ("Paweł Maślanka", "Bistro Maślanka", "web", "Próbki rodzynek, 5 kg.", 52, "kasia"),
)

#: What leads ask, by the language of the customer.
QUESTIONS: Final[Mapping[str, Sequence[str]]] = {
    "el": ("Ζητά τιμοκατάλογο χονδρικής.", "Ενδιαφέρεται για δείγματα.", "Ρωτά για χρόνο παράδοσης στην Πάτρα."),
    "pl": ("Prosi o cennik hurtowy.", "Pyta o próbki i termin dostawy.", "Szuka dostawcy oliwy pod własną markę."),
    "en": ("Asks for the wholesale price list.", "Would like samples.", "Looks for a supplier of private label oil."),
}


@dataclass(frozen=True)
class _Deal:
    """A deal as it was lived: how far it has come, and when it came there."""

    row: Mapping[str, Any]
    moves: Sequence[tuple[UUID | None, UUID, datetime]]
    matter: DemoMatter


class SalesDemo(DemoPart):
    """Deals and leads for the customers that buy, and exchange rates."""

    def __init__(self, company: DemoCompany) -> None:
        super().__init__(company)
        self.open: list[Stage] = []
        self.won: Stage | None = None
        self.lost: Stage | None = None
        self.products: dict[str, UUID] = {}
        self.rivals: list[UUID] = []
        #: By language.
        self.forms: Mapping[str, UUID] = {}

    def prepare(self) -> None:
        """Find the pipeline that is there from the start, and make exchange rates for two years."""
        stages = stages_of(default_pipeline().id)
        self.open = [stage for stage in stages if stage.kind == "open"]
        self.won = next(stage for stage in stages if stage.kind == "won")
        self.lost = next(stage for stage in stages if stage.kind == "lost")
        skus = {sku for _name, sku, *_rest in DEALS} | {deal[2] for deal in FEATURED}
        found = db.session.execute(select(Product.sku, Product.id).where(Product.sku.in_(skus)))
        self.products = {sku: product for sku, product in found if sku is not None}
        self.rivals = people.competitors(self.company)
        self.forms = forms.make(self.company)
        forms.make_rules(self.company)
        self._make_rates()
        forecast.prepare(self.company)

    def _make_rates(self) -> None:
        company = self.company
        if db.session.get(ExchangeRate, company.stable_id("rate", "PLN", "0")) is not None:
            return
        first = company.today - _QUARTER * (len(RATES["PLN"]) - 1)
        rows = [
            {
                "id": company.stable_id("rate", currency, str(place)),
                "currency": currency,
                "rate": Decimal(rate),
                "valid_from": first + _QUARTER * place,
            }
            for currency, rates in RATES.items()
            for place, rate in enumerate(rates)
        ]
        company.insert(ExchangeRate, rows)

    def write(self, customers: Sequence[DemoCustomer]) -> Iterable[DemoMatter]:
        """Write deals and leads; the open deals are what goes on."""
        by_key = {customer.key: customer for customer in customers if customer.key}
        deals = [self._featured(by_key[deal[0]], *deal[1:]) for deal in FEATURED if deal[0] in by_key]
        for customer in customers:
            if customer.is_buyer and customer.kind == "organisation":
                deals += [self._deal(customer) for _ in range(self._how_many(customer))]
        self.company.insert(Opportunity, [deal.row for deal in deals])
        self.company.insert(StageHistory, [move for deal in deals for move in self._history(deal)])
        self.company.insert(OpportunitySnapshot, [row for deal in deals for row in self._snapshots(deal)])
        self._write_parts(customers, [deal.row for deal in deals])
        self.company.insert(SalesCost, costs.costs_of(self.company, [deal.row for deal in deals]))
        self.company.insert(AccountPlan, plans.plans(self.company, customers))
        self.company.insert(Lead, self._leads(customers, deals))
        featured = [(key, sku) for key, _name, sku, *_rest in FEATURED if key in by_key]
        rows = {key: deal.row for key, deal in zip(featured, deals, strict=False)}
        quotes.make(self.company, rows)
        commissions.make(self.company, rows)
        books.make(self.company, rows)
        return [deal.matter for deal in deals]

    def _write_parts(self, customers: Sequence[DemoCustomer], rows: Sequence[Mapping[str, Any]]) -> None:
        """Write who has a part in deals, and who else is after them."""
        self.company.insert(ContactRole, people.contacts(self.company, rows, people.employees(customers)))
        self.company.insert(DealCompetitor, people.encounters(self.company, rows, self.rivals))

    # Deals

    def _how_many(self, customer: DemoCustomer) -> int:
        usual = DEALS_OF[customer.importance] * (0.4 if customer.key else 1)
        return self.company.number(usual, 14)

    def _deal(self, customer: DemoCustomer) -> _Deal:
        company, random = self.company, self.company.random
        pattern, sku, lowest, highest = random.choice(DEALS)
        # A company that grows: more deals began lately than long ago.
        known = company.now - customer.created_at
        about = customer.created_at + known * random.random() ** 0.7
        began = company.moment(about, min(about + timedelta(days=1), company.now))
        cycle = timedelta(days=random.triangular(*CYCLE_DAYS))
        ends = began + cycle
        year = began.year + 1
        name = str(pattern).format(year=year, season=random.choice(SEASONS), count=random.randrange(2, 40))
        euros = random.randrange(lowest, highest) * (1 + customer.importance * 2) // 30 * 10
        row = self._row(
            customer, name[0].upper() + name[1:], sku, Decimal(euros), customer.currency, began, customer.owner_id
        )
        steps = sorted(random.random() for _ in self.open[1:])
        if ends < company.now:
            return self._closed(customer, row, began, ends, steps)
        reached = (company.now - began) / cycle
        passed = [share for share in steps if share < reached]
        return self._open(customer, row, self._hurried([began, *(began + cycle * share for share in passed)]), ends)

    def _hurried(self, moved: list[datetime]) -> list[datetime]:
        """Let most deals that would stand still have gone on of late; a few stay where they are."""
        random, now = self.company.random, self.company.now
        usual = self.open[len(moved) - 1].rot_days or 30
        if now - moved[-1] < timedelta(days=usual) or random.random() < STANDING_STILL:
            return moved
        lately = now - timedelta(days=random.uniform(0.5, usual * 0.9))
        return [*moved, lately] if len(moved) < len(self.open) else [*moved[:-1], lately]

    def _featured(
        self, customer: DemoCustomer, name: str, sku: str, amount: int, currency: str, stage: int, age: int,
        closes: int, seller: str,
    ) -> _Deal:  # fmt: skip
        company = self.company
        stage = min(stage, len(self.open) - 1)
        moves = [company.at(-age - 16 * (stage - place), 10 + place) for place in range(stage + 1)]
        rate = Decimal(RATES["PLN"][-1]) if currency == "PLN" else Decimal(1)
        row = self._row(
            customer, str(name), sku, Decimal(amount) / rate, currency, moves[0], company.staff[seller], Decimal(amount)
        )
        return self._open(customer, row, moves, company.at(closes, 12))

    def _row(
        self, customer: DemoCustomer, name: str, sku: str, euros: Decimal, currency: str, began: datetime, owner: UUID,
        amount: Decimal | None = None,
    ) -> dict[str, Any]:  # fmt: skip
        random = self.company.random
        rate = self._rate(currency, began)
        exact = amount if amount is not None else Decimal(int(euros * rate)) // 10 * 10
        return {
            "id": self.company.id_at(began),
            "created_at": began,
            "owner_id": owner,
            "name": name,
            "customer_id": customer.id,
            "pipeline_id": self.open[0].pipeline_id,
            "product_id": self.products.get(sku),
            "amount": exact,
            "currency": currency,
            "amount_base": (exact / rate).quantize(Decimal("0.0001")),
            "probability": random.randrange(10, 95, 5) if random.random() < 0.12 else None,
            "forecast_category": random.choice(("commit", "best_case")) if random.random() < 0.05 else None,
            "source": random.choice(list(SOURCES)),
            "engaged_on": began.date(),
            "closed_on": None,
            "lost_reason": None,
            "lost_to_id": None,
        }

    def _rate(self, currency: str, moment: datetime) -> Decimal:
        rates = RATES.get(currency)
        if rates is None:
            return Decimal(1)
        quarters = (self.company.today - moment.date()) // _QUARTER
        return Decimal(rates[max(len(rates) - 1 - quarters, 0)])

    def _open(self, customer: DemoCustomer, row: Mapping[str, Any], moved: Sequence[datetime], ends: datetime) -> _Deal:
        stages = self.open[: len(moved)]
        left = [None, *(stage.id for stage in stages)]
        moves = [(before, stage.id, at) for before, stage, at in zip(left, stages, moved, strict=False)]
        here = {
            "stage_id": stages[-1].id, "stage_since": moved[-1], "updated_at": moved[-1],
            "expected_close_on": ends.date(),
        }  # fmt: skip
        return _Deal({**row, **here}, moves, self._matter(customer, row, None))

    def _closed(
        self, customer: DemoCustomer, row: Mapping[str, Any], began: datetime, ends: datetime, steps: Sequence[float]
    ) -> _Deal:
        random = self.company.random
        is_won = random.random() < WIN_RATE
        # Some deals are lost before they have seen every stage.
        seen = len(self.open) if is_won else random.randrange(1, len(self.open) + 1)
        end = self.won if is_won else self.lost
        assert end is not None, "prepare comes first"  # noqa: S101
        moved = [began, *(began + (ends - began) * share for share in steps[: seen - 1]), ends]
        stages = [*self.open[:seen], end]
        left = [None, *(stage.id for stage in stages)]
        moves = [(before, stage.id, at) for before, stage, at in zip(left, stages, moved, strict=False)]
        here = {
            "stage_id": end.id, "stage_since": ends, "updated_at": ends, "closed_on": ends.date(),
            "expected_close_on": (ends + timedelta(days=random.randrange(-12, 20))).date(),
            "lost_reason": None if is_won else random.choice(list(LOST_REASONS)),
        }  # fmt: skip
        here |= people.lose_to(self.company, here, self.rivals)
        return _Deal({**row, **here}, moves, self._matter(customer, row, ends))

    def _matter(self, customer: DemoCustomer, row: Mapping[str, Any], until: datetime | None) -> DemoMatter:
        return DemoMatter(
            record_type="sales.opportunity",
            id=row["id"],
            key=customer.key,
            title=row["name"],
            customer=customer,
            owner_id=row["owner_id"],
            since=row["created_at"],
            until=until,
        )

    def _history(self, deal: _Deal) -> Iterable[dict[str, Any]]:
        for left, entered, at in deal.moves:
            yield {
                "id": self.company.id_at(at), "created_at": at, "updated_at": at, "owner_id": deal.row["owner_id"],
                "opportunity_id": deal.row["id"], "from_stage_id": left, "to_stage_id": entered, "moved_at": at,
                "moved_by_id": deal.row["owner_id"], "amount": deal.row["amount"], "currency": deal.row["currency"],
                "expected_close_on": deal.row["expected_close_on"],
            }  # fmt: skip

    def _snapshots(self, deal: _Deal) -> Iterable[dict[str, Any]]:
        """Tell what each day knew of a deal while it was open."""
        stages = {stage.id: stage for stage in self.open}
        days = [at.astimezone(self.company.zone).date() for _left, _entered, at in deal.moves]
        for (_left, entered, at), day, until in zip(deal.moves, days, [*days[1:], None], strict=True):
            if entered in stages and day != until:
                stage = stages[entered]
                yield {
                    "id": self.company.id_at(at), "created_at": at, "updated_at": at, "owner_id": deal.row["owner_id"],
                    "opportunity_id": deal.row["id"], "from_on": day, "until_on": until, "stage_id": entered,
                    "forecast_category": deal.row["forecast_category"] or stage.forecast_category,
                    "probability": stage.probability if deal.row["probability"] is None else deal.row["probability"],
                    "amount_base": deal.row["amount_base"], "expected_close_on": deal.row["expected_close_on"],
                }  # fmt: skip

    # Leads

    def _leads(self, customers: Sequence[DemoCustomer], deals: Sequence[_Deal]) -> Iterable[dict[str, Any]]:
        random = self.company.random
        if any(customer.key for customer in customers):
            yield from (self._urgent(*lead) for lead in FEATURED_LEADS)
        for deal in deals:
            if not deal.matter.key and random.random() < LEADS_OF_DEALS:
                yield self._converted(deal)
        for customer in customers:
            if customer.kind == "person" and random.random() < LOOSE_LEADS:
                yield self._loose(customer)

    def _urgent(self, name: str, firm: str, source: str, asked: str, minutes: int, seller: str) -> dict[str, Any]:
        respond_by = self.company.now + timedelta(minutes=minutes)
        asked_at = min(respond_by - RESPONSE_TIME, self.company.now)
        return {
            "id": self.company.id_at(asked_at), "created_at": asked_at, "name": name, "company": firm, "source": source,
            "message": asked, "status": "new", "respond_by": respond_by, "owner_id": self.company.staff.get(seller),
            "language": "en" if source == "web" else None, "form_id": self.forms["en"] if source == "web" else None,
        }  # fmt: skip

    def _converted(self, deal: _Deal) -> dict[str, Any]:
        customer, at = deal.matter.customer, deal.matter.since
        who = customer.people[0] if customer.people else customer.name
        return {
            **self._lead(customer, at - timedelta(days=2), who, customer.name), "status": "converted",
            "customer_id": customer.id, "opportunity_id": deal.matter.id,
        }  # fmt: skip

    def _loose(self, person: DemoCustomer) -> dict[str, Any]:
        random = self.company.random
        status = random.choices(("working", "qualified", "disqualified"), (30, 20, 50))[0]
        earliest = person.created_at if status == "disqualified" else self.company.now - timedelta(days=40)
        lead = self._lead(
            person, self.company.moment(earliest, self.company.now - timedelta(hours=3)), person.name, None
        )
        reason = random.choice(list(DISQUALIFIED)) if status == "disqualified" else None
        return {**lead, "status": status, "disqualified_reason": reason}

    def _lead(self, customer: DemoCustomer, at: datetime, name: str, firm: str | None) -> dict[str, Any]:
        random = self.company.random
        questions = QUESTIONS.get(customer.language, QUESTIONS["en"])
        answered = at + timedelta(minutes=random.triangular(4, 90, 20))
        return {
            "id": self.company.id_at(at), "created_at": at, "updated_at": answered, "owner_id": customer.owner_id,
            "name": name, "company": firm, "source": random.choice(list(SOURCES)), "message": random.choice(questions),
            "respond_by": at + RESPONSE_TIME, "answered_at": answered,
        }  # fmt: skip
