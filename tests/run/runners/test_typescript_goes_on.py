"""A TypeScript Source goes on behind a failed Snippet: what then passes would pass without the failure, too."""

from __future__ import annotations

import random
import textwrap

import pytest
from tests.support.mini import Mini
from tests.support.typescript_suite import make_typescript

from snipproof.config import Settings
from snipproof.model import Outcome
from snipproof.processes.session_folder import SessionFolder
from snipproof.run.verdict import Verdict

SEEDS = 25
pytestmark = [pytest.mark.slow, pytest.mark.toolchain("node", "npm")]


@pytest.fixture
def mini(session: SessionFolder, plain_settings: Settings) -> Mini:
    """The Suite of one test."""
    return make_typescript(session, plain_settings)


def prove(mini: Mini, **sources: str) -> dict[str, dict[str, Verdict]]:
    """Prove Sources; the Verdicts are by the name of the Source and that of the Snippet."""
    found: dict[str, dict[str, Verdict]] = {name: {} for name in sources}
    texts = {f"süite a/{name}.ts": textwrap.dedent(text) for name, text in sources.items()}
    for name, verdict in mini.prove(texts).items():
        path, _, snippet = name.partition("::")
        found[path.removeprefix("süite a/").removesuffix(".ts")][snippet] = verdict
    return found


def outcomes(verdicts: dict[str, Verdict]) -> dict[str, str]:
    """Return each outcome, with the reason if it is not a pass."""
    return {name: f"{v.outcome} {v.reason}".strip() for name, v in verdicts.items()}


GOES_ON = """\
    import { strictEqual as same } from 'node:assert';
    const known = Number('1');
    let value = Number('2');
    let later: number | undefined;
    function byFunction() { return value ? 'any' : 'none'; }
    const settings: { limit?: number } = Object();
    const list: unknown[] = [];
    // START fails
    value = JSON.parse('no JSON');
    const { made, ...others } = JSON.parse('{"made": 1}');
    later = 3;
    settings.limit = 4;
    list.push(5);
    // END fails
    const hidden = value + 1;
    // START reads a value
    console.log(typeof value);
    // END reads a value
    // START reads what follows the error
    if (made ?? others) console.log('a value');
    // END reads what follows the error
    // START reads a property
    console.log(settings.limit);
    // END reads a property
    // START reads what is changed
    console.log(list.length);
    // END reads what is changed
    // START reads by a function
    console.log(byFunction());
    // END reads by a function
    // START reads what hidden code declares
    const copy = [hidden];
    // END reads what hidden code declares
    // START reads what a blocked one declares
    console.log(copy.length);
    // END reads what a blocked one declares
    // START assigns again
    value = 5
    console.log(value, byFunction());
    // END assigns again
    // START has names of its own
    for (const made of [1, 2]) console.log(made);
    const shown = [3].map((others) => others + known);
    console.log(shown)
    // END has names of its own
    // START fails by itself
    same(known, 2, 'not 2');
    // END fails by itself
    // START throws a text
    throw 'a text';
    // END throws a text
    // START comes last
    console.log(known, await Promise.resolve(shown));
    // END comes last
    """


