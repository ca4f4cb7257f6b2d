"""Probes change nothing that a program can see."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from hypothesis import given, settings
from hypothesis import strategies as st

from snipproof.api import Marker, Region
from snipproof.model import Segment
from snipproof_shell.probes import probe_shell
from snipproof_shell.runner import prelude_text

if TYPE_CHECKING:
    from random import Random

SEPARATOR = "\x1eseparator\x1e"
_WORDS = ("a", '"$x"', "'b c'", "$?", '"$_"', "$(echo s; false)", "$#", '"<$(cat)>"', "${x:-$(echo d)}", "$((n + 1))")
_SIMPLE = (
    *("true", "false", ":", "(exit 3)", "! true", "((n++))", "[[ $x ]]", "f", "f || :", "exec 3>&1", "x=$(f)"),
    *("f | cat", "echo {w} {w}", "x={w}", "cat <<E\n$x $? $(echo h; false)\nE", "cat <<'E' | cat \\\n -\n$(\nE"),
    *('true | false | true\necho "${{PIPESTATUS[*]}}"', "printf '%s;' {w} {w} | tr a b", "set -- {w} {w}", "shift"),
)
_COMPOUND = (
    *("if {s}\nthen\n{p}\nelse {p}\nfi", "if {s}; then {s}; elif {s}; then {p}\nfi", "for i in 1 {w}; do\n{p}\ndone"),
    *(
        "while ((m++ < 3)); do {p}\ndone",
        "until ((m++ > 2))\ndo\n{p}\nbreak\ndone",
        "for ((k=0; k<2; k++)); do {p}\ndone",
    ),
    *("case {w} in a) {p}\n;; *) {p}\nesac", "case a in a|b) {s};& c) {s} ;; esac", "{{ {p}\n}}", "( {p}\n)"),
    *("{s} && {s}", "{s} || {s}", "{s} | {s}", "{s} | while read -r l; do {p}\ndone", "! ( {p}\n)", "x=$({p}\n)"),
    *(
        'echo "<$({p}\n)>"',
        "h() {{\n{p}\n}}; h {w}",
        "g() {{ {p}\nreturn 2\n}}; g {w}",
        "{{ {p}\n}} >&2",
        "{s} # comment",
    ),
)
_BEGINS = ("", "set -u", "set -o pipefail", "set -e", "trap 'echo bye' EXIT", "set -eu; trap 'f; echo bye' EXIT")


def _statement(random: Random, depth: int, *, single: bool = False) -> str:
    """Return a statement; a single one can stand before another one on its line."""
    while True:
        form = random.choice(_SIMPLE if depth <= 0 or random.random() < 0.5 else _COMPOUND)
        parts = re.split(r"\{([wsp])\}", form)
        for index, kind in enumerate(parts[1::2]):
            if kind == "w":
                parts[2 * index + 1] = random.choice(_WORDS)
            elif kind == "s":
                parts[2 * index + 1] = _statement(random, depth - 1, single=True)
            else:
                parts[2 * index + 1] = _program(random, depth - 1)
        text = "".join(
            part.replace("{{", "{").replace("}}", "}") if i % 2 == 0 else part for i, part in enumerate(parts)
        )
        if not (single and ("<<" in text or "#" in text.replace("$#", "") or "PIPESTATUS" in text)):
            return text


def _program(random: Random, depth: int) -> str:
    return "\n".join(_statement(random, depth) for _ in range(random.randint(1, 3)))


def _run(text: str, prelude: str, folder: Path) -> tuple[str, int]:
    """Return what a program prints, and its exit code."""
    for name, content in (("source.sh", text), ("prelude", prelude)):
        (folder / name).write_text(content, encoding="utf-8")
    env = {"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8"} | ({"BASH_ENV": str(folder / "prelude")} if prelude else {})
    command = ["bash", "--noprofile", "--norc", str(folder / "source.sh")]
    limited = ["timeout", "10", *command]
    done = subprocess.run(limited, env=env, cwd=folder, stdin=subprocess.DEVNULL, capture_output=True, check=False)
    output = done.stdout.decode("utf-8", "replace")
    return re.sub(f"{SEPARATOR}[0-9]+{SEPARATOR}", "", output), done.returncode


@settings(deadline=None, max_examples=15)
@given(st.randoms(use_true_random=False))
def test_a_program_prints_the_same(random: Random) -> None:
    """Hidden code runs as in plain Bash; shown code runs in the same way until it fails."""
    begin = random.choice(_BEGINS)
    text = f"{begin}\nx=1 n=0 m=0\nf() {{ echo in f; return 1; }}\n{_program(random, 3)}\n{_program(random, 2)}\n"
    with TemporaryDirectory() as name:
        folder = Path(name)
        plain = _run(text, "", folder)
        prelude = prelude_text(folder / "source.sh", SEPARATOR, folder)
        assert _run(probe_shell(text, ()).text, prelude, folder) == plain, text
        last = text.count("\n")
        markers = (Marker(0, 1, opens=True, name="all"), Marker(last + 1, 1, opens=False, name="all"))
        region = Region("source.sh", "all", (Segment(1, last),), markers)
        output, code = _run(probe_shell(text, (region,)).text, prelude, folder)
        assert (folder / "failed").exists() or (output, code) == plain, text
