"""What the last run found about a Region, in words for a hover and for a lens; its report is read when it changes."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from snipproof.report.entries import state_of
from snipproof.report.last_run import last_run_file, read_last_run
from snipproof.report.tree_facts import text_digest
from snipproof.text import plural

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from snipproof.model import Region, Source
    from snipproof.report.entries import ExpectationEntry, RunReport, SnippetEntry

_PROVEN = frozenset(("passed", "updated"))
_MINUTE, _HOUR, _DAY = 60, 3600, 86400
_MAX_DIFFERENCES = 5


class LastOutcomes:
    """The Outcomes and comparisons of the last run ``report``, ``None`` if there is none.

    :param now: the time from which the age of the run is counted, by default the present.
    """

    def __init__(self, report: RunReport | None, now: datetime | None = None) -> None:
        self._snippets: dict[str, SnippetEntry] = {}
        self._compared: dict[str, list[ExpectationEntry]] = {}
        self._output_of: dict[str, list[ExpectationEntry]] = {}
        self._digests: dict[str, str] = {}
        self._now = now
        self._date = ""
        self._digested: tuple[str, str] = ("", "")
        if report is None:
            return
        self._date = report["run"]["date"]
        self._snippets = {each["id"]: each for each in report["snippets"]}
        self._digests = {each["path"]: each["digest"] for each in report["run"]["sources"]}
        for expectation in report["expectations"]:
            self._compared.setdefault(expectation["id"], []).append(expectation)
            self._output_of.setdefault(expectation["snippet"], []).append(expectation)

    def brief(self, source: Source, region: Region) -> str:
        """Return ``proven 2 h ago`` for a lens, ``""`` if the last run did not see the Region."""
        snippet, compared = self._snippets.get(region.id), self._compared.get(region.id)
        if snippet is not None:
            state, ran = state_of(snippet), snippet["id"]
            word = "proven" if state in _PROVEN else state
        elif compared:
            word, ran = _worst(compared), compared[0]["snippet"]
        else:
            return ""
        changed = ", changed since" if self.is_changed(source) else ""
        return f"{word} {self._age(ran)}{changed}"

    def snippets_of(self, region: Region) -> list[str]:
        """Return the ids of the Snippets with whose output the last run compared an Expectation."""
        return list(dict.fromkeys(each["snippet"] for each in self._compared.get(region.id, ())))

    def differing(self, path: str) -> list[ExpectationEntry]:
        """Return what the last run compared with the Expectations of the file ``path`` and found to differ."""
        compared = (each for all_of_one in self._compared.values() for each in all_of_one)
        return [each for each in compared if _differs(each) and each["id"].partition("::")[0] == path]

    def is_known_failure(self, snippet: str) -> bool:
        """Return whether the ledger lists the Snippet of this id, and the last run found what it expects."""
        return snippet in self._snippets and self._snippets[snippet]["known_failure"] is not None

    def compared_with(self, snippets: Iterable[str]) -> list[ExpectationEntry]:
        """Return what the last run compared with the output of these Snippets."""
        return [each for snippet in snippets for each in self._output_of.get(snippet, ())]

    def failed(self, path: str) -> list[SnippetEntry]:
        """Return the Snippets of the Source ``path`` that failed for another reason than their output."""
        differ = {name for name, all_of_one in self._output_of.items() if any(map(_differs, all_of_one))}
        return [
            each
            for each in self._snippets.values()
            if each["source"] == path and each["error"] and each["outcome"] == "failed" and each["id"] not in differ
        ]

    def explain(self, source: Source, region: Region) -> list[str]:
        """Return the paragraphs for a hover: the Outcome, with its reason, and what was compared with what."""
        paragraphs = []
        if snippet := self._snippets.get(region.id):
            paragraphs.append(self._explain_snippet(snippet))
            outputs = self._output_of.get(region.id, ())
            paragraphs += [self._explain_comparison(each, f"Its {_output(each)}", each["id"]) for each in outputs]
        for each in self._compared.get(region.id, ()):
            paragraphs.append(self._explain_comparison(each, "This", f"{_output(each)} of {each['snippet']}"))
        if paragraphs and self.is_changed(source):
            paragraphs.append(f"`{source.path}` has changed since that run.")
        return paragraphs

    def _explain_snippet(self, snippet: SnippetEntry) -> str:
        server = snippet["server"]
        on = f" on {server['name']} {server['version']}" if server else ""
        lines = [f"**{state_of(snippet)}** {self._age(snippet['id'])}{on}, in {snippet['duration']:.2f} s."]
        if error := snippet["error"]:
            lines.append(f"Line {error['line']}: {_inline(error['reason'])}")
        return " ".join(lines)

    def _explain_comparison(self, compared: ExpectationEntry, this: str, other: str) -> str:
        outcome = compared["outcome"]
        text = f"{this} was compared with {_inline(other)}: **{outcome}**"
        if outcome in ("not compared", "excused"):
            text = f"{this} was not compared with {_inline(other)}"
        if compared["reason"]:
            text += f": {compared['reason']}"
        differences = compared["differences"]
        lines = [f"{text} ({self._age(compared['snippet'])})."]
        lines += [f"- line {each['line']}: {_inline(each['message'])}" for each in differences[:_MAX_DIFFERENCES]]
        if len(differences) > _MAX_DIFFERENCES:
            lines.append(f"- and {plural(len(differences) - _MAX_DIFFERENCES, 'more difference')}")
        return "\n".join(lines)

    def _age(self, snippet: str) -> str:
        """Return how long ago a Snippet ran; an Outcome may be of an earlier run than the last one."""
        own: Any = self._snippets.get(snippet, {})
        return age_of(own.get("date") or self._date, self._now or datetime.now(UTC))

    def is_changed(self, source: Source) -> bool:
        """Return whether a Source has another text than the one that was run."""
        expected = self._digests.get(source.path)
        if not expected:
            return False
        if self._digested[0] is not source.text:
            self._digested = source.text, text_digest(source.text)
        return self._digested[1] != expected


class LastRun:
    """What the last run with the settings in the folder ``home`` found."""

    def __init__(self, home: Path) -> None:
        self.outcomes = LastOutcomes(None)
        self._home = home
        self._seen: tuple[int, int, int] | None = None

    def read_again(self) -> bool:
        """Read the report, if it has changed, and return whether it has."""
        try:
            status = last_run_file(self._home).stat()
        except OSError:
            seen = None
        else:
            seen = status.st_ino, status.st_mtime_ns, status.st_size
        if seen == self._seen:
            return False
        self._seen = seen
        self.outcomes = LastOutcomes(read_last_run(self._home))
        return True


def age_of(date: str, now: datetime) -> str:
    """Return how long before ``now`` a ``date`` of a run report is: ``2 h ago``; the date itself if it is not one."""
    try:
        then = datetime.fromisoformat(date)
    except ValueError:
        return f"at {date}" if date else ""
    seconds = (now - (then if then.tzinfo else then.replace(tzinfo=UTC))).total_seconds()
    if seconds < _MINUTE:
        return "just now"
    if seconds < _HOUR:
        return f"{int(seconds / _MINUTE)} min ago"
    return f"{int(seconds / _HOUR)} h ago" if seconds < 2 * _DAY else f"{int(seconds / _DAY)} days ago"


def _differs(compared: ExpectationEntry) -> bool:
    return compared["outcome"] == "differs"


def _worst(compared: list[ExpectationEntry]) -> str:
    outcomes = {each["outcome"] for each in compared}
    return next((each for each in ("differs", "not compared", "excused") if each in outcomes), "matched")


def _output(compared: ExpectationEntry) -> str:
    return {"stdout": "output"}.get(compared["origin"], compared["origin"])


def _inline(text: str) -> str:
    """Return ``text`` as code of Markdown, on one line."""
    one_line = " ".join(text.split())
    return f"`` {one_line} ``" if "`" in one_line else f"`{one_line}`"
