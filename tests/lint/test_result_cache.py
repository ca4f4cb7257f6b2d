"""The kept result: used while nothing has changed, and never when anything has."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from time import sleep

import pytest

from snipproof.cli.main import main
from snipproof.languages import ENTRY_POINT_GROUP
from snipproof.lint import result_cache
from snipproof.site.docs_site import Site

_PAGE = (
    "import Code from '!!raw-loader!@site/code/a.py';\n\n"
    '<FilteredTextBlock text={Code} startMarker="# START A" endMarker="# END A" language="py" />\n'
)
_SOURCE = "# START A\nprint(1)\n# END A\n"
BY_CONTENT = ("--cache-by-content",)


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A small clean site, whose files count as settled although they are new."""
    monkeypatch.setattr(result_cache, "TICK_NS", 0)
    for name, text in {"docs/p.mdx": _PAGE, "docs/img/x.svg": "", "code/a.py": _SOURCE}.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    return tmp_path


@pytest.fixture
def loads(monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """Every reading of a whole site, by its root."""
    read: list[Path] = []
    original = Site.load

    def load(settings: object) -> Site:
        read.append(settings.root)  # type: ignore[attr-defined]
        return original(settings)  # type: ignore[arg-type]

    monkeypatch.setattr(Site, "load", load)
    return read


def kept(root: Path) -> Path:
    """Return the only file of the cache."""
    (file,) = (root / result_cache.FOLDER).glob("check-*.json")
    return file


def test_nothing_changed_nothing_read(site: Path, loads: list[Path], capsys: pytest.CaptureFixture[str]) -> None:
    """The same lines and the same exit code, and no file is read for them."""
    (site / "docs/p.mdx").write_text(_PAGE.replace("# START A", "# START B"))
    first = main(["check", "--root", str(site)]), capsys.readouterr().out
    again = main(["check", "--root", str(site)]), capsys.readouterr().out
    assert first == again
    assert first[0] == 1
    assert "SP201" in first[1]
    assert len(loads) == 1
    assert (site / result_cache.FOLDER / ".gitignore").read_text() == "*\n"


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("docs/p.mdx", _PAGE + "more\n"),
        ("code/a.py", _SOURCE.replace("1", "2")),
        ("docs/new.md", "new\n"),
        ("docs/img/new.md", "new\n"),
        ("docs/deeper/new.md", "new\n"),
        ("blog/new.md", "new\n"),
        ("snipproof.toml", 'severity = {SP204 = "off"}\n'),
    ],
)
@pytest.mark.parametrize("way", [(), BY_CONTENT])
def test_a_change_is_seen(site: Path, loads: list[Path], name: str, text: str, way: tuple[str, ...]) -> None:
    """A changed page or Source, a new page in any folder that was looked into, and other settings."""
    if name.startswith("blog"):
        (site / "docusaurus.config.js").write_text("")
    main(["check", "--root", str(site), *way])
    main(["check", "--root", str(site), *way])
    assert len(loads) == 1
    (site / name).parent.mkdir(exist_ok=True)
    (site / name).write_text(text)
    main(["check", "--root", str(site), *way])
    assert len(loads) == 2


@pytest.mark.parametrize("options", [(), BY_CONTENT])
@pytest.mark.parametrize("way", ["written", "moved", "linked"])
def test_a_change_with_the_same_size_and_time_is_seen(
    site: Path, loads: list[Path], way: str, options: tuple[str, ...]
) -> None:
    """As ``cp -p``, ``tar`` and ``rsync -t`` leave it, in place or by another file or link of that name."""
    source = site / "code/a.py"
    main(["check", "--root", str(site), *options])
    times = source.stat().st_atime_ns, source.stat().st_mtime_ns
    text = source.read_text().replace("START", "STRAT")
    target = source if way == "written" else site / "code/b.py"
    target.write_text(text)
    os.utime(target, ns=times)
    if way == "moved":
        target.rename(source)
    elif way == "linked":
        source.unlink()
        source.symlink_to(target)
    main(["check", "--root", str(site), *options])
    assert len(loads) == 2


