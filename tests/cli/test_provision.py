"""``snipproof provision``: what it prints, and its exit codes."""

from __future__ import annotations

from pathlib import Path

import pytest

from snipproof.cli.main import main

pytest.importorskip("platformdirs", reason="requires the extra weaviate")


@pytest.fixture
def root(site: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A site with a server of its own: nothing is downloaded."""
    program = site / "server"
    program.write_text("program")
    program.chmod(0o755)
    for name, value in (("CACHE_DIR", site / "cache"), ("WEAVIATE_BINARY", program), ("WEAVIATE_MODE", "embedded")):
        monkeypatch.setenv(f"SNIPPROOF_{name}", str(value))
    return site


def test_what_is_ready_is_printed(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["provision", "--root", str(root)]) == 0
    server, suite = capsys.readouterr().out.splitlines()
    assert server.startswith(f"weaviate: {root}/server, 0.0 MB (")
    assert suite.startswith("f (snippets/suite.yaml): nothing to install (")
    assert suite.endswith(" s)")
    assert main(["provision", "f", "--no-server", "--root", str(root)]) == 0
    assert len(capsys.readouterr().out.splitlines()) == 1


def test_what_a_ci_cache_needs_is_printed_alone(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """One line each, for the outputs of a step."""
    printed = []
    for option in ("--print-prefix", "--print-key", "--print-paths"):
        assert main(["provision", option, "--root", str(root)]) == 0
        printed.append(capsys.readouterr().out)
    prefix, key, paths = printed
    assert key.startswith(prefix.strip())
    assert len(key) == len(prefix) + 16
    assert paths == f"{root}/cache\n"
    assert not (root / "cache").exists()


def test_a_missing_toolchain_is_a_skip_unless_it_is_required(
    root: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (root / "snippets/suite.yaml").write_text("flavour: g\nlanguage: go\nsources: ['*.py']\nlock: go.sum\n")
    (root / "snippets/go.sum").touch()
    monkeypatch.setenv("PATH", "/nowhere")
    monkeypatch.delenv("SNIPPROOF_RUN_REQUIRE", raising=False)
    assert main(["provision", "--root", str(root)]) == 0
    line = "g (snippets/suite.yaml): skipped: no 'go' on the PATH\n  hint: install Go 1.21 or newer\n"
    assert capsys.readouterr().out.endswith(line)
    assert main(["provision", "--require", "--root", str(root)]) == 69
    assert capsys.readouterr().out.endswith(line.replace("skipped", "failed"))
    assert main(["provision", "--print-key", "--root", str(root)]) == 0


def test_the_matrix_adds_servers_and_clients(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What cannot be obtained is named with its place in the settings; the rest is."""
    settings = root / "snipproof.toml"
    text = settings.read_text(encoding="utf-8")
    number = text.count("\n") + 2
    matrix = "servers = ['1.39.0', '1.0.0']\nclients = { f = { '4.20' = 'no.txt' } }\n"
    settings.write_text(f"{text}[matrix]\n{matrix}[weaviate]\nobtain = ['cache']\n")
    assert main(["provision", "--root", str(root)]) == 0
    assert len(capsys.readouterr().out.splitlines()) == 2
    assert main(["provision", "--matrix", "--root", str(root)]) == 2
    lines = [line.partition(" (0.")[0] for line in capsys.readouterr().out.splitlines() if line[0] != " "]
    assert lines == [
        "weaviate@1.0.0: failed: failed to obtain a Weaviate 1.0.0 server binary",
        f"weaviate@1.39.0: {root}/server, 0.0 MB",
        "f (snippets/suite.yaml): nothing to install",
        f"f (snippets/suite.yaml, client 4.20): failed: snipproof.toml:{number + 1}:19 lock file 'no.txt' not found",
    ]
    assert main(["provision", "--matrix", "--root", str(root), "--print-key"]) == 2
    assert f"snipproof.toml:{number + 1}:19 lock file 'no.txt' not found" in capsys.readouterr().err


def test_what_fails_is_named_and_decides_the_exit_code(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Settings come before the infrastructure: trying again does not help."""
    (root / "server").unlink()
    assert main(["provision", "--root", str(root)]) == 69
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == f"weaviate: failed: weaviate.binary: {root}/server is not an executable file"
    assert lines[1].startswith("f (snippets/suite.yaml): nothing to install")
    (root / "snippets/suite.yaml").write_text("flavour: f\nlanguage: python\nsources: ['*.py']\noptions: [--wrong]\n")
    assert main(["provision", "--root", str(root)]) == 2
    assert "failed: snippets/suite.yaml:4:11 python" in capsys.readouterr().out
    assert main(["provision", "h", "--root", str(root)]) == 2
    assert "no Suite has the flavour or the path 'h'" in capsys.readouterr().err
