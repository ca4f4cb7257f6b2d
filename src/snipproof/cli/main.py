"""The ``snipproof`` command. Each command imports what it needs only when it runs, so that ``check`` stays quick.

Exit codes: 0 clean, 1 findings or wrong docs, 2 wrong usage or settings, 69 trouble around the docs.
"""

from __future__ import annotations

import argparse
import errno
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from snipproof import __version__
from snipproof.errors import DocsError, InfrastructureError, SettingsError, SnipproofError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from snipproof.config import Settings
    from snipproof.lint.check_options import CheckOptions
    from snipproof.lint.result_cache import ResultCache
    from snipproof.site.docs_site import Site

_INTERRUPTED = 130


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code; ``argv`` is ``sys.argv`` unless given."""
    if sys.stdout is None:  # closed by the caller (`>&-`): the exit code is what is asked for
        sys.stdout = Path(os.devnull).open("w", encoding="utf-8")  # noqa: SIM115 (for as long as the process lives)
    try:
        arguments = _parser().parse_args(argv)
        root: Path = arguments.root
        if not root.is_dir():
            raise SettingsError(f"no such folder: {root}", "--root is the folder of the settings file")
        code = _run(root, arguments)
        sys.stdout.flush()
    except SnipproofError as error:
        sys.stderr.write(f"snipproof: {error}\n")
        return error.exit_code
    except BrokenPipeError:
        _hush()
        return 0
    except OSError as error:
        if error.errno != errno.ENOSPC:
            raise
        _hush()
        sys.stderr.write(f"snipproof: the output cannot be written: {error.strerror}\n")
        return InfrastructureError.exit_code
    except KeyboardInterrupt:
        return _INTERRUPTED
    return code


def _run(root: Path, arguments: argparse.Namespace) -> int:
    arguments.cache = _answers(root, arguments)
    if arguments.cache is not None and (answer := arguments.cache.load()):
        return _tell(*answer)
    from snipproof.config import load_settings

    # To compare is about two files, whatever the settings say.
    settings = None if arguments.command is _compare_files else load_settings(root)
    code: int = arguments.command(settings, arguments)
    return code


def _answers(root: Path, arguments: argparse.Namespace) -> ResultCache | None:
    """Return where cache to this command are kept, if they are."""
    options = {name: value for name, value in vars(arguments).items() if name not in ("command", "root")}
    if arguments.command is not _check or any(
        options[name] for name in ("no_cache", "explain", "update_baseline", "watch")
    ):
        return None
    from snipproof.lint.result_cache import ResultCache

    return ResultCache(root, (sorted(options.items()), sys.stdout.isatty()))


def _parser() -> argparse.ArgumentParser:
    from snipproof.lint.formats import FORMATS

    about = "Proves documentation. Snippets run with pytest."
    parser = argparse.ArgumentParser(prog="snipproof", description=about)
    parser.add_argument("--version", action="version", version=f"snipproof {__version__}")
    commands = parser.add_subparsers(required=True, metavar="COMMAND", prog=parser.prog)

    def add(name: str, function: Any, summary: str, formats: Sequence[str] = ()) -> argparse.ArgumentParser:
        about = summary[0].upper() + summary[1:] + "."
        command = commands.add_parser(name, help=summary, description=about)
        command.add_argument("--root", type=Path, default=Path(), metavar="DIR", help="the folder of the settings file")
        if formats:
            command.add_argument("--format", choices=formats, default="text", help="default: text")
        command.set_defaults(command=function)
        return command

    summary = "find what is wrong with pages and Sources, without running anything"
    _check_options(add("check", _check, summary, FORMATS))
    add("init", _init, "write settings, a first Suite and a baseline for an existing site; overwrite nothing")
    add("list", _list, "list Suites, Sources, Snippets and the pages that show them", ("text", "json"))
    extract = add("extract", _extract, "write what every page shows as one JSON manifest")
    extract.add_argument("--format", choices=("json",), default="json", help="default and only one: json")
    extract.add_argument("--output", type=Path, metavar="FILE", help="write to FILE instead of standard output")
    extract.add_argument("--check", action="store_true", help="write nothing; fail when FILE is stale")
    _compare_options(add("compare", _compare_files, "compare a file of expected output with one of actual output"))
    add("serve", _serve, "start the Services that snippets talk to, until Ctrl-C")
    return parser


def _check_options(check: argparse.ArgumentParser) -> None:
    check.add_argument("--statistics", action="store_true", help="count the findings by rule instead of telling them")
    check.add_argument("--explain", metavar="RULE", help="tell what a rule finds and what to do; check nothing")
    check.add_argument("--baseline", type=Path, metavar="FILE", help="tell what FILE does not list, and what is gone")
    check.add_argument("--no-baseline", action="store_true", help="tell everything, whatever the settings say")
    check.add_argument("--update-baseline", action="store_true", help="write what is found to the baseline")
    check.add_argument("--watch", action="store_true", help="check again after every change, until Ctrl-C")
    check.add_argument("--no-cache", action="store_true", help="read everything, whether or not it changed")
    check.epilog = "Exit codes: 0 clean, 1 findings, 2 wrong usage or settings, 69 trouble around the docs."


def _compare_options(compare: argparse.ArgumentParser) -> None:
    compare.add_argument("expected", type=Path, metavar="EXPECTED_FILE", help="what the docs show, with wildcards")
    compare.add_argument("actual", metavar="ACTUAL_FILE", help="what was printed; - for standard input")

    def law(name: str, metavar: str, summary: str, **more: Any) -> None:
        compare.add_argument(f"--{name}", action="append", default=[], metavar=metavar, help=summary, **more)

    law("approx", "KEY=TOLERANCE", "how far the number named KEY may be off")
    law("ignore", "KEY", "do not compare the value named KEY")
    law("unordered", "KEY", "lists (those named KEY) may stand in any order", nargs="?", const=True)
    law("capture", "ID", "`<ID>` stands for anything, the same everywhere")
    compare.add_argument("--select", metavar="PATH", help="compare what this RFC 9535 path finds in the actual output")
    compare.add_argument("--shape", action="store_true", help="compare types and names only")
    compare.epilog = "Exit codes: 0 they match, 1 they differ, 2 wrong usage, or the expected text cannot be parsed."


def _load(settings: Settings) -> Site:
    from snipproof.site.docs_site import Site

    return Site.load(settings)


def _check(settings: Settings, arguments: argparse.Namespace) -> int:
    if arguments.explain:
        return _explain(arguments.explain)
    from snipproof.lint.check_options import CheckOptions
    from snipproof.lint.formats.text_format import wants_colour

    request = CheckOptions(
        format=arguments.format,
        statistics=arguments.statistics,
        baseline=arguments.baseline,
        no_baseline=arguments.no_baseline,
        update_baseline=arguments.update_baseline,
        watch=arguments.watch,
        colour=wants_colour(os.environ, is_terminal=sys.stdout.isatty()),
    )
    if arguments.watch:
        return _watch(arguments.root, request)
    from snipproof.lint.engine import check

    site = _load(settings)
    lines, code = check(site, request)
    if arguments.cache is None:
        return _tell(lines, code)
    lines = list(lines)
    baseline = request.baseline_file(settings)
    arguments.cache.save(site.inputs, [baseline.absolute()] if baseline else [], lines, code)
    return _tell(lines, code)


def _tell(lines: Iterable[str], code: int) -> int:
    try:
        for line in lines:
            _say(line)
        sys.stdout.flush()
    except BrokenPipeError:
        _hush()
    return code


def _hush() -> None:
    """Write nothing more: whoever read the output has enough (`| head`). The interpreter flushes when it ends."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _explain(wanted: str) -> int:
    from snipproof.lint.engine import known_rules
    from snipproof.lint.explain_rule import explain, find_rule

    _say(explain(find_rule(known_rules(), wanted)))
    return 0


