"""What the keys of a watcher do."""

from __future__ import annotations

from typing import TYPE_CHECKING

from snipproof.watch.inputs import QUIT
from snipproof.watch.screen import HELP
from snipproof.watch.updating import review_on

if TYPE_CHECKING:
    from snipproof.watch.work import Work

_ENTER = ("\r", "\n")
_ERASE = ("\x7f", "\b")


class Keys:
    """Handles the keys that a user presses."""

    def __init__(self, work: Work) -> None:
        self._work = work

    def press(self, key: str) -> bool:
        """Handle a key; return whether to go on."""
        work, screen = self._work, self._work.screen
        if key in QUIT:
            return False
        if key in ("h", "?"):
            screen.line(HELP)
        elif key == "p":
            work.pattern = self._prompt("text in the id of a Snippet, empty for all: ").strip()
            screen.line(f"filter: {work.pattern or 'none'}")
        elif key == "u":
            work.update(review_on(work.session.proving, screen.write, self._prompt))
        elif key in (*_ENTER, "a", "f") and work.read():
            self._run(key)
        return True

    def _run(self, key: str) -> None:
        work = self._work
        sources = work.tree.sources()
        if key == "f":
            if not work.failed:
                work.screen.line("nothing has failed")
                return
            failed = {name.partition("::")[0] for name in work.failed}
            work.run([path for path in sources if path in failed], sorted(work.failed))
        elif key == "a":
            work.run(sources)
        else:
            work.run([path for path in sources if path in work.last])

    def _prompt(self, question: str) -> str:
        """Return the line that the user writes, ``""`` at its end (Ctrl-D)."""
        screen = self._work.screen
        screen.write(question)
        answer = ""
        while True:
            key = self._work.events.next_key()
            if key in (*_ENTER, "\x04"):
                screen.write("\n")
                return "" if key == "\x04" else f"{answer}\n"
            if key in _ERASE and answer:
                answer = answer[:-1]
                screen.write("\b \b")
            elif key.isprintable():
                answer += key
                screen.write(key)
