"""Checks JSON values against ``run-report.schema.json``, with as much of JSON Schema as that file uses.

A report is read where only the base dependencies are installed, and by the thousand entries, so each part of the schema
becomes a function, once. The tests hold its results against those of the package ``jsonschema``.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from functools import cache
from importlib.resources import files
from typing import Any

_TYPES: dict[str, tuple[type, ...]] = {
    "object": (dict,),
    "array": (list,),
    "string": (str,),
    "integer": (int,),
    "number": (int, float),
    "boolean": (bool,),
    "null": (type(None),),
}
_Check = Callable[[Any, str], str]


@cache
def load_schema() -> Mapping[str, Any]:
    """Return the JSON schema of a run report."""
    schema: Mapping[str, Any] = json.loads(files("snipproof.report").joinpath("run-report.schema.json").read_bytes())
    return schema


@cache
def _checks() -> dict[str, _Check]:
    checks: dict[str, _Check] = {}
    schema = load_schema()
    for name, part in schema["$defs"].items():
        checks[name] = _make(part, checks)
    checks[""] = _make(schema, checks)
    return checks


def find_violation(value: Any) -> str:
    """Return what is wrong with a report, ``run.complete: true or false expected``; ``""`` for a valid one."""
    return _checks()[""](value, "")


def _make(schema: Mapping[str, Any], known: dict[str, _Check]) -> _Check:
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        return lambda value, path: known[name](value, path)  # noqa: PLW0108 (it may be defined later)
    if "const" in schema or "enum" in schema:
        allowed = [schema["const"]] if "const" in schema else schema["enum"]
        words = " or ".join(map(json.dumps, allowed))
        return lambda value, path: "" if value in allowed else f"{path}: {words} expected"
    names = schema["type"] if isinstance(schema["type"], list) else [schema["type"]]
    types = tuple(each for name in names for each in _TYPES[name])
    words = " or ".join(names)
    minimum = schema.get("minimum")
    inner = _inner(schema, known)

    def check(value: Any, path: str) -> str:
        if not isinstance(value, types) or (value.__class__ is bool and bool not in types):
            return f"{path}: {words} expected"
        if minimum is not None and value is not None and value < minimum:
            return f"{path}: at least {minimum} expected"
        return inner(value, path) if inner and value is not None else ""

    return check


def _inner(schema: Mapping[str, Any], known: dict[str, _Check]) -> _Check | None:
    if "items" in schema:
        return _items(_make(schema["items"], known))
    if "additionalProperties" in schema:
        return _values(_make(schema["additionalProperties"], known))
    if "properties" in schema:
        return _properties(schema, known)
    return None


def _items(each: _Check) -> _Check:
    def check(value: Any, path: str) -> str:
        for index, item in enumerate(value):
            if problem := each(item, path):
                return f"{path}[{index}]{problem.removeprefix(path)}"
        return ""

    return check


def _values(each: _Check) -> _Check:
    def check(value: Any, path: str) -> str:
        return next((problem for name, item in value.items() if (problem := each(item, f"{path}.{name}"))), "")

    return check


def _properties(schema: Mapping[str, Any], known: dict[str, _Check]) -> _Check:
    parts = [(name, _make(part, known)) for name, part in schema["properties"].items()]
    required = frozenset(schema["required"])

    def check(value: Any, path: str) -> str:
        if not required <= value.keys():
            missing = next(name for name in schema["required"] if name not in value)
            return f"{path}: the key {missing!r} is missing"
        for name, part in parts:
            if name in value and (problem := part(value[name], "")):
                return f"{path}.{name}{problem}"
        return ""

    return check
