"""The command as its users run it: output, exit codes, and nothing loaded that is not needed."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from snipproof import __version__
from snipproof.cli.main import main

_SUITE = "flavour: f\nlanguage: python\nsources: ['*.py']\n"
_SOURCE = "# START A\nprint(1)\n# highlight-next-line\nprint(2)\n# END A\n"
_PAGE = (
    "import Code from '!!raw-loader!/snippets/a.py';\n\n"
    '<FilteredTextBlock text={Code} startMarker="# START A" endMarker="# END A" language="py" />\n'
)


@pytest.fixture
def site(tmp_path: Path) -> Path:
    """A small site without any finding."""
    return _write(tmp_path, {})


def _write(root: Path, changes: dict[str, str | None]) -> Path:
    files = {
        "snipproof.toml": 'pages = ["docs"]\nsuites = ["snippets/suite.yaml"]\n',
        "snippets/suite.yaml": _SUITE,
        "snippets/a.py": _SOURCE,
        "docs/p.mdx": _PAGE,
    }
    for name, text in {**files, **changes}.items():
        if text is not None:
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            (root / name).write_bytes(text.encode())
    return root


def test_a_clean_site_passes(site: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """No finding, exit code 0, and a summary of what was looked at."""
    assert main(["check", "--root", str(site)]) == 0
    assert capsys.readouterr().out == "1 reference in 1 page, 1 source: no findings\n"


_TAG = '<FilteredTextBlock text={Code} startMarker="{start}" endMarker="{end}" language="py" />\n'


def _page(start: str = "# START A", end: str = "# END A", path: str = "/snippets/a.py") -> str:
    tag = _TAG.replace("{start}", start).replace("{end}", end)
    return f"import Code from '!!raw-loader!{path}';\n\n{tag}"


@pytest.mark.parametrize(
    ("changes", "finding", "hint"),
    [
        ({"docs/p.mdx": _PAGE + "\n<!--"}, "docs/p.mdx:5:1 SP001 the comment '<!--' is never closed", ""),
        ({"snippets/b.py": "x\n# START B {a: 1}"}, "snippets/b.py:2:1 SP001 unknown attribute 'a'",
            "known attributes: of"),
        ({"docs/p.mdx": _page(path="/snippets/aa.py")}, "docs/p.mdx:1:1 SP101 the import",
            "did you mean 'snippets/a.py'?"),
        ({"docs/p.mdx": _page(path="/../a.py")}, "docs/p.mdx:1:1 SP101 the import", "below the root"),
        ({"docs/q.md": _PAGE.split("\n", 2)[2].replace("{Code}", "{Kode}")}, "docs/q.md:1:1 SP102 text={Kode}",
            "add `import"),
        ({"docs/p.mdx": _page().replace("!!raw-loader!", "")}, "docs/p.mdx:3:1 SP102 text={Code}", "not as raw"),
        ({"docs/p.mdx": _page("# STRAT A")}, "docs/p.mdx:3:1 SP201 the start marker '# STRAT A'", "'# START A'?"),
        ({"docs/p.mdx": _page("#START a")}, "docs/p.mdx:3:1 SP201 the start marker", "did you mean '# START A'?"),
        (
            {"docs/p.mdx": _page("# START Q"), "snippets/b.py": "# START Q\n1\n# END Q"},
            "docs/p.mdx:3:1 SP201",
            "did you mean the file snippets/b.py? Its line 1",
        ),
        ({"docs/p.mdx": _page(end="# END B")}, "docs/p.mdx:3:1 SP202 no '# END B' closes the block that line 1", ""),
        ({"snippets/a.py": "# START A\n \n# END A\n"}, "docs/p.mdx:3:1 SP203 the block is empty", "put text"),
        ({"snippets/b.py": "x\n # START B\n1\n# END B"}, "snippets/b.py:2:2 SP204 no page shows", "[warning]"),
        ({"snippets/a.py": "# START-ANY\n1\n# END-ANY\n"}, "docs/p.mdx:3:1 SP205 the start marker", "[warning]"),
        (
            {"snippets/a.py": _SOURCE + "# START Expected B results\n1\n# END Expected B results\n"},
            "snippets/a.py:6:1 SP301 the Expectation",
            "{of: NAME}",
        ),
        ({"docs/p.mdx": _page(path="/b.py"), "b.py": _SOURCE}, "docs/p.mdx:3:1 SP401 b.py is shown here", "suite.yaml"),
    ],
)  # fmt: skip
def test_each_rule_finds_what_it_is_for(
    tmp_path: Path, changes: dict[str, str | None], finding: str, hint: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Every rule has its place, its message and its hint; only warnings keep exit code 0."""
    code = main(["check", "--root", str(_write(tmp_path, changes))])
    out = capsys.readouterr().out
    assert finding in out
    assert hint in out
    assert code == (0 if "[warning]" in hint else 1)


