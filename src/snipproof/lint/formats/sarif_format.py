"""The report as SARIF 2.1.0, the OASIS format that code hosts and editors read."""

from __future__ import annotations

import hashlib
import json
import os
from typing import TYPE_CHECKING, Any
from urllib.parse import quote_from_bytes

from snipproof import __version__
from snipproof.lint.baseline import key_of
from snipproof.lint.check_result import workspace_prefix
from snipproof.lint.explain_rule import GUIDE, explain
from snipproof.model import Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from snipproof.lint.check_result import CheckResult
    from snipproof.lint.rules.base import Rule
    from snipproof.model import Finding

_SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"


def lines(result: CheckResult) -> Iterator[str]:
    """Return the log with one run in it: all rules, and a result for each Finding."""
    positions = {rule: position for position, rule in enumerate(result.rules)}
    prefix = workspace_prefix(result.root)
    run = {
        "tool": {
            "driver": {
                "name": "snipproof",
                "version": __version__,
                "rules": [_rule(rule) for rule in result.rules.values()],
            }
        },
        "columnKind": "unicodeCodePoints",
        "results": [_result(finding, prefix, positions) for finding in result.findings],
    }
    yield json.dumps({"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}, indent=1)


def _rule(rule: Rule) -> dict[str, Any]:
    # No helpUri: it must be absolute, and the guide has no address that is the same for all. Its text is here.
    off = rule.severity is Severity.OFF
    explanation = explain(rule)
    return {
        "id": rule.id,
        "name": rule.name,
        "shortDescription": {"text": rule.summary},
        "help": {"text": explanation, "markdown": explanation},
        "defaultConfiguration": {"enabled": not off, "level": "note" if off else str(rule.severity)},
        "properties": {"documentation": GUIDE},
    }


def _result(finding: Finding, prefix: str, positions: dict[str, int]) -> dict[str, Any]:
    message = f"{finding.message}\nhint: {finding.hint}" if finding.hint else finding.message
    uri = quote_from_bytes(os.fsencode(prefix + finding.path))
    fingerprint = hashlib.sha256("\0".join(key_of(finding)).encode("utf-8", "surrogatepass")).hexdigest()
    result: dict[str, Any] = {
        "ruleId": finding.rule,
        "level": str(finding.severity),
        "message": {"text": message},
        "locations": [
            {
                "physicalLocation": {
                    "artifactLocation": {"uri": uri},
                    "region": {"startLine": finding.line, "startColumn": finding.column},
                }
            }
        ],
        # The same Finding keeps it when lines move, as in a baseline.
        "partialFingerprints": {"snipproof/v1": fingerprint},
    }
    if finding.rule in positions:
        result["ruleIndex"] = positions[finding.rule]
    return result
