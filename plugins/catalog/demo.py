"""The demo's products, price lists and tax rules."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

from pelatis.api import DemoCustomer, DemoMatter, DemoPart, db

from .models import Cost, ListAssignment, Option, OptionGroup, OptionRule, Price, PriceList, PriceRule, Product, TaxRule
from .queries.prices import default_price_list

#: (code, name, series, unit, price in euros)
PRODUCTS: Final = (
    ("TIN-5", "Tin, 5 l, printed", "Tins and bottles", "piece", "1.85"),
    ("TIN-3", "Tin, 3 l, printed", "Tins and bottles", "piece", "1.42"),
    ("BOT-750", "Bottle, dark glass, 750 ml", "Tins and bottles", "piece", "0.61"),
    ("BOT-500", "Bottle, dark glass, 500 ml", "Tins and bottles", "piece", "0.52"),
    ("JAR-370", "Jar with lid, 370 ml", "Tins and bottles", "piece", "0.38"),
    ("LBL-R", "Labels on a roll, 1,000", "Labels and boxes", "box", "46.00"),
    ("BOX-6", "Gift box for six bottles", "Labels and boxes", "piece", "2.10"),
    ("BOX-12", "Carton for twelve bottles", "Labels and boxes", "piece", "1.05"),
    ("CUP-P", "Paper cups, 250 ml, 1,000", "Labels and boxes", "box", "58.00"),
    ("FLM-5", "Stretch film, 500 mm", "Labels and boxes", "piece", "6.40"),
    ("OIL-B", "Extra virgin olive oil, bulk", "Food", "kg", "7.90"),
    ("OIL-5", "Extra virgin olive oil, 5 l tin", "Food", "piece", "42.00"),
    ("RAI-10", "Corinth raisins, 10 kg", "Food", "box", "31.50"),
    ("FET-B", "Feta in a barrel", "Food", "kg", "8.70"),
    ("FSH-M", "Fish meal, 25 kg", "Food", "piece", "39.00"),
    ("BTL-L1", "Bottling line, 1,200 bottles an hour", "Equipment", "piece", "68000.00"),
    ("BTL-L2", "Bottling line, 3,000 bottles an hour", "Equipment", "piece", "148000.00"),
    ("FIL-T", "Filter press", "Equipment", "piece", "12400.00"),
    ("TNK-5K", "Steel tank, 5,000 l", "Equipment", "piece", "7900.00"),
    ("FRG-D", "Display fridge, 2 m", "Equipment", "piece", "3150.00"),
    ("VND-M", "Vending machine", "Equipment", "piece", "2980.00"),
    ("MBR-S", "Minibar, silent", "Equipment", "piece", "310.00"),
    ("SRV-Y", "Service contract, yearly", "Services", "month", "240.00"),
    ("SRV-H", "Technician", "Services", "hour", "58.00"),
    ("TRN-D", "Training on site", "Services", "day", "640.00"),
    ("PAL-T", "Pallet transport, Patras – Łódź", "Services", "pallet", "118.00"),
)

#: (name, currency, share of the standard price that its own prices are, what else it says)
PRICE_LISTS: Final[tuple[tuple[str, str, str | None, dict[str, Any]], ...]] = (
    ("Standard prices", "EUR", "1", {}),
    ("Distributors", "EUR", "0.82", {"roles": ["distributor"], "priority": 10}),
    ("Key accounts", "EUR", None, {"roles": ["key_account"]}),
    ("Cennik hurtowy", "PLN", "0.9", {"country": "PL", "rate": Decimal("4.26")}),
)
#: (name, list, what else it says)
PRICE_RULES: Final[tuple[tuple[str, str, dict[str, Any]], ...]] = (
    (
        "2,000 pieces or more",
        "Distributors",
        {"series": "Tins and bottles", "min_quantity": Decimal(2000), "percent": Decimal("-6.5")},
    ),
    (
        "Key accounts 5 %",
        "Key accounts",
        {
            "base": "list",
            "percent": Decimal(-5),
            "rounding_step": Decimal("0.05"),
            "min_margin": Decimal(15),
        },
    ),
    (
        "Technicians, whole zloty",
        "Cennik hurtowy",
        {"series": "Services", "rounding_step": Decimal(1)},
    ),
)
#: The groups of options of a bottling line: (name, least, most, options: (name, percent, amount in euros)).
OPTION_GROUPS: Final = (
    ("Filling head", 1, 1, (("12 valves", "0", "0"), ("18 valves", "9.5", "0"), ("24 valves", "18", "0"))),
    ("Motor", 1, 1, (("3 kW", "0", "0"), ("5.5 kW", "0", "2150"))),
    (
        "Extras",
        0,
        None,
        (("Labelling station", "0", "8400"), ("Wheels", "0", "620"), ("Steel of food grade", "4", "0")),
    ),
)
#: (option, what it does, option, why)
OPTION_RULES: Final = (
    ("24 valves", "requires", "5.5 kW", "The smaller motor doesn't keep up."),
    ("Wheels", "excludes", "24 valves", "It is too heavy for them."),
)
_CONFIGURED: Final = "BTL-L1"

#: (the story's customer, list, why)
AGREEMENTS: Final = (("kowalski", "Cennik hurtowy", "Umowa ramowa"),)

#: (name, percent, country, postcodes, class, buyers, note)
TAX_RULES: Final = (
    ("ΦΠΑ 24 %", "24", "GR", "", "standard", None, None),
    ("ΦΠΑ 13 %", "13", "GR", "", "reduced", None, None),
    ("ΦΠΑ 6 %", "6", "GR", "", "super_reduced", None, None),
    ("ΦΠΑ 17 %", "17", "GR", "811 821 831 853 854", "standard", None, None),
    ("ΦΠΑ 9 %", "9", "GR", "811 821 831 853 854", "reduced", None, None),
    ("VAT 23 %", "23", "PL", "", "standard", "private", None),
    ("VAT 8 %", "8", "PL", "", "reduced", "private", None),
    ("VAT 5 %", "5", "PL", "", "super_reduced", "private", None),
    ("Reverse charge", "0", "PL", "", None, "business", "Reverse charge, Art. 196 of Directive 2006/112/EC"),
)
#: The series of products that bear another tax than the standard rate.
TAX_CLASSES: Final = {"Food": "reduced"}

#: From which quantity on things that are bought by the thousand cost less, and by how much.
BULK: Final = (Decimal(1000), Decimal("0.92"))
#: What share of the standard price things cost the company, by series.
COSTS: Final = {
    "Tins and bottles": "0.71",
    "Labels and boxes": "0.64",
    "Food": "0.82",
    "Equipment": "0.68",
    "Services": "0.55",
}
_BOUGHT_BY_THE_THOUSAND: Final = "Tins and bottles"


class CatalogDemo(DemoPart):
    """Twenty-six products, what they cost, and what they are sold for in four price lists."""

    def prepare(self) -> None:
        """Make products, price lists, prices and costs, where they aren't there already."""
        products = {sku: self.company.stable_id("product", sku) for sku, *_rest in PRODUCTS}
        if db.session.get(Product, next(iter(products.values()))) is not None:
            return
        made = {"created_at": self.company.at(-720, 11), "owner_id": self.company.staff["giorgos"]}
        self.company.insert(
            Product,
            [
                {"id": products[sku], "sku": sku, "name": name, "series": series, "unit": unit, **made}
                | {"tax_class": TAX_CLASSES.get(series, "standard")}
                for sku, name, series, unit, _price in PRODUCTS
            ],
        )
        for name, currency, share, told in PRICE_LISTS:
            self._make_price_list(name, currency, told, made)
            if share is not None:
                factor = Decimal(share) * told.get("rate", Decimal(1))
                self.company.insert(Price, self._prices(products, self._list(name), currency, factor))
        self._make_price_rules(made)
        self._make_options(products[_CONFIGURED], made)
        self.company.insert(Cost, self._costs(products))
        self._make_tax_rules(made)

    def write(self, customers: Sequence[DemoCustomer]) -> Iterable[DemoMatter]:
        """Write which price lists were agreed with customers that stories are told about."""
        by_key = {customer.key: customer for customer in customers if customer.key}
        rows = [
            {
                "id": self.company.stable_id("agreement", key),
                "customer_id": by_key[key].id,
                "price_list_id": self._list(name),
                "reason": reason,
                "owner_id": by_key[key].owner_id,
            }
            for key, name, reason in AGREEMENTS
            if key in by_key
        ]
        self.company.insert(ListAssignment, rows)
        return ()

    def _list(self, name: str) -> UUID:
        return self.company.stable_id("price_list", name)

    def _make_price_list(self, name: str, currency: str, told: Mapping[str, Any], made: Mapping[str, Any]) -> None:
        is_default = name == PRICE_LISTS[0][0] and default_price_list() is None
        first = date(self.company.today.year, 1, 1)
        row = {"id": self._list(name), "name": name, "currency": currency, "valid_from": first}
        self.company.insert(PriceList, [{**row, "is_default": is_default, **told, **made}])

    def _make_price_rules(self, made: Mapping[str, Any]) -> None:
        currencies = {name: currency for name, currency, *_rest in PRICE_LISTS}
        for name, list_name, told in PRICE_RULES:
            base = {"base_list_id": self._list(PRICE_LISTS[0][0])} if told.get("base") == "list" else {}
            row = {"id": self.company.stable_id("price_rule", name), "name": name, "currency": currencies[list_name]}
            self.company.insert(PriceRule, [{**row, "price_list_id": self._list(list_name), **base, **told, **made}])

    def _make_options(self, product: UUID, made: Mapping[str, Any]) -> None:
        for place, (name, least, most, options) in enumerate(OPTION_GROUPS):
            group = self.company.stable_id("option_group", name)
            row = {"id": group, "product_id": product, "name": name, "position": place}
            self.company.insert(OptionGroup, [{**row, "min_choices": least, "max_choices": most, **made}])
            rows = [
                {"name": each, "percent": Decimal(percent), "amount": Decimal(amount), "position": number}
                for number, (each, percent, amount) in enumerate(options)
            ]
            self.company.insert(
                Option,
                [
                    {**row, "id": self._option(row["name"]), "group_id": group, "currency": "EUR", **made}
                    for row in rows
                ],
            )
        for one, kind, other, reason in OPTION_RULES:
            pair = {"option_id": self._option(one), "kind": kind, "other_id": self._option(other), "reason": reason}
            self.company.insert(OptionRule, [{**pair, "id": self.company.stable_id("option_rule", one), **made}])

    def _option(self, name: object) -> UUID:
        return self.company.stable_id("option", str(name))

    def _make_tax_rules(self, made: Mapping[str, Any]) -> None:
        names = ("name", "rate", "country", "postcodes", "tax_class", "buyer", "note")
        rows: list[dict[str, Any]] = [dict(zip(names, row, strict=True)) for row in TAX_RULES]
        for row in rows:
            identity = self.company.stable_id("tax_rule", f"{row['name']} {row['country']}")
            self.company.insert(TaxRule, [{**row, "id": identity, "rate": Decimal(row["rate"]), **made}])

    def _costs(self, products: Mapping[str, UUID]) -> list[dict[str, Any]]:
        owner = {"owner_id": self.company.staff["giorgos"], "created_at": self.company.at(-720, 12)}
        return [
            {
                "id": self.company.stable_id("cost", sku),
                "product_id": products[sku],
                "amount": (Decimal(price) * Decimal(COSTS[series])).quantize(Decimal("0.01")),
                "currency": "EUR",
                **owner,
            }
            for sku, _name, series, _unit, price in PRODUCTS
        ]

    def _prices(
        self, products: dict[str, UUID], price_list: UUID, currency: str, factor: Decimal
    ) -> list[dict[str, Any]]:
        rows: list[dict[str, Any]] = []
        for sku, _name, series, _unit, price in PRODUCTS:
            amount = (Decimal(price) * factor).quantize(Decimal("0.01"))
            row = {"product_id": products[sku], "price_list_id": price_list, "amount": amount, "currency": currency}
            rows.append(row | {"min_quantity": Decimal(1)})
            if series == _BOUGHT_BY_THE_THOUSAND:
                quantity, share = BULK
                rows.append(row | {"min_quantity": quantity, "amount": (amount * share).quantize(Decimal("0.01"))})
        made = {"created_at": self.company.at(-720, 12), "owner_id": self.company.staff["giorgos"]}
        return [{"id": self.company.id_at(self.company.at(-720, 12)), **row, **made} for row in rows]
