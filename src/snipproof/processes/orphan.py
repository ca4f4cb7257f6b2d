"""Ends a process whose parent was killed, so that its own processes end as well: each of them has a keeper."""

from __future__ import annotations

import os
import signal
import threading
import time

_INTERVAL = 0.5
_GRACE = 2.0  # seconds to end by itself


def end_with_parent() -> None:
    """Watch the parent of this process in a thread; kill this process if it still runs two seconds after its parent."""
    threading.Thread(target=_watch, args=(os.getppid(),), name="snipproof-orphan", daemon=True).start()


def _watch(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(_INTERVAL)
    time.sleep(_GRACE)
    os.kill(os.getpid(), signal.SIGKILL)
