"""Probes in Python Sources: where they stand, and that no line moves."""

from __future__ import annotations

import ast
import random
import textwrap

import pytest
from hypothesis import given
from hypothesis import strategies as st

from snipproof.run.probe import PROBE_FUNCTION, Probed
from snipproof.run.probe.python_probes import probe_python
from snipproof.site.markers import find_markers


def probe(text: str) -> Probed:
    text = textwrap.dedent(text).lstrip("\n")
    return probe_python(text, find_markers(text))


def run(probed: Probed) -> list[int]:
    """Execute the probed text and return the lines of the probes it passed, in order."""
    passed: list[int] = []
    exec(compile(probed.text, "source", "exec"), {PROBE_FUNCTION: passed.append})  # noqa: S102
    return passed


def test_marker_lines_become_calls_on_the_same_line() -> None:
    """A marker between two statements is replaced where it stands; all other lines stay as they are."""
    probed = probe(
        """
        x = 1
        # START a
        y = 2
        # END a
        """
    )
    assert probed.text == f"x = 1\n{PROBE_FUNCTION}(2)\ny = 2\n{PROBE_FUNCTION}(4)\n"
    assert not probed.silent


@pytest.mark.parametrize(
    ("text", "passed"),
    [
        ("# START a\nx = [\n# END a\n1]\n", [1, 3]),
        ("x = [\n  # START a\n  1]\n# END a\n", [2, 4]),
        ("if True:\n    x = 1\n    # END a\nelse:\n    # START a\n    x = 2\n", [3]),
        ("if True:\n    x = 1\n# END a\nelse:\n    x = 2\n", [3]),
        ("if True:\n# START a\n    x = 1\n", [2]),
        ("def f():\n    x = 1\n    # END a\n\nf()\n", [3]),
        ("def f():\n    x = 1\n# END a\n    y = 1\nf()\n", [3]),
        ('"""Doc."""\n# START a\nfrom __future__ import annotations\n# END a\n', [2, 4]),
        ("# START a\n'''Doc.'''\n# END a\nx = 1", [1, 3]),
        ("if True:\n\t# START a\n\tx = 1\n\t# END a\n", [2, 4]),
        ("if True:\r\n    # START a\r\n    x = 1\r\n    # END a\r\n", [2, 4]),
        ("# START a\n# END a\n", [1, 2]),
        ("# START a # START b\nx = 1\n# END a # END b", [1, 3]),
        ("try:\n    x = 1\n    # END a\nexcept ValueError:\n    pass\n", [3]),
        ("match 1:\n    case 1:\n        x = 1\n        # END a\n    case _:\n        pass\n", [4]),
    ],
)
def test_probes_fire_where_the_marker_stands(text: str, passed: list[int]) -> None:
    """Whatever surrounds a marker, its probe fires when the code there runs."""
    assert run(probe(text)) == passed


@pytest.mark.parametrize(
    ("text", "line", "reason"),
    [
        ("x = '''\n# START a\n'''\n", 2, "string literal"),
        ("x = 1  # START a\n", 1, "follows code"),
        ("for x in (\n    # START a\n    1,):\n    pass\n", 2, "head of the 'for'"),
        ("@property\n# START a\ndef f(): pass\n", 2, "decorator"),
        ("def f(:\n# START a\n", 2, "not valid Python"),
    ],
)
def test_a_marker_without_a_probe_has_a_reason(text: str, line: int, reason: str) -> None:
    """A marker that is not a comment between statements has no probe, and a reason."""
    probed = probe(text)
    assert reason in probed.silent[line]
    assert PROBE_FUNCTION not in probed.text


def test_an_end_after_a_return_is_unreachable() -> None:
    """A Region that ends with ``return`` ends there."""
    probed = probe("def f():\n    # START a\n    return 1\n    # END a\nf()\n")
    assert probed.unreachable == {4}


def _block(rng: random.Random, depth: int, indent: int) -> list[str]:
    lines = []
    for _ in range(rng.randint(1, 4)):
        pad = " " * indent
        kind = rng.randint(0, 6 if depth else 3)
        marker = f"{' ' * rng.randint(0, 8)}# {rng.choice(['START', 'END'])} a"
        if kind == 0:
            lines.append(f"{pad}x = 1")
        elif kind == 1:
            lines.append(marker)
        elif kind == 2:
            lines += [f"{pad}x = [", marker, f"{pad}1]  # after"]
        elif kind == 3:
            lines += [f"{pad}x = '''", marker, "'''"]
        elif kind == 4:
            lines += [f"{pad}if x:", marker, *_block(rng, depth - 1, indent + 2), marker, f"{pad}else:", f"{pad} pass"]
        elif kind == 5:
            lines += [f"{pad}def f():", *_block(rng, depth - 1, indent + 4), f"{pad}    return 1", marker]
        else:
            lines += [f"{pad}try:", *_block(rng, depth - 1, indent + 1), marker, f"{pad}finally:", f"{pad}  pass"]
    return [*lines, " " * indent + "pass"]


@given(st.integers(0, 10**9))
def test_probing_keeps_the_lines_and_the_program(seed: int) -> None:
    """Random programs: as many lines as before, still Python, and without its probes the same program."""
    text = "\n".join(_block(random.Random(seed), 3, 0))
    probed = probe_python(text, find_markers(text))
    assert probed.text.count("\n") == text.count("\n")
    assert not any("cannot stand" in reason for reason in probed.silent.values())

    class Remove(ast.NodeTransformer):
        def visit_Expr(self, node: ast.Expr) -> ast.Expr | None:
            is_probe = isinstance(node.value, ast.Call) and ast.unparse(node.value.func) == PROBE_FUNCTION
            return None if is_probe else node

    assert ast.dump(Remove().visit(ast.parse(probed.text))) == ast.dump(ast.parse(text))
