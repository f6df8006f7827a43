"""What stops the program and only its operator can mend."""

from __future__ import annotations


class Unusable(Exception):  # noqa: N818  it reads as a sentence
    """Something needed cannot be used; the text says why and what to do, and holds no secret."""
