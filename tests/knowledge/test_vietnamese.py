"""Vietnamese as people type it: all spellings of a word meet, and no text crashes the reading."""

from __future__ import annotations

import itertools
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.knowledge.vietnamese import (
    Token,
    clean,
    fold,
    key,
    phrase_key,
    share_marked,
    split_glued,
    syllable,
    telex,
    tokens,
    vni,
)

LETTERS = "aàáảãạăằắẳẵặâầấẩẫậbcdđeèéẻẽẹêềếểễệghiìíỉĩịklmnoòóỏõọôồốổỗộơờớởỡợpqrstuùúủũụưừứửữựvxyỳýỷỹỵ"
WORDS = [
    "khai",
    "sinh",
    "kết",
    "hôn",
    "đăng",
    "ký",
    "tạm",
    "trú",
    "thường",
    "xuyên",
    "hòa",
    "thúy",
    "quý",
    "giấy",
    "chứng",
    "thực",
    "nghĩa",
    "người",
    "được",
    "quyền",
    "giữ",
    "xóa",
    "hủy",
    "loại",
    "khoản",
    "tuổi",
    "nguyễn",
    "thuế",
    "phường",
    "xã",
    "quận",
    "giặt",
    "của",
    "mua",
    "chuyển",
    "nhượng",
    "nước",
    "ngoài",
    "y",
    "tế",
    "mỹ",
]
texts = st.text(st.characters(), max_size=80)  # surrogates, unassigned and private characters too
words = st.text(LETTERS, min_size=1, max_size=8)


@given(texts)
def test_nothing_crashes_the_reading(text: str) -> None:
    for token in tokens(text):
        assert token.text
        assert token.key
        assert 0 <= token.start < token.end <= len(clean(text))
    assert phrase_key(text) == " ".join(token.key for token in tokens(text))
    fold(text)


@given(st.text(max_size=80))
def test_cleaning_twice_is_cleaning_once(text: str) -> None:
    assert clean(clean(text)) == clean(text)


@given(texts)
def test_clean_text_holds_nothing_invisible(text: str) -> None:
    cleaned = clean(text)
    assert not [letter for letter in cleaned if unicodedata.category(letter) in {"Cf", "Cs", "Co", "Cn"}]
    assert cleaned == cleaned.lower() or not cleaned.isascii()


@given(texts)
def test_folding_twice_is_folding_once(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@given(words)
def test_a_key_is_its_own_key_and_plain(word: str) -> None:
    assert key(key(word)) == key(word)
    assert key(word).isascii()


@given(words)
def test_a_syllable_is_its_own_syllable(word: str) -> None:
    assert syllable(syllable(word)) == syllable(word)
    assert key(syllable(word)) == key(word)


@given(st.lists(words, max_size=8).map(" ".join))
def test_composed_and_decomposed_text_are_read_alike(text: str) -> None:
    composed, decomposed = (unicodedata.normalize(form, text) for form in ("NFC", "NFD"))
    assert tokens(composed) == tokens(decomposed)
    assert phrase_key(text) == phrase_key(fold(text)) == phrase_key(text.upper())


@given(
    st.lists(st.sampled_from(WORDS), min_size=1, max_size=6),
    st.sampled_from("\u200b\u200d\u00ad\u202e\u2066\ufeff"),
)
def test_invisible_characters_change_nothing(spoken: list[str], hidden: str) -> None:
    text = " ".join(spoken)
    assert phrase_key(hidden.join(text)) == phrase_key(text)
    assert phrase_key(f"{hidden}{text}{hidden}") == phrase_key(text)


@given(st.lists(st.sampled_from(WORDS), min_size=1, max_size=6), st.sampled_from("😀❤️👍🏽🇻🇳✅"))
def test_emoji_stand_between_words(spoken: list[str], emoji: str) -> None:
    assert phrase_key(f"{emoji}{emoji.join(spoken)}{emoji}") == phrase_key(" ".join(spoken))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("hoà", "hòa"),
        ("thuý", "thúy"),
        ("khoẻ", "khỏe"),
        ("uỷ", "ủy"),
        ("xoá", "xóa"),
        ("ký", "kí"),
        ("mỹ", "mĩ"),
        ("quý", "quí"),
        ("lý", "lí"),
        ("hóa", "hoá"),
        ("loè", "lòe"),
    ],
)
def test_two_spellings_of_one_word(one: str, other: str) -> None:
    assert syllable(one) == syllable(other)
    assert key(one) == key(other)


