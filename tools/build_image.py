"""Builds a local Weaviate image FROM scratch out of a server binary, so that no image registry is needed.

    python tools/build_image.py --binary PATH --tag snipproof/weaviate:1.39.0

The binary must be static (built with ``CGO_ENABLED=0``). The image holds it, the CA certificates of this machine, and
nothing else.
"""

from __future__ import annotations

import argparse
import io
import ssl
import sys
import tarfile
from pathlib import Path

import docker

_DOCKERFILE = b"""\
FROM scratch
COPY weaviate /bin/weaviate
COPY ca-certificates.crt /etc/ssl/certs/ca-certificates.crt
COPY tmp /tmp
EXPOSE 8080 50051
ENTRYPOINT ["/bin/weaviate"]
CMD ["--host", "0.0.0.0", "--port", "8080", "--scheme", "http"]
"""


def build_image(binary: Path, tag: str) -> str:
    """Build the image ``tag`` with the engine that the environment names; returns the image's id.

    :raises docker.errors.DockerException: no engine answers, or the build fails.
    """
    certificates = ssl.get_default_verify_paths().cafile
    context = io.BytesIO()
    with tarfile.open(fileobj=context, mode="w") as tar:
        _add(tar, "Dockerfile", _DOCKERFILE, 0o644)
        _add(tar, "weaviate", binary.read_bytes(), 0o755)
        _add(tar, "ca-certificates.crt", Path(certificates).read_bytes() if certificates else b"", 0o644)
        folder = tarfile.TarInfo("tmp")
        folder.type, folder.mode = tarfile.DIRTYPE, 0o1777
        tar.addfile(folder)
    context.seek(0)
    client = docker.from_env()
    try:
        image, _ = client.images.build(fileobj=context, custom_context=True, tag=tag, rm=True)
        return str(image.id)
    finally:
        client.close()


def _add(tar: tarfile.TarFile, name: str, data: bytes, mode: int) -> None:
    info = tarfile.TarInfo(name)
    info.size, info.mode = len(data), mode
    tar.addfile(info, io.BytesIO(data))


def main() -> int:
    """Build from the command line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--binary", type=Path, required=True, help="a static weaviate-server binary")
    parser.add_argument("--tag", required=True, help="the name of the image, such as snipproof/weaviate:1.39.0")
    given = parser.parse_args()
    try:
        print(build_image(given.binary, given.tag))
    except (docker.errors.DockerException, OSError) as error:
        print(f"build_image: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
