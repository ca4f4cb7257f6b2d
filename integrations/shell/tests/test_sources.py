"""Sources of Bash, proven as a user would: one run of all of them on a real server.

A Suite has constructs of Bash, each with the Outcomes of its Snippets. Another one talks to Weaviate.
"""

from __future__ import annotations

import ast
import json
import subprocess
import sys
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

import pytest

from snipproof.api import ToolchainMissingError
from snipproof_shell.runner import find_bash

if TYPE_CHECKING:
    from collections.abc import Mapping

SETTINGS = "[tool.snipproof]\npages = ['docs']\nsuites = ['snippets/*/suite.yaml']\n"
SUITE = "flavour: sh\nlanguage: shell\nsources: ['*.sh']\ntimeout: 3\nfiles:\n  data.txt: data.txt\n"
WEAVIATE_SUITE = """\
flavour: curl
language: shell
sources: ['*.sh']
bindings:
  - {find: 'http://localhost:8080', replace: '{weaviate.url}'}
"""
# In the form in which sites have such files.
WEAVIATE_SOURCE = r"""#!/bin/bash
# Creates a collection, and searches in it.
WEAVIATE_URL="http://localhost:8080"
curl -sSf -o /dev/null -X DELETE "$WEAVIATE_URL/v1/schema/Article" # 200 even if it does not exist

# START create
echo '{
  "class": "Article",
  "vectorizer": "none",
  "properties": [{"name": "title", "dataType": ["text"]}]
}' | curl \
    --fail -sS \
    -X POST \
    -H 'Content-Type: application/json' \
    -d @- \
    http://localhost:8080/v1/schema > /dev/null
# END create

add() {
  # START add
  curl --fail -sS -o /dev/null "$WEAVIATE_URL/v1/objects" -H 'Content-Type: application/json' -d @- <<EOF
{"class": "Article", "properties": {"title": "$1"}}
EOF
  # END add
}
for title in B A; do add "$title"; done

# START sorted
echo '{
  "query": "{ Get { Article(sort: [{ path: [\"title\"], order: asc }]) { title } } }"
}' | curl -sS -H 'Content-Type: application/json' -d @- http://localhost:8080/v1/graphql
# END sorted
# START Expected sorted results
# {
#   "data": {
#     "Get": {
#       "Article": [{"title": "A"}, {"title": "B"}]
#     }
#   }
# }
# END Expected sorted results

# START wrong
curl -sS "$WEAVIATE_URL/v1/objects?class=Article" | tr -d '\n'
# END wrong
# START Expected wrong results
# {"totalResults": 3}
# END Expected wrong results

# START not_found
curl -sS "$WEAVIATE_URL/v1/schema/NoSuch"
curl --fail -sS "$WEAVIATE_URL/v1/schema/NoSuch"
# END not_found

# START later
Coming soon
# END later
"""
WEAVIATE_OUTCOMES = {
    "create": "passed",
    "add": "passed",
    "sorted": "passed",
    "wrong": "failed:expected output differs",
    "not_found": "failed:52:exit code 22: curl: (22) The requested URL returned error: 404",
    "later": "blocked:`not_found` failed",
}
# As the guide shows it: `curl` fails after an HTTP error.
STRICT_SUITE = WEAVIATE_SUITE + "files: {.curlrc: curlrc}\nenv: {CURL_HOME: .}\n"
STRICT_SOURCE = """\
# START meta
curl http://localhost:8080/v1/meta | grep -o '"hostname"'
# END meta
# START invalid
curl http://localhost:8080/v1/schema -H 'Content-Type: application/json' -d '{ # not JSON
}'
# END invalid
"""
STRICT_OUTCOMES = {"meta": "passed", "invalid": "failed:5:exit code 22: curl: (22) The requested URL returned error: 4"}
REFUSED = "http://127.0.0.1:1/"


class Case(NamedTuple):
    """A Source, and what is expected of it.

    :param text: lines that begin with ``{`` and ``}`` are the markers of a Snippet: ``{a``, ``}a``.
    :param outcomes: by Snippet: ``passed``, or another outcome with a part of its message.
    """

    text: str
    outcomes: Mapping[str, str] = MappingProxyType({"a": "passed"})


