"""What a merchant writes for people to read, by language."""

from collections.abc import Mapping

Words = Mapping[str, str]
"""A merchant's text by language code; the first language is the one to fall back on."""


def in_language(words: Words, language: str) -> str:
    """The text in `language`, else in the merchant's first language, else empty."""
    return words.get(language) or next(iter(words.values()), "")
