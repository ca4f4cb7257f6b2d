"""Names that lead to one place each, and references that lead somewhere."""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from functools import cache
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[1] / "src" / "snipproof"
RUNNERS = PACKAGE / "run" / "runners"
MODULES = sorted(path for path in PACKAGE.rglob("*.py"))
# The module of a command has its name, and the old import paths go with the next release.
SHARED_BY_DESIGN = {"compare", "init", "update", "watch", "report", "show", "language_server"}
DEPRECATED = PACKAGE / "prove"


def own(paths: list[Path]) -> list[Path]:
    """Return ``paths`` without the packages of single languages and the old import paths."""
    return [
        p for p in paths if not (p.is_relative_to(RUNNERS) and p.parent != RUNNERS) and not p.is_relative_to(DEPRECATED)
    ]


def dotted(path: Path) -> str:
    """Return the name of the module at ``path``."""
    parts = path.relative_to(PACKAGE.parent).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def test_a_module_name_occurs_once() -> None:
    """Packages count as well; those of single languages, whose modules play the same parts, do not."""
    places = defaultdict(list)
    for path in own(MODULES):
        places[dotted(path).rpartition(".")[2]].append(dotted(path))
    assert {name: found for name, found in places.items() if len(found) > 1 and name not in SHARED_BY_DESIGN} == {}


def test_a_public_class_name_occurs_once() -> None:
    """So that a reader who searches for it finds it."""
    places = defaultdict(list)
    for path in MODULES:
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                places[node.name].append(dotted(path))
    assert {name: found for name, found in places.items() if len(found) > 1} == {}


@cache
def _names(path: Path) -> frozenset[str]:
    """Return everything that the module at ``path`` defines, members as ``Class.member``."""
    found: set[str] = set()

    def add(body: list[ast.stmt], prefix: str) -> None:
        for node in body:
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
                found.add(prefix + node.name)
                if isinstance(node, ast.ClassDef):
                    add(node.body, f"{prefix}{node.name}.")
            elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
                found.add(prefix + node.target.id)
            elif isinstance(node, ast.Assign):
                found.update(prefix + target.id for target in node.targets if isinstance(target, ast.Name))
            elif isinstance(node, ast.Import | ast.ImportFrom):
                found.update(prefix + (alias.asname or alias.name) for alias in node.names)
            elif isinstance(node, ast.If):  # TYPE_CHECKING
                add(node.body, prefix)

    add(ast.parse(path.read_text(encoding="utf-8")).body, "")
    return frozenset(found)


@pytest.mark.parametrize("path", MODULES, ids=dotted)
def test_a_cross_reference_leads_somewhere(path: Path) -> None:
    """``:mod:`` and the like in docstrings name a module, or something that this module or the named one defines."""
    by_name = {dotted(other): other for other in MODULES}
    package = dotted(path) if path.name == "__init__.py" else dotted(path).rpartition(".")[0]
    here = _names(path)
    missing = []
    for kind, target in re.findall(r":(mod|func|class|meth|attr|data):`~?([^`]+)`", path.read_text(encoding="utf-8")):
        name = f"{package}{target}" if target.startswith(".") else target
        if not name.startswith("snipproof"):
            if kind in ("mod", "class", "func", "data") and "." in name:
                continue  # of another distribution
            bare = name.partition(".")[0] if kind == "mod" else name
            known = bare in here or any(each.endswith(f".{bare}") for each in here) or kind == "mod"
        elif kind == "mod":
            known = name in by_name
        else:
            module, _, member = name.rpartition(".")
            outer, _, owner = module.rpartition(".")
            known = (module in by_name and member in _names(by_name[module])) or (
                outer in by_name and f"{owner}.{member}" in _names(by_name[outer])
            )
        if not known:
            missing.append(f":{kind}:`{target}`")
    assert missing == []
