# SPDX-License-Identifier: GPL-2.0-or-later
"""`keepalived --reload` and the socket behind it: what a person, a script and systemd are told about a reload."""
import concurrent.futures
import os
import re
import signal
import socket
import time

import pytest

from lib_util import PATIENCE, wait_until

VIP, OTHER = "10.0.0.100", "10.0.0.101"
SOCKET = "/run/keepalived/control"

GOOD = """
vrrp_instance V {
	state MASTER
	interface eth0
	virtual_router_id 51
	priority 200
	virtual_ipaddress {
	    %s
	}
}
"""
BROKEN = (GOOD % OTHER).replace("priority 200", "priorty 200")


@pytest.fixture
def director(lab):
    """A master with its address."""
    host = lab.host("director", "10.0.0.36/24")
    daemon = lab.daemon(host, GOOD % VIP)
    wait_until(lambda: host.has_address(VIP), 10, "the address")
    return daemon


def reload(daemon, timeout=60):
    return daemon.run([daemon.binary, "--reload"], timeout=timeout)


def connect(daemon, wait=True):
    peer = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    peer.setblocking(wait)
    folder = os.open(daemon.path("/run/keepalived"), os.O_PATH)
    try:  # a socket's path may have 107 bytes only
        peer.connect(f"/proc/self/fd/{folder}/control")
    finally:
        os.close(folder)
    peer.settimeout(20 * PATIENCE)
    return peer


def waiting(daemon):
    """Connections that the daemon has not accepted yet."""
    listing = daemon.run(["ss", "-xlH"]).stdout
    return sum(int(line.split()[2]) for line in listing.splitlines() if SOCKET in line.split())


def read_all(peer):
    """Everything up to the end of the connection."""
    text = b""
    try:
        while data := peer.recv(4096):
            text += data
    except ConnectionResetError:
        pass
    return text.decode()


def test_a_file_with_nothing_to_run_is_said(director):
    director.configure("# Cut off while it was written.\n")
    answer = reload(director)
    assert answer.returncode == 5 and "there is not one statement in" in answer.stderr
    director.configure("global_defs {\n}\n")
    answer = reload(director)
    assert answer.returncode == 0 and answer.stderr == "warning: there is no configuration to run\n"
    director.wait_log("^Warning - keepalived has no configuration to run$")


def test_what_needs_a_restart_is_said(director):
    director.configure("instance other\n" + GOOD % VIP)
    answer = reload(director)
    assert answer.returncode == 1
    assert "no running daemon at /run/keepalived/control_other" in answer.stderr
    assert f"there is one at {SOCKET}: a change of `instance` or `net_namespace` needs a restart" in answer.stderr
    director.configure(GOOD % VIP)
    who = director.run(["setpriv", "--reuid=65534", "--clear-groups", director.binary, "--reload"])
    assert who.returncode == 1 and "may not be asked" in who.stderr


def test_applied_refused_and_no_daemon(director):
    before = director.pids()
    director.configure(GOOD % OTHER)
    done = reload(director)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    # It waits for the result: what the file says is true when it ends.
    wait_until(lambda: director.host.has_address(OTHER), 1)
    assert not director.host.has_address(VIP)
    assert director.pids()["keepalived"] == before["keepalived"]
    assert len(director.log.lines("Reload complete")) == 1

    applied = director.pids()
    director.configure(BROKEN)
    done = reload(director)
    assert done.returncode == 5
    said = done.stdout + done.stderr
    # The place, the line, a caret, and the right word; the log says the same.
    assert re.search(r"keepalived\.conf:6:\d+: .*priorty", said) and "priority" in said, said
    assert re.search(r"^\s+\^", said, re.MULTILINE), said
    director.wait_log(r"keepalived\.conf:6:\d+: .*priorty")
    director.wait_log("Reload refused")
    assert director.pids() == applied and director.host.has_address(OTHER)

    assert director.stop() == 0
    assert not director.path(SOCKET).exists()
    done = reload(director)
    assert done.returncode == 1 and "no running daemon" in done.stderr
    # A socket that a killed daemon left behind is no daemon, and no obstacle to the next one.
    director.configure(GOOD % VIP)
    director.start()
    director.wait_pids("keepalived", "vrrp")
    wait_until(lambda: director.path(SOCKET).exists())
    director.kill_all()
    assert director.path(SOCKET).exists()
    assert reload(director).returncode == 1
    director.start()
    director.wait_pids("keepalived", "vrrp")
    wait_until(lambda: reload(director).returncode == 0, 10)


