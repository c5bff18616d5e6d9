"""The laws of imports that import-linter can't see, and that what it is told agrees with the manifests."""

import ast
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
MANIFESTS = sorted((ROOT / "plugins").glob("*/__init__.py"))
CONFIGURATION = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


def manifest_of(path: Path) -> ast.Call:
    """Return the call that makes the manifest in a plugin's `__init__.py`."""
    calls = [node for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))) if isinstance(node, ast.Call)]
    (manifest,) = [call for call in calls if isinstance(call.func, ast.Name) and call.func.id == "Plugin"]
    return manifest


def required_by(path: Path) -> list[str]:
    """Return the plugins that a manifest requires."""
    return [
        name
        for keyword in manifest_of(path).keywords
        if keyword.arg == "requires"
        for name in ast.literal_eval(keyword.value)
    ]


def test_import_linter_allows_what_manifests_require_and_no_more() -> None:
    (contract,) = [
        each for each in CONFIGURATION["tool"]["importlinter"]["contracts"] if each["type"] == "independence"
    ]
    required = {
        f"plugins.{path.parent.name}.** -> plugins.{name}.api" for path in MANIFESTS for name in required_by(path)
    }
    assert set(contract["ignore_imports"]) == required


def test_every_folder_of_code_is_a_package_that_import_linter_sees() -> None:
    files = [path for package in ("core", "pelatis", "plugins") for path in (ROOT / package).rglob("*.py")]
    folders = {path.parent for path in files if "migrations" not in path.parts}
    assert [str(folder) for folder in folders if not (folder / "__init__.py").is_file()] == []


def test_every_bundled_plugin_is_an_entry_point() -> None:
    declared = CONFIGURATION["project"]["entry-points"]["pelatis.plugins"]
    assert declared == {path.parent.name: f"plugins.{path.parent.name}:plugin" for path in MANIFESTS}


@pytest.mark.parametrize("path", MANIFESTS, ids=lambda path: path.parent.name)
def test_manifest_imports_the_public_names_alone(path: Path) -> None:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    assert not [node for node in ast.walk(tree) if isinstance(node, ast.Import)]
    assert {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)} == {"pelatis.api"}


@pytest.mark.parametrize("path", MANIFESTS, ids=lambda path: path.parent.name)
def test_manifest_is_all_that_a_plugins_init_holds(path: Path) -> None:
    body = ast.parse(path.read_text(encoding="utf-8")).body
    assert [type(node) for node in body] == [ast.Expr, ast.ImportFrom, ast.Assign]


@pytest.mark.parametrize("path", MANIFESTS, ids=lambda path: path.parent.name)
def test_manifest_has_the_name_of_its_folder(path: Path) -> None:
    (name,) = [each.value for each in manifest_of(path).keywords if each.arg == "name"]
    assert isinstance(name, ast.Constant)
    assert name.value == path.parent.name
