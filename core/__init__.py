"""Pelatis' private heart: users, customers, the plugin host and the services that plugins stand on."""

import sys

# structlog takes rich along where that is installed, to draw tracebacks in colours. A server never does, and would
# start a tenth slower for it.
if "structlog" not in sys.modules and "rich" not in sys.modules:
    sys.modules["rich"] = None  # type: ignore[assignment]
    import structlog  # noqa: F401

    del sys.modules["rich"]
