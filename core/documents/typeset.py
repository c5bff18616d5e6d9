"""The process in which a PDF is made: it reads an order from standard input, and writes the PDF or its complaint.

Typst can't be stopped in the middle and holds what it needs until it ends, so it works in a process of its own, with
bounds, which its caller may kill. This file is run as a script and imports nothing of Pelatis.
"""

import json
import sys
from typing import Any


def bound(megabytes: int, seconds: int) -> None:
    """Bound the memory and the computing time of this process, where the system can."""
    try:
        import resource
    except ImportError:  # Windows; the caller's patience still holds
        return
    size = megabytes * 1024 * 1024
    resource.setrlimit(resource.RLIMIT_AS, (size, size))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 1))


def typeset(order: dict[str, Any]) -> bytes:
    """Make the PDF: only the fonts inside typst, no file outside the template's folder, no clock."""
    import typst

    return typst.compile(
        order["template"],
        root=order["root"],
        font_paths=typst.Fonts(include_system_fonts=False),
        ignore_system_fonts=True,
        package_path=order["packages"],
        sys_inputs={"data": order["data"]},
        timestamp=0,
    )


def main() -> None:
    """Do what standard input orders."""
    order = json.load(sys.stdin.buffer)
    bound(order["megabytes"], order["seconds"])
    try:
        pdf = typeset(order)
    except RuntimeError as error:
        sys.exit(str(error))
    sys.stdout.buffer.write(pdf)


if __name__ == "__main__":
    main()