def _watch(root: Path, request: CheckOptions) -> int:
    from snipproof.lint.recheck import watch_site

    def say(text: str) -> None:
        _say(text)
        sys.stdout.flush()

    return watch_site(root, request, say, clear=sys.stdout.isatty())


def _init(settings: Settings, arguments: argparse.Namespace) -> int:  # noqa: ARG001 (all commands are called alike)
    from snipproof.init import init

    for line in init(settings):
        _say(line)
    return 0


def _list(settings: Settings, arguments: argparse.Namespace) -> int:
    from snipproof.cli.listing import as_json, as_text

    site = _load(settings)
    if arguments.format == "json":
        _write_json(as_json(site))
    else:
        _say(as_text(site))
    return _report_problems(site)


def _extract(settings: Settings, arguments: argparse.Namespace) -> int:
    from snipproof.files import write_whole
    from snipproof.lint.engine import require_references
    from snipproof.site.manifest import manifest_bytes

    if arguments.check and arguments.output is None:
        raise SettingsError("extract --check needs --output FILE", "name the manifest to compare with")
    site = _load(settings)
    code = _report_problems(site)
    require_references(site)
    data = manifest_bytes(site)
    if arguments.output is None:
        # Bytes, since the manifest must be the same whatever the console's encoding and line ends are.
        sys.stdout.flush()
        sys.stdout.buffer.write(data)
        return code
    output: Path = arguments.output
    if arguments.check:
        return max(code, _compare(output, data))
    try:
        write_whole(output, data)
    except OSError as error:
        raise InfrastructureError(f"cannot write {output}: {error.strerror or error}") from None
    return code