CASES = {
    # What is executed
    "plain": Case("{a\necho 1\n}a\n> a\n# 1\n<\n"),
    "other_output": Case("{a\necho 1\n}a\n> a\n# 2\n<\n", {"a": "failed:expected output differs"}),
    "one_line": Case("{a\necho 1; echo 2 # both\n}a\n> a\n# 1\n# 2\n<\n"),
    "no_newline_at_the_end": Case("{a\necho 1\n}a\n:"),
    "comments_only": Case("{a\n# nothing\n}a\n", {"a": "not executed:no code that can be executed"}),
    "assignment": Case('{a\nx=1\n}a\necho "$x"\n'),
    "continuation": Case("{a\necho 1 \\\n  2\n}a\n> a\n# 1 2\n<\n"),
    "marker_behind_continuation": Case("echo 1 \\\n{a\necho 2\n}a\n", {"a": "not executed:goes on"}),
    "marker_in_string": Case("x='\n{a\necho\n}a\n'\n", {"a": "not executed:inside a string"}),
    "marker_in_here_document": Case("cat <<E\n{a\necho\n}a\nE\n", {"a": "not executed:inside a string"}),
    "here_document": Case("x=1\n{a\ncat <<E\n$x `: `\n$(echo 2)\nE\n}a\n> a\n# 1 \n# 2\n<\n"),
    "here_document_in_pipeline": Case("{a\ncat <<'E' | tr a \\\n  b\na$(\nE\n}a\n> a\n# b$(\n<\n"),
    "two_here_documents": Case(
        "{a\ncat <<A - <<B; echo 3\n1\nA\n2\nB\n}a\n> a\n# 2\n# 3\n<\n",
        {"a": "not executed:does not understand"},
    ),
    "here_string": Case('{a\ncat <<<"1"\n}a\n> a\n# 1\n<\n'),
    "quotes": Case("{a\necho '{\n  \"a\": \"it'\"'\"'s\"\n}'\n}a\n> a\n# {\"a\": \"it's\"}\n<\n"),
    "substitution": Case('{a\necho "<$(echo 1; echo 2 | tr 2 "3")>"\n}a\n> a\n# <1\n# 3>\n<\n'),
    "arithmetic": Case('{a\nn=0; (( n++ )); let n=n-1\necho "$((n + 1))"\n}a\n> a\n# 1\n<\n'),
    "branch_not_taken": Case("{a\nif false; then echo 1; elif false; then echo 2; else echo 3; fi\n}a\n"),
    "inside_a_dead_branch": Case("if false; then\n{a\necho 1\n}a\nfi\n", {"a": "not executed"}),
    "inside_a_branch": Case("if true; then\n{a\necho 1\n}a\nfi\necho 2\n> a\n# 1\n<\n"),
    "inside_a_loop": Case("for i in 1 2; do\n{a\necho $i\n}a\necho x\ndone\n> a\n# 1\n# 2\n<\n"),
    "inside_a_subshell": Case("(\n{a\necho 1\n}a\n)\necho 2\n> a\n# 1\n<\n"),
    "inside_a_pipe": Case("{\n{a\necho 1\n}a\n} | cat >/dev/null\necho 2\n"),
    "while": Case("n=0\n{a\nwhile [ $n -lt 2 ]; do\n  n=$((n+1))\n  echo $n\ndone\n}a\n> a\n# 1\n# 2\n<\n"),
    "while_read": Case("{a\nprintf '1\\n2\\n' | while read -r l; do echo \"<$l>\"; done\n}a\n> a\n# <1>\n# <2>\n<\n"),
    "until_with_break": Case("{a\nuntil false; do\n  echo 1\n  break\ndone\n}a\n"),
    "c_style_for": Case("{a\nfor ((i = 0; i < 2; i++)); do echo $i; done\n}a\n> a\n# 0\n# 1\n<\n"),
    "case": Case("{a\ncase b in\n  a) echo 1 ;;\n  b | c) echo 2\n    ;;\n  *) echo 3\nesac\n}a\n> a\n# 2\n<\n"),
    "function": Case('{a\ngreet() {\n  local who=$1\n  echo "hi $who"\n}\ngreet me\n}a\n> a\n# hi me\n<\n'),
    "function_with_keyword": Case("{a\nfunction f {\n  echo 1\n}\n}a\nf\n"),
    "function_never_called": Case("{a\nf() {\n  echo 1\n}\n}a\n", {"a": "not executed:`f` is never called"}),
    "function_with_dead_code": Case("{a\nf() {\n  return 0\n  echo 1\n}\nf\n}a\n", {"a": "not executed:never ran"}),
    "part_of_a_function": Case("f() {\n{a\necho 1\n}a\necho 2\n}\nf\nf\n> a\n# 1\n# 1\n<\n"),
    "function_called_by_hidden_code": Case('{a\nf() { echo 1; }\n}a\nx=$(f)\n[ "$x" = 1 ]\n'),
    "recursion": Case("{a\nf() { if [ $1 -gt 0 ]; then echo $1; f $(($1 - 1)); fi; }\nf 2\n}a\n> a\n# 2\n# 1\n<\n"),
    "captured_output_is_not_changed": Case(
        '{a\nf() { echo 1; echo 2; }\n}a\nx=$(f | tr "\\n" ,)\n{b\necho "$x"\n}b\n> b\n# 1,2,\n<\n',
        {"a": "passed", "b": "passed"},
    ),
    "redirected": Case(
        "exec 3>&1 >log\n{a\necho 1\n}a\nexec >&3\n{b\ncat log\n}b\n> b\n# 1\n<\n",
        {"a": "passed", "b": "passed"},
    ),
    "exit_in_the_middle": Case("{a\necho 1\n}a\nexit 0\n{b\necho 2\n}b\n", {"a": "passed", "b": "not executed"}),
    "shown_exit": Case("{a\necho 1\nexit 0\n}a\n"),
    # As without probes
    "last_exit_code": Case('(exit 3)\n{a\necho "$?"\n}a\n> a\n# 3\n<\n'),
    "shown_exit_code": Case('{a\nfalse\necho "exit code: $?"\n}a\n> a\n# exit code: 1\n<\n'),
    "pipe_status": Case('{a\nfalse | true\necho "${PIPESTATUS[@]}"\n}a\n> a\n# 1 0\n<\n'),
    "last_argument": Case('{a\nmkdir -p some/where\ncd $_\nbasename "$PWD"\n}a\n> a\n# where\n<\n'),
    "line_number": Case("{a\necho $LINENO\n}a\n> a\n# 2\n<\n"),
    "own_name": Case('{a\nbasename "$0"\n}a\n> a\n# own_name.sh\n<\n'),
    "strict": Case('set -euo pipefail\n{a\nx=1\nif ! false; then echo "$x"; fi\nfalse || :\n}a\n> a\n# 1\n<\n'),
    "errexit_with_exit_code_in_condition": Case("set -e\nif false; then :; else\n{a\necho 1\n}a\nfi\n"),
    "exit_trap": Case("trap 'echo bye' EXIT\n{a\necho 1\n}a\n> a\n# 1\n<\n"),
    "debug_of_variables": Case("{a\nset -- 1 2; shift; echo $1 $#\n}a\n> a\n# 2 1\n<\n"),
    "files": Case("{a\ncat data.txt\n}a\n> a\n# some data\n<\n"),
    # Failures
    "failing": Case("{a\nls /no/such\n}a\n{b\necho 1\n}b\n", {"a": "failed:2:No such file", "b": "blocked:`a` failed"}),
    "unknown_command": Case("{a\nComing soon\n}a\n", {"a": "failed:2:command not found"}),
    "silent_failure": Case("{a\nfalse\n}a\n", {"a": "failed:2:exit code 1: `false` failed"}),
    "second_line_fails": Case("{a\necho 1\nfalse\necho 2\n}a\n", {"a": "failed:3:exit code 1"}),
    "curl_refused": Case(f"{{a\ncurl -sS {REFUSED} | cat\n}}a\n", {"a": "failed:2:exit code 7: curl: (7)"}),
    "curl_with_progress": Case(f"{{a\ncurl {REFUSED}\n}}a\n", {"a": "failed:2:exit code 7: curl: (7)"}),
    "curl_in_here_document": Case(
        f"{{a\ncurl -sS {REFUSED} -d @- <<E | cat\n1\nE\n}}a\n",
        {"a": "failed:2:exit code 7"},
    ),
    "curl_in_substitution": Case(f'{{a\necho "$(curl -sS {REFUSED})"\n}}a\n', {"a": "failed:2:exit code 7"}),
    "curl_in_pipe_in_substitution": Case(f"{{a\nx=$(curl -sS {REFUSED} | cat)\n}}a\n", {"a": "failed:2:exit code 7"}),
    "reader_that_stops": Case("{a\nyes | head -n 1\n}a\n> a\n# y\n<\n"),
    "handled": Case("{a\nfalse || echo 1\n! false\n! true\nif false; then :; fi\n}a\n> a\n# 1\n<\n"),
    "group_is_handled": Case("{a\n{ false; true; } || true\n(false; true) || true\n}a\n"),
    "and_list_fails": Case("{a\nfalse && echo 1\n}a\n", {"a": "failed:2:exit code 1"}),
    "end_of_and_list_fails": Case("{a\ntrue && false\n}a\n", {"a": "failed:2:exit code 1"}),
    "middle_of_a_group_fails": Case("{a\n{\n  false\n  true\n}\n}a\n", {"a": "failed:3:exit code 1"}),
    "round_of_a_loop_fails": Case("{a\nfor i in 1 2; do\n  [ $i = 2 ]\ndone\n}a\n", {"a": "failed:3:exit code 1"}),
    "last_statement_of_a_branch_fails": Case("{a\nif true; then\n  false\nfi\n}a\n", {"a": "failed:3:exit code 1"}),
    "case_fails": Case("{a\ncase x in *) false ;; esac\n}a\n", {"a": "failed:2:exit code 1"}),
    "subshell_fails": Case("{a\n(cd /no/such)\n}a\n{b\n:\n}b\n", {"a": "failed:2:exit code 1", "b": "blocked"}),
    "errexit": Case("set -e\n{a\necho 1\nfalse\n}a\n", {"a": "failed:4:exit code 1"}),
    "nounset": Case("set -u\n{a\necho $nothing\n}a\n", {"a": "failed:3:nothing: unbound variable"}),
    "shown_exit_with_a_code": Case("{a\nexit 3\n}a\n", {"a": "failed:2:exit code 3"}),
    "last_line_of_a_function_fails": Case("{a\nf() {\n  false\n}\n}a\nf\necho\n", {"a": "failed:3:exit code 1"}),
    "function_fails_in_a_hidden_substitution": Case(
        "{a\nf() {\n  false\n}\n}a\nx=$(f)\necho\n",
        {"a": "failed:3:exit code 1"},
    ),
    "function_fails_in_a_hidden_pipe": Case(
        "{a\nf() {\n  false\n}\n}a\nf | cat\necho\n",
        {"a": "failed:3:exit code 1"},
    ),
    "middle_of_a_function_fails": Case("{a\nf() {\n  false\n  echo\n}\n}a\nf\n", {"a": "failed:3:exit code 1"}),
    "predicate": Case("{a\nready() {\n  [ -e made ]\n}\nuntil ready; do touch made; done\n}a\n"),
    "hidden_failure_is_that_of_bash": Case("false\n{a\necho 1\n}a\nfalse\necho\n"),
    "hidden_end_fails": Case("{a\necho 1\n}a\nfalse\n", {"a": "failed:exit code 1"}),
    "announced": Case("{a|{raises: exit code 22}\n(exit 22)\n}a\n"),
    "announced_another": Case("{a|{raises: exit code 22}\n(exit 23)\n}a\n", {"a": "failed:exit code 23"}),
    "announced_none": Case("{a|{raises: exit code 22}\necho\n}a\n", {"a": "failed:it raises no error"}),
    "hidden_code_handles_it": Case("{\n{a\nfalse\ntrue\n}a\n} || true\n", {"a": "failed:3:exit code 1"}),
    "hidden_code_is_a_condition": Case("if {\n{a\nfalse\ntrue\n}a\n}; then :; fi\n", {"a": "failed:3:exit code 1"}),
    "function_fails_in_a_hidden_condition": Case(
        "{a\nf() {\n  false\n}\n}a\nf || true\n",
        {"a": "not executed:`f` never returned"},
    ),
    "function_passes_at_last": Case("{a\nf() {\n  [ -e made ]\n}\n}a\nf || touch made\nf\n"),
    "local_variable": Case(
        f"{{a\nf() {{\n  local x=$(curl -sS {REFUSED})\n}}\nf\n}}a\n",
        {"a": "failed:3:exit code 7"},
    ),
    "in_an_array": Case("{a\nx=(1 $(false))\n}a\n", {"a": "failed:2:exit code 1"}),
    "in_a_here_document": Case("{a\ncat <<E\n$(false)\nE\n}a\n", {"a": "failed:3:exit code 1"}),
    "in_a_loop_head": Case("{a\nfor x in $(false); do echo; done\n}a\n", {"a": "failed:2:exit code 1"}),
    "in_a_test": Case("{a\n[[ $(false) ]] || echo 1\n}a\n"),
    "loop_in_a_pipe": Case(
        "{a\necho 1 | while read -r x; do\n  false\n  true\ndone\n}a\n",
        {"a": "failed:3:exit code 1"},
    ),
    "killed": Case("{a\nkill -TERM $$\n}a\n", {"a": "failed:2:signal 15"}),
    "replaced_by_a_program": Case("{a\nexec false\n}a\n", {"a": "failed:2:exit code 1"}),
    # What cannot be decided
    "coprocess": Case("{a\ncoproc false\nwait\n}a\n", {"a": "not executed:background"}),
    "background": Case("{a\nfalse &\nwait\n}a\n", {"a": "not executed:background"}),
    "process_substitution": Case("{a\ncat <(false)\n}a\n", {"a": "not executed:process substitution"}),
    "backquotes": Case("{a\necho `false`\n}a\n", {"a": "not executed:backquotes"}),
    "assigned_backquotes": Case("{a\nx=`echo 1`\necho $x\n}a\n> a\n# 1\n<\n"),
    "failing_backquotes": Case("{a\nx=`false`\n}a\n", {"a": "failed:2:exit code 1"}),
    "pipeline_in_list": Case("{a\nfalse | true && echo 1\n}a\n", {"a": "not executed:between `&&` or `||`"}),
    "here_document_pipeline_in_list": Case(
        "{a\ncat <<E | false | true && echo 1\nE\n}a\n",
        {"a": "not executed:between"},
    ),
    "misread_by_the_parser": Case(
        "{a\n! { for i in 1; do\nfalse\ndone\n}\n}a\n{b\nfalse\n}b\n:\n",
        {"a": "not executed:does not understand", "b": "not executed:does not understand"},
    ),
    "misread_from_the_first_line_on": Case(
        "{a\necho 1\n}a\nfor ((k=0; k<1; k++)); do ! ( x=$((exit 3)\n)\n)\ndone\ntrue\n",
        {"a": "not executed:does not understand"},
    ),
    "lines_joined_by_the_parser": Case(
        '{a\necho "<$([[ x ]]\ntrue | false | true\necho 1\ntrue || :\n)>"\n}a\n',
        {"a": "not executed:does not understand"},
    ),
    "function_in_parentheses": Case("{a\nf() ( false; true )\nf\n}a\n", {"a": "not executed:not in braces"}),
    # Errors of the whole Source
    "syntax": Case("{a\necho 1\n}a\n{b\nif true; then\n}b\n", {"a": "blocked", "b": "failed:bash: syntax error"}),
    "hang": Case("{a\necho 1\n}a\n{b\nsleep 60\n}b\n", {"a": "passed", "b": "failed:5:still running"}),
}  # fmt: skip


