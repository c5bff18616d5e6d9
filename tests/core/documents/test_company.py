"""The page of what stands at the head of documents."""

import struct
import zlib
from io import BytesIO

import pytest
from flask import Flask
from flask.testing import FlaskClient
from pypdf import PdfReader

from core.users.company import company, company_logo


def png(width: int = 4, height: int = 4) -> bytes:
    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    rows = b"".join(b"\0" + b"\x1f\x4e\x79" * width for _ in range(height))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


def test_details_are_kept_in_the_form_that_documents_want(client: FlaskClient) -> None:
    answer = client.post(
        "/admin/company",
        data={
            "company_name": "  Αιγίς  ",
            "country": "GR",
            "tax_number": "094 014 201",
            "iban": "gr1601101250000000012300695",
            "email": "Info@Example.org",
            "currency": "USD",
        },
    )
    assert answer.status_code == 303
    us = company()
    assert (us.company_name, us.tax_number, us.currency) == ("Αιγίς", "EL094014201", "EUR")
    assert (us.iban, us.email) == ("GR16 0110 1250 0000 0001 2300 695", "info@example.org")


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("company_name", " "),
        ("iban", "GR1601101250000000012300696"),
        ("tax_number", "EL094014202"),
        ("email", "nobody"),
        ("country", "XX"),
        ("language", "de"),
        ("street", "a" * 201),
    ],
)
def test_what_is_wrong_is_said_beside_its_field_and_nothing_is_kept(
    client: FlaskClient, field: str, value: str
) -> None:
    before = company()
    answer = client.post("/admin/company", data={"company_name": "A", "city": "Πάτρα", field: value})
    assert answer.status_code == 422
    assert f'id="f-{field}-e"' in answer.text
    assert company() == before


def test_logo_is_kept_shown_printed_and_removed(client: FlaskClient) -> None:
    answer = client.post("/admin/company/logo", data={"logo": (BytesIO(png()), "logo.png")})
    assert answer.status_code == 303
    shown = client.get("/admin/company/logo")
    assert (shown.mimetype, shown.data) == ("image/png", png())
    page = PdfReader(BytesIO(client.get("/admin/company/sample").data)).pages[0]
    assert len(page.images) == 1
    client.post("/admin/company/logo", data={})
    assert company_logo() is None
    assert client.get("/admin/company/logo").status_code == 404


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "PNG or JPEG"),
        (png()[:40], "can&#39;t be printed"),
        (b"\xff\xd8\xff" + b"x" * 100, "can&#39;t be printed"),
        (b"\x89PNG\r\n\x1a\n" + b"x" * 410_000, "at most 400 kB"),
    ],
)
def test_logo_that_no_document_can_print_is_refused(client: FlaskClient, content: bytes, said: str) -> None:
    answer = client.post("/admin/company/logo", data={"logo": (BytesIO(content), "logo.png")})
    assert answer.status_code == 422
    assert said in answer.text
    assert company_logo() is None


def test_sample_shows_the_head_in_the_readers_language(client: FlaskClient) -> None:
    client.post("/admin/company", data={"company_name": "Αιγίς", "street": "Ερμού 12"})
    client.post("/settings/language", data={"value": "pl"})
    answer = client.get("/admin/company/sample")
    assert answer.mimetype == "application/pdf"
    text = PdfReader(BytesIO(answer.data)).pages[0].extract_text()
    assert "Ερμού 12" in text
    assert "Strona 1 z 1" in text


def test_nobody_but_administrators_sees_or_changes_it(app: Flask, client: FlaskClient) -> None:
    from core.access import system_actor
    from core.users.operations import add_user
    from tests.conftest import PASSWORD, sign_in

    add_user(system_actor(), email="s@example.org", role="salesperson", password=PASSWORD, name="S")
    other = sign_in(app, "s@example.org")
    for path in ("", "/logo", "/sample"):
        assert other.get(f"/admin/company{path}").status_code == 404
    assert other.post("/admin/company", data={"company_name": "Theirs"}).status_code == 404
    assert other.post("/admin/company/logo", data={"logo": (BytesIO(png()), "a.png")}).status_code == 404
    assert company().company_name == ""
