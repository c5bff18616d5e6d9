"""The bounds of making a PDF."""

from datetime import date
from io import BytesIO
from pathlib import Path

import pytest
from flask import Flask
from pypdf import PdfReader

from core.database import write_unit
from core.documents import TypesettingError, rendering
from core.problems import Problem
from pelatis.api import document_name, pdf_response, render_pdf


def template(folder: Path, source: str) -> Path:
    file = folder / "document.typ"
    file.write_text(source, encoding="utf-8")
    return file


def test_template_of_a_plugin_uses_the_ordinary_letters_frame(app: Flask, tmp_path: Path) -> None:
    source = """#import "@pelatis/letter:1.0.0": frame
        #let data = json(bytes(sys.inputs.data))
        #show: frame.with((title: "T", language: data.language, words: (page: "{page}/{pages}"),
                           sender: (name: "N", foot: ())))
        #data.word"""
    pdf = render_pdf(template(tmp_path, source), {"word": "Ζήτω #1"}, "el")
    assert "Ζήτω #1" in PdfReader(BytesIO(pdf)).pages[0].extract_text()


@pytest.mark.parametrize("path", ["/etc/passwd", "../secret.txt", "../../../../../../etc/passwd"])
def test_template_reads_nothing_outside_its_folder(app: Flask, tmp_path: Path, path: str) -> None:
    (tmp_path / "secret.txt").write_text("secret")
    folder = tmp_path / "templates"
    folder.mkdir()
    with pytest.raises(TypesettingError, match=r"not found|escape"):
        render_pdf(template(folder, f'#read("{path}")'), {}, "en")


def test_template_fetches_nothing_from_the_network(app: Flask, tmp_path: Path) -> None:
    with pytest.raises(TypesettingError, match="network"):
        render_pdf(template(tmp_path, '#import "@preview/cetz:0.2.2"'), {}, "en")


def test_wrong_template_says_where(app: Flask, tmp_path: Path) -> None:
    with pytest.raises(TypesettingError, match="unknown variable: nothing"):
        render_pdf(template(tmp_path, "#nothing"), {}, "en")


def test_template_that_never_ends_is_ended(app: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rendering, "PATIENCE", 1)
    with pytest.raises(Problem, match="too much"):
        render_pdf(template(tmp_path, "#for i in range(1000000000) {}"), {}, "en")


def test_template_that_eats_memory_is_ended(app: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rendering, "MEGABYTES", 512)
    source = '#let text = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"\n#for i in range(40) { text = text + text }\n#text.len()'
    with pytest.raises(Problem, match="too much"):
        render_pdf(template(tmp_path, source), {}, "en")


def test_data_is_bounded_and_ready_to_print(app: Flask, tmp_path: Path) -> None:
    file = template(tmp_path, "x")
    with pytest.raises(Problem, match="too much"):
        render_pdf(file, {"text": "a" * rendering.LONGEST_DATA}, "en")
    with pytest.raises(TypeError, match="ready to print"):
        render_pdf(file, {"day": date(2026, 11, 22)}, "en")


def test_no_document_is_made_inside_a_write_unit(app: Flask, tmp_path: Path) -> None:
    with write_unit(), pytest.raises(RuntimeError, match="outside of write units"):
        render_pdf(template(tmp_path, "x"), {}, "en")


def test_name_of_a_file_fits_every_system() -> None:
    assert document_name("Προσφορά", "Q-2026-0012") == "Προσφορά Q-2026-0012.pdf"
    assert document_name("Oferta", 'a/b\\c:"d"\r\nX: y', "") == "Oferta a-b-c-d-X- y.pdf"
    assert document_name("..") == "document.pdf"
    assert len(document_name("ά" * 500)) == 124


def test_answer_names_the_file_in_any_language_and_lets_nothing_run(app: Flask) -> None:
    with app.test_request_context():
        saved = pdf_response(b"%PDF-", "Προσφορά 1.pdf")
        shown = pdf_response(b"%PDF-", "Προσφορά 1.pdf", inline=True)
    assert saved.mimetype == "application/pdf"
    said = saved.headers["Content-Disposition"]
    assert said.startswith("attachment;")
    assert "filename*=UTF-8''%CE%A0%CF%81%CE%BF%CF%83%CF%86%CE%BF%CF%81%CE%AC%201.pdf" in said
    assert shown.headers["Content-Disposition"].startswith("inline;")
    assert saved.headers["Content-Security-Policy"].startswith("sandbox; default-src 'none'")
    assert shown.headers["Content-Security-Policy"].startswith("default-src 'none'")
    assert saved.headers["Cache-Control"] == "no-store"
