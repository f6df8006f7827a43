"""Finding the entry that a message is about: an index of phrases with term weights learned from the entries themselves.

Each entry (procedure, topic, thing done elsewhere) is known by phrases: its names and everyday wordings. A message is
compared with phrases, not with documents: a phrase that is wholly said counts for more than many words half said.
Deterministic, offline, without a model.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from heapq import nlargest, nsmallest
from itertools import pairwise
from operator import itemgetter
from typing import Literal

from rapidfuzz import process
from rapidfuzz.distance import OSA

from bot.knowledge.lexicon import Lexicon
from bot.knowledge.patterns import same_marks
from bot.knowledge.procedures import Knowledge, Procedure
from bot.knowledge.vietnamese import Token, split_glued, telex, tokens, vni

Kind = Literal["procedure", "topic", "elsewhere"]
Source = Literal["alias", "name", "official", "case", "body"]

_SHARE = {"alias": 1.0, "name": 1.0, "official": 0.97, "case": 0.75, "body": 0.0}
_POOL = {"alias": 1.0, "name": 1.0, "official": 1.0, "case": 0.9, "body": 0.45}
_WRONG_MARKS = 0.25  # both typed and different: a slip of the tone, more often another word
_NO_MARKS = 0.97  # bare among marked words
_WORDING = 0.65  # what one wording weighs against all of an entry's words together
_FEW = 6
_TOGETHER = 0.5  # share of the rarer word's places in which two words stand together when they are one word
_FILLER = 0.3  # what a filler weighs in a wording
_ENOUGH = 700  # phrases looked at for a message
_CANDIDATES = 40  # phrases scored finely; the rest cannot win


@dataclass(frozen=True, slots=True)
class Entry:
    """What a search can find. `ref` is a code for a procedure, else the place in the file."""

    kind: Kind
    ref: str
    name: str


Pair = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Phrase:
    """One wording of an entry, with the weight of each of its words and of each pair of neighbours."""

    entry: int
    source: Source
    words: tuple[Token, ...]
    weights: tuple[float, ...]
    pairs: tuple[tuple[Pair, float], ...]
    total: float


@dataclass(frozen=True, slots=True)
class Query:
    """Words of a message prepared for the index, with how much each must be explained (0 for fillers)."""

    words: tuple[Token, ...]
    needs: tuple[float, ...]
    need: float  # how much there is to explain in all
    places: Mapping[str, tuple[int, ...]]  # key: where it stands
    topical: frozenset[str]  # keys of words that are not fillers
    pairs: frozenset[Pair]  # neighbours, also over one filler
    implied: frozenset[Pair]  # neighbours among words that were meant, not said
    bare: bool  # typed without marks
    meant: frozenset[int]  # positions of words that were meant, not said
    telling: frozenset[
        int
    ]  # positions of words that tell something: no fillers, none that ask; and what was meant


@dataclass(frozen=True, slots=True)
class Hit:
    """An entry with its score, 0 to 1, and what it rests on."""

    entry: Entry
    number: int
    score: float
    said: float  # share of the phrase that was said
    explained: float  # share of the message that the entry explains
    evidence: float  # weight of the words in common
    phrase: Phrase = field(repr=False)
    covered: frozenset[int] = field(
        default=frozenset(), repr=False
    )  # positions of explained words in the query


@dataclass(frozen=True, slots=True)
class Pool:
    """What the entries know of a message: shares 0 to 1 by number of entry, and how much there was to know."""

    known: Mapping[int, float]
    need: float


class Index:
    """All phrases of a knowledge base, searchable."""

    def __init__(self, knowledge: Knowledge, lexicon: Lexicon) -> None:
        self.lexicon = lexicon
        self.entries: list[Entry] = []
        self._phrases: list[Phrase] = []
        self._totals: list[float] = []
        self._postings: dict[str, list[int]] = defaultdict(list)
        self._pair_postings: dict[Pair, list[int]] = defaultdict(list)
        self._pools: dict[str, dict[int, float]] = defaultdict(dict)  # word: entries that know it, how well
        self._terms: dict[tuple[Pair, bool], tuple[Pair, float]] = {}
        self._corrected: dict[str, tuple[str, ...]] = {}
        wordings = list(_wordings(knowledge, lexicon))
        self._weights = _word_weights(wordings)
        self._pairs = _pair_weights(wordings)
        self._linked = _linked(wordings, lexicon)
        self._texts = frozenset(
            word.text for _, phrases in wordings for _, words in phrases for word in words if not word.marked
        )
        self.heaviest = max(self._weights.values(), default=1.0)
        for entry, phrases in wordings:
            self._add(entry, phrases)
        self._pair_entries = {
            pair: tuple({self._phrases[at].entry for at in places})
            for pair, places in self._pair_postings.items()
        }
        self._known = sorted(word for word in self._weights if len(word) > 2)

    def _add(self, entry: Entry, phrases: Iterable[tuple[Source, tuple[Token, ...]]]) -> None:
        number = len(self.entries)
        self.entries.append(entry)
        seen = set()
        for source, words in phrases:
            wording = tuple(word.text for word in words)
            if not words or wording in seen:
                continue
            seen.add(wording)
            for word in words:
                pool = self._pools[word.key]
                pool[number] = max(pool.get(number, 0.0), _POOL[source])
            if source != "body":
                self._add_phrase(number, source, words)

    def _add_phrase(self, number: int, source: Source, words: tuple[Token, ...]) -> None:
        light = [word.text in self.lexicon.filler_words for word in words]
        weights = tuple(
            self._weights[word.key] * (_FILLER if filler else 1.0)
            for word, filler in zip(words, light, strict=True)
        )
        pairs = tuple(
            self._weighed(pair, light[i] or light[i + 1]) for i, pair in enumerate(_neighbours(words))
        )
        total = sum(weights) + sum(weight for _, weight in pairs)
        at = len(self._phrases)
        self._phrases.append(Phrase(number, source, words, weights, pairs, total))
        self._totals.append(total or 1.0)
        for word_key in dict.fromkeys(word.key for word in words):
            self._postings[word_key].append(at)
        for pair in dict.fromkeys(pair for pair, _ in pairs):
            self._pair_postings[pair].append(at)

    def _weighed(self, pair: Pair, light: bool) -> tuple[Pair, float]:
        """A pair with its weight; the same object for the same pair, since there are very many."""
        return self._terms.setdefault((pair, light), (pair, self._pairs[pair] * (_FILLER if light else 1.0)))

    def knows(self, word_key: str) -> bool:
        """Whether a key occurs in any phrase."""
        return word_key in self._weights

    def weight(self, word_key: str) -> float:
        """How much a word tells apart; an unknown word counts like a rather rare one."""
        return self._weights.get(word_key, 0.6 * self.heaviest)

    def read(self, text: str) -> list[Token]:
        """The words of a message with shorthand written out, remnants of keyboards, glue and typos undone."""
        raw = tokens(text)
        result: list[Token] = []
        for i, word in enumerate(raw):
            before = result[-1].key if result else ""
            after = raw[i + 1].key if i + 1 < len(raw) else ""
            result.extend(self._readings(word, before, after))
        return result

    def _readings(self, word: Token, before: str, after: str) -> list[Token]:
        known = self.knows(word.key) or word.key in self.lexicon.usual
        meant = self.lexicon.shorthand.get(word.text)
        if meant and not self._fits(before, word.key, after):
            return [_replaced(word, text) for text in meant]
        if known or word.text.isdigit():
            return [word]
        for decode in (telex, vni):
            decoded = decode(word.text)
            if decoded and self.knows(_key(decoded)):
                return [_replaced(word, decoded)]
        if len(word.key) >= 5:
            pieces = split_glued(word.key, self._splittable(), self._pairs)
            if pieces:
                return [Token(piece, piece, word.start, word.end) for piece in pieces]
        corrected = self._correct(word.key, before, after)
        return [Token(corrected, corrected, word.start, word.end)] if corrected else [word]

    def _splittable(self) -> frozenset[str]:
        if not hasattr(self, "_pieces"):
            known = (*self._weights, *self.lexicon.usual)
            self._pieces = frozenset(word for word in known if len(word) > 1 and word.isalpha())
        return self._pieces

    def _fits(self, before: str, word: str, after: str) -> bool:
        return (before, word) in self._pairs or (word, after) in self._pairs

    def _correct(self, word: str, before: str, after: str) -> str | None:
        """The known word one slip away that makes a known pair with a neighbour."""
        if len(word) < 3 or not word.isalpha():
            return None
        if word not in self._corrected:
            if len(self._corrected) > 20_000:
                self._corrected.clear()
            near = process.extract(word, self._known, scorer=OSA.distance, score_cutoff=1, limit=12)
            self._corrected[word] = tuple(candidate for candidate, _, _ in near)
        ranked = [
            ((before, candidate) in self._pairs) + ((candidate, after) in self._pairs)
            for candidate in self._corrected[word]
        ]
        best = max(ranked, default=0)
        return self._corrected[word][ranked.index(best)] if best else None

    def fillers(self, words: Sequence[Token]) -> frozenset[int]:
        """Positions of words without topic. A word typed without marks is one only where it makes no known pair
        with a neighbour (`dang` is *đang*, but in `dang ky` it is *đăng*)."""
        found = set()
        for i, word in enumerate(words):
            usual = self.lexicon.filler_words if word.marked else self.lexicon.filler_keys
            if (word.text if word.marked else word.key) not in usual:
                continue
            before = words[i - 1].key if i else ""
            after = words[i + 1].key if i + 1 < len(words) else ""
            if (before, word.key) not in self._linked and (word.key, after) not in self._linked:
                found.add(i)
        return frozenset(found)

    def linked(self, words: Sequence[Token]) -> frozenset[int]:
        """Positions of words that make a known pair with the next one."""
        return frozenset(i for i, pair in enumerate(_neighbours(words)) if pair in self._linked)

    def exact(self, words: Sequence[Token]) -> frozenset[str]:
        """Words of a message typed with marks that mean what they say though they carry none: `gia` is no *giá*."""
        return frozenset(word.text for word in words if not word.marked and word.text in self._texts)

    def query(
        self, words: Sequence[Token], bare: bool, ignored: Iterable[int] = (), implied: Iterable[str] = ()
    ) -> Query:
        """A query out of words, `bare` when typed without marks.

        `ignored` are positions of words that frame the question and need no explanation; `implied` words were not
        said but meant: they may be found, and nothing is missing when they are not.
        """
        fillers = self.fillers(words)
        light = fillers.union(ignored)
        needs = tuple(0.0 if i in light else self.weight(word.key) for i, word in enumerate(words))
        places: dict[str, tuple[int, ...]] = {}
        meant = [Token(text, _key(text)) for text in implied]
        for i, word in enumerate((*words, *meant)):
            places[word.key] = (*places.get(word.key, ()), i)
        strong = [word for i, word in enumerate(words) if i not in fillers]
        pairs = frozenset(_neighbours(words)) | frozenset(_neighbours(strong))
        unsaid = frozenset(range(len(words), len(words) + len(meant)))
        return Query(
            words=(*words, *meant),
            needs=(*needs, *(0.0 for _ in meant)),
            need=sum(needs),
            places=places,
            topical=frozenset(word.key for word in (*strong, *meant)),
            pairs=pairs,
            implied=frozenset(_neighbours(meant)),
            bare=bare,
            meant=unsaid,
            telling=unsaid.union(i for i, need in enumerate(needs) if need > 0),
        )

    def search(self, query: Query, limit: int = 10) -> list[Hit]:
        """The best entries for a query, best first; one hit per entry."""
        return self.rank(self.match(query), self.pool(query), limit)

    def match(self, query: Query) -> list[Hit]:
        """For every entry in question its wording that fits best, scored by that wording alone."""
        best: dict[int, Hit] = {}
        for at in self._candidates(query):
            number = self._phrases[at].entry
            hit = self._score(query, self._phrases[at])
            if number not in best or hit.score > best[number].score:
                best[number] = hit
        return list(best.values())

    def rank(self, hits: Iterable[Hit], pooled: Pool, limit: int = 10) -> list[Hit]:
        """Hits with what their entries know of the whole message counted in, best first."""
        trust = (1 - _WORDING) * min(1.0, pooled.need / self.heaviest)
        scored = [
            (-_WORDING * hit.score - trust * pooled.known.get(hit.number, 0.0), hit.entry.ref, hit)
            for hit in hits
        ]
        best = nsmallest(limit, scored, key=itemgetter(0, 1))
        return [replace(hit, score=-score) for score, _, hit in best]

    def pool(self, query: Query) -> Pool:
        """How much of a message each entry knows from all its wordings and papers together."""
        known: dict[int, float] = defaultdict(float)
        need = query.need
        for word, needed in zip(query.words, query.needs, strict=True):
            if needed:
                for number, share in self._pools.get(word.key, {}).items():
                    known[number] += needed * share
        for pair in query.pairs:
            weight = self._pairs.get(pair, 0.0)
            need += weight
            for number in self._pair_entries.get(pair, ()):
                known[number] += weight
        shares = {number: min(1.0, share / need) for number, share in known.items()} if need else {}
        return Pool(shares, query.need)

    def _candidates(self, query: Query) -> list[int]:
        """Phrases worth scoring. Rare words and pairs are looked up first; once enough phrases were gathered the most
        usual ones are left out, since what they alone would find is not worth scoring."""
        words = [key for key in query.places if key in self._weights]
        if len(words) >= _FEW:
            words = [key for key in words if key in query.topical]  # fillers alone find nothing
        found = [(self._postings[key], self._weights[key]) for key in words]
        found.extend(
            (self._pair_postings[pair], self._pairs[pair] + self._weights[pair[0]])
            for pair in query.pairs | query.implied
            if pair in self._pair_postings
        )
        found.sort(key=lambda term: len(term[0]))
        gathered: dict[int, float] = defaultdict(float)
        seen = 0
        for postings, weight in found:
            if seen > _ENOUGH:
                break
            seen += len(postings)
            for at in postings:
                gathered[at] += weight
        totals, share = self._totals, 1 / (query.need or 1.0)
        promising = [(common / totals[at] + common * share, at) for at, common in gathered.items()]
        return [at for _, at in nlargest(_CANDIDATES, promising)]

    def _score(self, query: Query, phrase: Phrase) -> Hit:
        places, words, needs = query.places, query.words, query.needs
        said = explained = 0.0
        covered: set[int] = set()
        for known, weight in zip(phrase.words, phrase.weights, strict=True):
            best = 0.0
            for i in places.get(known.key, ()):
                likeness = _likeness(words[i], known, query.bare)
                best = max(best, likeness)
                if i not in covered:
                    covered.add(i)
                    explained += needs[i] * likeness
            said += weight * best
        for pair, weight in phrase.pairs:
            if pair in query.pairs or pair in query.implied:
                said += weight
        said_share = said / phrase.total if phrase.total else 0.0
        explained_share = min(1.0, explained / query.need) if query.need else 1.0
        score = _SHARE[phrase.source] * said_share**1.5 * (0.45 + 0.55 * explained_share)
        if (
            said_share < 0.97 or explained_share < 0.97
        ):  # what is said word for word needs no weight behind it
            score *= 1 - math.exp(-2.2 * said / self.heaviest)
        entry = self.entries[phrase.entry]
        return Hit(entry, phrase.entry, score, said_share, explained_share, said, phrase, frozenset(covered))


def _neighbours(words: Sequence[Token]) -> list[Pair]:
    return [(left.key, right.key) for left, right in pairwise(words)]


def _likeness(typed: Token, known: Token, bare: bool) -> float:
    if typed.text == known.text:
        return 1.0
    if typed.text.isascii():
        return 1.0 if bare else _NO_MARKS
    return 0.95 if same_marks(typed.text, known.text) else _WRONG_MARKS


def _replaced(word: Token, text: str) -> Token:
    return Token(text, _key(text), word.start, word.end)


def _key(text: str) -> str:
    found = tokens(text)
    return found[0].key if found else ""


Wording = tuple[Entry, list[tuple[Source, tuple[Token, ...]]]]


def _wordings(knowledge: Knowledge, lexicon: Lexicon) -> Iterator[Wording]:
    for code, procedure in knowledge.procedures.items():
        texts: list[tuple[Source, str]] = [
            ("name", procedure.name),
            ("official", procedure.official),
            *(("alias", alias) for alias in procedure.aliases),
            *(("case", f"{procedure.name} {case}") for case in procedure.cases),
            *(("body", text) for text in _body(procedure)),
        ]
        yield Entry("procedure", code, procedure.name), _split(texts, lexicon)
    for i, topic in enumerate(knowledge.topics):
        yield (
            Entry("topic", f"topic:{i}", topic.name),
            _split([("alias", alias) for alias in (topic.name, *topic.aliases)], lexicon),
        )
    for name, work in knowledge.fields.items():
        yield (
            Entry("topic", f"field:{name}", work.name),
            _split([("alias", alias) for alias in (work.name, *work.aliases)], lexicon),
        )
    for i, other in enumerate(knowledge.elsewhere):
        yield (
            Entry("elsewhere", f"elsewhere:{i}", other.name),
            _split([("alias", alias) for alias in (other.name, *other.aliases)], lexicon),
        )


def _body(procedure: Procedure) -> Iterator[str]:
    """What a card says beside its names: it helps to tell siblings apart, and never names the procedure alone."""
    for said in procedure.cases.values():
        yield from said
    yield from (document.name for document in procedure.documents)
    yield from procedure.conditions
    yield from procedure.life_events
    yield from (procedure.result, procedure.audience, procedure.note)


def _split(texts: Iterable[tuple[Source, str]], lexicon: Lexicon) -> list[tuple[Source, tuple[Token, ...]]]:
    return [
        (source, tuple(_once(word) for word in _written_out(tokens(text), lexicon))) for source, text in texts
    ]


@lru_cache(maxsize=16384)
def _word(text: str, key: str) -> Token:
    return Token(text, key)


def _once(word: Token) -> Token:
    """The same object for the same word: the wordings hold each of a few thousand words many times."""
    return _word(word.text, word.key)


def _written_out(words: Iterable[Token], lexicon: Lexicon) -> Iterator[Token]:
    """Abbreviations of several words in names and wordings, as in messages."""
    for word in words:
        meant = lexicon.shorthand.get(word.text, ())
        if len(meant) > 1:
            yield from (_replaced(word, text) for text in meant)
        else:
            yield word


def _word_weights(wordings: Sequence[Wording]) -> Mapping[str, float]:
    """Inverse entry frequency of every word."""
    found: dict[str, set[int]] = defaultdict(set)
    for i, (_, phrases) in enumerate(wordings):
        for _, words in phrases:
            for word in words:
                found[word.key].add(i)
    return {word: _rarity(len(entries), len(wordings)) for word, entries in found.items()}


def _pair_weights(wordings: Sequence[Wording]) -> Mapping[Pair, float]:
    """Inverse entry frequency of neighbours, at half: most Vietnamese words are two syllables."""
    found: dict[Pair, set[int]] = defaultdict(set)
    for i, (_, phrases) in enumerate(wordings):
        for source, words in phrases:
            for pair in _neighbours(words) if source != "body" else ():
                found[pair].add(i)
    return {pair: 0.5 * _rarity(len(entries), len(wordings)) for pair, entries in found.items()}


def _linked(wordings: Sequence[Wording], lexicon: Lexicon) -> frozenset[Pair]:
    """Neighbours in names and wordings that belong together: neither is a filler, or one is seldom without the other
    (`qua đời`)."""
    pairs: Counter[Pair] = Counter()
    words_seen: Counter[str] = Counter()
    plain: set[Pair] = set()
    for _, phrases in wordings:
        for source, words in phrases:
            if source != "body":
                words_seen.update(word.key for word in words)
                pairs.update(_neighbours(words))
                plain.update(
                    (left.key, right.key)
                    for left, right in pairwise(words)
                    if left.text not in lexicon.filler_words and right.text not in lexicon.filler_words
                )
    seldom_apart = {
        pair
        for pair, count in pairs.items()
        if count >= 3 and count >= _TOGETHER * min(words_seen[pair[0]], words_seen[pair[1]])
    }
    return frozenset(plain | seldom_apart)


def _rarity(containing: int, total: int) -> float:
    return math.log(1 + (total - containing + 0.5) / (containing + 0.5))
