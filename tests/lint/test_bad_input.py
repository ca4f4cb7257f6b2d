"""Whatever lies on a disk under the name of a page or a Source: a Finding or a clear error with the path, and soon."""

from __future__ import annotations

import json
import os
import resource
import shutil
import signal
import subprocess
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from snipproof.cli.main import main
from snipproof.config import Settings
from snipproof.errors import SettingsError, UnreadableError
from snipproof.lint.engine import find
from snipproof.model import Reference, Source
from snipproof.site import docs_site, source
from snipproof.site.binding import unbound_expectations
from snipproof.site.component import render
from snipproof.site.docs_site import Site
from snipproof.site.magic_comments import remove_magic_comments
from snipproof.site.markers import find_markers
from snipproof.site.mdx.page import scan_page
from snipproof.site.source import parse_source

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

# Processor time, which does not depend on what else the machine does. Loose: each of these takes well below two seconds
# on an idle machine, and took minutes or gigabytes when it was quadratic.
SECONDS = 20
MEMORY = 1 << 30
LONGEST_MESSAGE = 1000

TAG = '<FilteredTextBlock text={A} startMarker="# START a" endMarker="# END a" language="py" />\n'
IMPORT = 'import A from "!!raw-loader!/snippets/a.py";\n\n'
SOURCE = "# START a\nprint(1)\n# END a\n"


@contextmanager
def soon() -> Iterator[None]:
    """Fail what takes too long instead of waiting for it; a signal interrupts even a regular expression."""

    def late(_signal: int, _frame: object) -> None:
        raise TimeoutError(f"not done within {SECONDS} s of processor time")

    before = signal.signal(signal.SIGVTALRM, late)
    signal.setitimer(signal.ITIMER_VIRTUAL, SECONDS)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)


@pytest.fixture
def site(tmp_path: Path) -> Path:
    """A site with one good page and one good Source."""
    (tmp_path / "docs").mkdir()
    (tmp_path / "snippets").mkdir()
    (tmp_path / "docs" / "good.mdx").write_text(IMPORT + TAG, encoding="utf-8")
    (tmp_path / "snippets" / "a.py").write_text(SOURCE, encoding="utf-8")
    return tmp_path


def check(root: Path) -> tuple[int, str]:
    """Run ``check`` in its own process, with limits of processor time and memory; return its code and its output."""

    def limit() -> None:
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
        resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))

    command = [sys.executable, "-m", "snipproof", "check", "--root", str(root)]
    done = subprocess.run(
        command,
        capture_output=True,
        check=False,
        timeout=10 * SECONDS,
        preexec_fn=limit if sys.platform == "linux" else None,
    )
    output = (done.stdout + done.stderr).decode("utf-8", "surrogateescape")
    assert "Traceback" not in output, output
    assert "MemoryError" not in output, output
    return done.returncode, output


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"one\n\n\xff\xfe", "3:1 SP001 is not UTF-8"),
        (b"one\ntwo \xc3", "2:1 SP001 is not UTF-8"),
        (b"one\n\0\n", "2:1 SP001 holds NUL bytes"),
        (b"a" * (source.MAX_BYTES + 1), "1:1 SP001 is too large"),
        (b"x\n" * (50 * 1024 * 1024), "1:1 SP001 is too large"),
        (b"\xed\xa0\x80", "1:1 SP001 is not UTF-8"),
    ],
    ids=["invalid", "cut off", "NUL", "one long line", "100 MB", "surrogate"],
)
@pytest.mark.parametrize("path", ["docs/bad.mdx", "snippets/a.py"])
def test_what_is_no_text_is_a_finding(site: Path, path: str, data: bytes, message: str) -> None:
    """The path, the place and the reason are reported; the line is that of the first bad byte."""
    (site / path).write_bytes(data)
    code, output = check(site)
    assert code == 1
    assert f"{path}:{message}" in output


@pytest.mark.parametrize("end", ["\r", "\r\n", "\n", "\u2028", "\x0b"])
def test_line_ends_are_those_of_the_site(site: Path, end: str) -> None:
    """Lines end at LF alone, so a file with CR alone is one line: both are read, and nothing is guessed."""
    (site / "docs" / "good.mdx").write_bytes((IMPORT + TAG).replace("\n", end).encode())
    (site / "snippets" / "a.py").write_bytes(SOURCE.replace("\n", end).encode())
    code, output = check(site)
    assert code in (0, 1, 2)
    if end.endswith("\n"):
        assert (code, "1 reference" in output) == (0, True)


