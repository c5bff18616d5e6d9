"""`make setup` that was interrupted: the next one goes on instead of stumbling over what is left."""

import os
import subprocess
from pathlib import Path

import pytest

TREE = Path(__file__).parents[2]
#: Pythons that do nothing but note what was asked of them: one with pip, and one that was cut off before it had any.
WHOLE = '#!/bin/sh\necho "$@" >> "$LOG"\ncase "$2" in venv) mkdir -p "$4/bin"; cp "$0" "$4/bin/python" ;; esac\n'
CUT_OFF = '#!/bin/sh\ncase "$2" in pip | uv) exit 1 ;; esac\n'


def program(file: Path, text: str) -> Path:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text)
    file.chmod(0o755)
    return file


@pytest.mark.parametrize(("found", "made_anew"), [(None, True), (CUT_OFF, True), (WHOLE, False)])
def test_an_environment_without_pip_is_made_anew(tmp_path: Path, found: str | None, made_anew: bool) -> None:
    if found is not None:
        program(tmp_path / "venv" / "bin" / "python", found)
    python = program(tmp_path / "python3", WHOLE)
    log = tmp_path / "log"
    environment = os.environ | {"PYTHON": str(python), "LOG": str(log)}
    subprocess.run(["sh", "tools/setup.sh", str(tmp_path / "venv")], env=environment, cwd=TREE, check=True, text=True)
    asked = log.read_text()
    assert ("-m venv --clear" in asked) == made_anew
    assert "--require-hashes" in asked
