"""The ``snipproof`` command. Each command imports what it needs only when it runs, so that ``check`` stays quick.

Exit codes: 0 clean, 1 findings or wrong docs, 2 wrong usage or settings, 69 trouble around the docs.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from snipproof import __version__
from snipproof.config import Settings, load_settings
from snipproof.errors import DocsError, InfrastructureError, SettingsError, SnipproofError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from snipproof.model import Finding
    from snipproof.read.site import Site

_INTERRUPTED = 130


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code; ``argv`` is ``sys.argv`` unless given."""
    try:
        arguments = _parser().parse_args(argv)
        root: Path = arguments.root
        if not root.is_dir():
            raise SettingsError(f"no such folder: {root}", "--root is the folder of the settings file")
        code: int = arguments.command(load_settings(root), arguments)
        sys.stdout.flush()
    except SnipproofError as error:
        sys.stderr.write(f"snipproof: {error}\n")
        return error.exit_code
    except BrokenPipeError:
        # Whoever read the output has enough (`| head`). The interpreter flushes once more when it ends.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except KeyboardInterrupt:
        return _INTERRUPTED
    return code


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="snipproof", description="Proves documentation. Snippets run with pytest.")
    parser.add_argument("--version", action="version", version=f"snipproof {__version__}")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    def add(name: str, function: Any, summary: str, *, formats: bool = False) -> argparse.ArgumentParser:
        command = commands.add_parser(name, help=summary, description=summary[0].upper() + summary[1:] + ".")
        command.add_argument("--root", type=Path, default=Path(), metavar="DIR", help="the folder of the settings file")
        if formats:
            command.add_argument("--format", choices=("text", "json"), default="text", help="default: text")
        command.set_defaults(command=function)
        return command

    add("check", _check, "find what is wrong with pages and Sources, without running anything", formats=True)
    add("list", _list, "list Suites, Sources, Snippets and the pages that show them", formats=True)
    extract = add("extract", _extract, "write what every page shows as one JSON manifest")
    extract.add_argument("--output", type=Path, metavar="FILE", help="write to FILE instead of standard output")
    extract.add_argument("--check", action="store_true", help="write nothing; fail when FILE is stale")
    add("serve", _serve, "start the Services that snippets talk to, until Ctrl-C")
    return parser


def _load(settings: Settings) -> Site:
    from snipproof.read.site import Site

    return Site.load(settings)


def _require_references(site: Site) -> None:
    """Refuse a site that shows nothing: a check of nothing must not look like a clean one."""
    if not site.references:
        tag = f"<{site.settings.component}>"
        hint = "check `pages` and `component` in the settings"
        raise SettingsError(f"no {tag} found in {_count(len(site.pages), 'page')}", hint)


def _check(settings: Settings, arguments: argparse.Namespace) -> int:
    from snipproof.model import Severity
    from snipproof.read import rules

    site = _load(settings)
    findings = rules.find(site)
    errors = sum(finding.severity is Severity.ERROR for finding in findings)
    if not errors:
        _require_references(site)
    counts = {"references": len(site.references), "pages": len(site.pages), "sources": len(site.sources)}
    if arguments.format == "json":
        report = {"format_version": 1, **counts, "findings": [_as_json(finding) for finding in findings]}
        _write_json(report)
    else:
        for finding in findings:
            _say(f"{finding}{' [warning]' if finding.severity is Severity.WARNING else ''}")
            if finding.hint:
                _say("  hint: " + finding.hint.replace("\n", "\n        "))
        parts = (_count(errors, "error"), _count(len(findings) - errors, "warning"))
        result = ", ".join(parts) if findings else "no findings"
        references, pages, sources = (_count(number, name[:-1]) for name, number in counts.items())
        _say(f"{references} in {pages}, {sources}: {result}")
    return 1 if errors else 0


def _list(settings: Settings, arguments: argparse.Namespace) -> int:
    from snipproof.read.listing import as_json, as_text

    site = _load(settings)
    if arguments.format == "json":
        _write_json(as_json(site))
    else:
        _say(as_text(site))
    return _report_problems(site)


def _extract(settings: Settings, arguments: argparse.Namespace) -> int:
    from snipproof.read.manifest import manifest

    if arguments.check and arguments.output is None:
        raise SettingsError("extract --check needs --output FILE", "name the manifest to compare with")
    site = _load(settings)
    code = _report_problems(site)
    _require_references(site)
    text = json.dumps(manifest(site), ensure_ascii=False, indent=1) + "\n"
    if arguments.output is None:
        # Bytes, since the manifest must be the same whatever the console's encoding and line ends are.
        sys.stdout.flush()
        sys.stdout.buffer.write(text.encode("utf-8"))
        return code
    output: Path = arguments.output
    if arguments.check:
        return max(code, _compare(output, text))
    try:
        _replace(output, text.encode("utf-8"))
    except OSError as error:
        raise InfrastructureError(f"cannot write {output}: {error.strerror or error}") from None
    return code


def _compare(output: Path, text: str) -> int:
    try:
        written = output.read_bytes()
    except OSError as error:
        raise DocsError(f"{output}: cannot be read: {error.strerror}", "write it without --check") from None
    if written == text.encode("utf-8"):
        return 0
    raise DocsError(f"{output} is stale: pages or Sources have changed since", "write it again without --check")


def _replace(output: Path, data: bytes) -> None:
    """Write ``output`` whole or not at all, so that no build ever reads half a manifest."""
    output.parent.mkdir(parents=True, exist_ok=True)
    beside = output.with_name(f".{output.name}.{os.getpid()}")
    try:
        beside.write_bytes(data)
        beside.replace(output)
    finally:
        beside.unlink(missing_ok=True)


def _report_problems(site: Site) -> int:
    """Say on standard error what could not be read, and return the exit code for it."""
    for problem in sorted(site.problems):
        sys.stderr.write(f"{problem}\n")
    return 1 if site.problems else 0


def _serve(settings: Settings, arguments: argparse.Namespace) -> int:  # noqa: ARG001 (all commands are called alike)
    try:
        from snipproof.prove.serve import serve
    except ModuleNotFoundError as error:
        if (error.name or "").startswith("snipproof"):
            raise
        hint = "install it: pip install 'snipproof[weaviate]'"
        raise SettingsError(f"serve needs the extra 'weaviate': no module {error.name!r}", hint) from None
    return serve(settings)


def _as_json(finding: Finding) -> dict[str, Any]:
    return {
        "path": finding.path,
        "line": finding.line,
        "column": finding.column,
        "rule": finding.rule,
        "severity": str(finding.severity),
        "message": finding.message,
        "hint": finding.hint,
    }


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def _write_json(value: Any) -> None:
    _say(json.dumps(value, indent=1))


def _say(text: str) -> None:
    try:
        sys.stdout.write(text + "\n")
    except UnicodeEncodeError:  # a console that does not speak the docs' language must not hide a Finding
        encoding = sys.stdout.encoding
        sys.stdout.write(text.encode(encoding, "backslashreplace").decode(encoding) + "\n")
