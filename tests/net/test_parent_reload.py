# SPDX-License-Identifier: GPL-2.0-or-later
"""Reload, by SIGHUP and by the control socket: what changes, what does not, who is told what."""
import os
import signal
import socket
import subprocess
import time

import pytest

from lib_util import wait_until
from test_parent_life import config as full_config, new_pid, status


def config(instance="", priority=100):
    return full_config(instance=instance, priority=priority, top="child_wait_time 1")


@pytest.fixture
def daemon(lab):
    daemon = lab.daemon(lab.host("director", "10.0.0.36/24"), config())
    daemon.wait_log("^Startup complete")
    return daemon


def reload_(daemon):
    return daemon.run([daemon.binary, "--reload"])


def descriptors(pid):
    folder = f"/proc/{pid}/fd"
    return sorted(os.readlink(f"{folder}/{fd}").split("[")[0].split(":")[0] for fd in os.listdir(folder))


def test_unchanged_part_is_left_alone(daemon):
    before = daemon.pids()
    daemon.configure("# a comment\n" + config())
    done = reload_(daemon)
    assert (done.returncode, done.stderr) == (0, "")
    assert daemon.pids() == before


def test_changed_part_gets_a_successor(daemon):
    before = daemon.pids()
    daemon.configure(config(priority=90))
    assert reload_(daemon).returncode == 0
    after = daemon.pids()
    assert after["keepalived"] == before["keepalived"] and after["vrrp"] != before["vrrp"]
    assert len(daemon.processes()) == 2
    texts = [line.text for line in daemon.log if line.ident == "Keepalived"]
    started = texts.index(f"Starting VRRP child process, pid={after['vrrp']}")
    assert texts.index("Reloading ...") < started < texts.index("Reload complete")
    # The successor is succeeded like any other.
    os.kill(after["vrrp"], signal.SIGKILL)
    new_pid(daemon, "vrrp", after["vrrp"])


def test_broken_file_changes_nothing(daemon):
    before = daemon.pids()
    daemon.configure(config("no_such_word 1", priority=90))
    done = reload_(daemon)
    assert done.returncode == 5
    assert "keepalived.conf:13:" in done.stderr and "no_such_word" in done.stderr
    daemon.wait_log(r"keepalived\.conf:13:.*no_such_word")
    assert daemon.pids() == before and len(daemon.processes()) == 2
    daemon.path("/etc/keepalived/keepalived.conf").unlink()
    assert reload_(daemon).returncode == 5
    assert daemon.pids() == before
    # The next death is still answered with the configuration that counts.
    os.kill(before["vrrp"], signal.SIGKILL)
    new_pid(daemon, "vrrp", before["vrrp"])
    daemon.configure(config())
    assert reload_(daemon).returncode == 0


def test_what_cannot_be_changed(daemon):
    before = daemon.pids()
    daemon.configure("instance other\n" + config())
    daemon.send_signal(signal.SIGHUP)
    daemon.wait_log("^Cannot change instance name at a reload - please restart")
    daemon.wait_log("^Reload refused")
    assert daemon.pids() == before


def test_by_signal(daemon):
    before = daemon.pids()
    daemon.configure(config(priority=90))
    daemon.send_signal(signal.SIGHUP)
    daemon.wait_log("^Reload complete")
    assert daemon.pids()["vrrp"] != before["vrrp"]


def test_two_at_once(daemon):
    daemon.configure(config(priority=90))
    os.kill(daemon.pids()["vrrp"], signal.SIGSTOP)          # so that the first one takes its second
    daemon.send_signal(signal.SIGHUP)
    daemon.wait_log("^Reloading")
    done = reload_(daemon)
    assert done.returncode == 0
    daemon.wait_log("^Reload already in progress, request queued$")
    daemon.wait_log("^Processing queued reload$")
    assert len(daemon.log.lines("^Reload complete")) == 2
    assert len(daemon.processes()) == 2