def _compare(output: Path, data: bytes) -> int:
    try:
        written = output.read_bytes()
    except OSError as error:
        raise DocsError(f"{output}: cannot be read: {error.strerror}", "write it without --check") from None
    if written == data:
        return 0
    raise DocsError(f"{output} is stale: pages or Sources have changed since", "write it again without --check")


def _report_problems(site: Site) -> int:
    """Say on standard error what could not be read, and return the exit code for it."""
    for problem in sorted(site.problems):
        sys.stderr.write(f"{problem}\n")
    return 1 if site.problems else 0


def _compare_files(settings: None, arguments: argparse.Namespace) -> int:  # noqa: ARG001 (all are called alike)
    from snipproof.lint.formats.text_format import wants_colour

    try:
        from snipproof.cli.compare import CompareRequest, compare_files

        wanted = CompareRequest(
            expected=arguments.expected,
            actual=arguments.actual,
            approx=arguments.approx,
            ignore=arguments.ignore,
            unordered=arguments.unordered,
            select=arguments.select,
            shape=arguments.shape,
            captures=arguments.capture,
            colour=wants_colour(os.environ, is_terminal=sys.stdout.isatty()),
        )
        return _tell(*compare_files(wanted))
    except ModuleNotFoundError as error:
        raise _needs_extra("compare", error) from None


def _needs_extra(command: str, error: ModuleNotFoundError) -> SettingsError:
    """Return the error of a command that is used without the extra it needs; a missing module of ours is a defect."""
    if (error.name or "").startswith("snipproof"):
        raise error
    hint = "install it: pip install 'snipproof[weaviate]'"
    return SettingsError(f"{command} needs the extra 'weaviate': no module {error.name!r}", hint)


def _serve(settings: Settings, arguments: argparse.Namespace) -> int:  # noqa: ARG001 (all commands are called alike)
    try:
        from snipproof.cli.serve import serve
    except ModuleNotFoundError as error:
        raise _needs_extra("serve", error) from None
    return serve(settings)


def _write_json(value: Any) -> None:
    import json

    _say(json.dumps(value, indent=1))


def _say(text: str) -> None:
    try:
        sys.stdout.write(text + "\n")
    except UnicodeEncodeError:  # a console that does not speak the docs' language must not hide a Finding
        encoding = sys.stdout.encoding
        sys.stdout.write(text.encode(encoding, "backslashreplace").decode(encoding) + "\n")
