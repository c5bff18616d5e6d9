"""The figures of the demo: what its company sells, for how much, under which taxes, and what is in stock."""

from decimal import Decimal
from typing import Any, Final

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
#: What is on hand where, and what is to come: (code, Πάτρα, Łódź, expected, in how many days).
STOCK: Final = (
    ("TIN-5", 18400, 2600, 24000, 17),
    ("TIN-3", 9300, 0, 0, 0),
    ("BOT-750", 31000, 8200, 40000, 9),
    ("BOT-500", 26500, 0, 0, 0),
    ("LBL-R", 140, 35, 0, 0),
    ("OIL-5", 1960, 240, 1800, 12),
    ("RAI-10", 310, 90, 0, 0),
    ("FRG-D", 6, 2, 4, 20),
    ("MBR-S", 3, 0, 10, 24),
    ("VND-M", 1, 0, 0, 0),
)
#: Units that people hold back: (code, units, in how many days, why).
HELD_BACK: Final = (("OIL-5", 310, 6, "Food fair"), ("FRG-D", 2, 14, "Showroom"))

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
CONFIGURED: Final = "BTL-L1"

#: Bundles: (code, name, percent less than its parts, parts: (code, how many)).
BUNDLES: Final = (("GFT-1", "Gift hamper, oil and raisins", "8", (("OIL-5", 1), ("RAI-10", 1), ("BOX-6", 2))),)

#: A product that comes in sizes and colours: code, name, series, price, cost.
VARIED: Final = ("APR", "Work apron, embroidered", "Workwear", "14.50", "8.90")
#: In what its variants differ.
ATTRIBUTES: Final = (("Size", ("S", "M", "L", "XL")), ("Colour", ("Olive", "Navy")))
#: What a variant of a value costs more.
DEARER: Final = {"XL": "1.50"}
#: How many of each variant there are, by its size.
APRONS: Final = {"S": 40, "M": 120, "L": 85, "XL": 0}

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
    "Food": "0.645",
    "Equipment": "0.68",
    "Services": "0.55",
}
BOUGHT_BY_THE_THOUSAND: Final = "Tins and bottles"