def test_a_byte_order_mark_is_not_shown(site: Path) -> None:
    """The bundler takes it away, in pages as in Sources."""
    for path in (site / "docs" / "good.mdx", site / "snippets" / "a.py"):
        path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes())
    assert check(site)[0] == 0


def test_odd_entries_in_the_pages_folder(site: Path) -> None:
    """Loops, dangling links, pipes and devices are reported; folders named like pages are folders."""
    docs = site / "docs"
    (docs / "loop").symlink_to(docs, target_is_directory=True)
    (docs / "self.mdx").symlink_to(docs / "self.mdx")
    (docs / "dangling.mdx").symlink_to(docs / "nowhere")
    (docs / "endless.mdx").symlink_to("/dev/zero")
    os.mkfifo(docs / "pipe.mdx")
    (docs / "folder.mdx").mkdir()
    (docs / "folder.mdx" / "inside.mdx").write_text(IMPORT + TAG, encoding="utf-8")
    code, output = check(site)
    assert code == 1
    for name in ("self", "dangling", "endless", "pipe"):
        assert f"docs/{name}.mdx:1:1 SP001 cannot be read: " in output
    assert "folder.mdx:" not in output
    assert "2 references" in output


def test_odd_targets_of_imports(site: Path) -> None:
    """A folder, a pipe, a loop and a name too long to exist: each is reported where it is imported or where it lies."""
    os.mkfifo(site / "snippets" / "pipe.py")
    (site / "snippets" / "loop.py").symlink_to(site / "snippets" / "loop.py")
    targets = [
        "/snippets",
        "/snippets/pipe.py",
        "/snippets/loop.py",
        "/" + "x" * 5000,
        "/a.py/b.py",
        "/snippets/a.py/b",
    ]
    targets += ["/" + "y" * 5000 + "/a.mdx"]
    text = "".join(f'import A{n} from "!!raw-loader!{target}";\n' for n, target in enumerate(targets))
    text += TAG.replace("{A}", "{" + "v" * 5000 + "}")
    (site / "docs" / "bad.mdx").write_text(text, encoding="utf-8")
    code, output = check(site)
    assert code == 1
    for line in range(1, len(targets) + 1):
        assert f"docs/bad.mdx:{line}:1 SP101" in output
    assert max(map(len, output.splitlines())) < 2 * LONGEST_MESSAGE


def test_names_that_are_no_unicode(site: Path) -> None:
    """A file name is bytes: `check` and `extract` go on, whatever they are."""
    if sys.platform == "darwin":
        pytest.skip("macOS has no such file names")
    (site / "docs" / os.fsdecode(b"\xff\n.mdx")).write_text(IMPORT + TAG, encoding="utf-8")
    assert check(site)[0] == 0
    assert main(["extract", "--root", str(site), "--output", str(site / "out.json")]) == 0
    pages = {entry["page"] for entry in json.loads((site / "out.json").read_bytes())["references"]}
    assert pages == {"docs/good.mdx", "docs/\udcff\n.mdx"}


