# SPDX-License-Identifier: GPL-2.0-or-later
"""A syslog daemon's /dev/log for one daemon under test: every line with the time it was sent."""
import os
import re
import socket
import struct
import threading
import time
from dataclasses import dataclass

from lib_util import CLONE_NEWNET, Events, in_thread, unshare

_LINE = re.compile(r"<(\d+)>(?:\w{3} [ \d]\d \d\d:\d\d:\d\d )?([^:\[\s]+)(?:\[(\d+)\])?: ?(.*)", re.DOTALL)
LEVELS = ("emerg", "alert", "crit", "err", "warning", "notice", "info", "debug")
SO_RCVBUFFORCE, SO_TIMESTAMPNS = 33, 35


@dataclass
class Line:
    time: float
    level: str
    ident: str
    pid: int
    text: str

    def __str__(self):
        return f"{self.time:.3f} {self.level:7} {self.ident}[{self.pid}]: {self.text}"


def _roomy_socket():
    """A socket that many datagrams may wait in: how many is a setting of the network namespace it was made in, often 10."""
    unshare(CLONE_NEWNET)
    with open("/proc/sys/net/unix/max_dgram_qlen", "w") as file:
        file.write("10000\n")
    return socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC)


class Syslog(Events):
    """Collects what is sent to FOLDER/log."""

    def __init__(self, folder):
        super().__init__()
        self._socket = in_thread(_roomy_socket)
        self._socket.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, 8 << 20)
        self._socket.setsockopt(socket.SOL_SOCKET, SO_TIMESTAMPNS, 1)
        self._clock = time.monotonic() - time.time()
        fd = os.open(folder, os.O_PATH)
        try:  # by way of the descriptor, because a socket's path may have 107 bytes only
            self._socket.bind(f"/proc/self/fd/{fd}/log")
        finally:
            os.close(fd)
        os.chmod(os.path.join(folder, "log"), 0o666)
        self._thread = threading.Thread(target=self._collect, daemon=True)
        self._thread.start()

    def _collect(self):
        while True:
            data, control, _, _ = self._socket.recvmsg(65536, 64)
            if not data:
                return
            # The kernel's time of sending: the test itself may come late to read it.
            seconds, nanoseconds = struct.unpack("qq", control[0][2][:16])
            sent = seconds + nanoseconds / 1e9 + self._clock
            text = data.decode(errors="replace").rstrip("\n\0")
            match = _LINE.match(text)
            if match:
                level = LEVELS[int(match[1]) & 7]
                self.append(Line(sent, level, match[2], int(match[3] or 0), match[4]))
            else:
                self.append(Line(sent, "?", "?", 0, text))

    def close(self):
        self._socket.shutdown(socket.SHUT_RD)
        self._thread.join()
        self._socket.close()

    def wait_line(self, pattern, timeout=5, since=0.0):
        """The first line whose text (or "ident[pid]: text") matches the regular expression anywhere."""
        wanted = re.compile(pattern)
        return self.wait(lambda line: wanted.search(f"{line.ident}[{line.pid}]: {line.text}") or wanted.search(line.text),
                         timeout, since, f"log line /{pattern}/")

    def lines(self, pattern="", since=0.0):
        wanted = re.compile(pattern)
        return [line for line in self if line.time >= since and wanted.search(line.text)]

    def __str__(self):
        return "\n".join(map(str, self))
