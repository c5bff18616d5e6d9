#!/bin/sh
# Write requirements.lock and package-lock.json anew, for every platform and with no host name in them.
# $1 is the folder of the environment's commands.
set -eu
bin=$1

"$bin/python" -m uv pip compile pyproject.toml --extra dev --upgrade --universal --python-version 3.11 \
    --generate-hashes --no-header --no-annotate --quiet --output-file requirements.lock
npm install --package-lock-only --ignore-scripts --no-audit --no-fund
# npm writes down where to give money to each author; the lock is for what to install.
"$bin/python" - <<'PYTHON'
import json
from pathlib import Path

path = Path("package-lock.json")
lock = json.loads(path.read_text(encoding="utf-8"))
for package in lock["packages"].values():
    package.pop("funding", None)
path.write_text(json.dumps(lock, indent=2) + "\n", encoding="utf-8")
PYTHON
