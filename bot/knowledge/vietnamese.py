"""Vietnamese as people type it: cleaning, folding of marks, Telex and VNI remnants, glued words.

Everything here is pure and knows no procedure. A *key* is a syllable without marks in one spelling
(`ký`, `kí`, `ky` and `ki` share a key); a *syllable* keeps the marks that were typed.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from functools import lru_cache

_TONES = "\u0300\u0301\u0303\u0309\u0323"  # grave, acute, tilde, hook, dot below
_DROPPED = {"Cf", "Cc", "Cs", "Co", "Cn"}  # zero-width, bidi controls, surrogates, unassigned
_LOOKALIKES = str.maketrans("аеорсухіАЕОРСУХІðƌÐƋᶞ", "aeopcyxiAEOPCYXIđđĐĐđ")
_FINAL_Y = re.compile(r"^(h|k|l|m|s|t|v|qu|b|d|n|p|g|r|c)y$")
_WORD = re.compile(r"[^\W_]+(?:[.,/][0-9]+)*", re.UNICODE)
_PLAIN = re.compile("[ \n!-~À-ÃÈ-ÊÌ-ÍÒ-ÕÙ-ÚÝà-ãè-êì-íò-õù-úýĂăĐđĨĩŨũƠơƯưẠ-ỹ“”‘’…–]*")  # needs no cleaning
_LONG_RUN = re.compile(r"(.)\1{2,}")


@dataclass(frozen=True, slots=True)
class Token:
    """One syllable of a message. `start` and `end` are offsets into the cleaned text."""

    text: str
    key: str
    start: int = 0
    end: int = 0

    @property
    def marked(self) -> bool:
        """Whether any mark was typed on it."""
        return not self.text.isascii()


def clean(text: str) -> str:
    """Lower-case NFC with look-alikes, invisible and control characters and symbols taken out."""
    if _PLAIN.fullmatch(text):
        return unicodedata.normalize("NFC", text).lower()
    text = unicodedata.normalize("NFKC", text.translate(_LOOKALIKES))
    kept = []
    for character in text:
        category = unicodedata.category(character)
        if character.isspace():
            kept.append("\n" if character == "\n" else " ")
        elif category not in _DROPPED:
            kept.append(" " if category in {"So", "Sk"} else character)
    return unicodedata.normalize("NFC", "".join(kept)).lower()


def syllable(word: str) -> str:
    """One spelling for a marked syllable: tone on the same vowel (`hoà` is `hòa`), final i/y alike."""
    if word.isascii():
        return _FINAL_Y.sub(r"\1i", word)
    decomposed = unicodedata.normalize("NFD", word)
    tone = next((mark for mark in decomposed if mark in _TONES), "")
    bare = unicodedata.normalize("NFC", "".join(mark for mark in decomposed if mark not in _TONES))
    bare = _FINAL_Y.sub(r"\1i", bare)
    return _with_tone(bare, tone)


def _with_tone(bare: str, tone: str) -> str:
    """The bare syllable with its tone put on the vowel of the older spelling (`hòa`, `thúy`, `quý`)."""
    if not tone:
        return bare
    place = _tone_place(bare)
    return unicodedata.normalize("NFC", bare[: place + 1] + tone + bare[place + 1 :])


def _tone_place(bare: str) -> int:
    vowels = [i for i, letter in enumerate(bare) if fold(letter) in set("aeiouy")]
    if len(vowels) > 1 and bare[: vowels[0] + 1] in {"qu", "gi"}:
        vowels = vowels[1:]
    if not vowels:
        return len(bare) - 1
    hatted = [i for i in vowels if bare[i] in "ăâêôơư"]
    if hatted:
        return hatted[-1]
    ends_in_consonant = vowels[-1] != len(bare) - 1
    if len(vowels) == 3 or (len(vowels) == 2 and ends_in_consonant):
        return vowels[1]
    return vowels[0]


def fold(text: str) -> str:
    """Without any mark: `Đăng ký` becomes `Dang ky`. The length of NFC text is kept."""
    if text.isascii():
        return text
    stripped = "".join(mark for mark in unicodedata.normalize("NFD", text) if not unicodedata.combining(mark))
    return stripped.replace("đ", "d").replace("Đ", "D")


def key(word: str) -> str:
    """The search key of one word: folded, i/y alike, drawn-out letters shortened (`okkkk` is `ok`)."""
    folded = _LONG_RUN.sub(r"\1", fold(word))
    return _FINAL_Y.sub(r"\1i", folded)


def tokens(text: str) -> list[Token]:
    """The words of a message, cleaned; punctuation is dropped, `1.001193` and `15/7` stay whole."""
    cleaned = clean(text)
    return [Token(*_spelled(match.group()), match.start(), match.end()) for match in _WORD.finditer(cleaned)]


@lru_cache(maxsize=8192)
def wording(text: str) -> tuple[Token, ...]:
    """The words of a name or a case of a card: the same ones are looked at with every message."""
    return tuple(tokens(text))


@lru_cache(maxsize=8192)
def _spelled(word: str) -> tuple[str, str]:
    return syllable(word), key(word)


def phrase_key(text: str) -> str:
    """The keys of a phrase joined by blanks: equal for all spellings of the same words."""
    return " ".join(token.key for token in tokens(text))


_TELEX_VOWELS = {"aa": "â", "aw": "ă", "ee": "ê", "oo": "ô", "ow": "ơ", "uw": "ư", "dd": "đ", "w": "ư"}
_TELEX_TONES = {"f": "\u0300", "s": "\u0301", "x": "\u0303", "r": "\u0309", "j": "\u0323"}
_VNI_TONES = {"2": "\u0300", "1": "\u0301", "4": "\u0303", "3": "\u0309", "5": "\u0323"}
_VNI_VOWELS = {"a6": "â", "a8": "ă", "e6": "ê", "o6": "ô", "o7": "ơ", "u7": "ư", "d9": "đ"}


def telex(word: str) -> str | None:
    """What a word typed with Telex keys but without the keyboard means (`ddawng` -> `đăng`), or None."""
    return _typed_with_keys(word, _TELEX_VOWELS, _TELEX_TONES, free_keys="aeodw")


def vni(word: str) -> str | None:
    """What a word typed with VNI keys means (`d9a8ng` -> `đăng`, `ky1` -> `ký`), or None."""
    return _typed_with_keys(word, _VNI_VOWELS, _VNI_TONES, free_keys="6789")


def _typed_with_keys(word: str, vowels: dict[str, str], tones: dict[str, str], free_keys: str) -> str | None:
    if not word.isascii() or len(word) < 2:
        return None
    letters, tone = word, ""
    for i in range(len(word) - 1, 0, -1):
        if word[i] in tones and any(letter in "aeiouy" for letter in word[:i]):
            letters, tone = word[:i] + word[i + 1 :], tones[word[i]]
            break
    shaped = _shape(letters, vowels, free_keys)
    if shaped == letters and not tone:
        return None
    shaped = shaped.replace("uơ", "ươ").replace("ưo", "ươ")
    return syllable(_with_tone(shaped, tone))


def _shape(letters: str, vowels: dict[str, str], free_keys: str) -> str:
    """Vowel keys applied where they stand (`aa`) or after the end of the syllable (`dangd` -> `đang`)."""
    for keys, vowel in vowels.items():
        letters = letters.replace(keys, vowel)
    last = letters[-1:]
    if last in free_keys:
        for i, letter in enumerate(letters[:-1]):
            if letter + last in vowels:
                return letters[:i] + vowels[letter + last] + letters[i + 1 : -1]
    return letters


def split_glued(
    word: str, known: Collection[str], linked: Collection[tuple[str, str]], longest: int = 7
) -> list[str]:
    """A glued word as known keys (`khaibaotamvang` -> khai bao tam vang), [] when impossible.

    Cheapest wins: one for a piece, one more for a piece that is not known to follow the piece before it.
    """
    best: list[dict[str, tuple[int, list[str]]]] = [{} for _ in range(len(word) + 1)]
    best[0][""] = (0, [])
    for end in range(2, len(word) + 1):
        for start in range(max(0, end - longest), end - 1):
            piece = key(word[start:end])
            if piece not in known:
                continue
            for last, (cost, pieces) in best[start].items():
                total = cost + 1 + (bool(last) and (last, piece) not in linked)
                if piece not in best[end] or total < best[end][piece][0]:
                    best[end][piece] = (total, [*pieces, piece])
    found = min(best[len(word)].values(), default=(0, []), key=lambda way: way[0])[1]
    return found if len(found) > 1 else []


def share_marked(words: Iterable[Token]) -> float:
    """The share of words that carry marks, 0 to 1: about 0.7 in careful Vietnamese, 0 in bare typing."""
    marks = [word.marked for word in words if not word.text.isdigit()]
    return sum(marks) / len(marks) if marks else 0.0
