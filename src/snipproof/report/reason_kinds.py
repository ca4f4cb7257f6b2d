"""Kinds of reasons for a Snippet that is not proven, found by its Outcome and message, and what to do about each."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from snipproof.report.entries import state_of

if TYPE_CHECKING:
    from snipproof.report.entries import SnippetEntry


class ReasonKind(NamedTuple):
    """One kind of reason.

    :param title: its name, for a table.
    :param advice: what to do next: a setting, a key of a ``suite.yaml`` or a command.
    """

    title: str
    advice: str


class Reason(NamedTuple):
    """Why one Snippet is not proven.

    :param name: what its message names, such as a host, a variable or a collection; ``""`` if it names nothing.
    """

    kind: ReasonKind
    name: str = ""


UNKNOWN_HOST = ReasonKind(
    "connects to an unknown host",
    "answer for it: `[weaviate] hosts`, `[providers]`, `[downloads]` for a file; `network: documented`",
)
NOTHING_ANSWERS = ReasonKind(
    "nothing answers at the address",
    "give the server that the docs use its port: `[services.NAME] ports`, and `services` in the Suite",
)
MISSING_VARIABLE = ReasonKind(
    "an environment variable is missing", "give it a value in `env` of the Suite; a real secret goes into `run.env`"
)
MISSING_DATA = ReasonKind(
    "data is missing",
    "store the collection before: `seed` in the Suite, a fixture, or `chains` if an earlier Source creates it",
)
NOT_RECORDED = ReasonKind(
    "a request to a provider is not recorded", "record it with a key: `--snippets-providers record=HOST`"
)
MISSING_DOWNLOAD = ReasonKind("a download is missing", "name a file for it in `[downloads]`")
MISSING_FILE = ReasonKind("a file is missing", "copy it into the working directory: `files` in the Suite")
MISSING_PACKAGE = ReasonKind("a package is missing", "add it to what the lock file of the Suite pins")
MISSING_MODULE = ReasonKind(
    "the server lacks a module",
    "enable it: `ENABLE_MODULES` in the `env` of the server; `[providers]` turns on those of providers",
)
SERVER_FLAG = ReasonKind("a feature of the server is off", "turn it on: its variable in the `env` of the server")
CLUSTER = ReasonKind(
    "the server has too few nodes", "describe a cluster: `nodes` in `[services.NAME]`, `services` in the Suite"
)
IDENTITY = ReasonKind("an identity provider is missing", "let a stand-in take its place: `[oidc]` in the settings")
REMOVED_API = ReasonKind(
    "the client has no such name or argument",
    "fix the Source, or move it to a Suite whose lock file pins the version that has it",
)
AUTHORIZATION = ReasonKind(
    "a key is missing or wrong",
    "let the server accept it: `AUTHENTICATION_APIKEY_ALLOWED_KEYS` in its `env`, or `api-keys`; `env` in the Suite",
)
TIMEOUT = ReasonKind("it did not end in time", "raise `timeout` in the Suite, or find what it waits for")
COMPILE = ReasonKind("syntax, compile or type error", "fix the Source")
DIFFERS = ReasonKind("expected output differs", "run `pytest --snippets-update`, or fix the Source")
IN_COMMENT = ReasonKind("in a comment or a string", "nothing runs it: move it into code, or list it as a known failure")
NOT_REACHED = ReasonKind("never executed", "call it, or move it out of the branch that never runs")
BLOCKED = ReasonKind("behind a failure of its Source", "fix that failure first; it has its own reason")
KNOWN = ReasonKind("known failure", "remove its entry from the ledger once it passes")
TOOLCHAIN = ReasonKind("skipped: no toolchain", "install it; `--snippets-require` makes this an error")
SKIPPED = ReasonKind("skipped", "see the mark or the fixture that skips it")
NOT_RUN = ReasonKind("could not be run", "see the errors of the run, and run it again")
UNREACHED = ReasonKind("some shown lines never ran", "see `--snippets-coverage`")
DEFECT = ReasonKind("defect", "fix the Source; what stays goes into the ledger: `pytest --snippets-update-ledger`")

_HOST = r"[\w.<>-]+?"
_OUTCOMES = {
    "known failure": KNOWN,
    "unstable": KNOWN,
    "blocked": BLOCKED,
    "error": NOT_RUN,
    "unreached": UNREACHED,
}
# The first pattern that a message contains decides. Its group `name` is what to count separately.
_BY_MESSAGE = tuple(
    (kind, re.compile(pattern, re.IGNORECASE))
    for kind, pattern in (
        (MISSING_VARIABLE, r"the environment variable (?P<name>\w+), which \S+ reads, is missing"),
        (NOT_RECORDED, r"\b[A-Z]{3,7} (?P<name>[\w.-]+(?::\d+)?)\S* is not recorded in "),
        (MISSING_DOWNLOAD, r"the settings name no file for \w+://(?P<name>\S+) in \[downloads\]"),
        (UNKNOWN_HOST, r"it connects to (?P<name>[\w.-]+)[^()]*, for which no Service is configured"),
        (UNKNOWN_HOST, rf"lookup (?P<name>{_HOST})(?: on [\d.:]+)?: no such host"),
        (UNKNOWN_HOST, rf"(?:getaddrinfo \w+|UnknownHostException:) (?P<name>{_HOST})(?:[:\s]|$)"),
        (UNKNOWN_HOST, r"Failed to resolve '(?P<name>[\w.-]+)'"),
        (DIFFERS, r"^expected \w+ differs:"),
        (TIMEOUT, r"^(?:hidden code \w+ it: )?still running after "),
        (IDENTITY, r"openid-configuration|oidc is not enabled"),
        (CLUSTER, r"could not find enough weaviate nodes"),
        (MISSING_MODULE, r"no module with name \\?[\"'](?P<name>[\w-]+)"),
        (MISSING_MODULE, r"backup: (?P<name>\w+) not found, did you enable the right module"),
        (MISSING_MODULE, r"module with name (?P<name>[\w-]+) doesn't exist"),
        (MISSING_MODULE, r"VectorFromInput was called without vectorizer|Make sure a vectorizer module is configured"),
        (MISSING_MODULE, r"generate: client not found, empty provider"),
        (MISSING_DATA, r"could not find class (?P<name>\w+)|class (?P<other>\w+) (?:not found|does not exist)"),
        (MISSING_DATA, r"no such prop with name '\w+' found in class '(?P<name>\w+)'"),
        (MISSING_DATA, r"no graphql provider present|Collection configuration could not be retrieved"),
        (MISSING_DATA, r"status code: 404, error:\s*(?:None)?\W*$|Cannot query field|object not found"),
        (SERVER_FLAG, r"\b(?:enable it via|set) (?P<name>(?-i:[A-Z][A-Z0-9]*_[A-Z0-9_]+))"),
        (
            SERVER_FLAG,
            r"(?P<name>[\w ]{3,40}) is not enabled|disabled by default|only be created when (?P<other>.*) is enab",
        ),
        (AUTHORIZATION, r"\b(?:status code: |HTTP |\"code\":|'code': )40[13]\b|unauthorized|unauthenticated|forbidden"),
        (AUTHORIZATION, r"invalid api key|anonymous access not enabled"),
        (
            MISSING_PACKAGE,
            r"No module named '(?P<name>[\w.]+)'|Cannot find (?:module|package) '(?P<other>[^'./][^']*)'",
        ),
        (MISSING_PACKAGE, r"Could not resolve \"(?P<name>[^\"./][^\"]*)\"|package (?P<other>[\w.]+) does not exist"),
        (MISSING_PACKAGE, r"no required module provides package (?P<name>[^\s;]+)|pip install (?P<other>[\w\[\]-]+)"),
        (
            MISSING_FILE,
            r"(?:FileNotFoundError|ENOENT|NoSuchFileException|FileNotFoundException)\b.*?(?P<name>[^\s'\":]+)'?$",
        ),
        (MISSING_FILE, r"open (?P<name>\S+): no such file|No file found at location (?P<other>\S+)"),
        (NOTHING_ANSWERS, r"(?:dial tcp |ECONNREFUSED |Connect to \w+://)(?P<name>[\w.:\[\]-]+?):? .*refused"),
        (NOTHING_ANSWERS, r'"https://(?P<name>[^/"]+)[^"]*": http: server gave HTTP response to HTTPS client'),
        (REMOVED_API, r"(?:module|type object) '(?P<name>weaviate[\w.]*|_\w+)' has no attribute"),
        (
            REMOVED_API,
            r"TypeError: (?P<name>(?:_|Client\b|Weaviate|\w+Config\b)[\w.]*)\(\) (?:missing|takes|got an unexp)",
        ),
        (
            REMOVED_API,
            r"cannot import name '(?P<name>\w+)' from 'weaviate|TS2305: Module .*weaviate.* no exported member",
        ),
        (REMOVED_API, r"(?P<name>\w+ undefined \(type \S*weaviate|type \*?\w+\.\w+) has no field or method"),
        (COMPILE, r"^(?:hidden code \w+ it: )?(?:tsc|esbuild|javac|go|go build|go vet|vet): "),
        (COMPILE, r"finds neither a test nor a program in it"),
        (COMPILE, r"(?:Syntax|Indentation|Tab)Error: |not valid (?:Python|TypeScript|JavaScript|Go|Java)\b"),
    )
)
# Messages that do not name what they miss: their details may.
_VARIABLE = re.compile(r"the environment variable (?P<name>\w+), which \S+ reads, is missing")
_UNNAMED = re.compile(
    r"Name or service not known|Network is unreachable|no such host|refused|ConnectException|fetch failed|"
    r"Could not connect to|failed to connect to all|UNAVAILABLE"
)
_NAMED_HOST = re.compile(
    rf"looked up (?P<name>[\w.-]+)[^()]*, for which no Service is configured|getaddrinfo \w+ (?P<other>{_HOST})(?:\s|$)"
)
_NAMED_ADDRESS = re.compile(r"reachable at \w+://(?P<name>[\w.:-]+\w)")


def reason_of(snippet: SnippetEntry) -> Reason | None:
    """Return why ``snippet`` is not proven; ``None`` if it passed."""
    state, error = state_of(snippet), snippet["error"]
    text, details = (error["reason"], error["details"]) if error else ("", "")
    if state in ("passed", "updated"):
        return None
    if state in _OUTCOMES:
        blockers = re.match(r"blocked: `([^`]+)`", text) if state == "blocked" else None
        return Reason(_OUTCOMES[state], blockers[1] if blockers else "")
    return {"skipped": _skipped, "not executed": _not_executed}.get(state, _failed)(text, details)


def _failed(text: str, details: str) -> Reason:
    for kind, pattern in _BY_MESSAGE:
        if match := pattern.search(text):
            return Reason(kind, _name(match))
    if match := _VARIABLE.search(details):
        return Reason(MISSING_VARIABLE, _name(match))
    return _unreachable(text, details) if _UNNAMED.search(text) else Reason(DEFECT, _error_type(text))


def _name(match: re.Match[str]) -> str:
    found = match.groupdict()
    return found.get("name") or found.get("other") or ""


def _unreachable(text: str, details: str) -> Reason:
    if match := _NAMED_HOST.search(details):
        return Reason(UNKNOWN_HOST, _name(match))
    if match := _NAMED_ADDRESS.search(details):
        return Reason(NOTHING_ANSWERS, _name(match))
    return Reason(UNKNOWN_HOST if re.search("not known|unreachable|no such host", text) else NOTHING_ANSWERS)


def _skipped(text: str, _: str) -> Reason:
    program = re.search(r"no '([^']+)' on the PATH", text)
    return Reason(TOOLCHAIN, program[1]) if program else Reason(SKIPPED)


def _not_executed(text: str, _: str) -> Reason:
    if "not valid" in text:
        return Reason(COMPILE)
    if "no code that can be executed" in text or "the marker is not a comment" in text:
        return Reason(IN_COMMENT)
    return Reason(NOT_REACHED)


def _error_type(text: str) -> str:
    match = re.search(r"(?:^|: )(\w*(?:Error|Exception|Failure|panic))\b", text)
    return match[1] if match else ""
