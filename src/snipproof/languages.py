"""What is known of each language: one row a language, found through the entry-point group ``snipproof.languages``.

Another distribution adds a language by an entry point of that group that names a :class:`Language`. The rows of this
package are found in the same way. A row with a Runner replaces one without, of the same name: so another distribution
can run a language that this package only reads.
"""

from __future__ import annotations

import posixpath
from functools import cache
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

from snipproof.errors import SettingsError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

ENTRY_POINT_GROUP = "snipproof.languages"
# The tokens that may precede a marker, whatever the language of the file: the site compares text only.
COMMENT_TOKENS = ("#", "//", "--", ";", "/*", "*", "<!--")
_NO_GRAMMARS: Mapping[str, str] = MappingProxyType({})
_C_COMMENTS = ("//", "/*", "*")


class Language(NamedTuple):
    """One language.

    :param name: its name in ``suite.yaml``: ``python``.
    :param title: its name in messages: ``Python``.
    :param extensions: the extensions of its files, with the dot, lower case; the usual one first.
    :param display_languages: what a Page may call it in ``language="…"``, lower case.
    :param comment_tokens: what a comment begins with; the usual token first. Empty if it has no comments.
    :param block_strings: the quotes of its strings that may span lines.
    :param name_endings: what writers append to the name of a Snippet in this language: ``searchPython``.
    :param is_program: whether its files are programs, which are never right under the name of another language.
    :param lock_files: the files that pin what its Sources need; the first one that exists counts.
    :param runner: the ``module:Class`` of its Runner, imported only to run a Source; empty if it cannot be run.
    :param compiles: whether its Sources are built before they run, which keeps a core busy.
    :param grammars: the ``module:function`` of its tree-sitter grammar, by file extension; empty if it needs none.
    """

    name: str
    title: str
    extensions: tuple[str, ...]
    display_languages: tuple[str, ...]
    comment_tokens: tuple[str, ...] = ()
    block_strings: tuple[str, ...] = ()
    name_endings: tuple[str, ...] = ()
    is_program: bool = True
    lock_files: tuple[str, ...] = ()
    runner: str = ""
    compiles: bool = False
    grammars: Mapping[str, str] = _NO_GRAMMARS


PYTHON = Language(
    name="python",
    title="Python",
    extensions=(".py", ".pyi"),
    display_languages=("py", "python", "pyindent", "pyv3", "pyv4", "python3"),
    comment_tokens=("#",),
    block_strings=('"""', "'''"),
    name_endings=("python", "py"),
    lock_files=("requirements.lock", "uv.lock"),
    runner="snipproof.run.runners.python.runner:PythonRunner",
)
TYPESCRIPT = Language(
    name="typescript",
    title="TypeScript",
    extensions=(".ts", ".mts", ".cts", ".tsx", ".js", ".mjs", ".cjs", ".jsx"),
    display_languages=("ts", "tsv2", "tsindent", "typescript", "tsx", "js", "jsx", "javascript", "mjs", "cjs"),
    comment_tokens=_C_COMMENTS,
    block_strings=("`",),
    name_endings=("typescript", "ts", "javascript", "js"),
    lock_files=("package-lock.json", "pnpm-lock.yaml", "yarn.lock"),
    runner="snipproof.run.runners.typescript.runner:TypeScriptRunner",
    grammars={
        ".ts": "tree_sitter_typescript:language_typescript",
        ".tsx": "tree_sitter_typescript:language_tsx",
    },
)
GO = Language(
    name="go",
    title="Go",
    extensions=(".go",),
    display_languages=("go", "gonew", "goraw", "golang"),
    comment_tokens=_C_COMMENTS,
    block_strings=("`",),
    name_endings=("go",),
    lock_files=("go.sum", "go.mod"),
    runner="snipproof.run.runners.go.runner:GoRunner",
    compiles=True,
    grammars={".go": "tree_sitter_go:language"},
)
JAVA = Language(
    name="java",
    title="Java",
    extensions=(".java",),
    display_languages=("java", "javaraw"),
    comment_tokens=_C_COMMENTS,
    block_strings=('"""',),
    name_endings=("java",),
    lock_files=("lockfile.json", "pom.xml"),
    runner="snipproof.run.runners.java.runner:JavaRunner",
    compiles=True,
    grammars={".java": "tree_sitter_java:language"},
)
CSHARP = Language(
    name="csharp",
    title="C#",
    extensions=(".cs",),
    display_languages=("csharp", "csharpraw", "cs", "c#"),
    comment_tokens=_C_COMMENTS,
)
SHELL = Language(
    name="shell",
    title="shell",
    extensions=(".sh", ".bash"),
    display_languages=("bash", "sh", "shell", "zsh", "console"),
    comment_tokens=("#",),
    is_program=False,
)
JSON = Language(
    name="json",
    title="JSON",
    extensions=(".json", ".jsonc"),
    display_languages=("json", "jsonc", "json5"),
    is_program=False,
)


