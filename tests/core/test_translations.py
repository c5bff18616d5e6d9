"""Everything that a user reads is translated, and the check that says so can be believed."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask

from core.i18n import configure_languages
from tools import translations
from tools.catalogues import LANGUAGES, Domain, compile_catalogues, domains
from tools.literals import literals_in_python, literals_in_template

ROOT = Path(__file__).parents[2]


def test_every_message_is_translated_into_every_language() -> None:
    assert translations.check(ROOT) == []


def test_a_thing_is_called_by_one_word() -> None:
    others = re.compile(r"\b(?:opportunit(?:y|ies)|modules?)\b(?!\)s)", re.IGNORECASE)  # a deal, a plugin
    messages = {message for domain in domains(ROOT) for message in extracted(domain)}
    assert len(messages) > 1_000
    assert [message for message in messages if others.search(message)] == []


def extracted(domain: Domain) -> Iterator[str]:
    """Give the messages of a domain as they stand in its sources."""
    for message in translations.extract(domain, ROOT):
        yield from (message.id,) if isinstance(message.id, str) else message.id


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A small project: one message in Python and one, with plural, in a template."""
    (tmp_path / "core" / "templates").mkdir(parents=True)
    (tmp_path / "pelatis").mkdir()
    (tmp_path / "core" / "problems.py").write_text('TITLE = _("Not found")\n', encoding="utf-8")
    (tmp_path / "core" / "templates" / "list.html").write_text(
        "<p>{{ ngettext('%(num)s deal', '%(num)s deals', total) }}</p>\n", encoding="utf-8"
    )
    translations.update(tmp_path)
    return tmp_path


def test_update_adds_new_messages_and_drops_gone_ones(project: Path) -> None:
    (project / "core" / "problems.py").write_text('TITLE = _("No such page")\n', encoding="utf-8")
    translations.update(project)
    text = catalogue_of(project, "el").read_text(encoding="utf-8")
    assert 'msgid "No such page"' in text
    assert "Not found" not in text


def test_updating_twice_changes_nothing(project: Path) -> None:
    assert translations.update(project) == []


def test_untranslated_messages_are_faults_in_each_language(project: Path) -> None:
    assert translations.check(project) == [
        f"core/translations/{language}/LC_MESSAGES/core.po: untranslated: {message!r}"
        for language in LANGUAGES
        for message in ("%(num)s deal", "Not found")
    ]


def test_translated_project_has_no_fault(project: Path) -> None:
    translate_all(project)
    assert translations.check(project) == []


def test_missing_plural_form_is_a_fault(project: Path) -> None:
    translate_all(project)
    replace(catalogue_of(project, "pl"), 'msgstr[2] "%(num)s x"', 'msgstr[2] ""')
    assert faults(project) == ["untranslated: '%(num)s deal'"]


def test_fuzzy_message_is_a_fault(project: Path) -> None:
    translate_all(project)
    replace(catalogue_of(project, "el"), 'msgid "Not found"', '#, fuzzy\nmsgid "Not found"')
    assert faults(project) == ["fuzzy: 'Not found'"]


def test_translation_with_another_placeholder_is_a_fault(project: Path) -> None:
    translate_all(project)
    replace(catalogue_of(project, "el"), 'msgstr[0] "%(num)s x"', 'msgstr[0] "%(number)s x"')
    (fault,) = faults(project)
    assert "number" in fault


def test_message_that_a_plugin_translates_otherwise_than_the_core_is_a_fault(project: Path) -> None:
    """The core's is the one that is heard, whatever the plugin's catalogue says."""
    (project / "plugins" / "sales").mkdir(parents=True)
    (project / "plugins" / "sales" / "__init__.py").write_text('TITLE = _("Not found")\n', encoding="utf-8")
    translations.update(project)
    translate_all(project)
    plugins = project / "plugins" / "sales" / "translations"
    for language in LANGUAGES:
        replace(plugins / language / "LC_MESSAGES" / "sales.po", '"Not found"\nmsgstr ""', '"Not found"\nmsgstr "y"')
    assert translations.check(project) == [
        f"plugins/sales/translations/{language}/LC_MESSAGES/sales.po: translated otherwise than in "
        f"core/translations/{language}/LC_MESSAGES/core.po, give one a context: 'Not found'"
        for language in LANGUAGES
    ]


