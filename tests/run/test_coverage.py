"""Which shown statements ran, by the lines of the Source, in every language."""

from __future__ import annotations

import ast

import pytest

from snipproof.model import Source
from snipproof.run.coverage import Coverage, cover, statements_that_ran
from snipproof.run.probe.plan import Plan, Signal, make_plan
from snipproof.run.source_run import ProbeEvent, SourceRun, Termination
from snipproof.site.source import parse_source
from snipproof.syntax.grammar import load_parser
from snipproof.syntax.python_statements import python_statements
from snipproof.syntax.tree_statements import tree_statements

PYTHON = """\
import os
hidden = 1
# START a
"a string that does nothing"
for path in os.environ:
    x = 1; y = 2
try:
    z = 1
except KeyError:
    z = 2
    if z:
        z = 3
else:
    z = 4
# END a
w = [
    # START b
    1,
    # END b
]
"""
GO = """\
package main
func TestA(t *testing.T) {
	// START a
	client, err := weaviate.NewClient(config)
	if err != nil {
		panic(err)
	} else if client != nil {
		use(client)
	}
	if x := 1; x != nil {
		use(x)
	}
	if y > 1 {
		return fmt.Errorf("y")
	}
	if closeErr != nil {
		log.Print(closeErr)
	}
	// END a
}
"""
TYPESCRIPT = """\
// START a
try {
  await connect();
} catch (error) {
  if (error) console.error(error);
}
if (!response.ok) {
  throw new Error();
}
// END a
"""
JAVA = """\
class A {
  void test() {
    // START a
    try {
      connect();
    } catch (Exception e) {
      fail();
    } finally {
      close();
    }
    // END a
  }
}
"""


def plan_of(text: str, language: str = "python") -> tuple[Source, Plan]:
    extension = {"python": ".py", "go": ".go", "typescript": ".ts", "java": ".java"}[language]
    source = parse_source(f"s{extension}", text)
    if language == "python":
        root = python_statements(ast.parse(text))
    else:
        pytest.importorskip("tree_sitter")
        root = tree_statements(load_parser(language)(text.encode()).root_node, language)
    return source, make_plan(root, source.snippet_regions)[0]


def covered(text: str, *missing: int, language: str = "python") -> dict[str, Coverage]:
    """Return the Coverage of each Snippet in a run that reached all statements but those at the lines ``missing``."""
    source, plan = plan_of(text, language)
    events = [ProbeEvent(n, 0.0, Signal.AT) for n, line in plan.lines.items() if line not in missing]
    ran = statements_that_ran(SourceRun(Termination.EXITED, 0, tuple(events)))
    return {region.name: cover(region, plan, ran) for region in source.snippet_regions}


def test_statements_count_by_their_lines_and_strings_do_not() -> None:
    found = covered(PYTHON, 6, 10, 11, 12)["a"]
    assert found == Coverage((5, 6, 7, 8, 10, 11, 12, 14), (6, 10, 11, 12), (10, 11, 12))


def test_a_line_with_several_statements_needs_all_of_them() -> None:
    source, plan = plan_of(PYTHON)
    numbers = [number for number, line in plan.lines.items() if line == 6]
    assert len(numbers) == 2
    assert 6 in cover(source.snippet_regions[0], plan, set(plan.lines) - {numbers[1]}).missed
    assert 6 not in cover(source.snippet_regions[0], plan, set(plan.lines)).missed


def test_a_statement_that_begins_in_hidden_code_counts_at_its_first_shown_line() -> None:
    assert covered(PYTHON)["b"] == Coverage((18,), (), ())
    assert covered(PYTHON, 16)["b"] == Coverage((18,), (18,), ())


@pytest.mark.parametrize(
    ("language", "text", "handling"),
    [("go", GO, (6, 14, 17)), ("typescript", TYPESCRIPT, (5, 8)), ("java", JAVA, (7,))],
)
def test_error_branches_are_known_in_every_language(language: str, text: str, handling: tuple[int, ...]) -> None:
    assert covered(text, language=language)["a"].handling == handling


def test_nothing_ran_without_events() -> None:
    source, plan = plan_of(PYTHON)
    found = cover(source.snippet_regions[0], plan, statements_that_ran(SourceRun(Termination.NOT_BUILT)))
    assert found.missed == found.statements