@pytest.mark.parametrize("in_function", [False, True])
def test_what_follows_passes_fails_by_itself_or_is_blocked(mini: Mini, in_function: bool) -> None:
    """At the top level, and in a function that does the work of it."""
    text = textwrap.dedent(GOES_ON)
    if in_function:
        imports, _, rest = text.partition("\n")
        text = f"{imports}\nasync function main() {{{rest}}}\nvoid main();\n"
    found = prove(mini, a=text)["a"]
    blocked = "blocked blocked: `fails` failed before it (ReferenceError: {} is not defined)".format
    assert outcomes(found) == {
        "fails": """failed SyntaxError: Unexpected token 'o', "no JSON" is not valid JSON""",
        "reads a value": blocked("value"),
        "reads what follows the error": blocked("made"),
        "reads a property": blocked("limit"),
        "reads what is changed": blocked("list"),
        "reads by a function": blocked("value"),
        "reads what hidden code declares": blocked("hidden"),
        "reads what a blocked one declares": blocked("copy"),
        "assigns again": "passed",
        "has names of its own": "passed",
        "fails by itself": "failed AssertionError: not 2",
        "throws a text": "failed thrown string: 'a text'",
        "comes last": "passed",
    }
    places = {name: verdict.line for name, verdict in found.items() if verdict.outcome is Outcome.FAILED}
    assert places == {"fails": 9, "fails by itself": 47, "throws a text": 50}
    assert {name: v.output for name, v in found.items() if v.outcome is Outcome.PASSED} == {
        "assigns again": "5 any\n",
        "has names of its own": "1\n2\n[ 4 ]\n",
        "comes last": "1 [ 4 ]\n",
    }


def test_functions_that_do_not_do_the_work_of_the_top_level(mini: Mini) -> None:
    """They are called again, or from elsewhere, or with arguments: the run ends at an error in them."""
    body = FAILS + LAST
    texts = {
        "again": f"async function main() {{\n{body}}}\nawait main();\nawait main();\n",
        "elsewhere": f"async function main() {{\n{body}}}\nfunction other() {{ return main(); }}\nawait other();\n",
        "given": f"async function main(given?: number) {{\n{body}}}\nawait main();\n",
    }
    found = prove(mini, **{name: f"{text}export {{}};\n" for name, text in texts.items()})
    for name, verdicts in found.items():
        assert {s: str(v.outcome) for s, v in verdicts.items()} == {"fails": "failed", "last": "blocked"}, name


FAILS = "// START fails\nconst value = JSON.parse('no JSON');\n// END fails\n"
LAST = "// START last\nconsole.log('end');\n// END last\n"


def test_where_it_ends(mini: Mini) -> None:
    """At hidden code that fails by itself, an exit, an error in the background, and what cannot be left out."""
    behind = {
        "hidden": "JSON.parse('no JSON');",
        "left": "process.exit(0);",
        "rejected": "void Promise.reject(new Error('nobody waits'));\nawait new Promise((r) => setTimeout(r, 50));",
        "exported": "export const more = Number('1');",
        "classes": "class More { static value = Number('1'); }",
    }
    found = prove(mini, **{name: f"{FAILS}{text}\n{LAST}export {{}};\n" for name, text in behind.items()})
    for name, verdicts in found.items():
        assert verdicts["fails"].outcome is Outcome.FAILED, name
        assert verdicts["last"].outcome in (Outcome.BLOCKED, Outcome.FAILED, Outcome.NOT_EXECUTED), name
        assert not verdicts["last"].output, name
    assert outcomes(found["exported"])["last"] == "blocked blocked: `fails` failed before it"
    mini.suite = mini.suite._replace(stop_on_failure=True)
    assert outcomes(prove(mini, a=f"{FAILS}{LAST}export {{}};\n")["a"])["last"].startswith("blocked")


def test_a_missing_value_is_an_error_wherever_it_comes_to(mini: Mini) -> None:
    """Also in what was set up before the failure, and in names that nothing could follow."""
    text = """\
        import { EventEmitter } from 'node:events';
        const events = new EventEmitter();
        // START sets up
        events.on('any', () => print(value));
        // END sets up
        function print(given: unknown): void { console.log(given); }
        // START fails
        const value = JSON.parse('no JSON');
        // END fails
        // START calls
        events.emit('any');
        // END calls
        // START comes last
        console.log('end');
        // END comes last
        export {};
        """
    found = prove(mini, a=text)["a"]
    assert (
        outcomes(found)["calls"] == "blocked blocked: `fails` failed before it (ReferenceError: value is not defined)"
    )
    assert outcomes(found)["comes last"] == "passed"
    assert not any(verdict.output for name, verdict in found.items() if name != "comes last")


