"""The files that pages load: compressed at the build, at an address that changes with them, kept for good."""

import hashlib
from functools import lru_cache
from pathlib import Path
from typing import Final
from wsgiref.headers import Headers

from flask import Flask, current_app, has_request_context, request
from markupsafe import Markup
from whitenoise import WhiteNoise

from core.web.headers import HEADERS

#: How much of the digest of all files stands in their addresses.
_DIGITS: Final = 12
EXTENSION: Final = "pelatis_assets"


def install_assets(app: Flask) -> None:
    """Serve the core's static files before routing, without asking who wants them.

    Plugins' files stay behind the gate. In debug mode nothing is kept, so that a changed file is seen at once.

    Args:
        app: the application, with its static folder.
    """
    folder = Path(str(app.static_folder))
    prefix = f"/static/{_digest(folder)}"
    app.extensions[EXTENSION] = prefix
    app.wsgi_app = WhiteNoise(  # type: ignore[method-assign]
        app.wsgi_app,
        root=str(folder),
        prefix=prefix,
        autorefresh=app.debug,
        immutable_file_test=lambda _path, _url: not app.debug,
        add_headers_function=_add_headers,
    )


def asset_url(app: Flask, filename: str) -> str:
    """Give the address of one of the core's static files.

    Args:
        app: the application.
        filename: its path inside the static folder, `js/app.js`.
    """
    root = request.script_root if has_request_context() else ""
    return f"{root}{app.extensions[EXTENSION]}/{filename}"


@lru_cache(maxsize=1_024)
def _drawn_icon(sprite: str, name: str, size: str, label: str) -> Markup:
    look = Markup(" icon-{}").format(size) if size else ""
    said = Markup('role="img" aria-label="{}"').format(label) if label else Markup('aria-hidden="true"')
    return Markup('<svg class="icon{}" {}><use href="{}#{}"/></svg>').format(look, said, sprite, name)


def drawn_icon(name: str, size: str = "", label: str = "") -> Markup:
    """Draw an outline icon of the sprite; pages have dozens, most of them the same.

    Args:
        name: a Tabler icon.
        size: `xs`, `s`, `l`, or nothing for the size of the text.
        label: what is read out; an icon without one is silent.
    """
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]
    return _drawn_icon(asset_url(app, "vendor/icons.svg"), name, size, str(label))


def _digest(folder: Path) -> str:
    digest = hashlib.sha256()
    for file in sorted(folder.rglob("*")):
        if file.is_file():
            digest.update(file.relative_to(folder).as_posix().encode())
            digest.update(file.read_bytes())
    return digest.hexdigest()[:_DIGITS]


def _add_headers(headers: Headers, _path: str, _url: str) -> None:
    for name, value in HEADERS.items():
        headers[name] = value