def test_a_file_that_vanishes_is_a_finding(site: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Between the listing of the folder and the reading of the file, it may go."""
    doomed = site / "docs" / "late.mdx"
    doomed.write_text(TAG, encoding="utf-8")
    read_text = source.read_text

    def remove_then_read(root: Path, path: str) -> str:
        doomed.unlink(missing_ok=True)
        return read_text(root, path)

    monkeypatch.setattr(docs_site, "read_text", remove_then_read)
    found = Site.load(Settings(root=site)).problems
    assert [str(finding) for finding in found] == ["docs/late.mdx:1:1 SP001 cannot be read: No such file or directory"]


@contextmanager
def as_any_user(root: Path) -> Iterator[None]:
    """Have the rights of any user: root may read everything, so it becomes nobody, to whom ``root`` must be open."""
    if os.geteuid() != 0:
        yield
        return
    modes = [(folder, folder.stat().st_mode) for folder in (root, *root.parents)]
    for folder, mode in modes:
        folder.chmod(mode | 0o055)
    os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(0)
        for folder, mode in modes:
            folder.chmod(mode)


def test_what_may_not_be_read_is_a_finding(site: Path) -> None:
    """A page, a Source and whole folders without the right to read them: none is passed over in silence."""
    (site / "docs" / "secret.mdx").write_text(TAG, encoding="utf-8")
    for folder in ("docs/closed", "hidden"):
        (site / folder).mkdir()
        (site / folder / "in.mdx").write_text(TAG, encoding="utf-8")
    (site / "docs" / "good.mdx").write_text(IMPORT + "import H from '/hidden/inn.mdx';\n" + TAG, encoding="utf-8")
    find(Site.load(Settings(root=site)))  # all modules are there before the rights go
    shut = [site / "docs" / "secret.mdx", site / "snippets" / "a.py", site / "docs" / "closed", site / "hidden"]
    for path in shut:
        path.chmod(0)
    try:
        with as_any_user(site):
            found = [str(finding) for finding in find(Site.load(Settings(root=site)))]
    finally:
        for path in shut:
            path.chmod(0o700)
    assert [line for line in found if line.startswith("docs/good.mdx:3:1 SP101 ")]
    for name in ("docs/closed", "docs/secret.mdx", "snippets/a.py"):
        assert f"{name}:1:1 SP001 cannot be read: Permission denied" in found


def test_pages_that_import_each_other(site: Path) -> None:
    """Circles of any length, and a chain longer than the interpreter's stack."""
    docs = site / "docs"
    (docs / "self.mdx").write_text("import Self from './self.mdx';\n" + IMPORT + TAG, encoding="utf-8")
    (docs / "a.mdx").write_text("import B from './b.mdx';\n", encoding="utf-8")
    (docs / "b.mdx").write_text("import A from './a.mdx';\n", encoding="utf-8")
    for number in range(1500):
        (docs / f"_{number}.mdx").write_text(f"import N from './_{number + 1}.mdx';\n", encoding="utf-8")
    (docs / "_1500.mdx").write_text("import N from './_0.mdx';\nimport A from './a.mdx';\n", encoding="utf-8")
    code, output = check(site)
    assert (code, "2 references" in output) == (0, True), output


OPEN = "<FilteredTextBlock "
PAGES = {
    "inline code": "`a` " * 250_000,
    "inline code before a block": "`a` " * 250_000 + TAG,
    "escapes before a block": "\\` " * 250_000 + TAG,
    "inline code before a long line": "`a` " * 250_000 + "\n" + " " * 1_000_000 + TAG,
    "elements": "<A " * 250_000 + TAG,
    "front matter of rules": "---\n" + "---x\n" * 250_000,
    "runs of backticks": " ".join("`" * length for length in range(1, 1400)),
    "escaped backticks": "\\``` " * 100_000,
    "nested mdx-code-block": "```mdx-code-block\n" * 20_000 + "```\n",
    "fence never closed": "```\n" + TAG * 10_000,
    "fence closed too short": "````\n```\n" * 100_000,
    "fence never begun": "`" * 1_000_000 + "\n" + "```a`\n" * 50_000,
    "comment never closed": "<!--" * 1_000_000,
    "comments never closed": "{/*" * 1_000_000,
    "blanks before a comment": ("{" + " " * 1000) * 5000,
    "tag never closed": OPEN + "a " * 300_000,
    "tags never closed": OPEN * 50_000,
    "brace never closed": (OPEN + "text={") * 20_000,
    "spread never closed": (OPEN + "{...a") * 20_000,
    "string never closed": (OPEN + 'a="') * 50_000,
    "string in braces never closed": (OPEN + "a={'") * 20_000,
    "template never closed": OPEN + "a={`" + "\\`" * 200_000,
    "comment in braces never closed": OPEN + "a={" + "/*" * 200_000,
    "deep braces": OPEN + "a={" + "{" * 500_000 + "}" * 500_000 + " text={A} />",
    "deep braces never closed": OPEN + "a={" + "{" * 500_000,
    "a long value": OPEN + 'startMarker={"' + "a" * 15_000_000 + '"} />',
    "a long expression": OPEN + "startMarker={" + "a+" * 1_000_000 + "a} />",
    "a long text": OPEN + "text={" + "a+" * 1_000_000 + "a} />",
    "a large entity": OPEN + 'startMarker="&#' + "9" * 100_000 + ';" />',
    "many blanks": (OPEN + " " * 5000) * 2000,
    "many tags": TAG * 60_000,
    "many tags on one line": TAG.replace("\n", " ") * 20_000,
    "many imports": "".join(f'import A{n} from "!!raw-loader!/a{n}.py";\n' for n in range(20_000)),
    "import never ends": "import X, {a\n" * 50_000,
    "a long import": 'import X from "' + "a" * 15_000_000 + '"',
    "many loaders": 'import X from "' + "!" * 5_000_000 + '"',
    "front matter never ends": "---\n" + "a: b\n" * 1_000_000,
    "quotes and lists": ">" * 1_000_000 + "\n" + "- " * 1_000_000 + "\n" + "1. " * 1_000_000,
}


@pytest.mark.slow
@pytest.mark.parametrize("text", PAGES.values(), ids=PAGES)
def test_no_page_takes_long(text: str) -> None:
    """Reading is linear in the page, and no message holds more of it than a line can show."""
    with soon():
        scan = scan_page("p.mdx", text, Settings())
    for problem in scan.problems:
        assert "\n" not in problem.message
        assert len(problem.message) < LONGEST_MESSAGE


SLOW = {"unbound near"}
SOURCES = {
    "names": "".join(f"# START a{n}\nx\n# END a{n}\n" for n in range(10_000)),
    "10,000 markers on a line": " ".join(f"# START a{n}" for n in range(10_000))
    + "\nx\n"
    + " ".join(f"# END a{n}" for n in range(10_000)),
    "ANY for many names": "".join(f"# START a{n}\n# START-ANY\n# END-ANY\n# END a{n}\n" for n in range(3000)),
    "expectations": "".join(
        f"# START s{n} w{n}\n# END s{n} w{n}\n# START Expected w{n} results\n# END Expected w{n} results\n"
        for n in range(5000)
    ),
    "unbound expectations": "".join(f"# START s{n}\n# START Expected w{n} results\n" for n in range(3000)),
    "unbound near": "".join(f"# START Expect v{n} results\n# START Expected w{n} results\n" for n in range(1000)),
    "a long name": "# START " + "a" * 15_000_000,
    "a long name of words": "# START a" + " # a" * 300_000,
    "attributes": "# START a " + "{}" * 500_000,
    "attributes never closed": "# START a {" * 100_000,
    "deep attributes": "# START a {of: " + "[" * 5000 + "]" * 5000 + "}",
    "tokens": "#" * 5_000_000 + "START x" + ("#" + " " * 1000) * 5000 + "START x",
    "words": "START END " * 300_000,
}


def read_source(text: str) -> tuple[Source | None, str]:
    """Return the Source that ``text`` is, or why it is refused."""
    try:
        return parse_source("a.py", text), ""
    except UnreadableError as error:
        assert 1 <= error.finding.line <= text.count("\n") + 1  # noqa: PT017 (it may well be readable)
        return None, str(error)


@pytest.mark.slow
@pytest.mark.parametrize(
    "text", [pytest.param(text, id=name, marks=[pytest.mark.slow][: name in SLOW]) for name, text in SOURCES.items()]
)
def test_no_source_takes_long(text: str) -> None:
    """Reading a Source is linear in it, or refused with a short message."""
    with soon():
        read, refused = read_source(text)
        findings = unbound_expectations(read) if read is not None else []
    assert all(len(text) < LONGEST_MESSAGE for text in (refused, *(f"{found} {found.hint}" for found in findings)))


@pytest.mark.parametrize(
    "attributes",
    [
        "!!bool x",
        "!!timestamp x",
        '!!int ""',
        '!!float ""',
        "!!binary é",
        "2020-99-99",
        "*x",
        "=",
        "0b_",
        "!!set {a}",
        "\t",
    ],
)
def test_attributes_that_yaml_cannot_make_are_an_error(attributes: str) -> None:
    """Its constructors raise whatever they like; the line is reported."""
    with pytest.raises(UnreadableError, match=r"^a\.py:1:1 SP001 "):
        parse_source("a.py", f"# START a {{of: {attributes}}}\n# END a\n")


@pytest.mark.slow
def test_no_rule_takes_long(site: Path) -> None:
    """Thousands of wrong blocks beside thousands of names that resemble theirs, paired and not."""
    imports = "".join(f'import A{n} from "!!raw-loader!/snippets/a{n}.py";\n' for n in range(500))
    wrong = TAG.replace("# START a", "# START resembles nothing {n}").replace("{A}", "{A{m}}")
    tags = "".join(wrong.replace("{n}", str(n)).replace("{m}", str(n % 700)) for n in range(1500))
    (site / "docs" / "bad.mdx").write_text(IMPORT + imports + TAG + tags.replace("{A1}", "{A}"), encoding="utf-8")
    names = "".join(f"# START resembles something {n}\nx = {n}\n# END resembles something {n}\n" for n in range(3000))
    names += f"# START {'n' * 100_000}\n" * 3
    names += "".join(f"# START open {n}\n# END shut {n}\n" for n in range(2000))
    (site / "snippets" / "a.py").write_text(SOURCE + names, encoding="utf-8")
    (site / "docs" / "wide.mdx").write_text(
        IMPORT + TAG.replace('"# START a"', f'"# START{" " * 20_000}a"') + TAG.replace("# END a", "b" * 1_000_000),
        encoding="utf-8",
    )
    code, output = check(site)
    assert code == 1
    assert max(map(len, output.splitlines())) < 10 * LONGEST_MESSAGE


PIECES = st.sampled_from([
    "<FilteredTextBlock", " text={A}", "text={", ' startMarker="', "# START a", "START a", ' endMarker="',
    "# END a", '" ',
    ' language="py"', ' language="go"', "language='js'", "includeStartMarker", '="true"', "'", '"', "{", "}", "/>",
    ">", "`", "```", "~~~~", "```mdx-code-block\n", "\n", "\r\n", "\r", "<!--", "-->", "{/*", "*/}", "import A from ",
    "'!!raw-loader!/snippets/a.py'", "'./good.mdx'", "'/../x'", "\\", "---\n", "= ", "...", "&lt;", "&#0;",
    "//", "/*", "é",
    "\u2028", "<Tabs>", "<TabItem value='py'>", IMPORT, TAG, "# highlight-start\n", "\ufeff", "\x85",
    "{/* snipproof-ignore ",
    "<!-- snipproof-ignore SP201", " reason -->\n", "title: x\n", "> ", "- ", "1. ", "    ",
])  # fmt: skip
LINES = st.sampled_from([
    "# START a", "// START a", "# END a", "// END a", "# START-ANY", "# END-ANY", "# START a # END b",
    "# START b {of: a}",
    "# START Expected a results", "# START {", "# START a {of: [}", "/* START c */", "-- END c", "START",
    "END", "# STARTa",
    "# a START", "# highlight-start", "# highlight-end", "x = 1", "{", "}", '"""', "```", "(", "\t\tx",
    "        y", "\x0c", "",
    "é\u2028", "\ud7ff", "SP001", "# START \u00a0", "sk-" + "a1" * 20,
])  # fmt: skip
ANY_TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=20)
PAGE = st.lists(st.one_of(PIECES, ANY_TEXT), max_size=40).map("".join)
TEXT = st.lists(st.one_of(LINES, LINES, ANY_TEXT), max_size=30).flatmap(
    lambda lines: st.sampled_from(["\n", "\n", "\r\n", "\r"]).map(lambda end: end.join(lines))
)
MARKER = st.one_of(st.none(), LINES, ANY_TEXT)
LANGUAGE = st.sampled_from(
    ["py", "pyindent", "go", "gonew", "goraw", "java", "csharp", "json", "ts", "tsx", "sql", "", "??"]
)
QUICK = [HealthCheck.too_slow, HealthCheck.function_scoped_fixture]


