# SPDX-License-Identifier: GPL-2.0-or-later
"""The service manager as a peer that may be slow, away or full."""
import os
import signal
import socket

import pytest

from lib_util import CLONE_NEWNET, in_thread, unshare, wait_until
from test_parent_life import config

MESSAGES_MAX = 10


def small_socket():
    """How many datagrams may wait is a setting of the network namespace in which the socket was made."""
    unshare(CLONE_NEWNET)
    with open("/proc/sys/net/unix/max_dgram_qlen", "w") as file:
        file.write(f"{MESSAGES_MAX}\n")
    return socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)


class Manager:
    """The receiving side of sd_notify, with a queue that is soon full."""

    def __init__(self, folder):
        self.fd = os.open(folder, os.O_PATH)
        self.open()

    def open(self):
        self.socket = in_thread(small_socket)
        self.socket.bind(f"/proc/self/fd/{self.fd}/notify")
        self.socket.settimeout(10)

    def fill(self):
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_NONBLOCK) as filler:
            filler.connect(f"/proc/self/fd/{self.fd}/notify")
            with pytest.raises(BlockingIOError):
                while True:
                    filler.send(b"FILL=1")

    def next(self):
        """What the next message says, as a dictionary."""
        return dict(line.split("=", 1) for line in self.socket.recv(4096).decode().splitlines())

    def wait(self, word):
        """The next message that has this word, and the words of those before it."""
        before = []
        while word not in (message := self.next()):
            before += message
        return message, before

    def close(self):
        self.socket.close()
        os.close(self.fd)


@pytest.fixture
def host(lab):
    return lab.host("director", "10.0.0.36/24")


def managed(lab, host, config_, watchdog=600000):
    daemon = lab.daemon(host, config_, env={"NOTIFY_SOCKET": "/run/notify", "WATCHDOG_USEC": str(watchdog)}, start=False)
    manager = Manager(daemon.path("/run"))
    lab.defer(manager.close)
    return daemon, manager


def test_a_manager_that_does_not_read(lab, host):
    daemon, manager = managed(lab, host, config(priority=250))
    wire = lab.capture(host)
    manager.fill()
    daemon.start()
    daemon.wait_log("^Startup complete")
    wire.wait_advert(priority=250)
    daemon.configure(config(priority=249))
    assert daemon.run([daemon.binary, "--reload"], timeout=15).returncode == 0
    wire.wait_advert(priority=249)
    daemon.send_signal(signal.SIGHUP)                       # a third, to be sure of more than one that waits
    wait_until(lambda: len(daemon.log.lines("^Reload complete")) == 2)
    # Once it reads, it is told everything in order, and that we live.
    for word in ("READY", "RELOADING", "READY", "RELOADING", "READY"):
        _, before = manager.wait(word)
        assert not {"READY", "RELOADING", "STOPPING"} & set(before), before
    assert manager.wait("WATCHDOG")[0] == {"WATCHDOG": "1"}
    manager.fill()
    assert daemon.stop() == 0


def test_a_manager_that_starts_anew(lab, host):
    daemon, manager = managed(lab, host, config())
    daemon.start()
    manager.wait("READY")
    manager.socket.close()
    daemon.send_signal(signal.SIGHUP)
    daemon.wait_log("^Reload complete")
    daemon.path("/run/notify").unlink()
    manager.open()
    manager.wait("WATCHDOG")
    daemon.send_signal(signal.SIGTERM)
    manager.wait("STOPPING")
    assert daemon.process.wait(10) == 0
