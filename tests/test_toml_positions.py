"""The position of every key is where a reader finds it."""

from __future__ import annotations

import string
import tomllib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from snipproof.toml_positions import key_positions


def places(text: str) -> dict[str, tuple[int, int]]:
    """Return line and column of each key, with its path joined by slashes."""
    return {
        "/".join(path): (text.count("\n", 0, offset) + 1, offset - text.rfind("\n", 0, offset))
        for path, offset in key_positions(text).items()
    }


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a = 1\nb = 2\n", {"a": (1, 1), "b": (2, 1)}),
        (
            "[project]\nv = 1\n[tool.x]\n  v = 7",
            {"project": (1, 2), "project/v": (2, 1), "tool": (3, 2), "tool/x": (3, 7), "tool/x/v": (4, 3)},
        ),
        ("a.b . c = 1", {"a": (1, 1), "a/b": (1, 3), "a/b/c": (1, 7)}),
        (
            "a = { b = 1, c = { d = 2 }, e = [{ f = {} }] }",
            {
                "a": (1, 1), "a/b": (1, 7), "a/c": (1, 14), "a/c/d": (1, 20),
                "a/e": (1, 29), "a/e/[0]": (1, 34), "a/e/f": (1, 36),
            },
        ),
        (
            'a = [\n  "x = 1", # y = 2\n  "]",\n]\nb = """\nc = 1\n"""\nd = 1',
            {"a": (1, 1), "a/[0]": (2, 3), "a/[1]": (3, 3), "b": (5, 1), "d": (8, 1)},
        ),
        (
            "a = { b = ['x',\n [ 2, 3 ], 4] }",
            {"a": (1, 1), "a/b": (1, 7), "a/b/[0]": (1, 12), "a/b/[1]": (2, 2), "a/b/[2]": (2, 12)},
        ),
        ("a = '''\nb = 1''''\nc = 1", {"a": (1, 1), "c": (3, 1)}),
        ("[[x]]\ny = 1\n[[x]]\ny = 2", {"x": (1, 3), "x/y": (2, 1)}),
        ("[\"a.b\".'c d']\n\"e\\u0041\" = 1", {"a.b": (1, 2), "a.b/c d": (1, 8), "a.b/c d/eA": (2, 1)}),
        ("[ a . b ] # [c]\r\nd = 1\r\n", {"a": (1, 3), "a/b": (1, 7), "a/b/d": (2, 1)}),
        ("", {}),
    ],
)  # fmt: skip
def test_each_key_stands_where_it_is_written(text: str, expected: dict[str, tuple[int, int]]) -> None:
    tomllib.loads(text)
    assert places(text) == expected


_NAMES = st.text(string.ascii_letters + string.digits + "-_", min_size=1, max_size=4)
_VALUES = st.recursive(
    st.sampled_from(["1", "true", '"a = 1"', "'[b]'", '"""\n[c]\nd = 1\n"""', "1979-05-27T07:32:00Z", "1.5"]),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3).map(lambda items: "[\n  " + ",\n  ".join(items) + "\n]"),
        st.dictionaries(_NAMES, inner.filter(lambda text: "\n" not in text), max_size=3).map(
            lambda members: "{ " + ", ".join(f"{key} = {value}" for key, value in members.items()) + " }"
        ),
    ),
    max_leaves=6,
)


def _paths(value: Any, path: tuple[str, ...] = (), *, inside: bool = False) -> set[tuple[str, ...]]:
    """Return the paths of all keys, and of the items of arrays that are not ``inside`` another one."""
    if isinstance(value, list):
        items = set() if inside else {(*path, f"[{index}]") for index in range(len(value))}
        return items | {found for item in value for found in _paths(item, path, inside=True)}
    if not isinstance(value, dict):
        return set()
    return {(*path, key) for key in value} | {
        found for key, item in value.items() for found in _paths(item, (*path, key), inside=inside)
    }


@given(st.dictionaries(_NAMES, st.dictionaries(_NAMES, _VALUES, max_size=3), max_size=3))
def test_the_keys_are_those_that_tomllib_reads(tables: dict[str, dict[str, str]]) -> None:
    lines = [
        f"[t.{name}]\n" + "".join(f"{key} = {value}\n" for key, value in table.items())
        for name, table in tables.items()
    ]
    text = "".join(lines)
    found = key_positions(text)
    assert set(found) == _paths(tomllib.loads(text))
    assert all(text[offset:].startswith(path[-1]) for path, offset in found.items() if path[-1][0] != "[")
