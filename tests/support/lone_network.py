"""Runs a command in a network of its own, and writes down everything that it tries to reach but loopback.

    unshare --net python lone_network.py RECORD COMMAND…

Every address leads back to this machine, where nothing listens: connections are refused at once, as if the machine were
offline, and their packets pass the loopback interface. RECORD gets a line for each host name that is looked up
(``name pypi.org``) and each address (``tcp 192.0.2.1:443``). The exit code is that of the command.
"""

from __future__ import annotations

import ipaddress
import socket
import subprocess
import sys
import threading
from pathlib import Path

_ALL_PROTOCOLS = 3  # ETH_P_ALL
_IPV4, _IPV6 = 0x0800, 0x86DD
_PROTOCOLS = {6: "tcp", 17: "udp"}


def main() -> int:
    """Set the network up, run the command, and write the record."""
    record, command = Path(sys.argv[1]), sys.argv[2:]
    for arguments in ("link set lo up", "route add local 0.0.0.0/0 dev lo", "-6 route add local ::/0 dev lo"):
        subprocess.run(["ip", *arguments.split()], check=True)
    wire = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, socket.htons(_ALL_PROTOCOLS))
    wire.bind(("lo", 0))
    wire.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 24)
    found: set[str] = set()

    def watch() -> None:
        while True:
            packet, address = wire.recvfrom(65535)
            if seen := _seen(packet, address[1]):
                found.add(seen)

    threading.Thread(target=watch, daemon=True).start()
    code = subprocess.run(command, check=False).returncode
    record.write_text("".join(f"{line}\n" for line in sorted(found)), encoding="utf-8")
    return code


def _seen(packet: bytes, kind: int) -> str | None:
    """Return what a packet is meant for, ``None`` for loopback and for answers of this machine to itself."""
    if kind == _IPV4:
        protocol, start = packet[9], (packet[0] & 15) * 4
        target = ipaddress.ip_address(packet[16:20])
    elif kind == _IPV6:
        protocol, start = packet[6], 40
        target = ipaddress.ip_address(packet[24:40])
    else:
        return None
    data = packet[start:]
    if target.is_loopback or protocol not in _PROTOCOLS or len(data) < 14:
        return None
    port = int.from_bytes(data[2:4], "big")
    if protocol == 6 and data[13] & 0x12 != 2:  # only a SYN without an ACK opens a connection
        return None
    if port == 53:
        return f"name {_name(data[8 + 12 :])}"
    return f"{_PROTOCOLS[protocol]} {target}:{port}"


def _name(question: bytes) -> str:
    labels = []
    while question and question[0]:
        labels.append(question[1 : question[0] + 1].decode("ascii", "replace"))
        question = question[question[0] + 1 :]
    return ".".join(labels)


if __name__ == "__main__":
    sys.exit(main())