def test_message_that_nobody_extracted_yet_is_a_fault(project: Path) -> None:
    translate_all(project)
    (project / "pelatis" / "cli.py").write_text('_("Sign in")\n', encoding="utf-8")
    assert faults(project) == ["missing, run make translations: 'Sign in'"] * len(LANGUAGES)


def test_compiled_catalogue_is_made_beside_the_source(project: Path) -> None:
    translate_all(project)
    assert compile_catalogues(project) == [catalogue_of(project, each).with_suffix(".mo") for each in LANGUAGES]
    assert catalogue_of(project, "el").with_suffix(".mo").is_file()


@pytest.mark.parametrize(
    ("template", "words"),
    [
        ("<p>Save {{ name }}</p>", ["Save"]),
        ('<input placeholder="Name">', ["Name"]),
        ('<button aria-label="Close"></button>', ["Close"]),
        ('<input type="submit" value="Send">', ["Send"]),
        ('{{ button("Delete it", kind="primary") }}', ["Delete it"]),
        ('{{ "Yes" if on else "No way" }}', ["Yes", "No way"]),
        ("{% trans %}Translated{% endtrans %} and not", ["and not"]),
        ("{% if a %}{% trans %}x{% endtrans %}{% endif %} after", ["after"]),
    ],
)
def test_words_outside_gettext_are_found_in_templates(template: str, words: list[str]) -> None:
    assert [found for _line, found in literals_in_template(template)] == words


@pytest.mark.parametrize(
    "template",
    [
        "<p>{{ _('Save') }} · {% trans %}Good {{ name }}{% endtrans %}</p>",
        '<button aria-label="{{ _("Close") }}">×</button>',
        '<kbd>Ctrl</kbd> <code>pelatis run</code> <span translate="no">Odoo</span>',
        "{# a comment #}<script>let Name = 1</script>",
        "{% if kind == 'Person' %}{{ key('Enter') }}{% endif %}",
        '<div class="crm-card" data-kind="Person">{{ button(_("Save"), kind="primary") }}</div>',
        "<b>Pelatis</b> <i>CSV</i>",
        "{% trans count=n %}one{% pluralize %}{{ count }} many{% endtrans %}",
    ],
)
def test_translated_and_wordless_templates_pass(template: str) -> None:
    assert list(literals_in_template(template)) == []


def test_problem_with_a_plain_message_is_found() -> None:
    source = 'raise Problem("a.b", "Fill it in.")\nraise Problem("a.b", _("Fill it in."))\n'
    assert list(literals_in_python(source)) == [(1, "Fill it in.")]


def test_templates_collapse_blanks_as_the_extraction_does(tmp_path: Path) -> None:
    app = Flask("pages")
    configure_languages(app, [(tmp_path, "core")])
    with app.test_request_context():
        assert app.jinja_env.from_string("{% trans %}\n  Two\n  lines\n{% endtrans %}").render() == "Two lines"


def catalogue_of(project: Path, language: str) -> Path:
    return project / "core" / "translations" / language / "LC_MESSAGES" / "core.po"


def translate_all(project: Path) -> None:
    """Give every message of the small project some translation."""
    for language in LANGUAGES:
        path = catalogue_of(project, language)
        replace(path, 'msgid "Not found"\nmsgstr ""', 'msgid "Not found"\nmsgstr "x"')
        for form in range(3):
            text = path.read_text(encoding="utf-8")
            path.write_text(text.replace(f'msgstr[{form}] ""', f'msgstr[{form}] "%(num)s x"'), encoding="utf-8")


def replace(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def faults(project: Path) -> list[str]:
    """What the check says, without the file that it says it of."""
    return [fault.partition(": ")[2] for fault in translations.check(project)]