def test_with_a_hung_child(daemon):
    hung = daemon.pids()["vrrp"]
    os.kill(hung, signal.SIGSTOP)
    daemon.configure(config(priority=90))
    began = time.monotonic()
    assert reload_(daemon).returncode == 0
    assert 0.9 < time.monotonic() - began < 5
    daemon.wait_log("^VRRP process failed to die - forcing termination$")
    assert daemon.pids()["vrrp"] != hung and hung not in daemon.processes()


def test_child_that_dies_while_it_is_reloaded(daemon):
    old = daemon.pids()["vrrp"]
    os.kill(old, signal.SIGSTOP)                            # it cannot answer the order to hand over
    daemon.configure(config(priority=90))
    daemon.send_signal(signal.SIGHUP)
    daemon.wait_log("^Starting VRRP child process, pid=", since=daemon.wait_log("^Reloading").time)
    os.kill(old, signal.SIGKILL)
    daemon.wait_log("^Reload complete")
    wait_until(lambda: len(daemon.processes()) == 2)
    assert new_pid(daemon, "vrrp", old)
    assert status(daemon.pids()["vrrp"])["State"].split()[0] in "RS"


def test_while_it_starts(lab):
    """The file that was being read when it changed is not the one that stays."""
    host = lab.host("director", "10.0.0.36/24")
    wire = lab.capture(host)
    daemon = lab.daemon(host, config(priority=240))
    daemon.wait_log("^Starting Keepalived")
    daemon.configure(config(priority=241))
    daemon.process.send_signal(signal.SIGHUP)
    complete = daemon.wait_log("^Reload complete")
    assert daemon.log.lines("^Startup complete")[0].time < complete.time
    assert wire.wait_advert(10, since=complete.time).priority == 241


def hand_over_slowly(daemon, text):
    """Orders a reload, of which the old process takes its whole second; returns once it is under way."""
    old = daemon.pids()["vrrp"]
    os.kill(old, signal.SIGSTOP)
    daemon.configure(text)
    since = time.monotonic()
    daemon.send_signal(signal.SIGHUP)
    if "vrrp_instance" in text:
        daemon.wait_log("^Starting VRRP child process", since=since)
    else:
        daemon.wait_log("^Reloading", since=since)
    assert old in daemon.processes()


@pytest.mark.parametrize("first", [config(priority=240), "child_wait_time 1\nglobal_defs {\n}\n"],
                         ids=["handing over", "stopping"])
def test_another_while_a_process(lab, daemon, first):
    wire = lab.capture(daemon.host)
    hand_over_slowly(daemon, first)
    daemon.configure(config(priority=241))
    done = reload_(daemon)
    answered = time.monotonic()
    assert (done.returncode, done.stderr) == (0, "")
    complete = daemon.log.lines("^Reload complete")
    assert len(complete) == 2 and complete[1].time < answered
    queued = daemon.wait_log("^Reload already in progress, request queued$")
    assert daemon.wait_log("^VRRP process failed to die - forcing termination$").time > queued.time
    assert wire.wait_advert(10, since=answered).priority == 241


def test_a_broken_one_while_a_process_hands_over(lab, daemon):
    wire = lab.capture(daemon.host)
    hand_over_slowly(daemon, config(priority=240))
    daemon.configure(config("no_such_word 1", priority=241))
    done = reload_(daemon)
    assert done.returncode == 5 and "no_such_word" in done.stderr
    assert len(daemon.log.lines("^Reload complete")) == 1 and len(daemon.log.lines("^Reload refused")) == 1
    assert wire.wait_advert(10).priority == 240


def test_several_while_a_process_hands_over(lab, daemon):
    """All of them are answered by the one reload that comes after."""
    hand_over_slowly(daemon, config(priority=240))
    daemon.configure(config(priority=241))
    asked = [daemon.inside(subprocess.Popen, [daemon.binary, "--reload"], env=daemon.env, cwd="/", stdin=subprocess.DEVNULL,
                           stdout=subprocess.DEVNULL, stderr=subprocess.PIPE) for _ in range(3)]
    for client in asked:
        assert client.wait(10) == 0
        assert client.stderr.read() == b""
        client.stderr.close()
    assert len(daemon.log.lines("^Reload complete")) == 2
    assert len(daemon.log.lines("request queued$")) == 3


