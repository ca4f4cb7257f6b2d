"""What the stand-in has in place of each provider's models: one small sentence model, and one for pictures."""

from __future__ import annotations

import base64
import binascii
import hashlib
import math
import random
import re
from collections.abc import Callable, Sequence

from snipproof.services.providers.exchange import BadRequestError

MARK = "(stand-in for a language model)"
"""The beginning of every text that the stand-in generates."""

_REPEATED = 160  # characters of a prompt
_MOST_WORDS = 32  # of a text that has a vector for each word
_WORD = re.compile(r"\w+")

Vector = list[float]
EmbedTexts = Callable[[Sequence[str], bool], list[Vector]]
"""Returns the unit vectors of texts; the second argument is whether they are queries."""
EmbedPicture = Callable[[bytes], Vector]
"""Returns the unit vector of an encoded picture, or raises ``ValueError``."""


class Models:
    """All models of all providers: vectors with the length of the model that a client names, and marked texts."""

    def __init__(self, embed_texts: EmbedTexts, embed_picture: EmbedPicture) -> None:
        self._embed_texts = embed_texts
        self._embed_picture = embed_picture

    def vectors(self, texts: Sequence[str], length: int, *, query: bool = False) -> list[Vector]:
        """Return a vector of ``length`` numbers for each text."""
        return [fitted(vector, length) for vector in self._embed_texts(texts, query)]

    def word_vectors(self, text: str, length: int, *, query: bool = False) -> list[Vector]:
        """Return a vector for each of the first words of ``text``, at least one."""
        return self.vectors(_WORD.findall(text)[:_MOST_WORDS] or [text], length, query=query)

    def media_vector(self, encoded: str, length: int) -> Vector:
        """Return the vector of a picture in base64 or as a ``data:`` address.

        Anything else, such as a film or a sound, has a vector that depends on its bytes alone.

        :raises BadRequestError: it is not base64.
        """
        try:
            data = base64.b64decode(encoded.rpartition(",")[2], validate=True)
        except (binascii.Error, ValueError):
            raise BadRequestError("a picture in base64 is required") from None
        try:
            return fitted(self._embed_picture(data), length)
        except ValueError:
            numbers = random.Random(hashlib.sha256(data).digest())  # noqa: S311 (repeatable, and no secret)
            return normalised([numbers.gauss(0, 1) for _ in range(length)])

    def scores(self, query: str, documents: Sequence[str]) -> list[float]:
        """Return how relevant each document is for ``query``, from 0 to 1."""
        ((question,), answers) = (self._embed_texts([query], True), self._embed_texts(documents, False))
        return [max(0.0, min(1.0, sum(map(float.__mul__, question, answer)))) for answer in answers]

    def ranking(self, query: str, documents: Sequence[str]) -> list[tuple[int, float]]:
        """Return the index and the score of each document, the most relevant first."""
        return sorted(enumerate(self.scores(query, documents)), key=lambda item: -item[1])


def generated(prompt: str) -> str:
    """Return the text that a language model would write: the same for the same prompt, with :data:`MARK`."""
    words = " ".join(prompt.split())
    return f"{MARK} {words[:_REPEATED]}{'…' if len(words) > _REPEATED else ''}".strip()


def tokens(text: str) -> int:
    """Return about how many tokens ``text`` has."""
    return len(text.split()) + 1


def fitted(vector: Vector, length: int) -> Vector:
    """Return ``vector`` with ``length`` numbers: with zeros, which keep every cosine, or cut off and normalised."""
    if len(vector) <= length:
        return vector + [0.0] * (length - len(vector))
    return normalised(vector[:length])


def normalised(vector: Vector) -> Vector:
    """Return the unit vector in the direction of ``vector``."""
    size = math.sqrt(sum(map(float.__mul__, vector, vector)))
    return [number / size for number in vector] if size else [1.0, *vector[1:]]
