"""What a server does not do before it answers first; each of these would cost every start time and memory."""

import json
import subprocess
import sys
from pathlib import Path

#: Libraries that one page, one job or one command in a hundred needs; they are imported where they are used.
SELDOM_NEEDED = frozenset(
    {
        "alembic", "anyascii", "apispec", "authlib", "charset_normalizer", "cryptography", "css_inline", "faker",
        "holidays", "icalendar", "imap_tools", "mako", "nh3", "obstore", "phonenumbers", "psycopg", "pydoc", "pyotp",
        "python_calamine", "qrcode", "rapidfuzz", "redis", "rich", "segno", "simpleeval", "stdnum", "typst",
        "vobject", "webauthn", "xlsxwriter",
    }
)  # fmt: skip

START = """
import json, gc, sys
from pelatis.commands import application
with application():
    pass
loaded = sorted({name.partition(".")[0] for name, module in sys.modules.items() if module is not None})
print(json.dumps({"loaded": loaded, "searches": gc.isenabled(), "kept": gc.get_freeze_count()}))
"""


def started(folder: Path) -> dict[str, object]:
    """Open the application as a command does, in a process of its own."""
    environment = {"PELATIS_DATA_DIR": str(folder), "PELATIS_SECRET_KEY": "k" * 44, "PYTHONPATH": str(Path.cwd())}
    command = [sys.executable, "-c", START]
    run = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    told: dict[str, object] = json.loads(run.stdout)
    return told


def test_a_start_leaves_alone_what_few_requests_need_and_does_not_look_for_garbage(tmp_path: Path) -> None:
    told = started(tmp_path)
    assert set(told["loaded"]) & SELDOM_NEEDED == set()  # type: ignore[call-overload]
    assert told["searches"] is True, "garbage that requests make must be found"
    assert told["kept"] > 200_000, "what starting made must not be looked through again"  # type: ignore[operator]
