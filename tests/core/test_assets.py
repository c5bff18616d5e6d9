"""Browser assets: what is served is what package.json pins, and every icon that a page names is in the sprite."""

import json
import re
from pathlib import Path
from xml.etree import ElementTree

import pytest

from tools.assets import TEST_VENDOR, VENDOR, AssetError, AssetSpec, icon_sprite
from tools.icons import icons_in, used_icons

ROOT = Path(__file__).parents[2]
SVG = (
    '<svg xmlns="http://www.w3.org/2000/svg" width="24" height="24" viewBox="0 0 24 24" fill="none" '
    'stroke="currentColor" stroke-width="2"><path d="M1 1l2 2" /></svg>'
)


def test_every_asset_of_the_specification_is_served() -> None:
    spec = AssetSpec.read(ROOT)
    served = {path.name for path in (ROOT / VENDOR).iterdir()}
    assert {*spec.assets.values(), "icons.svg"} <= served
    assert {f"{name}.br" for name in spec.assets.values() if not name.endswith(".woff2")} <= served


def test_what_only_tests_load_is_not_served() -> None:
    for name in AssetSpec.read(ROOT).test_assets.values():
        assert (ROOT / TEST_VENDOR / name).is_file()
        assert not (ROOT / VENDOR / name).exists()


def test_every_icon_that_the_sources_name_is_in_the_sprite() -> None:
    listed = AssetSpec.read(ROOT).icons
    unlisted = {name: str(place) for name, place in used_icons(ROOT).items() if name not in listed}
    assert unlisted == {}, "run make icons, then make setup"


def test_sprite_has_one_symbol_for_each_icon(tmp_path: Path) -> None:
    for name in ("bell", "plus"):
        (tmp_path / f"{name}.svg").write_text(SVG, encoding="utf-8")
    sprite = ElementTree.fromstring(icon_sprite(tmp_path, ["plus", "bell"]))
    assert [symbol.attrib["id"] for symbol in sprite] == ["bell", "plus"]
    assert sprite[0].attrib["viewBox"] == "0 0 24 24"
    assert "width" not in sprite[0].attrib


def test_unknown_icon_is_refused_by_name(tmp_path: Path) -> None:
    with pytest.raises(AssetError, match="Tabler does not have: no-such-icon"):
        icon_sprite(tmp_path, ["no-such-icon"])


def test_icon_listed_twice_is_refused(tmp_path: Path) -> None:
    (tmp_path / "bell.svg").write_text(SVG, encoding="utf-8")
    with pytest.raises(AssetError, match="more than once: bell"):
        icon_sprite(tmp_path, ["bell", "bell"])


@pytest.mark.parametrize(
    "source",
    [
        "{{ icon('bell', 's') }}",
        '{{ icon_button("bell", _("x")) }}',
        'RecordType(icon="bell")',
        "{'icon': 'bell'}",
        "{% set state_icons = {'new': 'bell'} %}",
        'icon: str = "bell"',
    ],
)
def test_named_icons_are_seen(source: str) -> None:
    assert list(icons_in(source)) == ["bell"]


@pytest.mark.parametrize("lock", ["requirements.lock", "package-lock.json", "package.json", ".npmrc", "pyproject.toml"])
def test_no_lock_names_a_host(lock: str) -> None:
    text = (ROOT / lock).read_text(encoding="utf-8")
    assert re.findall(r"https?://|resolved\"|--(?:extra-)?index-url", text) == []


def test_versions_in_package_json_are_exact_and_the_locked_ones() -> None:
    package = json.loads((ROOT / "package.json").read_text(encoding="utf-8"))
    locked = json.loads((ROOT / "package-lock.json").read_text(encoding="utf-8"))["packages"]
    for name, version in {**package["dependencies"], **package["devDependencies"]}.items():
        assert re.fullmatch(r"\d+\.\d+\.\d+", version)
        assert locked[f"node_modules/{name}"]["version"] == version
