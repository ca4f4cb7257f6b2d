"""Which language a display language or a file name stands for, and how that language writes comments."""

from __future__ import annotations

import posixpath
from functools import cache

_DISPLAYED = {
    "python": "py python pyindent pyv3 pyv4 python3",
    "typescript": "ts tsv2 tsindent typescript tsx js jsx javascript mjs cjs",
    "go": "go gonew goraw golang",
    "java": "java javaraw",
    "csharp": "csharp csharpraw cs c#",
    "shell": "bash sh shell zsh console",
    "json": "json jsonc json5",
}
_EXTENSIONS = {
    "python": ".py .pyi",
    "typescript": ".ts .mts .cts .tsx .js .mjs .cjs .jsx",
    "go": ".go",
    "java": ".java",
    "csharp": ".cs",
    "shell": ".sh .bash",
    "json": ".json .jsonc",
}
_BY_DISPLAY = {word: language for language, words in _DISPLAYED.items() for word in words.split()}
_BY_EXTENSION = {word: language for language, words in _EXTENSIONS.items() for word in words.split()}

# The languages of programs: a file of one of them is never rightly shown as another one.
PROGRAMS = frozenset(("python", "typescript", "go", "java", "csharp"))
_TOKENS = {
    "python": ("#",),
    "shell": ("#",),
    "typescript": ("//", "/*", "*"),
    "go": ("//", "/*", "*"),
    "java": ("//", "/*", "*"),
    "csharp": ("//", "/*", "*"),
}


@cache
def displayed(name: str) -> str:
    """Return the language that a display language stands for, ``""`` for one that is none of ours."""
    return _BY_DISPLAY.get(name.lower(), "")


@cache
def of_file(path: str) -> str:
    """Return the language of the file ``path`` by its name, ``""`` when that says nothing."""
    return _BY_EXTENSION.get(posixpath.splitext(path)[1].lower(), "")


def comment_tokens(language: str) -> tuple[str, ...]:
    """Return what comments begin with in ``language``, nothing when that is not known."""
    return _TOKENS.get(language, ())
