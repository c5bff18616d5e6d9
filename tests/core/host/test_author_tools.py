"""What an author is given: a plugin to begin with, and the contract that tells what is wrong with theirs."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]


def pelatis(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the command as an author does, in a folder of theirs."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PELATIS_")}
    environment |= {
        "PELATIS_DATA_DIR": str(folder / "data"),
        "PYTHONPATH": os.pathsep.join([str(ROOT), str(folder / "warranties")]),
    }
    return subprocess.run(
        [sys.executable, "-m", "pelatis", "plugin", *arguments],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture
def warranties(tmp_path: Path) -> Path:
    """Write the plugin of the afternoon, and give its package."""
    written = pelatis(tmp_path, "new", "warranties", "--record", "extended warranty")
    assert written.returncode == 0, written.stderr
    return tmp_path / "warranties" / "warranties"


def check(package: Path) -> subprocess.CompletedProcess[str]:
    return pelatis(package.parent.parent, "check", "warranties", "--module", "warranties")


def test_new_plugin_is_complete_and_keeps_the_contract(warranties: Path) -> None:
    rooms = {path.relative_to(warranties).as_posix() for path in warranties.rglob("*") if path.is_file()}
    assert {"__init__.py", "models.py", "migrations/versions/0001_first_tables.py"} <= rooms
    assert "warranties/extended_warranties.html" in {room.removeprefix("templates/") for room in rooms}
    checked = check(warranties)
    assert checked.returncode == 0, checked.stdout[-3000:] + checked.stderr


def test_check_names_what_is_wrong(warranties: Path) -> None:
    models = warranties / "models.py"
    models.write_text(
        models.read_text().replace(
            "from pelatis.api import", "from core.database import utc_now\nfrom pelatis.api import"
        )
        + "    weight: Mapped[int | None]\n"
    )
    (warranties / "hookspecs.py").write_text(
        "from pelatis.api import hookspec\n\n\n@hookspec\ndef crm_warranties_ended(ids):\n    pass\n"
    )
    checked = check(warranties)
    assert checked.returncode == 1
    assert checked.stderr.strip() == "warranties doesn't keep the contract; what is wrong stands above."
    for fault in (
        "models.py:6 imports core.database",
        "crm_warranties_ended has no docstring",
        "test_migrations_make_what_the_models_say",
    ):
        assert fault in checked.stdout


def samples() -> Iterator[tuple[str, str, bool]]:
    """Cut the afternoon out of the guide: each file's path and text, and whether it is added to what is there."""
    guide = (ROOT / "docs/write-a-plugin.md").read_text()
    afternoon = guide[guide.index("### A column") : guide.index("### Its words")]
    for prose, sample in re.findall(r"(.*?)```\w+\n(.*?)```", afternoon, re.DOTALL):
        added = re.search(r"Add to `([\w.]+)`", prose)
        yield added.group(1) if added else re.findall(r"`([\w/]+\.\w+)`", prose)[-1], sample, bool(added)


def add(path: Path, sample: str) -> None:
    """Add a sample to a file as its reader would: the imports above, the rest at the end."""
    lines = sample.splitlines(keepends=True)
    imports = [line for line in lines if line.startswith(("from ", "import "))]
    first, *rest = path.read_text().splitlines(keepends=True)
    path.write_text("".join([first, *imports, *rest, *(line for line in lines if line not in imports)]))


def test_the_afternoon_of_the_guide_keeps_the_contract(tmp_path: Path) -> None:
    pelatis(tmp_path, "new", "warranties", "--record", "device")
    package = tmp_path / "warranties" / "warranties"
    for path, sample, added in samples():
        if added:
            add(package / path, sample)
        else:
            (package / path).write_text(sample)
    assert {"views.py", "hooks.py", "templates/warranties/ending.html"} <= {path for path, *_ in samples()}
    checked = check(package)
    assert checked.returncode == 0, checked.stdout[-3000:] + checked.stderr


def test_check_tells_once_why_a_plugin_cannot_be_loaded(warranties: Path) -> None:
    (warranties / "views.py").write_text("page = None\n")
    checked = check(warranties)
    assert checked.returncode == 1
    assert checked.stdout.count("warranties can't be loaded. It couldn't start: ") == 1
    assert "FAILED" not in checked.stdout


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (["new", "Sales!"], "can't be a plugin's name"),
        (["new", "customers"], "the core has pages of that name"),
        (["new", "json"], "the name of another Python package"),
        (["new", "warranties", "--record", "Größe"], "can't be a record type's name"),
        (["migration", "nosuch", "-m", "x"], "There is no plugin called nosuch"),
        (["enable", "sales"], "pelatis db upgrade"),
        (["check", "nosuch"], "There is no plugin called nosuch. Install its package"),
    ],
)
def test_wrong_use_is_told_in_one_line(arguments: list[str], complaint: str, tmp_path: Path) -> None:
    told = pelatis(tmp_path, *arguments)
    assert told.returncode != 0
    assert complaint in told.stderr
    assert len(told.stderr.strip().splitlines()) == 1, told.stderr
    assert not (tmp_path / "warranties").exists()