def source(text: str) -> str:
    """Return the text of a Source, with its markers."""
    lines = []
    for line in text.split("\n"):
        if line[:1] == "{" and line[1:2].isalpha():
            name, _, attributes = line[1:].partition("|")
            lines.append(f"# START {name} {attributes}".rstrip())
        elif line[:1] == "}" and line[1:2].isalpha():
            lines.append(f"# END {line[1:]}")
        elif line.startswith("> "):
            expected = line[2:]
            lines.append(f"# START Expected {expected} results")
        elif line == "<":
            lines.append(f"# END Expected {expected} results")
        else:
            lines.append(line)
    return "\n".join(lines)


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, str]]:
    """Run all Sources once; return outcome and message of each Snippet, by Source and name."""
    root = tmp_path_factory.mktemp("constructs")
    folder = root / "snippets/sh"
    folder.mkdir(parents=True)
    (root / "docs").mkdir()
    (root / "pyproject.toml").write_text(SETTINGS)
    (folder / "suite.yaml").write_text(SUITE)
    weaviate, strict = root / "snippets/curl", root / "snippets/strict"
    weaviate.mkdir()
    (weaviate / "suite.yaml").write_text(WEAVIATE_SUITE)
    (weaviate / "weaviate.sh").write_text(WEAVIATE_SOURCE)
    strict.mkdir()
    (strict / "suite.yaml").write_text(STRICT_SUITE)
    (strict / "http_errors.sh").write_text(STRICT_SOURCE)
    (strict / "curlrc").write_text("fail-with-body\nshow-error\n")
    (folder / "data.txt").write_text("some data\n")
    for name, case in CASES.items():
        (folder / f"{name}.sh").write_text(source(case.text))
    options = ["-q", "-p", "no:cacheprovider", "--snippets-report=report.json"]
    command = [sys.executable, "-m", "pytest", "snippets", *options]
    done = subprocess.run(command, cwd=root, capture_output=True, text=True, check=False)
    assert (root / "report.json").exists(), done.stdout + done.stderr
    results: dict[str, dict[str, str]] = {}
    for entry in json.loads((root / "report.json").read_text())["snippets"]:
        path, _, name = entry["id"].partition("::")
        error = entry["error"] or {"line": 0, "reason": ""}
        message = f"{entry['outcome']}:{error['line']}:{error['reason']}"
        results.setdefault(path.rpartition("/")[2].removesuffix(".sh"), {})[name] = message
    return results


