"""How certain the forecast takes deals to be."""

from typing import Final

from pelatis.api import _l

#: From what doesn't count to what is won.
FORECAST_CATEGORIES: Final = {
    "omitted": _l("Left out"),
    "pipeline": _l("Possible"),
    "best_case": _l("Best case"),
    "commit": _l("Commit"),
    "closed": _l("Closed"),
}
#: What a deal under way may be; the others follow from won and lost.
OPEN_CATEGORIES: Final = {key: label for key, label in FORECAST_CATEGORIES.items() if key != "closed"}
#: How the categories are coloured where they stand as a word.
CATEGORY_TONES: Final = {"best_case": "blue", "commit": "violet", "closed": "green"}
