"""Guessing in which encoding a text was written.

UTF-8 and UTF-16 prove themselves. Code pages don't: the same bytes are letters in all of them, so each is judged by how
much its letters look like words. The person sees a cell of the file in each and has the last word.
"""

import codecs
import re
import unicodedata
from collections import Counter
from typing import Final

#: A byte that isn't UTF-8, as `surrogateescape` gives it.
STRAY: Final = re.compile("[\udc80-\udcff]")
UTF_8: Final = frozenset({"utf-8", "utf-8-sig"})
#: The encodings that a file may be read in, with the names that people know them by.
NAMES: Final = {
    "utf-8-sig": "UTF-8",
    "utf-16": "UTF-16",
    "utf-16-le": "UTF-16 LE",
    "utf-16-be": "UTF-16 BE",
    "cp1253": "Windows-1253",
    "iso8859_7": "ISO 8859-7",
    "cp1250": "Windows-1250",
    "iso8859_2": "ISO 8859-2",
    "cp1252": "Windows-1252",
}
SHORT_NAMES: Final = {page: name.removeprefix("Windows-").removeprefix("ISO ") for page, name in NAMES.items()}
CODE_PAGES: Final = ("cp1253", "iso8859_7", "cp1250", "iso8859_2", "cp1252")
#: The letters beyond ASCII of the languages that are written in each kind of page. A text speaks for the page in which
#: one language explains all of its letters: ą beside ř is no language.
CENTRAL: Final = (
    "ąćęłńóśźż", "áéíóöőúüű", "áčďéěíňóřšťúůýž", "áäčďéíĺľňóôŕšťúýž", "âăîşșţț", "čćđšž",
)  # fmt: skip
WESTERN: Final = (
    "äöüß", "àâæçéèêëîïôœùûüÿ", "áéíñóúü", "àáâãçéêíóôõú", "àèéìíòóù", "åäöéü", "åæøéò", "áðéíóúýþæö", "éëïóöü",
)  # fmt: skip
#: What parts the cells of a line, whichever it is.
CELLS: Final = re.compile(rb"[;,\t|]")
#: Signs that stand beside words.
FITTING_SIGNS: Final = frozenset("€«»“”„‘’–—…·°§№×\u00a0")
#: Letters of text that are judged; more only takes time.
JUDGED: Final = 20_000


def find_encoding(sample: bytes) -> tuple[str, list[tuple[str, str]]]:
    """Guess the encoding of a file.

    Args:
        sample: its beginning; it may end in the middle of a letter.

    Returns:
        Python's name of the encoding, and all that could be meant, the likeliest first, each with a cell decoded by it.
    """
    found = _unicode(sample)
    ranked = _ranked(sample)
    if found is None:
        return ranked[0], _shown(sample, ranked)
    return found, _shown(
        sample, [found] if _line(sample).isascii() or found.startswith("utf-16") else [found, *ranked[:2]]
    )


def likeliest_page(text: bytes) -> str:
    """Tell in which code page some words were written."""
    return _ranked(text)[0]


def _unicode(sample: bytes) -> str | None:
    if sample.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    even, odd = sample[:4_000:2].count(0), sample[1:4_000:2].count(0)
    if max(even, odd) > len(sample[:4_000]) // 4:
        return "utf-16-be" if even > odd else "utf-16-le"
    strays = _strays(sample)
    # Single lines of another encoding, pasted into a file in UTF-8, don't make it another file.
    return "utf-8-sig" if strays == 0 or strays * 10 < _multibyte(sample) else None


def _strays(sample: bytes) -> int:
    """Count the bytes that aren't UTF-8; a letter cut off at the end isn't counted."""
    text = codecs.getincrementaldecoder("utf-8")("surrogateescape").decode(sample, final=False)
    return len(text) - len(STRAY.sub("", text))


def _multibyte(sample: bytes) -> int:
    text = sample.decode("utf-8", "ignore")
    return len(text) - len(text.encode("ascii", "ignore"))


def _line(sample: bytes) -> bytes:
    """Give the line of a file that shows the most: the first below the headings with letters beyond ASCII."""
    lines = sample.splitlines()
    return next((line for line in [*lines[1:], *lines[:1]] if not line.isascii()), lines[0] if lines else b"")


def _shown(sample: bytes, pages: list[str]) -> list[tuple[str, str]]:
    if pages[0].startswith("utf-16"):
        return [(pages[0], (sample.decode(pages[0], "replace").splitlines() or [""])[0][:80])]
    line = _line(sample)
    # What is plain ASCII looks the same in every encoding.
    cell = next((cell for cell in CELLS.split(line) if not cell.isascii()), line).strip(b' "')
    return [(page, cell.decode(page, "replace").strip()[:80]) for page in pages]


def _ranked(sample: bytes) -> list[str]:
    letters = _letters_beyond_ascii(sample)
    return sorted(CODE_PAGES, key=lambda page: -_likeness(letters, page))


def _letters_beyond_ascii(sample: bytes) -> bytes:
    """Keep the words that have letters beyond ASCII; the others say nothing."""
    return b" ".join(word for word in sample.split() if not word.isascii())[:JUDGED]


def _likeness(sample: bytes, page: str) -> float:
    """Tell how much a text looks like words in a code page: its letters, less what doesn't stand in words."""
    pairs = _pairs(sample.decode(page, "replace"))
    if page in ("cp1253", "iso8859_7"):
        return sum(_greek(letter, before) * often for (before, letter), often in pairs.items())
    alphabets = CENTRAL if page in ("cp1250", "iso8859_2") else WESTERN
    signs = sum(_sign(letter, before) * often for (before, letter), often in pairs.items() if not letter.isalpha())
    letters = [
        (letter.lower(), _case(letter, before), often) for (before, letter), often in pairs.items() if letter.isalpha()
    ]
    return signs + max(
        sum((worth if letter in alphabet else -1) * often for letter, worth, often in letters) for alphabet in alphabets
    )


def _pairs(text: str) -> Counter[tuple[str, str]]:
    """Count each letter beyond ASCII with the one before it."""
    return Counter(pair for pair in zip(" " + text, text, strict=False) if not pair[1].isascii())


def _greek(letter: str, before: str) -> float:
    if "\u0370" <= letter <= "\u03ff" and letter.isalpha():
        return -2.0 if before.isalpha() and before.isascii() else _case(letter, before)
    return _sign(letter, before)


def _case(letter: str, before: str) -> float:
    """A capital after a small letter isn't how words are written."""
    return -1.0 if letter.isupper() and before.islower() else 1.0


def _sign(letter: str, before: str) -> float:
    if letter in FITTING_SIGNS:
        return -0.5 if before.isalpha() and letter not in "’”»…\u00a0–" else 0.1
    if letter == "\ufffd" or unicodedata.category(letter) in ("Cc", "Cn"):
        return -4.0
    return -1.0 if letter.isalpha() else -1.5