@pytest.mark.parametrize("name", CASES)
def test_construct(found: dict[str, dict[str, str]], name: str) -> None:
    """Each Snippet has its outcome, and the message its line and its words."""
    _check(found[name], CASES[name].outcomes)


def test_weaviate(found: dict[str, dict[str, str]]) -> None:
    """Commands reach the server by its documented address, and what they print is compared."""
    _check(found["weaviate"], WEAVIATE_OUTCOMES)
    _check(found["http_errors"], STRICT_OUTCOMES)


def test_imports_only_the_public_api() -> None:
    """The package is an example: what it needs is in ``snipproof.api``."""
    package = Path(__file__).parents[1] / "src/snipproof_shell"
    trees = [ast.parse(path.read_text(encoding="utf-8")) for path in package.glob("*.py")]
    nodes = [node for tree in trees for node in ast.walk(tree)]
    imported = {str(node.module) for node in nodes if isinstance(node, ast.ImportFrom)}
    imported |= {each.name for node in nodes if isinstance(node, ast.Import) for each in node.names}
    ours = {name for name in imported if name.partition(".")[0] == "snipproof"}
    assert ours == {"snipproof.api"}


def test_a_missing_or_old_bash_is_reported(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its Suites are skipped with the reason."""
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(ToolchainMissingError, match="bash is not on the PATH") as error:
        find_bash()
    assert error.value.hint == "install bash 5.0 or newer, and put it on the PATH"
    old = tmp_path / "bash"
    old.write_text("#!/bin/sh\necho 3 2\n")
    old.chmod(0o700)
    with pytest.raises(ToolchainMissingError, match=r"bash is version 3\.2, which is too old"):
        find_bash()


def _check(found: dict[str, str], outcomes: Mapping[str, str]) -> None:
    assert found.keys() == outcomes.keys()
    for snippet, expected in outcomes.items():
        outcome, *rest = expected.split(":", 1)
        actual = found[snippet]
        assert actual.startswith(outcome), actual
        line, _, words = rest[0].rpartition(":") if rest and rest[0][0].isdigit() else ("", "", "".join(rest))
        if line and not line.isdigit():
            line, _, words = rest[0].partition(":")
        assert not line or actual.split(":")[1] == line, actual
        assert words in actual.split(":", 2)[2], actual