def test_sighup_says_the_same_in_the_log(director):
    director.configure(BROKEN)
    director.send_signal(signal.SIGHUP)
    director.wait_log("Reload refused")
    director.configure(GOOD % OTHER)
    director.send_signal(signal.SIGHUP)
    director.wait_log("Reload complete")
    wait_until(lambda: director.host.has_address(OTHER), 2)


def test_a_daemon_that_does_not_answer(director):
    parent = director.pids()["keepalived"]
    os.kill(parent, signal.SIGSTOP)
    crowd = []
    try:
        began = time.monotonic()
        with concurrent.futures.ThreadPoolExecutor() as pool:
            accepted = pool.submit(reload, director, 90)
            # Its request is in the queue of connections; then that queue is filled, and who comes now does not even get there.
            wait_until(lambda: waiting(director) == 1)
            try:
                while True:
                    crowd.append(connect(director, wait=False))
            except BlockingIOError:
                pass
            shut_out = pool.submit(reload, director, 90)
            done, late = accepted.result(), shut_out.result()
        took = time.monotonic() - began
    finally:
        os.kill(parent, signal.SIGCONT)
        for peer in crowd:
            peer.close()
    assert done.returncode == 1 and "no answer" in done.stderr
    assert late.returncode == 1 and "takes no request" in late.stderr
    assert 29.5 < took < 30 + 10 * PATIENCE, took
    # The request was left behind, and harms nobody.
    wait_until(lambda: reload(director).returncode == 0, 15)
    assert director.pids()["keepalived"] == parent


def test_garbage_costs_nobody_anything(director):
    before = director.pids()
    for rubbish in (b"\n", b"\0\n", b"reload", b"RELOAD\n", b"reload now\n", os.urandom(200).replace(b"\n", b"x") + b"\n"):
        with connect(director) as peer:
            peer.sendall(rubbish)
            if rubbish.endswith(b"\n"):
                assert read_all(peer).startswith("error\n"), rubbish
    with connect(director) as peer:  # more than a request may have, without an end
        try:
            for _ in range(64):
                peer.sendall(b"x" * 4096)
        except OSError:  # thrown out
            pass
        assert read_all(peer) in ("", "error\nthe request is too long\n")
    idle = [connect(director) for _ in range(40)]  # more than it serves at once
    try:
        assert director.pids() == before
        assert not director.log.lines("Reloading")
    finally:
        for peer in idle:
            peer.close()
    wait_until(lambda: reload(director).returncode == 0, 15)
    assert director.pids() == before


def test_two_clients_at_once(director):
    """Who asks while a reload is on its way is told of one that began after he asked."""
    director.configure(GOOD % OTHER)
    clients = [connect(director) for _ in range(2)]
    for peer in clients:
        peer.sendall(b"reload\n")
    assert [read_all(peer) for peer in clients] == ["applied\n", "applied\n"]
    wait_until(lambda: director.host.has_address(OTHER), 1)
    # One that leaves without waiting takes nothing from the other.
    director.configure(GOOD % VIP)
    leaver, stayer = connect(director), connect(director)
    leaver.sendall(b"reload\n")
    stayer.sendall(b"reload\n")
    leaver.close()
    assert read_all(stayer) == "applied\n"
    wait_until(lambda: director.host.has_address(VIP), 1)


def test_root_only(director):
    assert director.path(SOCKET).stat().st_mode & 0o777 == 0o600
    as_nobody = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", director.binary, "--reload"]
    director.path("/etc/keepalived").chmod(0o755)
    done = director.run(as_nobody)
    assert done.returncode == 1 and "Permission denied" in done.stderr, done.stderr
    # Even where the file lets him in, the peer's credentials do not.
    director.path(SOCKET).chmod(0o666)
    done = director.run(as_nobody)
    assert done.returncode == 1, done
    assert not director.log.lines("Reloading")