@pytest.mark.parametrize(
    ("one", "other"), [("cần", "cán"), ("bố", "bộ"), ("má", "ma"), ("tuần", "tuẫn"), ("đi", "di")]
)
def test_marks_tell_words_apart(one: str, other: str) -> None:
    assert syllable(one) != syllable(other)
    assert key(one) == key(other)


@pytest.mark.parametrize(
    "word", ["hoàn", "toán", "quốc", "giấy", "quyền", "người", "nghĩa", "thuở", "huỳnh", "ngoài", "tiếp"]
)
def test_spelling_that_is_settled_stays(word: str) -> None:
    assert syllable(word) == word


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("ddawng", "đăng"),
        ("khai", None),
        ("giaays", "giấy"),
        ("kys", "kí"),
        ("hoon", "hôn"),
        ("keets", "kết"),
        ("trus", "trú"),
        ("phuwowngf", "phường"),
        ("dduowcj", "được"),
        ("nguwowif", "người"),
        ("khoong", "không"),
        ("hooj", "hộ"),
        ("a", None),
        ("đăng", None),
    ],
)
def test_telex(typed: str, meant: str | None) -> None:
    assert telex(typed) == (syllable(meant) if meant else None)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("d9a8ng", "đăng"),
        ("ky1", "ký"),
        ("gia6y1", "giấy"),
        ("ho6n", "hôn"),
        ("tru1", "trú"),
        ("phu7o7ng2", "phường"),
        ("d9u7o7c5", "được"),
        ("ho65", "hộ"),
        ("khai", None),
        ("15", None),
    ],
)
def test_vni(typed: str, meant: str | None) -> None:
    assert vni(typed) == (syllable(meant) if meant else None)


@given(st.text(st.characters(codec="ascii"), max_size=12))
def test_keyboard_remnants_never_crash(word: str) -> None:
    for read in (telex, vni):
        meant = read(word)
        assert meant is None or meant == unicodedata.normalize("NFC", meant)


@given(
    st.lists(
        st.sampled_from(sorted({key(word) for word in WORDS if len(key(word)) > 1})), min_size=2, max_size=6
    )
)
def test_glued_words_join_back(spoken: list[str]) -> None:
    known = {key(word) for word in WORDS}
    pairs = set(itertools.pairwise(spoken))
    pieces = split_glued("".join(spoken), known, pairs)
    assert len(pieces) > 1 or "".join(spoken) in known
    assert not pieces or "".join(pieces) == "".join(spoken)
    assert set(pieces) <= known


def test_glued_words_that_are_known_to_follow_win() -> None:
    known = {"khai", "sinh", "tam", "vang", "bao", "ta", "mvang"}
    linked = {("khai", "bao"), ("bao", "tam"), ("tam", "vang")}
    assert split_glued("khaibaotamvang", known, linked) == ["khai", "bao", "tam", "vang"]
    assert split_glued("khai", known, linked) == []
    assert split_glued("xyzkhai", known, linked) == []


def test_numbers_and_codes_stay_whole() -> None:
    assert [token.text for token in tokens("Mã 1.001193, ngày 15/7; phí 5.000đ")][:4] == [
        "mã",
        "1.001193",
        "ngày",
        "15/7",
    ]


def test_offsets_point_into_the_cleaned_text() -> None:
    text = "  Đăng\u200b KÝ, khai-sinh!"
    assert [clean(text)[token.start : token.end] for token in tokens(text)] == ["đăng", "ký", "khai", "sinh"]


def test_drawn_out_letters_and_look_alikes() -> None:
    assert key("okkkkk") == key("ok")
    assert phrase_key("саn cước") == phrase_key("can cuoc")  # Cyrillic с and а


def test_a_capital_eth_is_read_as_d() -> None:
    assert phrase_key("ÐĂNG KÝ") == phrase_key("đăng ký")


def test_the_share_of_marked_words() -> None:
    assert share_marked(tokens("đăng ký khai sinh 15")) == pytest.approx(0.5)
    assert share_marked(tokens("dang ky")) == 0
    assert share_marked([]) == 0
    assert Token("ký", "ki").marked
