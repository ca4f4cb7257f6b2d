"""Another distribution that adds a language, as its author writes it: installed in a folder for ``PYTHONPATH``."""

from __future__ import annotations

from pathlib import Path

MODULE = '''\
"""A language of lines: ``print TEXT`` and ``fail TEXT``; everything after a ``#`` is a comment."""

from snipproof.api import (
    Crash, Language, ProbeEvent, Probed, Program, Runner, SourceRun, Termination,
)

TOY = Language(
    name="toy",
    title="Toy",
    extensions=(".toy",),
    display_languages=("toy",),
    comment_tokens=("#",),
    runner="toy_lang:ToyRunner",
)


class ToyRunner(Runner):
    """Interprets the Sources in this process."""

    def provision(self):
        self.context.log("toy: nothing to install")

    def probe(self, source, text):
        lines = text.split("\\n")
        for marker in source.region_markers:
            lines[marker.line - 1] = f"probe {marker.line}"
        return Probed("\\n".join(lines))

    def build(self, programs):
        assert all(isinstance(program, Program) for program in programs)

    def execute(self, program):
        events, chunks, crashes = [], [""], []
        for number, line in enumerate(program.probed.text.split("\\n"), 1):
            word, _, rest = line.partition("#")[0].strip().partition(" ")
            if word == "probe":
                events.append(ProbeEvent(int(rest), float(number)))
                chunks.append("")
            elif word == "print":
                chunks[-1] += rest + "\\n"
            elif word == "fail":
                crashes.append(Crash("ToyError", rest, (number,), "", len(events)))
                break
        return SourceRun(
            Termination.EXITED, int(bool(crashes)), events=tuple(events), chunks=tuple(chunks), crashes=tuple(crashes)
        )
'''
METADATA = "Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n"


def install(folder: Path, *, name: str = "toy-lang", entry: str = "toy = toy_lang:TOY", module: str = MODULE) -> None:
    """Write the distribution into ``folder``: its module, and the metadata that an installer writes."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "toy_lang.py").write_text(module, encoding="utf-8")
    info = folder / f"{name.replace('-', '_')}-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text(METADATA.format(name=name), encoding="utf-8")
    (info / "entry_points.txt").write_text(f"[snipproof.languages]\n{entry}\n", encoding="utf-8")
