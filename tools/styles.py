"""Join the style sheets that every page loads: one request, and together with Tabler within the budget of 65 KB.

The sheets stay apart by component in `core/static/css`; what only some pages need (board, import, …) is not joined.
"""

import re
from pathlib import Path
from typing import Final

#: The shared sheets in the order of the cascade, names inside `core/static/css`.
SHARED_SHEETS: Final = ("tokens", "base", "controls", "frame", "list", "record", "feedback")

#: The joined sheet, relative to the project.
JOINED_SHEET: Final = Path("core/static/vendor/pelatis.css")


def join_styles(root: Path) -> None:
    """Write the joined sheet of the project at `root`, with its compressed forms.

    Args:
        root: folder of the project.
    """
    from whitenoise.compress import Compressor  # a dependency of the build, absent from some places that import this

    folder = root / "core/static/css"
    text = "\n".join((folder / f"{name}.css").read_text(encoding="utf-8") for name in SHARED_SHEETS)
    joined = root / JOINED_SHEET
    joined.parent.mkdir(parents=True, exist_ok=True)
    joined.write_text(shrink(text.replace("../vendor/", "")), encoding="utf-8")
    list(Compressor(quiet=True).compress(str(joined)))


def shrink(sheet: str) -> str:
    """Return a style sheet without its comments and needless white space.

    Args:
        sheet: CSS whose strings hold neither comments nor braces.
    """
    bare = re.sub(r"/\*.*?\*/", "", sheet, flags=re.DOTALL)
    narrow = re.sub(r"\s+", " ", bare)
    return re.sub(r" ?([{};,]) ?", r"\1", narrow).strip()


if __name__ == "__main__":
    join_styles(Path(__file__).parents[1])
