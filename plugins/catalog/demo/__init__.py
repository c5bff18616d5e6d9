"""The demo's products, price lists and tax rules."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from itertools import product as combinations
from typing import Any
from uuid import UUID

from pelatis.api import DemoCustomer, DemoMatter, DemoPart, db

from ..models import (
    BundlePart,
    Cost,
    ExpectedDelivery,
    ListAssignment,
    Option,
    OptionGroup,
    OptionRule,
    Price,
    PriceList,
    PriceRule,
    Product,
    ProductAttribute,
    Reservation,
    StockLevel,
    StockMovement,
    TaxRule,
)
from ..queries.prices import default_price_list
from .figures import (
    AGREEMENTS,
    APRONS,
    ATTRIBUTES,
    BOUGHT_BY_THE_THOUSAND,
    BULK,
    BUNDLES,
    CONFIGURED,
    COSTS,
    DEARER,
    HELD_BACK,
    OPTION_GROUPS,
    OPTION_RULES,
    PRICE_LISTS,
    PRICE_RULES,
    PRODUCTS,
    STOCK,
    TAX_CLASSES,
    TAX_RULES,
    VARIED,
)


class CatalogDemo(DemoPart):
    """The products, one in sizes and colours, what they cost, and what they are sold for in four price lists."""

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
        self._make_options(products[CONFIGURED], made)
        self._make_bundles(products, made)
        self._make_stock(products, made)
        self._make_variants(made)
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

    def _make_bundles(self, products: Mapping[str, UUID], made: Mapping[str, Any]) -> None:
        for sku, name, percent, parts in BUNDLES:
            bundle = self.company.stable_id("product", sku)
            row = {"id": bundle, "sku": sku, "name": name, "series": "Food", "bundle_price": "parts", **made}
            self.company.insert(Product, [{**row, "bundle_discount": Decimal(percent)}])
            rows = [
                {
                    "id": self.company.stable_id("part", sku, code),
                    "bundle_id": bundle,
                    "part_id": products[code],
                    "quantity": Decimal(quantity),
                    "position": place,
                    **made,
                }
                for place, (code, quantity) in enumerate(parts)
            ]
            self.company.insert(BundlePart, rows)

    def _make_variants(self, made: Mapping[str, Any]) -> None:
        sku, name, series, price, cost = VARIED
        template = self.company.stable_id("product", sku)
        told = {"series": series, "unit": "piece", "tax_class": "standard", **made}
        self.company.insert(Product, [{**told, "id": template, "sku": sku, "name": name}])
        rows = [
            {"name": each, "choices": list(choices), "position": place, "product_id": template}
            for place, (each, choices) in enumerate(ATTRIBUTES)
        ]
        rows = [{**row, "id": self.company.stable_id("attribute", str(row["name"])), **made} for row in rows]
        self.company.insert(ProductAttribute, rows)
        for place, values in enumerate(combinations(*(choices for _name, choices in ATTRIBUTES))):
            code, size = "-".join((sku, *(value.upper() for value in values))), values[0]
            variant = self.company.stable_id("product", code)
            row = {
                "id": variant,
                "sku": code,
                "name": ", ".join((name, *values)),
                "template_id": template,
                "features": [f"{each}: {value}" for (each, _all), value in zip(ATTRIBUTES, values, strict=True)],
                "surcharge": Decimal(DEARER[size]) if size in DEARER else None,
                "created_at": made["created_at"] + timedelta(minutes=place),  # they are listed in this order
            }
            self.company.insert(Product, [{**told, **row}])
            self._count(variant, code, "Πάτρα", APRONS[size], made)
        worth = {"product_id": template, "currency": "EUR", **made}
        row = {**worth, "id": self.company.stable_id("price", sku), "price_list_id": self._list(PRICE_LISTS[0][0])}
        self.company.insert(Price, [{**row, "amount": Decimal(price), "min_quantity": Decimal(1)}])
        self.company.insert(Cost, [{**worth, "id": self.company.stable_id("cost", sku), "amount": Decimal(cost)}])

    def _count(self, product: UUID, sku: str, location: str, units: int, made: Mapping[str, Any]) -> None:
        """Say how many of a product there were at a place when they were counted; none aren't written down."""
        if not units:
            return
        row = {"product_id": product, "location": location, **made}
        names = {each: self.company.stable_id(each, sku, location) for each in ("level", "movement")}
        self.company.insert(StockLevel, [{**row, "id": names["level"], "on_hand": Decimal(units)}])
        counted = self.company.today - timedelta(days=30)
        booked = {"quantity": Decimal(units), "moved_on": counted, "kind": "count"}
        self.company.insert(StockMovement, [{**row, "id": names["movement"], **booked}])

    def _make_stock(self, products: Mapping[str, UUID], made: Mapping[str, Any]) -> None:
        for sku, patras, lodz, expected, days in STOCK:
            for location, units in (("Πάτρα", patras), ("Łódź", lodz)):
                self._count(products[sku], sku, location, units, made)
            if expected:
                due = {"quantity": Decimal(expected), "due_on": self.company.today + timedelta(days=days)}
                row = {"id": self.company.stable_id("expected", sku), "product_id": products[sku], "location": "Πάτρα"}
                self.company.insert(ExpectedDelivery, [{**row, **due, **made}])
        for sku, held, days, reason in HELD_BACK:
            due = {"quantity": Decimal(held), "due_on": self.company.today + timedelta(days=days)}
            row = {"id": self.company.stable_id("held", sku), "product_id": products[sku], "reason": reason}
            self.company.insert(Reservation, [{**row, **due, **made}])

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
            if series == BOUGHT_BY_THE_THOUSAND:
                quantity, share = BULK
                rows.append(row | {"min_quantity": quantity, "amount": (amount * share).quantize(Decimal("0.01"))})
        made = {"created_at": self.company.at(-720, 12), "owner_id": self.company.staff["giorgos"]}
        return [{"id": self.company.id_at(self.company.at(-720, 12)), **row, **made} for row in rows]
