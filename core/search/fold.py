"""Folding: the form of a text in which words that people take for the same are the same.

Greek is found without accents and in Greeklish, Polish without its strokes, because what is stored and what is asked
are folded alike. Greeklish has no standard (ELOT 743 is one of several habits), so Greek words are also stored in a
reduced Latin form in which the usual spellings meet, and a Latin query is reduced in every way that it could be meant.
"""

import re
import unicodedata
from functools import lru_cache
from itertools import product
from typing import Final

#: Letters that Unicode doesn't decompose.
STROKES: Final = str.maketrans(
    {"ł": "l", "đ": "d", "ø": "o", "æ": "ae", "œ": "oe", "ı": "i", "ð": "d", "þ": "th", "ς": "σ"}
)
WORD: Final = re.compile(r"[^\W_]+")
GREEK: Final = re.compile(r"[\u0370-\u03ff]")

#: How many words of a query count, and how many spellings of one word are tried.
MOST_WORDS: Final = 8
MOST_SPELLINGS: Final = 6

#: How many letters a word has that may be mistyped: shorter ones are like too many others, longer ones are no words.
SHORTEST_MISTYPED: Final = 4
LONGEST_MISTYPED: Final = 20
#: The folded letters that one word is written with.
ALPHABETS: Final = ("abcdefghijklmnopqrstuvwxyz", "αβγδεζηθικλμνξοπρστυφχψω")

#: Greek to the reduced form; two letters before one. They follow how the words sound today.
GREEK_PAIRS: Final = {
    "ου": "u", "αι": "e", "ει": "i", "οι": "i", "υι": "i", "αυ": "av", "ευ": "ev", "μπ": "v", "ντ": "d", "γκ": "g",
    "γγ": "g", "τζ": "tz",
}  # fmt: skip
GREEK_LETTERS: Final = {
    "α": "a", "β": "v", "γ": "g", "δ": "d", "ε": "e", "ζ": "z", "η": "i", "θ": "t", "ι": "i", "κ": "k", "λ": "l",
    "μ": "m", "ν": "n", "ξ": "ks", "ο": "o", "π": "p", "ρ": "r", "σ": "s", "τ": "t", "υ": "i", "φ": "f", "χ": "h",
    "ψ": "ps", "ω": "o",
}  # fmt: skip
#: Latin, as Greeks write their own language with it, to the reduced forms that it may stand for.
LATIN_PAIRS: Final = {
    "ou": ("u",), "ai": ("e",), "ei": ("i",), "oi": ("i",), "au": ("av",), "af": ("av", "af"), "eu": ("ev",),
    "ef": ("ev", "ef"), "mp": ("v",), "nt": ("d",), "gk": ("g",), "gg": ("g",), "ng": ("g",), "ch": ("h",),
    "th": ("t",), "ph": ("f",), "ks": ("ks",), "ps": ("ps",), "dh": ("d",), "gh": ("g",), "kh": ("h",),
}  # fmt: skip
LATIN_LETTERS: Final = {
    "b": ("v",), "c": ("k",), "h": ("h", "i"), "j": ("i",), "q": ("k",), "u": ("u", "i"), "w": ("o", "v"),
    "x": ("h", "ks"), "y": ("i", "u"), "8": ("t",), "3": ("ks",), "4": ("ps",),
}  # fmt: skip
#: Greek to the letter-by-letter form, so that a word is found while its digraph is only half typed.
TRANSLITERATION: Final = str.maketrans(
    {
        "α": "a", "β": "v", "γ": "g", "δ": "d", "ε": "e", "ζ": "z", "η": "i", "ι": "i", "θ": "th", "κ": "k", "λ": "l",
        "μ": "m", "ν": "n", "ξ": "x", "ο": "o", "π": "p", "ρ": "r", "σ": "s", "τ": "t", "υ": "y", "φ": "f", "χ": "ch",
        "ψ": "ps", "ω": "o",
    }
)  # fmt: skip

#: Letters that have a place of their own in an alphabet, after the letter that they look like.
OWN_PLACES: Final = {"ą": "a", "ć": "c", "ę": "e", "ł": "l", "ń": "n", "ó": "o", "ś": "s", "ź": "z", "ż": "z"}
AFTER: Final = "\U0010fffd"


def fold(text: str) -> str:
    """Take case, accents and strokes off a text: `Ελαιώνες` becomes `ελαιωνεσ`, `Łódź` becomes `lodz`."""
    return text.lower() if text.isascii() else _fold(text)


