"""Keys that follow from a customer's name: what lists sort by, and what equal names have in common."""

import re
from functools import cache
from typing import Final

#: Words at the end of a company's name that say its legal form, without dots; written as their users write them.
LEGAL_FORMS: Final = (
    "ΑΕ ΑΒΕΕ ΑΕΒΕ ΑΤΕ ΑΤΕΒΕ ΕΠΕ ΙΚΕ ΟΕ ΕΕ ΣΥΝΠΕ ΜΟΝΟΠΡΟΣΩΠΗ SP Z OO ZOO SA SPZOO SPJ SPK SKA PSA SC "
    "GMBH AG KG OHG UG LTD LIMITED PLC LLC LLP INC CO CORP CORPORATION COMPANY SRL SPA SAS SARL BV NV AB AS OY"
)
_NOT_A_WORD: Final = re.compile(r"[\W_]+")


def sorting_name(name: str) -> str:
    """Give the key by which a list of names is in the order of the alphabet, ł after l, whatever the database."""
    from core.search.fold import sort_key

    return sort_key(name)[:600]


def matching_name(name: str) -> str:
    """Give the key that names of one party share: folded, without punctuation and legal form.

    `Ελαιώνες Πελοποννήσου Α.Ε.` and `ΕΛΑΙΩΝΕΣ ΠΕΛΟΠΟΝΝΗΣΟΥ` have the same one; a name that is nothing but a legal form
    keeps it.
    """
    words = _words(name)
    kept = list(words)
    while kept and kept[-1] in _legal_forms():
        kept.pop()
    return " ".join(kept or words)[:200]


def _words(name: str) -> list[str]:
    from core.search.fold import fold

    return _NOT_A_WORD.sub(" ", fold(name.replace(".", ""))).split()


@cache
def _legal_forms() -> frozenset[str]:
    return frozenset(_words(LEGAL_FORMS))