@cache
def languages() -> Mapping[str, Language]:
    """Return every language by its name, those without a compiler first.

    :raises SettingsError: an entry point cannot be loaded, names no :class:`Language`, or repeats a name.
    """
    # Late: loading it takes longer than reading a small site.
    from importlib.metadata import entry_points

    found: dict[str, Language] = {}
    for point in entry_points(group=ENTRY_POINT_GROUP):
        origin = point.dist.name if point.dist else "an unknown distribution"
        try:
            row = point.load()
        except Exception as error:  # noqa: BLE001 (another distribution's code)
            raise _invalid(point.value, origin, f"failed to load: {error!r}") from None
        if not isinstance(row, Language):
            raise _invalid(point.value, origin, f"is not a snipproof Language but {row!r}")
        known = found.get(row.name)
        if known and bool(known.runner) == bool(row.runner):
            raise _invalid(point.value, origin, f"repeats the language {row.name!r}")
        if known is None or row.runner:
            found[row.name] = row
    return MappingProxyType({row.name: row for row in sorted(found.values(), key=lambda row: (row.compiles, row.name))})


def _invalid(value: str, origin: str, problem: str) -> SettingsError:
    return SettingsError(
        f"the entry point {value!r} of {origin} in the group {ENTRY_POINT_GROUP!r} {problem}",
        f"update or uninstall {origin}",
    )


def runnable() -> Mapping[str, Language]:
    """Return the languages that have a Runner, by name, those without a compiler first."""
    return {name: row for name, row in languages().items() if row.runner}


@cache
def displayed(display_language: str) -> str:
    """Return the name of the language that a Page means by ``display_language``, ``""`` if none is known."""
    return _names_by_display_language().get(display_language.lower(), "")


@cache
def of_file(path: str) -> str:
    """Return the name of the language of the file ``path``, by its extension; ``""`` if none is known."""
    return _names_by_extension().get(posixpath.splitext(path)[1].lower(), "")


def language_of_file(path: str) -> Language | None:
    """Return the language of the file ``path``, by its extension."""
    return languages().get(of_file(path))


def comment_tokens(name: str) -> tuple[str, ...]:
    """Return what comments begin with in the language ``name``; empty if that is unknown."""
    row = languages().get(name)
    return row.comment_tokens if row else ()


def is_program(name: str) -> bool:
    """Return whether files of the language ``name`` are programs; ``False`` if it is unknown."""
    row = languages().get(name)
    return row is not None and row.is_program


@cache
def _names_by_display_language() -> Mapping[str, str]:
    return _by_word((row.name, row.display_languages) for row in languages().values())


@cache
def _names_by_extension() -> Mapping[str, str]:
    return _by_word((row.name, row.extensions) for row in languages().values())


def _by_word(rows: Iterable[tuple[str, tuple[str, ...]]]) -> Mapping[str, str]:
    return {word: name for name, words in rows for word in words}