def test_a_fresh_checkout_is_the_same_by_its_content(
    site: Path, loads: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    """With the result that CI restored; by the times of the files, everything would be read again."""
    command = ["check", "--root", str(site)]
    assert [main(command), main([*command, *BY_CONTENT])] == [0, 0]
    assert len(loads) == 2
    copy = site.with_name("copy")
    shutil.copytree(site, copy)
    shutil.rmtree(site)
    copy.rename(site)
    assert main([*command, *BY_CONTENT]) == 0
    assert len(loads) == 2
    assert main(command) == 0
    assert len(loads) == 3
    # The file is replaced by a link to one with the same text, which may be anywhere.
    (site / "code/a.py").rename(site / "code/b.py")
    (site / "code/a.py").symlink_to("b.py")
    assert main([*command, *BY_CONTENT]) == 0
    assert len(loads) == 4
    monkeypatch.setattr(result_cache, "_contents_of_versions", lambda: "another release")
    assert main([*command, *BY_CONTENT]) == 0
    assert len(loads) == 5


def test_a_fresh_installation_is_the_same_by_its_content(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Times do not count, and any other text of a module or checksum of a distribution does."""
    package, packages = tmp_path / "snipproof", tmp_path / "packages"
    for file in (*(package / part / "a.py" for part in result_cache._PARTS), packages / "x-1.0.dist-info" / "RECORD"):
        file.parent.mkdir(parents=True)
        file.write_text("x = 1")
    monkeypatch.setattr(result_cache, "_PACKAGE", package)
    monkeypatch.setattr(sys, "path", [str(packages)])
    first, by_times = result_cache._contents_of_versions(), result_cache._versions()
    for file in tmp_path.rglob("*"):
        os.utime(file, (1, 1))
    assert result_cache._contents_of_versions() == first
    assert result_cache._versions() != by_times
    seen = {first}
    for file in (package / "lint" / "a.py", packages / "x-1.0.dist-info" / "RECORD"):
        file.write_text("x = 2")
        seen.add(result_cache._contents_of_versions())
    (packages / "y-1.0.dist-info").mkdir()
    seen.add(result_cache._contents_of_versions())
    assert len(seen) == 4


def test_nothing_is_written_through_a_link(site: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Neither the result nor a baseline or a manifest goes to a folder outside of the root."""
    other = tmp_path_factory.mktemp("other")
    (site / result_cache.FOLDER).symlink_to(other)
    (site / "out").symlink_to(other)
    sleep(0.1)
    main(["check", "--root", str(site)])
    for arguments in (
        ["check", "--baseline", str(site / "out/b.jsonl"), "--update-baseline"],
        ["extract", "--output", str(site / "out/m.json")],
    ):
        assert main([*arguments, "--root", str(site)]) == 2
    assert list(other.iterdir()) == []


def test_a_file_that_comes_is_seen(site: Path, loads: list[Path], capsys: pytest.CaptureFixture[str]) -> None:
    """What was imported and missing is looked for again, wherever it lies; what goes is missed."""
    (site / "docs/p.mdx").write_text(_PAGE.replace("a.py", "b/c.py"))
    assert main(["check", "--root", str(site)]) == 1
    (site / "code/b").mkdir()
    (site / "code/b/c.py").write_text(_SOURCE)
    assert main(["check", "--root", str(site)]) == 0
    (site / "code/b/c.py").unlink()
    assert main(["check", "--root", str(site)]) == 1
    assert len(loads) == 3


def test_a_file_that_no_rule_needs_is_looked_for_too(site: Path, loads: list[Path]) -> None:
    """With SP101 off nothing is reported about a missing import; its block is there as soon as the file is."""
    (site / "snipproof.toml").write_text('severity = {SP101 = "off", SP102 = "off"}\n')
    (site / "docs/p.mdx").write_text(_PAGE.replace("a.py", "b/c.py"))
    main(["check", "--root", str(site)])
    (site / "code/b").mkdir()
    (site / "code/b/c.py").write_text(_SOURCE.replace("START", "BEGIN"))
    assert main(["check", "--root", str(site)]) == 1
    assert len(loads) == 2


def test_a_new_suite_is_seen(site: Path, loads: list[Path]) -> None:
    """Globs are matched again: a new suite file, and a new Source of a known one."""
    (site / "snipproof.toml").write_text('suites = ["code*/suite.yaml"]\n')
    (site / "code/suite.yaml").write_text('flavour: a\nlanguage: python\nsources: ["**/*.py"]\n')
    (site / "code/sub").mkdir()
    (site / "code2").mkdir()
    for expected in (1, 1):
        main(["check", "--root", str(site)])
        assert len(loads) == expected
    (site / "code/sub/b.py").write_text("")
    main(["check", "--root", str(site)])
    assert len(loads) == 2
    (site / "code2/b.py").write_text("")
    (site / "code2/suite.yaml").write_text("flavour: b\nlanguage: python\nsources: [b.py]\n")
    main(["check", "--root", str(site)])
    assert len(loads) == 3


def test_other_options_have_other_results(site: Path, loads: list[Path]) -> None:
    """Formats do not share results, and ``--no-cache`` neither reads nor writes."""
    main(["check", "--root", str(site), "--no-cache"])
    assert not (site / result_cache.FOLDER).exists()
    main(["check", "--root", str(site)])
    main(["check", "--root", str(site), "--format", "json"])
    main(["check", "--root", str(site), "--no-cache"])
    assert len(loads) == 4
    main(["check", "--root", str(site), "--format", "json"])
    assert len(loads) == 4


@pytest.mark.parametrize(
    "change",
    [
        lambda _: "",
        lambda text: text[: len(text) // 2],
        lambda _: "[]",
        lambda _: "null",
        lambda _: "\0\xff",
        lambda _: "[" * 100_000,
        lambda text: json.dumps({**json.loads(text), "key": "foreign"}),
        lambda text: json.dumps({**json.loads(text), "lines": 3}),
        lambda text: json.dumps({**json.loads(text), "lines": [3]}),
        lambda text: json.dumps({**json.loads(text), "code": "0"}),
        lambda text: json.dumps({**json.loads(text), "stamps": []}),
        lambda text: json.dumps({**json.loads(text), "stamps": {"docs\0": [1, 1]}}),
        lambda text: json.dumps({**json.loads(text), "globs": [["a"]]}),
        lambda text: json.dumps({key: value for key, value in json.loads(text).items() if key != "code"}),
    ],
)
def test_a_corrupt_or_foreign_result_is_ignored(
    site: Path, loads: list[Path], capsys: pytest.CaptureFixture[str], change: object
) -> None:
    """Everything is read again, without a message, and the cache is replaced."""
    main(["check", "--root", str(site)])
    first = capsys.readouterr()
    file = kept(site)
    file.write_text(change(file.read_text()), encoding="latin-1")  # type: ignore[operator]
    assert main(["check", "--root", str(site)]) == 0
    assert capsys.readouterr() == first
    assert len(loads) == 2
    main(["check", "--root", str(site)])
    assert len(loads) == 2


def test_a_folder_that_cannot_be_written_to_is_no_error(site: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Where the cache should be is a file: the check is the same."""
    (site / result_cache.FOLDER).write_text("")
    assert main(["check", "--root", str(site)]) == 0
    assert "Traceback" not in capsys.readouterr().err


def test_what_changed_a_moment_ago_is_not_kept(site: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It may change again without a new time; a time that was set back does not hide that."""
    monkeypatch.setattr(result_cache, "TICK_NS", 3_600_000_000_000)
    for path in (site, *site.rglob("*")):
        os.utime(path, ns=(0, 0))
    main(["check", "--root", str(site)])
    assert not (site / result_cache.FOLDER).exists()


def test_a_baseline_is_part_of_the_request(site: Path, loads: list[Path]) -> None:
    """A changed baseline is another result."""
    (site / "docs/p.mdx").write_text(_PAGE.replace("# START A", "# START B"))
    file = site / "baseline.json"
    main(["check", "--root", str(site), "--baseline", str(file), "--update-baseline"])
    command = ["check", "--root", str(site), "--baseline", str(file)]
    assert [main(command), main(command)] == [0, 0]
    assert len(loads) == 2
    (site / "docs/p.mdx").write_text(_PAGE)
    main(["check", "--root", str(site), "--baseline", str(file), "--update-baseline"])
    main(command)
    assert len(loads) == 4
    file.write_text(file.read_text() + "\n")
    main(command)
    assert len(loads) == 5


def test_a_ledger_of_known_failures_is_looked_at(site: Path, loads: list[Path]) -> None:
    """A changed ledger is another result, with or without Findings."""
    (site / "snipproof.toml").write_text('known-failures = "known.toml"\n')
    (site / "known.toml").write_text("")
    command = ["check", "--root", str(site)]
    assert [main(command), main(command)] == [0, 0]
    assert len(loads) == 1
    (site / "known.toml").write_text('[snippets."code/a.py::B"]\nunstable = true\nreason = "why"\n')
    assert [main(command), main(command)] == [1, 1]
    assert len(loads) == 2


def _installed(folder: Path, name: str, value: str) -> Path:
    """Install a distribution that defines a language, and return its module."""
    info = folder / f"{name}-1.0.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text(f"[{ENTRY_POINT_GROUP}]\n{name} = {name}:ROW\n")
    module = folder / f"{name}.py"
    module.write_text(f"from snipproof.languages import Language\nROW = Language({value})\n")
    return module


def _check(root: Path, *path: Path) -> str:
    """Run the command in its own process with the folders ``path`` on the module path; return its output."""
    done = subprocess.run(
        [sys.executable, "-m", "snipproof", "check", "--root", str(root)],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(map(str, path))},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode in (0, 1), done.stderr
    return done.stdout


def test_a_language_of_another_distribution_is_part_of_the_request(
    site: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """What it is installed as, and the module that defines it, may change what is found."""
    packages = tmp_path_factory.mktemp("packages")
    (site / "docs/p.mdx").write_text(
        _PAGE.replace("a.py", "a.rb").replace('"py"', '"rb"').replace("# START", "// START")
    )
    (site / "code/a.rb").write_text("// START A\nputs 1\n# END A\n")
    for path in (site, *site.rglob("*")):
        os.utime(path, ns=(0, 0))
    sleep(0.1)  # what changed a moment before a run is not kept
    assert "SP210" not in _check(site, packages)
    assert kept(site)
    row = "name='ruby', title='Ruby', extensions=('.rb',), display_languages=('rb',)"
    module = _installed(packages, "ruby_for_docs", f"{row}, comment_tokens=('#',)")
    sleep(0.1)
    assert "SP210" in _check(site, packages)
    assert "SP210" in _check(site, packages)
    module.write_text(module.read_text().replace("('#',)", "('#', '//')"))
    assert "SP210" not in _check(site, packages)


def test_every_module_that_decides_what_is_found_is_part_of_the_request(site: Path) -> None:
    """All that a check loads, apart from the command itself."""
    code = (
        "import sys; from snipproof.cli.main import main; main(sys.argv[1:]);"
        "ours = [module for name, module in sys.modules.items() if name.partition('.')[0] == 'snipproof'];"
        "print(*[module.__file__ for module in ours if not module.__name__.startswith('snipproof.cli')], sep=chr(10))"
    )
    (site / "docs/p.mdx").write_text(_PAGE + _PAGE.replace('"py"', '"json"'))  # more is loaded to report an error
    command = [sys.executable, "-c", code, "check", "--no-cache", "--root", str(site)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    loaded = {line for line in done.stdout.splitlines() if line.endswith(".py")}
    assert {Path(file).parent.name for file in loaded} > {"lint", "rules", "formats", "site", "syntax", "notation"}
    assert loaded <= {path for path, *_ in result_cache.modules()}