@pytest.mark.slow
@settings(max_examples=4000, deadline=None, suppress_health_check=QUICK)
@given(PAGE)
def test_any_page_is_read(text: str) -> None:
    """4,000 pages: all places lie on the page, in order, and messages have one line."""
    scan = scan_page("p.mdx", text, Settings())
    lines = text.split("\n")
    places = [(found.line, found.column) for found in scan.page.references]
    assert places == sorted(places)
    places += [(found.line, found.column) for found in scan.page.imports]
    places += [(found.line, found.column) for found in scan.problems]
    for line, column in places:
        assert 1 <= line <= len(lines)
        assert 1 <= column <= len(lines[line - 1]) + 1
    assert not [problem for problem in scan.problems if "\n" in problem.message]


@pytest.mark.slow
@settings(max_examples=3000, deadline=None, suppress_health_check=QUICK)
@given(TEXT)
def test_any_source_is_read(text: str) -> None:
    """3,000 Sources: Regions lie in the file, and an error names a place in it."""
    lines = text.split("\n")
    for marker in find_markers(text):
        assert lines[marker.line - 1][marker.column - 1 :].startswith(("#", "/", "-", ";", "*", "<"))
    read, _ = read_source(text)
    if read is None:
        return
    for region in read.regions:
        assert all(1 <= segment.first <= len(lines) + 1 and segment.last <= len(lines) for segment in region.segments)
    kinds = [*(snippet.region.id for snippet in read.snippets), *(found.region.id for found in read.expectations)]
    assert len(kinds) == len(set(kinds)) <= len(read.regions)


