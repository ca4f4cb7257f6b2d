"""Applies the Bindings of a Suite to its Sources, and finds those that match nothing or make valid code invalid."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import PurePosixPath

from snipproof.errors import SettingsError, ToolchainMissingError
from snipproof.languages import languages
from snipproof.model import Binding, Suite
from snipproof.run.source_run import Diagnostic
from snipproof.syntax.grammar import load_parsers
from snipproof.syntax.python_code import compile_error

Addresses = Mapping[str, str]
"""What the ``{name}`` placeholders of Bindings stand for."""

# What the placeholders are replaced by before the Services run: whether code is valid depends on the form only.
_EXAMPLES = {
    "weaviate.url": "http://127.0.0.1:8080",
    "weaviate.host": "127.0.0.1",
    "weaviate.port": "8080",
    "weaviate.grpc_host": "127.0.0.1",
    "weaviate.grpc_port": "50051",
    "assets.url": "http://127.0.0.1:8000",
}


def apply_bindings(suite: Suite, text: str, addresses: Addresses, *, documented: bool = False) -> str:
    """Return ``text`` with the Bindings of ``suite`` applied.

    :param documented: whether the Source runs in the documented network, where the addresses of servers are right.
    """
    for binding in suite.bindings:
        of_a_server = "{weaviate." in binding.replace or "{services." in binding.replace
        if documented and (of_a_server or binding.elsewhere):
            continue
        text = _apply(binding, text, addresses)
    return text


def check_bindings(suite: Suite, texts: Mapping[str, str]) -> None:
    """Check that every Binding of ``suite`` matches: in each of its Sources, or in at least one if it is optional.

    Also check that it leaves valid code valid, as far as a parser can see that.

    :param texts: the text of each Source of the Suite, by path.
    :raises SettingsError: a Binding matches nothing, so a Source would connect to the address that the docs show; or
        its replacement does not fit into the code around it.
    """
    for binding in suite.bindings:
        missing = [path for path, text in texts.items() if binding.find not in text]
        if missing and (not binding.optional or len(missing) == len(texts)):
            raise SettingsError(
                f"{suite.path}:{binding.line}:1 the binding {binding.find!r} matches nothing in {', '.join(missing)}",
                "the Source would use the documented address itself: write the address as the binding has it,\n"
                "or mark the binding `optional: true` if only some Sources of the Suite use it",
            )
    for path, text in texts.items():
        _check_stays_valid(suite, path, text)


def _check_stays_valid(suite: Suite, path: str, text: str) -> None:
    examples = _examples(suite)
    if apply_bindings(suite, text, examples) == text or _invalid(suite.language, path, text):
        return  # nothing changes, or the code of the docs is wrong by itself
    for binding in suite.bindings:
        text = _apply(binding, text, examples)
        if found := _invalid(suite.language, path, text):
            raise _breaks(suite, binding, path, *found)


def _examples(suite: Suite) -> Addresses:
    """Return a value for each placeholder of ``suite``."""
    replacements = "".join(binding.replace for binding in suite.bindings)
    of_services = re.findall(r"\{(services\.[^{}\s]*)\}", replacements)
    return _EXAMPLES | {name: _EXAMPLES[f"weaviate.{name.rpartition('.')[2]}"] for name in of_services}


def broken_by_bindings(
    suite: Suite, path: str, text: str, with_bindings: Sequence[Diagnostic], without: Sequence[Diagnostic]
) -> SettingsError | None:
    """Return the error for a Binding that makes a compiler reject a Source, if there is one.

    :param text: the text of the Source as the docs have it.
    :param with_bindings: what the compiler reported about the Source with the Bindings applied.
    :param without: what it reported about ``text``.
    """
    known = {(each.line, each.message) for each in without}
    for diagnostic in with_bindings:
        if (diagnostic.line, diagnostic.message) not in known:
            touching = list(_touching(suite, text, diagnostic.line)) or _matching(suite, text)
            return _breaks(suite, touching[-1], path, diagnostic.line, f"{diagnostic.tool}: {diagnostic.message}")
    return None


def may_be_broken(suite: Suite, path: str, text: str, diagnostics: Sequence[Diagnostic]) -> bool:
    """Return whether a Binding may be the cause of one of ``diagnostics``: it changes the line, or what uses a name."""
    return bool(_matching(suite, text)) and any(
        each.path == path and (any(_touching(suite, text, each.line)) or "not used" in each.message)
        for each in diagnostics
    )


def _matching(suite: Suite, text: str) -> list[Binding]:
    return [binding for binding in suite.bindings if binding.find in text]


def _touching(suite: Suite, text: str, line: int) -> Iterator[Binding]:
    """Yield the Bindings that change ``line`` of ``text``."""
    for binding in suite.bindings:
        begin = text.find(binding.find)
        while begin >= 0:
            first = text.count("\n", 0, begin) + 1
            if first <= line <= first + binding.find.count("\n"):
                yield binding
                break
            begin = text.find(binding.find, begin + 1)


def _apply(binding: Binding, text: str, addresses: Addresses) -> str:
    replacement = binding.replace
    for name, value in addresses.items():
        replacement = replacement.replace(f"{{{name}}}", value)
    return text.replace(binding.find, replacement)


def _invalid(language: str, path: str, text: str) -> tuple[int, str] | None:
    """Return line and reason if ``text`` is not a valid file of ``language``; ``None`` if nothing here can parse it."""
    if language == "python":
        return compile_error(text)
    grammars = languages()[language].grammars
    if not grammars:
        return None
    try:
        parsers = load_parsers(language)
    except ToolchainMissingError:
        return None  # running the Suite reports it
    extension = next((each for each in parsers if each == f".{PurePosixPath(path).suffix[1:].replace('j', 't')}"), "")
    root = parsers[extension or next(iter(parsers))](text.encode()).root_node
    if not root.has_error:
        return None
    while child := next((child for child in root.children if child.has_error or child.is_missing), None):
        root = child
    return root.start_point[0] + 1, "invalid syntax"


def _breaks(suite: Suite, binding: Binding, path: str, line: int, reason: str) -> SettingsError:
    return SettingsError(
        f"{suite.path}:{binding.line}:1 the binding {binding.find!r} makes valid code invalid: {path}:{line} {reason}",
        f"with the binding, this line has {binding.replace!r} there: make `find` longer or correct `replace`",
    )
