"""Style sheets: what every page loads stays small, and is what the sheets by component say."""

from pathlib import Path

import brotli

from tools.styles import JOINED_SHEET, join_styles, shrink

ROOT = Path(__file__).parents[2]
BUDGET_IN_BYTES = 65_000


def test_shared_sheets_and_tabler_stay_within_the_budget() -> None:
    join_styles(ROOT)
    sheets = [ROOT / JOINED_SHEET, ROOT / "core/static/vendor/tabler.min.css"]
    assert sum(len(brotli.compress(sheet.read_bytes())) for sheet in sheets) <= BUDGET_IN_BYTES


def test_own_modules_and_htmx_stay_within_the_budget() -> None:
    modules = [*(ROOT / "core/static/js").glob("*.js"), ROOT / "core/static/vendor/htmx.min.js"]
    assert sum(len(brotli.compress(module.read_bytes())) for module in modules) <= 75_000


def test_shrinking_keeps_what_the_sheet_says() -> None:
    sheet = '/* why */\n.a :hover,\n.b > i {\n  width: calc(100% - 8px);\n  content: "·";\n}\n'
    assert shrink(sheet) == '.a :hover,.b > i{width: calc(100% - 8px);content: "·";}'
