"""The channel to a process that runs one Source after the other."""

from __future__ import annotations

import os
import sys
import textwrap

import pytest

from snipproof.processes.session_folder import SessionFolder
from snipproof.run.runners.worker_process import WorkerProcess


def test_only_responses_are_received(session: SessionFolder) -> None:
    """Whatever a Source writes to the channel is ignored; the end of the process is not."""
    code = r"""
        import os, sys
        os.write(int(sys.argv[2]), b'1\n[]\nnull\n"cat"\n{"line": 3, "time": 1}\n\xff\n' + b"[" * 100_000 + b"\n")
        os.write(int(sys.argv[2]), b'cat{"ready": true}\n{"status": 0}\nrest')
    """
    folder = session.subfolder("worker")
    command = [sys.executable, "-c", textwrap.dedent(code)]
    worker = WorkerProcess.start(command, session=session, env=dict(os.environ), cwd=folder, folder=folder)
    assert worker.receive(30) == {"ready": True}
    assert worker.receive(30) == {"status": 0}
    with pytest.raises(EOFError):
        worker.receive(30)
    assert worker.stop() == 0