def test_a_rule_may_be_turned_off_or_up(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The settings decide how much a rule weighs, and an unknown rule is an error."""
    changes: dict[str, str | None] = {"snippets/b.py": "# START B\n1\n# END B"}
    settings = 'suites = ["snippets/suite.yaml"]\n[severity]\n'
    root = _write(tmp_path, {**changes, "snipproof.toml": settings + 'SP204 = "error"'})
    assert main(["check", "--root", str(root)]) == 1
    _write(tmp_path, {**changes, "snipproof.toml": settings + 'SP204 = "off"'})
    assert main(["check", "--root", str(root)]) == 0
    _write(tmp_path, {**changes, "snipproof.toml": settings + 'SP240 = "off"'})
    capsys.readouterr()
    assert main(["check", "--root", str(root)]) == 2
    assert "unknown rule 'SP240'" in capsys.readouterr().err


def test_without_suites_nothing_is_asked_of_them(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A bare checkout of a site that runs nothing is checked for what its pages show only."""
    text = _SOURCE + "# START Expected B results\n1\n# END Expected B results\n"
    root = _write(tmp_path, {"snipproof.toml": "", "snippets/a.py": text})
    assert main(["check", "--root", str(root)]) == 0
    assert capsys.readouterr().out == "1 reference in 1 page, 1 source: no findings\n"


def test_partials_are_read_where_pages_import_them(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A partial outside the folders of pages counts as soon as a page imports it."""
    _write(tmp_path, {"docs/p.mdx": "import P from '/_parts/p.mdx';\n\n<P />\n", "_parts/p.mdx": _page("# START Z")})
    assert main(["check", "--root", str(tmp_path)]) == 1
    assert "_parts/p.mdx:3:1 SP201" in capsys.readouterr().out


@pytest.mark.parametrize(
    "changes",
    [
        {"snipproof.toml": 'pages = ["other"]'},
        {"snipproof.toml": 'pages = ["snippets"]'},
        {"snipproof.toml": 'pages = [".."]'},
        {"snipproof.toml": 'page = ["docs"]'},
        {"snipproof.toml": 'suites = ["none/suite.yaml"]'},
        {"snipproof.toml": 'component = "Other"'},
        {"docs/p.mdx": "text", "snippets/a.py": "print(1)"},
    ],
)
@pytest.mark.parametrize("command", ["check", "extract"])
def test_a_check_of_nothing_is_never_green(
    tmp_path: Path, changes: dict[str, str | None], command: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """No page, no reference, or settings that cannot be: exit code 2, a message and no traceback."""
    root = _write(tmp_path, changes)
    if "component" in (changes.get("snipproof.toml") or ""):
        (root / "snippets/a.py").write_text("")
    assert main([command, "--root", str(root)]) == 2
    captured = capsys.readouterr()
    assert captured.err.startswith("snipproof: ")
    assert "no findings" not in captured.out


def test_findings_are_given_as_json(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Other tools read the same findings, with all their parts."""
    root = _write(tmp_path, {"docs/p.mdx": _page(end="# END B")})
    assert main(["check", "--root", str(root), "--format", "json"]) == 1
    report = json.loads(capsys.readouterr().out)
    assert (report["format_version"], report["references"], report["pages"], report["sources"]) == (1, 1, 1, 1)
    finding = report["findings"][0]
    assert (finding["path"], finding["line"], finding["column"]) == ("docs/p.mdx", 3, 1)
    assert (finding["rule"], finding["severity"]) == ("SP202", "error")


def test_list_tells_what_is_where(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Suites, Sources, Snippets and Expectations with their lines, and what shows them."""
    text = _SOURCE + "# START Expected A results\n1\n# END Expected A results\n"
    root = _write(tmp_path, {"snippets/a.py": text})
    assert main(["list", "--root", str(root)]) == 0
    assert capsys.readouterr().out.splitlines() == [
        "f (snippets/suite.yaml)",
        "  snippets/a.py",
        "    1: snippet 'A' <- docs/p.mdx:3:1",
        "    6: expectation 'Expected A results' of 'A' (on no page)",
    ]
    assert main(["list", "--root", str(root), "--format", "json"]) == 0
    (suite,) = json.loads(capsys.readouterr().out)["suites"]
    assert [region["id"] for region in suite["sources"][0]["regions"]] == [
        "snippets/a.py::A",
        "snippets/a.py::Expected A results",
    ]


def test_extract_writes_what_pages_show(site: Path, capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    """The manifest holds the exact text, what readers see of it, and where it comes from."""
    assert main(["extract", "--root", str(site)]) == 0
    manifest = json.loads(capfdbinary.readouterr().out)
    assert manifest["format_version"] == 1
    assert manifest["references"] == [
        {
            "page": "docs/p.mdx",
            "line": 3,
            "column": 1,
            "source": "snippets/a.py",
            "region": "A",
            "start_marker": "# START A",
            "end_marker": "# END A",
            "language": "py",
            "highlighter": "py",
            "text": "print(1)\n# highlight-next-line\nprint(2)",
            "shown": "print(1)\nprint(2)",
            "sha256": "27478ea0b1dcad6bd91447f470145a27323571771d9a02b37810d3f3ca012cb8",
            "segments": [[2, 4]],
            "live": True,
        }
    ]


def test_extract_check_tells_a_stale_manifest(site: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A manifest is fresh until a Source changes; nothing is written by --check."""
    output = site / "out" / "manifest.json"
    command = ["extract", "--root", str(site), "--output", str(output)]
    assert main([*command, "--check"]) == 1
    assert not output.exists()
    assert main(command) == 0
    assert main([*command, "--check"]) == 0
    (site / "snippets/a.py").write_text(_SOURCE.replace("print(1)", "print(3)"))
    before = output.read_bytes()
    assert main([*command, "--check"]) == 1
    assert "is stale" in capsys.readouterr().err
    assert output.read_bytes() == before
    assert [path.name for path in output.parent.iterdir()] == ["manifest.json"]


def test_extract_check_needs_a_file(site: Path) -> None:
    """There is nothing to compare with unless a file is named."""
    assert main(["extract", "--root", str(site), "--check"]) == 2


def test_wrong_usage_is_code_2(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """An unknown command, and a root that is no folder."""
    with pytest.raises(SystemExit) as end:
        main(["chekc"])
    assert end.value.code == 2
    assert main(["check", "--root", str(tmp_path / "none")]) == 2
    assert "no such folder" in capsys.readouterr().err


def test_the_version_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    """``--version`` prints the package's own version."""
    with pytest.raises(SystemExit) as end:
        main(["--version"])
    assert (end.value.code, capsys.readouterr().out) == (0, f"snipproof {__version__}\n")


@pytest.mark.parametrize("command", ["check", "list", "extract"])
def test_the_static_side_loads_nothing_of_the_dynamic_side(site: Path, command: str) -> None:
    """No runner, no test framework, no client, no socket; and no YAML reader on a site without Suites."""
    (site / "snipproof.toml").write_text("")
    code = (
        "import sys; from snipproof.cli.main import main; code = main(sys.argv[1:]);"
        "print(*sorted(sys.modules), file=sys.stderr); sys.exit(code)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, command, "--root", str(site)], capture_output=True, text=True, check=True
    )
    loaded = set(done.stderr.split())
    assert "snipproof.site.docs_site" in loaded
    unwanted = {"snipproof.prove", "pytest", "weaviate", "requests", "yaml", "socket", "subprocess", "grpc", "numpy"}
    assert not loaded & unwanted


def test_a_reader_that_has_enough_is_no_error(site: Path) -> None:
    """Closing the pipe early leaves no traceback."""
    with subprocess.Popen(
        [sys.executable, "-m", "snipproof", "extract", "--root", str(site)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        error = process.stderr.read()
    assert error == b""


def test_check_runs_nothing(site: Path) -> None:
    """A Source that would leave a trace when run leaves none."""
    trace = site / "trace"
    (site / "snippets/a.py").write_text(f"open({str(trace)!r}, 'w')\n" + _SOURCE)
    for command in ("check", "list", "extract"):
        assert main([command, "--root", str(site)]) == 0
    assert not trace.exists()


def test_serve_without_the_extra_says_what_to_install(site: Path) -> None:
    """The base install has no dynamic side; asking for it is answered, not crashed."""
    code = (
        "import sys\n"
        "for name in ('requests', 'psutil', 'filelock', 'platformdirs', 'weaviate'): sys.modules[name] = None\n"
        "from snipproof.cli.main import main; sys.exit(main(sys.argv[1:]))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, "serve", "--root", str(site)], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout) == (2, "")
    assert "pip install 'snipproof[weaviate]'" in done.stderr
    assert "Traceback" not in done.stderr
