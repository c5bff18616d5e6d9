"""What travels in the wheel."""

import subprocess
import sys
import zipfile
from email.parser import Parser
from pathlib import Path

import pytest

from tools.catalogues import domains

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> zipfile.ZipFile:
    """The wheel of this source tree."""
    folder = tmp_path_factory.mktemp("wheel")
    subprocess.run([sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", folder], cwd=ROOT, check=True)
    (path,) = folder.glob("pelatis-*.whl")
    return zipfile.ZipFile(path)


def test_only_our_packages_travel(wheel: zipfile.ZipFile) -> None:
    tops = {name.split("/")[0] for name in wheel.namelist()}
    assert {top for top in tops if not top.endswith(".dist-info")} == {"core", "pelatis", "plugins"}


def test_whatever_lies_beside_the_code_travels(wheel: zipfile.ZipFile) -> None:
    listed = subprocess.run(
        ["git", "ls-files", "core", "pelatis", "plugins"], cwd=ROOT, capture_output=True, check=True
    )
    assert set(listed.stdout.decode().split()) - set(wheel.namelist()) == set()


def test_migrations_travel_inside_the_public_package(wheel: zipfile.ZipFile) -> None:
    ours = [path.relative_to(ROOT / "migrations") for path in (ROOT / "migrations").rglob("*.py")]
    assert {f"pelatis/_migrations/{path.as_posix()}" for path in ours} - set(wheel.namelist()) == set()


def test_browser_assets_travel_with_their_licences(wheel: zipfile.ZipFile) -> None:
    names = set(wheel.namelist())
    vendor = "core/static/vendor"
    assert {f"{vendor}/htmx.min.js", f"{vendor}/htmx.min.js.br", f"{vendor}/icons.svg"} <= names
    assert f"{vendor}/licenses/htmx.org.txt" in names
    assert not [name for name in names if Path(name).name.startswith("axe.")]


def test_compiled_translations_travel(wheel: zipfile.ZipFile) -> None:
    sources = [path for domain in domains(ROOT) for path in domain.folder.glob("translations/*/LC_MESSAGES/*.po")]
    assert sources
    wanted = {path.with_suffix(".mo").relative_to(ROOT).as_posix() for path in sources}
    assert wanted - set(wheel.namelist()) == set()


def test_bundled_plugins_and_the_command_are_announced(wheel: zipfile.ZipFile) -> None:
    (entry_points,) = [name for name in wheel.namelist() if name.endswith(".dist-info/entry_points.txt")]
    text = wheel.read(entry_points).decode()
    assert "pelatis = pelatis.cli:main" in text
    assert "sales = plugins.sales:plugin" in text


def test_licence_and_version_are_told(wheel: zipfile.ZipFile) -> None:
    (metadata,) = [name for name in wheel.namelist() if name.endswith(".dist-info/METADATA")]
    told = Parser().parsestr(wheel.read(metadata).decode())
    assert (told["Name"], told["License-Expression"]) == ("pelatis", "Apache-2.0")
    assert told["Requires-Python"] == ">=3.11"