@pytest.mark.slow
@settings(max_examples=2500, deadline=None, suppress_health_check=QUICK)
@given(TEXT, MARKER, MARKER, LANGUAGE, st.booleans())
def test_any_block_is_shown(text: str, start: str | None, end: str | None, language: str, include: bool) -> None:
    """2,500 blocks: what is shown are lines of the file, and readers see no more than that."""
    block = render(text, Reference("p", 1, 1, "A", "a.py", start, end, language, include))
    count = text.count("\n") + 1
    assert all(1 <= segment.first <= segment.last <= count for segment in block.segments)
    assert block.text.count("\n") == max(0, len(block.selection.kept) - 1)
    assert len(remove_magic_comments(block.text, block.highlighter)) <= len(block.text)


@pytest.mark.slow
@settings(max_examples=800, deadline=None, suppress_health_check=QUICK)
@given(PAGE, PAGE, TEXT)
def test_any_site_is_checked(tmp_path_factory: pytest.TempPathFactory, page: str, partial: str, text: str) -> None:
    """800 whole sites: every rule runs over them, and every Finding names one of their files."""
    root = tmp_path_factory.mktemp("site")
    try:
        for path, data in (
            ("docs/good.mdx", page), ("docs/_part.mdx", partial), ("snippets/a.py", text), ("docs/p.md", IMPORT + TAG),
        ):  # fmt: skip
            (root / path).parent.mkdir(exist_ok=True)
            (root / path).write_bytes(data.encode("utf-8"))
        try:
            found = find(Site.load(Settings(root=root)))
        except SettingsError:  # no block on any page
            return
        for finding in found:
            assert (root / finding.path).is_file()
            assert "\n" not in str(finding)
            assert finding.line >= 1
            assert finding.column >= 1
    finally:
        shutil.rmtree(root)


