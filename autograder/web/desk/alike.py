"""Which answers are equal, or nearly so.

Theory of operation.  Texts are taken one after the other; each joins the first earlier text that
it is nearly equal to, or stands for itself.  To compare all with all would take minutes for five
thousand.  Two texts that are nearly equal share most of their words, and so nearly always one of
the rarest; so a text is compared with those only that have one of its rarest words.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from threading import Lock
from time import sleep

from rapidfuzz import fuzz, process

NEAR = 92.0
"""Percent of two texts' characters that are the same, in the same order."""
_RAREST = 6
_MOST_COMPARED = 150
_MOST_CHARACTERS = 5_000
"""Longer texts are like others only where they are equal."""


class Alike:
    """Remembers what was compared; texts in lower case with single blanks, by question."""

    def __init__(self) -> None:
        self._like: dict[str, dict[str, str]] = defaultdict(dict)
        self._words: dict[str, Counter[str]] = defaultdict(Counter)
        self._leaders: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
        self._lock = Lock()

    def like(self, question: str, text: str) -> str:
        """The text that it is like, or itself."""
        return self._like[question].get(text, text)

    def unknown(self, question: str, texts: Iterable[str]) -> int:
        """How many of them were never compared."""
        return len(set(texts) - self._like[question].keys())

    def take(self, question: str, texts: Iterable[str], pause: float = 0.0) -> None:
        """Compare what is new; ``pause``: seconds after each, for whoever else wants to go on."""
        with self._lock:
            like, words = self._like[question], self._words[question]
            new = [text for text in dict.fromkeys(texts) if text not in like]
            for text in new:
                words.update(set(text.split()))
            for text in new:
                like[text] = self._place(question, text)
                if pause:
                    sleep(pause)

    def _place(self, question: str, text: str) -> str:
        words, leaders = self._words[question], self._leaders[question]
        if len(text) > _MOST_CHARACTERS:
            return text
        mine = sorted(set(text.split()), key=lambda word: (words[word], word))
        candidates: dict[str, None] = {}
        for word in mine[:_RAREST]:
            candidates.update(dict.fromkeys(leaders[word]))
            if len(candidates) > _MOST_COMPARED:
                break
        nearest = process.extractOne(
            text, list(candidates)[:_MOST_COMPARED], scorer=fuzz.ratio, score_cutoff=NEAR
        )
        if nearest is not None:
            return str(nearest[0])
        for word in mine:
            leaders[word].append(text)
        return text
