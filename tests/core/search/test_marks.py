"""The letters that a search found are marked as they are written, not as they were typed."""

import pytest

from core.search.marks import marked


@pytest.mark.parametrize(
    ("text", "query", "shown"),
    [
        ("Ελαιώνες Πελοποννήσου Α.Ε.", "elai", "<mark>Ελαι</mark>ώνες Πελοποννήσου Α.Ε."),
        ("Ελαιώνες Πελοποννήσου Α.Ε.", "ελαιων", "<mark>Ελαιών</mark>ες Πελοποννήσου Α.Ε."),
        ("Ελαιώνες Πελοποννήσου Α.Ε.", "pelop elaiw", "<mark>Ελαιώ</mark>νες <mark>Πελοπ</mark>οννήσου Α.Ε."),
        ("Μπακάλης & Υιοί", "bak", "<mark>Μπακ</mark>άλης &amp; Υιοί"),
        ("Łódź Frozen", "lodz", "<mark>Łódź</mark> Frozen"),
        ("Łódź Frozen", "LÓD", "<mark>Łód</mark>ź Frozen"),
        ("Elaine Morris", "elai", "<mark>Elai</mark>ne Morris"),
        ("E\u0301lan", "el", "<mark>E\u0301l</mark>an"),
        ("New: Import", "port", "New: Im<mark>port</mark>"),
        ("Nothing of it", "zz", "Nothing of it"),
        ("Straße 5", "strasse", "<mark>Straße</mark> 5"),
        ('"><img src=x>', "img", "&#34;&gt;&lt;<mark>img</mark> src=x&gt;"),
        ("Plain", "", "Plain"),
    ],
)
def test_letters_are_marked_as_they_are_written(text: str, query: str, shown: str) -> None:
    assert str(marked(text, query)) == shown