# Cities and branches come again and again, above all in imports.
@lru_cache(maxsize=8_192)
def _fold(text: str) -> str:
    decomposed = unicodedata.normalize("NFKD", text.casefold().translate(STROKES))
    plain = "".join(letter for letter in decomposed if not unicodedata.combining(letter))
    return unicodedata.normalize("NFC", plain).casefold().translate(STROKES)


def search_document(*texts: str) -> str:
    """Give the words under which a record is found: folded, and Greek ones in their Latin forms too.

    Args:
        *texts: the record's own words, in any language.
    """
    words: dict[str, None] = {}
    for word in WORD.findall(" ".join(map(fold, texts))):
        words[word] = None
        if GREEK.search(word):
            words[word.translate(TRANSLITERATION)] = None
            words[_reduced_greek(word)] = None
    return " ".join(words)


@lru_cache(maxsize=8_192)
def word_forms(word: str) -> tuple[str, ...]:
    """Give what a query may begin with to find one word, as `search_document` has it."""
    return tuple(search_document(word).split())


def search_terms(query: str) -> list[tuple[str, ...]]:
    """Give what a query looks for: for each word the spellings of which one must begin a word of the record.

    Args:
        query: what somebody typed, in Greek, Greeklish or anything else.

    Returns:
        For each of the first eight words its spellings, folded, letters and digits alone.
    """
    return [_spellings(word) for word in WORD.findall(fold(query))[:MOST_WORDS]]


def _spellings(word: str) -> tuple[str, ...]:
    if GREEK.search(word) or not any(letter.isalpha() for letter in word):
        return (word,)
    # One letter that is left of several would begin half of all words: nobody looks for that.
    reduced = [each for each in _reduced_latin(word) if len(each) > 1 or len(word) == 1]
    return tuple(dict.fromkeys([word, *reduced]))[:MOST_SPELLINGS]


def slips_of(word: str) -> list[str]:
    """Give what a word may be that one slip of the hand made of it: a letter too many, too few, wrong, or swapped.

    Args:
        word: folded; what is very short or long, or no word of one alphabet, has none.
    """
    letters = next((each for each in ALPHABETS if set(word) <= set(each)), "")
    if not SHORTEST_MISTYPED <= len(word) <= LONGEST_MISTYPED or not letters:
        return []
    halves = [(word[:place], word[place:]) for place in range(len(word) + 1)]
    swapped = [left + right[1] + right[0] + right[2:] for left, right in halves if len(right) > 1]
    shorter = [left + right[1:] for left, right in halves if right]
    wrong = [left + letter + right[1:] for left, right in halves if right for letter in letters]
    longer = [left + letter + right for left, right in halves for letter in letters]
    return list(dict.fromkeys([*swapped, *shorter, *wrong, *longer]))


# The same words come again and again, above all in imports; so do the spellings that they have in common.
@lru_cache(maxsize=8_192)
def _reduced_greek(word: str) -> str:
    reduced, index = [], 0
    while index < len(word):
        pair = GREEK_PAIRS.get(word[index : index + 2])
        reduced.append(pair or GREEK_LETTERS.get(word[index], word[index]))
        index += 2 if pair else 1
    return _tidied("".join(reduced))


def _reduced_latin(word: str) -> list[str]:
    choices: list[tuple[str, ...]] = []
    index = 0
    while index < len(word):
        pair = LATIN_PAIRS.get(word[index : index + 2])
        choices.append(pair or LATIN_LETTERS.get(word[index], (word[index],)))
        index += 2 if pair else 1
    spellings = (
        _tidied("".join(chosen)) for chosen, _ in zip(product(*choices), range(MOST_SPELLINGS * 2), strict=False)
    )
    return list(dict.fromkeys(spellings))


def _tidied(word: str) -> str:
    """Write doubled letters once, and γι before a vowel as people say it."""
    single = re.sub(r"(.)\1+", r"\1", word)
    return re.sub(r"gi(?=[aeou])", "i", single)


def sort_key(text: str) -> str:
    """Give the key by which texts are in the order of the alphabets: ł after l, Greek after Latin, case ignored.

    The key is compared by code points; `COLLATE "C"` on PostgreSQL does that.
    """
    if text.isascii():
        return " ".join(text.lower().split())
    return " ".join("".join(map(_place, text.casefold())).split())


@lru_cache(maxsize=2_000)
def _place(letter: str) -> str:
    """Tell where a letter stands in the alphabets."""
    own = OWN_PLACES.get(letter)
    return fold(letter) if own is None else own + AFTER * (2 if letter == "ż" else 1)
