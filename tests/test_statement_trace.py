"""The trace of the search for false greens: which shown statements a run has to reach, and to end."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from tools.statement_trace import never_ran, write_traced

_PYTHON = """\
def load(name):
    if name:
        return 1
    return 2

load("a")
"""
_TYPESCRIPT = """\
const load = (name: string) => {
  if (name) {
    return 1;
  }
  return 2;
};
[1].map((n) => { return n; });
load('a');
"""
_GO = """\
package p

func f() {
	load := func(name string) int {
		if name != "" {
			return 1
		}
		return 2
	}
	load("a")
	panic("b")
}
"""
_JAVA = """\
class A {
  void load(String name) {
    if (name == null) {
      throw new Error();
    }
    int n = 1;
    System.out.println(n);
  }
}
"""
_LOOP = """\
class A {
  void load(String name) {
    for (char each : name) {
      System.out.println(each);
    }
  }
}
"""


@pytest.mark.parametrize(
    ("path", "text", "ran", "hidden", "missing"),
    [
        ("a.py", _PYTHON, {1, -1, 2, 3, 6, -6}, (), [4]),
        ("a.py", _PYTHON, {1, 2, 4, 6, -6}, (), []),
        ("a.py", _PYTHON, {1, 2, 4, 6, -6}, (2,), [3]),  # the page shows what is inside the branch only
        ("a.py", _PYTHON, {1, 2, 4, 6}, (), [6]),  # the call did not end
        ("a.py", _PYTHON, set(), (1, 2, 3, 4), [6]),
        ("a.ts", _TYPESCRIPT, {1, -1, 2, 3, 7, -7, 8, -8}, (), [5]),
        ("a.ts", _TYPESCRIPT, {1, -1, 2, 5, 7, 8}, (), [7]),  # the call did not end
        ("a.ts", _TYPESCRIPT, {1, -1, 2, 5, 7, -7, 8}, (), []),  # nothing is written behind the last statement
        ("a.ts", _TYPESCRIPT, {1, -1, 2, 5, 7, -7, 8, -8}, (2,), [3]),
        ("a_test.go", _GO, {4, -4, 5, 6, 10, -10, 11}, (), [8]),
        ("a_test.go", _GO, {4, -4, 5, 8, 10, 11}, (), [10]),
        ("a_test.go", _GO, {4, -4, 5, 8, 10, -10, 11}, (), []),
        ("A.java", _JAVA, set(), (), []),  # the methods of a class that a page shows count as branches
        ("A.java", _JAVA, {3, 6, -6, 7, -7}, (1,), []),
        ("A.java", _JAVA, {3, 6, -6, 7}, (1,), [7]),
        ("A.java", _JAVA, {3, 6, -6, 7, -7}, (1, 3), [4]),
        ("A.java", _LOOP, {3, -3}, (1,), []),
        ("A.java", _LOOP, {3, 4}, (1,), [3]),  # an error left the loop
    ],
)
def test_what_a_run_has_to_reach(
    path: str, text: str, ran: set[int], hidden: tuple[int, ...], missing: list[int]
) -> None:
    """A branch that a page shows may be left out; a function with a name has to be called."""
    if not path.endswith(".py"):
        pytest.importorskip("tree_sitter", reason="the extra languages is not installed")
    shown = frozenset(range(1, text.count("\n") + 1)) - set(hidden)
    assert never_ran(text, path, shown, ran) == missing


@pytest.mark.parametrize(
    ("name", "text"), [("a.py", "0\n" + _PYTHON), ("a.ts", _TYPESCRIPT), ("a.go", _GO), ("A.java", _JAVA)]
)
def test_no_line_moves(name: str, text: str, tmp_path: Path) -> None:
    """What the trace adds to a line stands before or behind its code, or below the text."""
    if not name.endswith(".py"):
        pytest.importorskip("tree_sitter", reason="the extra languages is not installed")
    write_traced(tmp_path / name, text, tmp_path / "ran")
    written = (tmp_path / name).read_text(encoding="utf-8").split("\n")
    if name.endswith(".py"):
        written[0] = re.sub(r"^exec\(.*\); (?=0)", "", written[0])
    written[0] = re.sub(r"^import .*?`\); \} ", "", written[0])
    lines = [
        re.sub(r"; import campaign.*|(; )?(CampaignTrace\w+(\.trace)?|campaign_trace)\(-?\d+\);?( (?!\}|$))?", "", line)
        for line in written
    ]
    assert "\n".join(lines).startswith(text.rstrip("\n"))