def test_a_process_that_stops_longer_than_a_reload_takes(lab):
    """The reload that ordered it to stop ends after 10 s; the next one waits until its place is free."""
    daemon = lab.daemon(lab.host("director", "10.0.0.36/24"), config().replace("child_wait_time 1", "child_wait_time 12"))
    daemon.wait_log("^Startup complete")
    wire = lab.capture(daemon.host)
    old = daemon.pids()["vrrp"]
    os.kill(old, signal.SIGSTOP)
    daemon.configure("child_wait_time 12\nglobal_defs {\n}\n")
    assert reload_(daemon).returncode == 0
    assert old in daemon.processes()
    daemon.configure(config(priority=241))
    done = reload_(daemon)
    assert (done.returncode, done.stderr) == (0, "")
    killed = daemon.wait_log("^VRRP process failed to die - forcing termination$")
    started = daemon.wait_log("^Starting VRRP child process", since=killed.time)
    assert wire.wait_advert(10, since=started.time).priority == 241


def test_stop_while_it_reloads(daemon):
    os.kill(daemon.pids()["vrrp"], signal.SIGSTOP)
    daemon.configure(config(priority=90))
    daemon.send_signal(signal.SIGHUP)
    daemon.wait_log("^Reloading")
    daemon.send_signal(signal.SIGTERM)
    assert daemon.process.wait(10) == 0
    assert not daemon.alive()


def test_nothing_is_left_of_many(daemon):
    parent = daemon.pids()["keepalived"]

    def one(priority):
        daemon.configure(config(priority=priority))
        assert reload_(daemon).returncode == 0
    for priority in range(60, 65):
        one(priority)
    wait_until(lambda: len(daemon.processes()) == 2)
    before = descriptors(parent)
    for priority in range(65, 85):
        one(priority)
    wait_until(lambda: len(daemon.processes()) == 2)
    assert descriptors(parent) == before


# --- the control socket


def test_no_daemon(lab):
    daemon = lab.daemon(lab.host("director", "10.0.0.36/24"), config(), start=False)
    done = reload_(daemon)
    assert done.returncode == 1 and "no running daemon" in done.stderr


def test_second_daemon_takes_no_control_socket(daemon):
    paths = [f"{option}=/run/second-{option.strip('-')}" for option in ("--pid", "--vrrp_pid", "--checkers_pid")]
    second = daemon.inside(subprocess.Popen, [daemon.binary, "-n", *paths], env=daemon.env, cwd="/",
                           stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        daemon.wait_log("^No control socket at .*: Address already in use")
        wait_until(daemon.path("/run/second-vrrp_pid").exists)
    finally:
        second.terminate()
        second.wait(10)
    daemon.configure(config(priority=90))
    assert reload_(daemon).returncode == 0
    assert len(daemon.log.lines("^Reload complete")) == 1


def test_rude_clients(daemon):
    def connect():
        client = socket.socket(socket.AF_UNIX)
        client.connect(f"/proc/self/fd/{folder}/control")
        return client
    folder = os.open(daemon.path("/run/keepalived"), os.O_PATH)
    try:
        silent = [connect() for _ in range(5)]
        for request in (b"x" * 5000, b"\0\n", b"\n", b"reloa", b"reload\nreload\n"):
            client = connect()
            client.send(request)
            client.close()
        garbage = connect()
        garbage.send(b"no such request\n")
        assert garbage.recv(100).startswith(b"error\n")
        crowd = [connect() for _ in range(60)]
        for client in silent + crowd + [garbage]:
            client.close()
    finally:
        os.close(folder)
    assert reload_(daemon).returncode == 0
    assert len(daemon.processes()) == 2


def test_only_root_may_ask(daemon):
    done = daemon.run(["setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups", daemon.binary, "--reload"])
    assert done.returncode == 1
    assert not daemon.log.lines("^Reloading")