@pytest.mark.parametrize(
    "text",
    [
        "const again = Number('1');\nfunction f() { again = 2; }\nf();",  # esbuild accepts it, and it throws
        "console.log(early);\nlet early = Number('1');",
        "const own = Number(own);",
    ],
)
def test_what_the_language_rejects_stays_an_error(mini: Mini, text: str) -> None:
    """Without types, only at run time."""
    source = f"// START a\n{text}\n// END a\n// START b\nconsole.log('b');\n// END b\nexport {{}};\n"
    found = mini.prove({"süite a/a.js": source})
    assert {v.snippet.name: str(v.outcome) for v in found.values()} == {"a": "failed", "b": "blocked"}


def generated(seed: int) -> str:
    """Return a program of Snippets and hidden code over a few names, in which some calls of ``broken`` may fail."""
    choose = random.Random(seed)
    known: list[str] = ["start"]
    text = [
        "let start = 1, unset;",
        "const held = [];",
        "const box = { p: 1 };",
        "let latest = 1;",
        "function late() { return latest; }",
    ]

    def value() -> str:
        name = choose.choice(known)
        more = choose.choice(["box.p", "unset", "late()", "held.map((f) => f()).length", choose.choice(known)])
        plain = [name, f"{name} + 1", f"[{name}, {more}]", f"typeof {more}", f"({more} ? 1 : {name})", f"{more} ?? 7"]
        return choose.choice([*plain, f"[1].map((x) => {more}).length", f"`${{{name}}}`"])

    for number in range(14):
        shown = choose.random() < 0.7
        text += [f"// START s{number}"] * shown
        for place in range(choose.randint(1, 3)):
            new, some = f"v{number}{place}", choose.choice(known)
            given = f"broken({value()})" if choose.random() < 0.3 and shown else value()
            plain = choose.choice([each for each in known if "(" not in each])
            prints = f"console.log(JSON.stringify({value()}));"
            branch = f"if ({value()}) console.log({number}); else {{ unset = {value()}; }}"
            forms = [
                f"{choose.choice(['const', 'let', 'var'])} {new} = {given};",
                f"const [{new} = {value()}] = [{given}];",
            ]
            forms += [f"const {new} = (x) => [x, {value()}];", f"function {new}() {{ return {value()}; }}"]
            forms += [
                f"unset = {given};",
                f"box.p = {given};",
                f"latest = {given};",
                f"start += {given};",
                f"held.push(() => {plain});",
            ]
            made = choose.choice(
                [*forms, prints, prints, branch, f"for (const x of [{some}]) console.log(x, {given});"]
            )
            text.append(made)
            known += [new] if new in made and not made.startswith("function") else []
            known += [f"{new}(1)"] if made.startswith((f"const {new} = (x)", "function")) else []
            known = [name for name in known if name != new or not made.startswith(f"const {new} = (x)")]
        text += ["console.log('end');"] * shown + [f"// END s{number}"] * shown
    return "\n".join([*text, "// START last", prints, "// END last", "export {};", ""])


def test_no_snippet_passes_that_prints_something_else_without_the_failure(mini: Mini) -> None:
    programs = {f"süite a/{seed}": generated(seed) for seed in range(SEEDS)}
    breaks = "const broken = (value) => { throw new Error('broken'); };\n"
    found = mini.prove({f"{name}-broken.js": breaks + text for name, text in programs.items()})
    works = "const broken = (value) => value;\n"
    intended = mini.prove({f"{name}-works.js": works + text for name, text in programs.items()})
    behind = 0
    for name, verdict in found.items():
        if verdict.outcome is Outcome.PASSED:
            other = intended[name.replace("-broken", "-works")]
            assert (str(other.outcome), other.output) == ("passed", verdict.output), programs[name.partition("-")[0]]
            path = name.partition("::")[0]
            behind += any(
                v.outcome is Outcome.FAILED for n, v in found.items() if n.startswith(path) and v.line < verdict.line
            )
    assert behind > SEEDS / 2
