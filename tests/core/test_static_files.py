"""The files that pages load are compressed, kept by browsers, and changed addresses bring changed files."""

import re
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from core.web.assets import install_assets
from core.web.headers import POLICY


def addresses(page: str) -> list[str]:
    return re.findall(r'(?:href|src)="(/static/[^"#]+)', page)


def test_files_of_a_page_are_compressed_and_kept(client: FlaskClient) -> None:
    listed = addresses(client.get("/customers").text)
    assert any(each.endswith("vendor/pelatis.css") for each in listed)
    for address in listed:
        with client.get(address, headers={"Accept-Encoding": "br"}) as answer:
            assert answer.status_code == 200
            assert "immutable" in answer.headers["Cache-Control"]
            assert answer.headers["Content-Security-Policy"] == POLICY
            assert (answer.headers.get("Content-Encoding") == "br") == (
                "/vendor/" in address and "woff2" not in address
            )


def test_a_file_that_isnt_there_is_not_found(client: FlaskClient) -> None:
    folder = addresses(client.get("/customers").text)[0].rpartition("/static/")[2].partition("/")[0]
    for path in (f"/static/{folder}/none.js", f"/static/{folder}/../core/app.py", f"/static/{folder}/%2e%2e/app.py"):
        assert client.get(path).status_code == 404


@pytest.mark.parametrize("name", ["page.css", "sub/page.js"])
def test_a_changed_file_has_another_address(tmp_path: Path, name: str) -> None:
    def address() -> str:
        app = Flask("plain", static_folder=str(tmp_path))
        install_assets(app)
        return str(app.extensions["pelatis_assets"])

    (tmp_path / name).parent.mkdir(exist_ok=True)
    (tmp_path / name).write_text("one")
    first = address()
    assert address() == first
    (tmp_path / name).write_text("two")
    assert address() != first
