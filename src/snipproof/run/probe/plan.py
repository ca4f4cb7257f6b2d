"""Plans the probes of a Source, and what a run must report for each of its Regions to be proven.

A statement of a Region gets a probe before it, which reports its number: the run stands at that statement now. So does
every other statement of a function that holds such a statement, so that leaving a Region is noticed on every way: at
its END, in the next round of a loop, in a handler. A function that holds one reports when it is entered and left.

The rule that decides which reports a Region needs is in ``docs/docs/guide/proven.mdx``.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import NamedTuple

from snipproof.model import Region, Segment
from snipproof.syntax.statements import (
    LEAVING,
    NEVER_DONE,
    Function,
    Statement,
    StatementKind,
    StatementList,
    functions,
    walk,
)


class Signal(StrEnum):
    """What a run can report."""

    AT = "at"  # the statement begins
    DONE = "done"  # the statement has ended, and the next one follows
    LEFT = "left"  # the statement has returned from its function, or handed over a value
    ENTER = "enter"  # the function was called, and its body begins
    MADE = "made"  # an object of the class was made
    EXIT = "exit"  # an activation of a function has ended
    RETURNED = "returned"  # the function has ended without an error
    FAILED = "failed"  # an error has left its function while the statement ran
    CLOSED = "closed"  # the function was cancelled, or nobody wants another value of the generator
    CAUGHT = "caught"  # an error that has left the function, or any error, has come to a handler


Report = tuple[Signal, int]
Handler = StatementList | Function | Statement


class Requirement(NamedTuple):
    """One thing that a run must have reported: any of ``reports``.

    :param line: the line to name if it has not.
    :param problem: what is wrong then: ``line 3 never ran``.
    :param given: the report without which nothing is required.
    """

    reports: frozenset[Report]
    line: int
    problem: str
    given: Report | None = None


# Kinds that raise an error on purpose, and declarations inside a function.
_MAY_FAIL = frozenset((StatementKind.RAISE, StatementKind.EXIT, StatementKind.NOTHING))


@dataclass(frozen=True, slots=True)
class RegionPlan:
    """What proves one Region.

    :param statements: the numbers of its statements. A run that stands at one of them is inside the Region.
    :param handlers: the numbers of its handlers, as events name them: an error that comes to one is not a fault.
    :param nothing: why nothing in it can run, else ``""``.
    """

    statements: frozenset[int]
    requirements: tuple[Requirement, ...]
    handlers: frozenset[str] = frozenset()
    nothing: str = ""


@dataclass(frozen=True, slots=True)
class Plan:
    """The plan of one Source.

    :param regions: by the name of the Region.
    :param lines: the first line of each statement of a Region, by its number: what a run can cover.
    :param functions: the first and the last line of each function, by its name; ``""`` for function literals.
    :param handling: the numbers of those statements that run only after an error.
    :param idle: the numbers of those of whom nothing runs, such as a bare string.
    """

    regions: Mapping[str, RegionPlan]
    lines: Mapping[int, int]
    functions: Mapping[str, Sequence[tuple[int, int]]]
    handling: frozenset[int] = frozenset()
    idle: frozenset[int] = frozenset()


@dataclass(slots=True)
class Probes:
    """The probes that follow from a plan.

    :param statements: the number of each statement that needs a probe, 0 if it is in no Region.
    :param groups: for each number, that of the set of Regions that hold it; the probe of a statement in another group
        enters or leaves a Region.
    :param done: the statements after which a probe stands too.
    :param functions: the number of each function that reports when it is entered and left.
    :param classes: the number of each class that reports when an object of it is made.
    :param handlers: the number of each place that reports which error has come to it: the block of a handler, a
        function literal that handles errors, or a statement in which a call expects one.
    :param raising: statements in a row that may raise an error, with the name of the Region that announces it.
    :param parts: the other statements at the top level in rows, from the first Region on: those of one Region, or one
        hidden statement, with the name ``""``. After an error the run can go on behind its part.
    :param divided: what holds the parts.
    """

    statements: dict[Statement, int] = field(default_factory=dict)
    groups: dict[int, int] = field(default_factory=dict)
    done: set[Statement] = field(default_factory=set)
    functions: dict[Function, int] = field(default_factory=dict)
    classes: dict[Statement, int] = field(default_factory=dict)
    handlers: dict[Handler, int] = field(default_factory=dict)
    raising: list[tuple[str, list[Statement]]] = field(default_factory=list)
    parts: list[tuple[str, list[Statement]]] = field(default_factory=list)
    divided: StatementList | None = None


def make_plan(root: StatementList, regions: Sequence[Region], main: StatementList | None = None) -> tuple[Plan, Probes]:
    """Return the plan for ``regions``, those of the Snippets of a Source, and the probes that it needs.

    :param root: the statements of the Source.
    :param main: those that are divided into parts instead of ``root``, if a Region shows one of them.
    """
    planner = _Planner(root, regions)
    named: dict[str, list[tuple[int, int]]] = {}
    for function in functions(root):
        named.setdefault(function.name, []).append((function.first, function.last))
    plans = {region.name: planner.plan(region) for region in regions}
    planner.divide(regions, main)
    numbers = planner.probes.statements
    handling = frozenset(numbers.get(statement, 0) for statement in _handling(root)) - {0}
    idle = frozenset(number for statement, number in numbers.items() if statement.kind is StatementKind.NOTHING) - {0}
    return Plan(plans, planner.lines(), named, handling, idle), planner.probes


class _Planner:
    def __init__(self, root: StatementList, regions: Sequence[Region]) -> None:
        self.probes = Probes()
        self._root = root
        self._functions = list(functions(root))
        self._numbers = itertools.count(1)
        shown: dict[Statement, frozenset[str]] = {}
        for body in (root, *(function.body for function in self._functions)):
            for statement in walk(body):
                names = frozenset(r.name for r in regions if any(_overlaps(s, statement) for s in r.segments))
                if names and statement.kind is not StatementKind.EXPRESSION:
                    shown[statement] = names
        groups: dict[frozenset[str], int] = {}
        for function in (None, *self._functions):
            body = function.body if function else root
            inside = list(walk(body))
            literal = (
                function is not None
                and function.is_expression
                and (function.name or function.fails or function.handles)
                and _is_shown(function, regions)
            )
            if not literal and not any(statement in shown for statement in inside):
                continue
            if function:
                self.probes.functions[function] = next(self._numbers)
            for statement in inside:
                if statement.declared:
                    continue
                names = shown.get(statement, frozenset())
                number = next(self._numbers) if names else 0
                self.probes.statements[statement] = number
                self.probes.groups[number] = groups.setdefault(names, len(groups) + 1) if names else 0
        self._shown = shown

    def divide(self, regions: Sequence[Region], main: StatementList | None) -> None:
        """Find the parts behind which the run can go on after an error."""
        self.probes.divided = main if main and any(s in self._shown for s in walk(main)) else self._root
        announced = {statement for _, row in self.probes.raising for statement in row}
        last = ""
        for statement in self.probes.divided.statements:
            name = next((region.name for region in regions if region.name in self._shown.get(statement, ())), "")
            if statement in announced or statement not in self.probes.statements:
                last = ""
            elif name and name == last:
                self.probes.parts[-1][1].append(statement)
            elif name or self.probes.parts or announced:
                self.probes.parts.append((name, [statement]))
                last = name

    def lines(self) -> dict[int, int]:
        return {number: statement.first for statement, number in self.probes.statements.items() if number}

    def plan(self, region: Region) -> RegionPlan:
        """Return the plan of one Region."""
        inside = [s for s, names in self._shown.items() if region.name in names]
        requirements = list(self._of_block(region, self._root, required=True))
        for segment in region.segments:
            requirements += self._end_of(region, segment)
            if "raises" in region.attributes:
                for block in _blocks_at(self._root, segment):
                    row = [s for s in block.statements if _overlaps(segment, s) and s in self.probes.statements]
                    self.probes.raising.append((region.name, row))
        nothing = ""
        if not requirements or all(statement.kind is StatementKind.NOTHING for statement in inside):
            nothing = "it shows no code that can be executed, so nothing proves it"
        numbers = frozenset(self.probes.statements[s] for s in inside if s in self.probes.statements)
        handlers: frozenset[str] = frozenset()
        if any(signal is Signal.CAUGHT for requirement in requirements for signal, _ in requirement.reports):
            handlers = frozenset(self._handlers(region, inside))
        unique = {(requirement.reports, requirement.given): requirement for requirement in reversed(requirements)}
        ordered = sorted(unique.values(), key=lambda requirement: requirement.line)
        return RegionPlan(numbers, tuple(ordered), handlers, nothing)

    def _handlers(self, region: Region, inside: Sequence[Statement]) -> Iterator[str]:
        """Yield the number of each place that ``region`` shows and an error may come to."""
        found: list[Handler] = [statement for statement in inside if statement.expects]
        for statement in inside:
            found += [block for block in statement.blocks if block.handles and region.shows(block.first)]
            found += [f for f in statement.functions if f.handles and region.shows(f.first)]
        yield from (str(self._number_of(handler)) for handler in found)

    def _number_of(self, handler: Handler) -> int:
        if handler not in self.probes.handlers:
            self.probes.handlers[handler] = next(self._numbers)
        return self.probes.handlers[handler]

    def _of_block(self, region: Region, block: StatementList, *, required: bool) -> Iterator[Requirement]:
        """Yield what the statements of ``region`` in ``block`` require.

        :param required: whether the block has to be entered.
        """
        for statement in block.statements:
            if region.name not in self._shown.get(statement, ()):
                yield from self._around(region, statement, required=required)
                continue
            if (
                required
                and statement.kind not in (StatementKind.NOTHING, StatementKind.FUNCTION)
                and not statement.declared
            ):
                number = self.probes.statements[statement]
                yield Requirement(frozenset({(Signal.AT, number)}), statement.first, "")
            for inner in statement.blocks:
                yield from self._of_block(region, inner, required=required and not inner.branch)
            methods = statement.kind is StatementKind.CLASS
            for function in statement.functions:
                yield from self._of_function(region, function, required=required and not (methods and function.name))
            if methods and required:
                yield from self._of_class(statement)

    def _around(self, region: Region, statement: Statement, *, required: bool) -> Iterator[Requirement]:
        """Yield what ``region`` requires inside a statement whose head it does not show."""
        begun = False
        for inner in statement.blocks:
            # Of several branches in a row, the Region begins in the first one: that one must be taken.
            yield from self._of_block(region, inner, required=required and not (begun and inner.branch))
            begun = begun or any(region.name in self._shown.get(s, ()) for s in walk(inner))
        for function in statement.functions:
            yield from self._of_function(region, function, required=required)

    def _of_function(self, region: Region, function: Function, *, required: bool) -> Iterator[Requirement]:
        """Yield what ``region`` requires of a function. One with a name must be called if its head is shown."""
        if not function.counts:
            return
        head = function in self.probes.functions and region.shows(function.first)
        required = required and (bool(function.name) or not head)
        if head and required:
            number, what = self.probes.functions[function], f"`{function.name}`"
            yield Requirement(frozenset({(Signal.ENTER, number)}), function.first, f"{what} is never called")
            if function.returns:
                ends = {(Signal.CAUGHT, number), (Signal.CLOSED, number)}
                for each in self._completed(region, function.body, f"{what} never returned", rounds=True):
                    yield each._replace(reports=each.reports | ends)
        if head:
            yield from self._without_error(region, function)
        yield from self._of_block(region, function.body, required=required)

    def _without_error(self, region: Region, function: Function) -> Iterator[Requirement]:
        """Yield, for each statement of a function, that no error leaves it that nothing shown handles."""
        number = self.probes.functions[function]
        reports = frozenset({(Signal.RETURNED, number), (Signal.CAUGHT, number)})
        problem = "an error left line {} and was caught by hidden code"
        for statement in walk(function.body):
            if region.name in self._shown.get(statement, ()) and statement.kind not in _MAY_FAIL:
                given = (Signal.FAILED, self.probes.statements.get(statement, 0))
                yield Requirement(reports, statement.first, problem.format(statement.first), given)
        if function.is_expression:
            yield Requirement(reports, function.first, problem.format(function.first), (Signal.ENTER, number))

    def _of_class(self, statement: Statement) -> Iterator[Requirement]:
        """Yield the requirement that a class with methods is used."""
        methods = [
            self.probes.functions[f] for f in statement.functions if f.name and f.counts and f in self.probes.functions
        ]
        if methods:
            number = self.probes.classes.setdefault(statement, next(self._numbers))
            reports = {*((Signal.ENTER, method) for method in methods), (Signal.MADE, number)}
            yield Requirement(frozenset(reports), statement.first, "the class is never used")

    def _end_of(self, region: Region, segment: Segment) -> Iterator[Requirement]:
        """Yield the requirement that a Segment is left at its END, or by one of its own statements that leaves."""
        found = []
        for block in _blocks_at(self._root, segment):
            shown = StatementList(block.node, [s for s in block.statements if _overlaps(segment, s)])
            found += list(self._completed(region, shown, "it was never left at its END marker"))
        if found:  # of branches in a row, a run takes one
            yield found[-1]._replace(reports=frozenset().union(*(each.reports for each in found)))

    def _completed(
        self, region: Region, block: StatementList, problem: str, *, rounds: bool = False
    ) -> Iterator[Requirement]:
        """Yield the requirement that the last statement of ``block`` has ended, or that one of it has left.

        :param rounds: whether one round of a loop without an end is enough.
        """
        running = [s for s in block.statements if s.kind is not StatementKind.NOTHING and s in self.probes.statements]
        if not running:
            return
        last = running[-1]
        for body in last.blocks if last.endless and rounds else ():
            yield from self._completed(region, body, problem)
            return
        reports = set(self._leaving(region, StatementList(block.node, running)))
        for statement in running:
            if statement.defers and region.name in self._shown.get(statement, ()):
                named = (f for f in self._functions if f.name == statement.defers)
                for function in statement.functions or named:
                    if function.recovers:
                        reports.add((Signal.CAUGHT, self._number_of(function)))
        if last.kind not in NEVER_DONE:
            self.probes.done.add(last)
            reports.add((Signal.DONE, self.probes.statements[last]))
        yield Requirement(frozenset(reports), last.last, problem)

    def _leaving(self, region: Region, block: StatementList) -> Iterator[Report]:
        """Yield the reports of statements of ``region`` in ``block`` that leave it."""
        for statement in _leaving(block):
            if region.name in self._shown.get(statement, ()):
                number = self.probes.statements[statement]
                hands = statement.kind in (StatementKind.RETURN, StatementKind.YIELD)
                yield (Signal.LEFT if hands else Signal.AT), number


def _leaving(block: StatementList, caught: frozenset[StatementKind] = frozenset()) -> Iterator[Statement]:
    """Yield the statements in ``block`` that leave it; a ``break`` leaves only its loop."""
    for statement in block.statements:
        if statement.kind in LEAVING - caught:
            yield statement
        for inner in statement.blocks:
            if statement.kind is not StatementKind.CLASS:
                yield from _leaving(inner, caught | statement.catches)
        # A function that ends the process takes those along that call it.
        for function in statement.functions:
            yield from (each for each in _leaving(function.body) if each.kind is StatementKind.EXIT)


def _blocks_at(block: StatementList, segment: Segment) -> list[StatementList]:
    """Return the innermost block that holds the last statement of ``segment`` and the END marker behind it.

    Where that is a branch, and the branches before it are shown too, return all of them.
    """
    found: list[StatementList] = []
    for statement in block.statements:
        shown = statement.kind is not StatementKind.EXPRESSION and _overlaps(segment, statement)
        if shown:
            found = [block]
        # Where the marker stands inside the statement, it closes the Segment in one of its blocks.
        if shown and statement.last <= segment.last:
            continue
        branches: list[StatementList] = []
        for inner in (*statement.blocks, *(function.body for function in statement.functions)):
            if at := _blocks_at(inner, segment):
                found = [*branches, *at] if inner.branch and not shown else at
                branches += at
    return found


def _handling(block: StatementList) -> Iterator[Statement]:
    """Yield the statements in ``block`` that run only after an error."""
    for body in (block, *(function.body for function in functions(block))):
        waiting = [(body, False)]
        while waiting:
            inside, handles = waiting.pop()
            handles = handles or inside.on_error or _only_raises(inside)
            if handles:
                yield from inside.statements
            waiting += [(inner, handles) for statement in inside.statements for inner in statement.blocks]


def _only_raises(block: StatementList) -> bool:
    """Return whether a branch ends in an error: ``if (!response.ok) { throw … }``."""
    last = block.statements[-1].kind if block.branch and block.statements else StatementKind.PLAIN
    return last in (StatementKind.RAISE, StatementKind.EXIT)


def _overlaps(segment: Segment, statement: Statement) -> bool:
    return statement.first <= segment.last and statement.head >= segment.first


def _is_shown(function: Function, regions: Sequence[Region]) -> bool:
    return any(s.first <= function.last and s.last >= function.first for r in regions for s in r.segments)