@pytest.mark.parametrize(
    "text",
    [
        "pages = " + "[" * 5000,
        "tool = 1 # not tool.snipproof",
        "[tool]\nsnipproof = 1",
        "[[tool.snipproof]]",
        "pages = ['a\\u0000b']",
        "\x00",
        "suites = ['[']",
        "suites = ['**']",
        "pages = ['']",
        "pages = ['docs', 'docs/good.mdx', './docs/']",
        "site-root = '..'",
        "site-root = ''",
        "component = ''",
        "component = '(a'",
        "severity = {'' = 'off'}",
        "pages = ['docs/nowhere']",
    ],
)
@pytest.mark.parametrize("name", ["snipproof.toml", "pyproject.toml"])
def test_odd_settings_are_an_error_or_work(site: Path, name: str, text: str) -> None:
    """Wrong settings are reported by file; none ends in a traceback."""
    if name == "pyproject.toml" and "tool" not in text:
        text = "[tool.snipproof]\n" + text
    (site / name).write_text(text, encoding="utf-8")
    code, output = check(site)
    assert code in (0, 1, 2), output
    if code == 2:
        assert "snipproof: " in output


@pytest.mark.parametrize("name", ["snipproof.toml", "pyproject.toml"])
def test_odd_settings_files_are_an_error(site: Path, name: str) -> None:
    """Bytes that are no text, and a folder or a loop in place of the file."""
    (site / name).write_bytes(b"[tool.snipproof]\n\xff")
    code, output = check(site)
    assert (code, name in output) == (2, True)
    (site / name).unlink()
    (site / name).symlink_to(site / name)
    assert check(site)[0] in (0, 2)
