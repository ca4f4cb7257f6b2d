"""Folders that cannot be used: the error names the folder, whatever the disk reports."""

from __future__ import annotations

import errno
import os
import resource
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from snipproof.errors import InfrastructureError
from snipproof.processes.disk import disk_errors, require_space


def test_an_error_of_the_disk_names_the_folder_and_the_file(tmp_path: Path) -> None:
    """The folder comes first, then the reason, then the file in it; the hint follows."""
    with pytest.raises(InfrastructureError) as caught, disk_errors(tmp_path, "make room"):
        (tmp_path / "none" / "file").write_text("x")
    assert caught.value.message == f"{tmp_path} cannot be used: No such file or directory ({tmp_path}/none/file)"
    assert caught.value.hint == "make room"
    with (
        pytest.raises(InfrastructureError, match=r"cannot be used: No space left on device$"),
        disk_errors(tmp_path, ""),
    ):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(tmp_path))


@pytest.mark.parametrize("error", [ConnectionRefusedError(111, "refused"), TimeoutError(110, "late"), OSError("words")])
def test_an_error_of_the_network_is_left_alone(tmp_path: Path, error: OSError) -> None:
    """No folder is the reason."""
    with pytest.raises(type(error)) as caught, disk_errors(tmp_path, ""):
        raise error
    assert caught.value is error


def test_space_is_measured_by_writing(tmp_path: Path) -> None:
    """A limit for the size of files counts as a full disk does, and nothing is left of the attempt."""
    require_space(tmp_path, "")
    code = f"""
        import resource
        from pathlib import Path
        from snipproof.processes.disk import require_space
        resource.setrlimit(resource.RLIMIT_FSIZE, (4096, {resource.RLIM_INFINITY}))
        require_space(Path({str(tmp_path)!r}), "make room")
    """
    done = subprocess.run([sys.executable, "-c", textwrap.dedent(code)], capture_output=True, text=True, check=False)
    assert f"InfrastructureError: {tmp_path} cannot be used: File too large" in done.stderr
    assert list(tmp_path.iterdir()) == []
