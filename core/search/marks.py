"""Marking in a text the letters that a search found, though they are written otherwise than what was typed."""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Final

from markupsafe import Markup, escape

from core.search.fold import fold, search_terms, word_forms

#: A word as it stands in a title, its combining accents among it.
_WRITTEN: Final = re.compile(r"(?:[^\W_][\u0300-\u036f]*)+")


def marked(text: str, query: str) -> Markup:
    """Give a text with what a query found in it within `<mark>`: `Ελαι` of `Ελαιώνες` for "elai".

    The beginnings of words are marked, as the index finds them; where there is none, the letters wherever they stand.

    Args:
        text: a title, as it is written.
        query: what somebody typed: without accents, in Greeklish, in Polish without its strokes.
    """
    terms = search_terms(query)
    places = list(_beginnings(text, terms)) or list(_anywhere(text, terms))
    parts, done = [], 0
    for start, end in sorted(places):
        if start >= done:
            parts += [escape(text[done:start]), Markup("<mark>{}</mark>").format(text[start:end])]
            done = end
    return Markup("").join([*parts, escape(text[done:])])


def _beginnings(text: str, terms: Sequence[Sequence[str]]) -> Iterator[tuple[int, int]]:
    for word in _WRITTEN.finditer(text):
        lengths = [_length(word.group(), spelling) for spellings in terms for spelling in spellings]
        if any(lengths):
            yield word.start(), word.start() + max(lengths)


@lru_cache(maxsize=8_192)
def _length(word: str, spelling: str) -> int:
    """Tell how many of a word's first letters a spelling stands for; 0 when the word doesn't begin with it."""
    if not any(form.startswith(spelling) for form in word_forms(fold(word))):
        return 0
    ends = [end for end in range(1, len(word) + 1) if end == len(word) or not unicodedata.combining(word[end])]
    return next(end for end in ends if any(form.startswith(spelling) for form in word_forms(fold(word[:end]))))


def _anywhere(text: str, terms: Sequence[Sequence[str]]) -> Iterator[tuple[int, int]]:
    folded = fold(text)
    if len(folded) == len(text):  # otherwise its letters have other places
        for spelling, *_others in terms:
            start = folded.find(spelling)
            if start >= 0:
                yield start, start + len(spelling)
