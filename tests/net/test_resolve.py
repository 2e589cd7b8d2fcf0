# SPDX-License-Identifier: GPL-2.0-or-later
"""The mail server's name: asked for by a process of its own, unprivileged, killed when it takes too long, and waited for by nobody."""
import os
import pwd
import signal
import socket
import struct
import threading
import time

import pytest

from lib_util import MS_BIND, mount, wait_until
from test_parent_life import config, status

NAME, SERVER = "mail.example.net", "10.0.0.53"


class NameServer:
    """Answers each question for an A record with these addresses, and all others with none; or says nothing at all."""

    def __init__(self, host, addresses):
        with host.inside():
            self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            self.socket.bind((SERVER, 53))
        self.addresses = addresses
        self.asked = []                                     # times and names
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def _serve(self):
        while True:
            question, sender = self.socket.recvfrom(512)
            if not question:
                return
            end = question.index(b"\0", 12)
            name, kind = question[12:end], struct.unpack_from("!H", question, end + 1)[0]
            self.asked.append((time.monotonic(), name))
            if self.addresses is None:
                continue
            found = self.addresses if kind == 1 else []
            answer = question[:2] + struct.pack("!5H", 0x8180, 1, len(found), 0, 0) + question[12:end + 5]
            for address in found:
                answer += struct.pack("!3HIH", 0xc00c, 1, 1, 60, 4) + socket.inet_aton(address)
            self.socket.sendto(answer, sender)

    def close(self):
        try:
            self.socket.shutdown(socket.SHUT_RD)            # wakes the thread, and then complains
        except OSError:
            pass
        self._thread.join()
        self.socket.close()


@pytest.fixture
def host(lab):
    return lab.host("director", "10.0.0.36/24", f"{SERVER}/24")


def daemon_of(lab, host, name=NAME, more="", resolver="timeout:3 attempts:3"):
    """Not started yet; its name service asks the server above."""
    daemon = lab.daemon(host, config(f"smtp_server {name}\n\t{more}", priority=250), args=("-n", "-D"), start=False)
    for file, text in (("resolv.conf", f"nameserver {SERVER}\noptions {resolver}\n"), ("nsswitch.conf", "hosts: dns\n")):
        daemon.path(f"/etc/keepalived/{file}").write_text(text)
        daemon.inside(mount, f"/etc/keepalived/{file}", os.path.realpath(f"/etc/{file}"), None, MS_BIND)
    return daemon


def name_server(lab, host, addresses):
    server = NameServer(host, addresses)
    lab.defer(server.close)
    return server


def helpers(daemon):
    """The process ids of those that look up."""
    found = []
    for pid in daemon.processes():
        try:
            with open(f"/proc/{pid}/environ", "rb") as file:
                if b"KEEPALIVED_ROLE=resolve" in file.read().split(b"\0"):
                    found.append(pid)
        except OSError:
            pass
    return found


def parent_data(daemon):
    file = daemon.path("/tmp/keepalived_parent.data")
    file.unlink(missing_ok=True)
    daemon.send_signal(signal.SIGUSR1)
    wait_until(file.exists)
    return file.read_text()


def test_a_name_that_is_known(lab, host):
    server = name_server(lab, host, ["192.0.2.25", "192.0.2.26"])
    daemon = daemon_of(lab, host).start()
    daemon.wait_log("^Startup complete")
    wait_until(lambda: f" Mail server = {NAME}, 192.0.2.25\n" in parent_data(daemon))
    assert {name for _, name in server.asked} == {b"\4mail\7example\3net"}
    wait_until(lambda: not helpers(daemon))
    assert not daemon.log.lines("smtp_server .*:")
    # A reload that names another one asks anew, and forgets the first at once.
    server.addresses = None
    daemon.configure(config("smtp_server other.example.net", priority=250))
    assert daemon.run([daemon.binary, "--reload"]).returncode == 0
    wait_until(lambda: b"\5other\7example\3net" in {name for _, name in server.asked})
    assert " Mail server = other.example.net, is being looked up\n" in parent_data(daemon)
    assert daemon.stop() == 0                               # while one is under way, and that ends with us


def test_the_helper_can_do_nothing(lab, host):
    server = name_server(lab, host, None)
    daemon = daemon_of(lab, host).start()
    wait_until(lambda: server.asked)
    helper, = helpers(daemon)
    seen, parent = status(helper), daemon.pids()["keepalived"]
    users = {entry.pw_name: entry for entry in pwd.getpwall()}
    user = users.get("keepalived", users["nobody"])
    assert int(seen["PPid"]) == parent
    assert seen["Uid"].split() == [str(user.pw_uid)] * 4 and seen["Gid"].split() == [str(user.pw_gid)] * 4
    assert seen["Groups"].strip() in ("", str(user.pw_gid))
    assert [int(seen[name], 16) for name in ("CapPrm", "CapEff", "CapInh", "CapAmb", "CapBnd")] == [0] * 5
    assert seen["NoNewPrivs"] == "1"
    # Nothing of the parent's is open in it: its question's socket, its own for the server, and the standard ones.
    links = {os.readlink(f"/proc/{helper}/fd/{fd}").split(":")[0] for fd in os.listdir(f"/proc/{helper}/fd") if int(fd) > 2}
    assert links <= {"socket"} and len(os.listdir(f"/proc/{helper}/fd")) <= 6
    assert daemon.stop() == 0 and not daemon.alive()


def test_a_server_that_never_answers_keeps_nobody_waiting(lab, host):
    """The helper would ask for two minutes; it has 30 s."""
    server = name_server(lab, host, None)
    daemon = daemon_of(lab, host, resolver="timeout:30 attempts:4")
    wire = lab.capture(host)
    daemon.start()
    wait_until(lambda: server.asked)
    began = server.asked[0][0]
    helper, = helpers(daemon)
    # Meanwhile the daemon becomes master, dumps, reloads and supervises as ever.
    daemon.wait_log("^Startup complete", 2)
    wire.wait_advert(priority=250)
    parent_data(daemon)
    child = daemon.pids()["vrrp"]
    os.kill(child, signal.SIGKILL)
    wait_until(lambda: daemon.pids().get("vrrp") not in (None, child), 2)
    daemon.wait_log("^VRRP child process.* died: Respawning")
    assert helpers(daemon) == [helper]
    line = daemon.wait_log(rf"^smtp_server {NAME}: no answer in time$", 40)
    assert 25 < line.time - began < 32 and line.level == "warning"
    wait_until(lambda: not helpers(daemon))
    assert daemon.stop() == 0


def test_a_helper_that_is_killed(lab, host):
    server = name_server(lab, host, None)
    daemon = daemon_of(lab, host).start()
    wait_until(lambda: server.asked)
    os.kill(helpers(daemon)[0], signal.SIGKILL)
    daemon.wait_log(rf"^smtp_server {NAME}: the helper process failed$")
    daemon.wait_log("^Startup complete")
    assert f" Mail server = {NAME}, address not known\n" in parent_data(daemon)
    assert daemon.stop() == 0
