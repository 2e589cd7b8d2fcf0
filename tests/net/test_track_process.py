# SPDX-License-Identifier: GPL-2.0-or-later
"""vrrp_track_process: by the kernel's events where it has them for us, by reading /proc where not."""
import os
import shutil
import signal
import subprocess

import pytest

from lib_track import GLOBALS, VIP, instance, reload, shown, story, values, wait_last, wait_story
from lib_util import wait_until

FOLLOW = "track_process {\n p\n }"
POLLING = r"process events are not to be had here \(Connection refused\): vrrp_track_process looks through /proc every second instead"


def definition(extra="", process="{name}"):
    return f"vrrp_track_process p {{\n process {process}\n {extra}\n }}\n"


class Outside:
    """The machine itself as a host of a daemon: only there the kernel tells of processes. It works in the namespace of another one."""
    host = "outside"

    def __init__(self):
        self.fd = os.open("/proc/self/ns/net", os.O_RDONLY | os.O_CLOEXEC)

    def close(self):
        os.close(self.fd)


class Processes:
    """Processes with a name and a path that nobody else has."""

    def __init__(self, folder):
        self.name = f"ka{os.getpid() % 100000}x{id(self) % 10000}"
        self.path = str(folder / self.name)
        shutil.copy("/bin/sleep", self.path)
        self.running = []

    def start(self, count=1, *arguments):
        for _ in range(count):
            self.running.append(subprocess.Popen([self.path, *(arguments or ("1000",))]))

    def end(self, count=1):
        for _ in range(count):
            process = self.running.pop()
            process.kill()
            process.wait()

    def close(self):
        self.end(len(self.running))


@pytest.fixture
def many(lab, tmp_path):
    many = Processes(tmp_path)
    lab.defer(many.close)
    return many


def prepare(lab, many, config, events=False):
    host = lab.host("one", "10.0.0.1/24")
    text = GLOBALS + config.replace("{name}", many.name).replace("{path}", many.path)
    if not events:
        return host, lab.daemon(host, text, start=False, args=("-n",))
    outside = Outside()
    lab.defer(outside.close)
    return host, lab.daemon(outside, f"net_namespace {host.name}\n" + text, start=False, args=("-n",))


def run_life(lab, many, events):
    host, daemon = prepare(lab, many, definition() + instance(FOLLOW), events)
    daemon.start()
    expected = ["(VI_1) entering FAULT state (tracked process p quorum not achieved)", "(VI_1) Entering FAULT STATE (init)"]
    wait_story(daemon, *expected)
    assert bool(daemon.log.lines(POLLING)) != events
    many.start()
    expected += ["Quorum gained for tracked process p", "(VI_1) Entering BACKUP STATE", "(VI_1) Entering MASTER STATE"]
    wait_story(daemon, *expected)
    wait_until(lambda: host.has_address(VIP))
    sections = shown(daemon)
    wanted = {"Process": "p", "Weight": "0", "Quorum": "1", "Full command": "false", "Current processes": "1", "Have quorum": "true"}
    assert values(sections["VRRP Track processes"]) == (wanted if events else wanted | {"Found by": "reading /proc every second"})
    assert "p, weight 0" in sections["VRRP Topology"]
    many.end()
    expected += ["Quorum lost for tracked process p", "(VI_1) entering FAULT state (tracked process p quorum not achieved)",
                 "(VI_1) Entering FAULT STATE"]
    wait_story(daemon, *expected)
    wait_until(lambda: not host.has_address(VIP))
    return host, daemon


def test_without_events(lab, many):
    run_life(lab, many, False)


@pytest.mark.systemd
def test_with_events(lab, many):
    host, daemon = run_life(lab, many, True)
    # One that goes on under another name is none of ours any more; one that takes the name is.
    lab.defer(daemon.stop)
    command = 'exec -a x python3 -c "import ctypes, time\nlibc = ctypes.CDLL(None)\nfor name in (b\'other\', b\'%s\', b\'again\'):\n' \
              ' libc.prctl(15, name)\n input()\n"' % many.name
    changing = subprocess.Popen(["bash", "-c", command], stdin=subprocess.PIPE, text=True)
    lab.defer(changing.wait)
    lab.defer(changing.kill)
    for wanted in ("(VI_1) Entering MASTER STATE", "(VI_1) Entering FAULT STATE"):
        changing.stdin.write("\n")
        changing.stdin.flush()
        wait_last(daemon, wanted)


@pytest.mark.systemd
def test_events_quorum_delays_arguments(lab, many):
    """Several at once, each with its own idea of what is meant; a crash and a reload in between."""
    config = "".join(f"vrrp_track_process {name} {{\n process {text}\n }}\n" for name, text in (
        ("two_or_three", "{name}\n weight 10\n quorum 2\n quorum_max 3"), ("none", "{name}\n weight 20\n quorum_max 0"),
        ("command", "{path} 1000\n weight 1"), ("initial", "{path} 10\n param_match initial\n weight 2"),
        ("partial", "{path}\n param_match partial\n weight 3"), ("patient", "{name}\n weight -40\n terminate_delay 1000")))
    names = "two_or_three none command initial partial patient".split()
    host, daemon = prepare(lab, many, config + instance("track_process {\n" + "\n".join(names) + "\n }"), True)
    wire = lab.capture(host)
    daemon.start()
    wire.wait_advert(priority=80)                           # none: +20, patient: -40
    for count, priority in ((1, 106), (2, 116), (3, 116), (4, 106)):
        many.start()
        wire.wait_advert(priority=priority)
    os.kill(daemon.pids()["vrrp"], signal.SIGKILL)
    crashed = daemon.wait_log("died: Respawning").time
    wire.wait_advert(priority=106, since=crashed)
    many.end(4)
    since = daemon.wait_log("Quorum gained for tracked process none").time
    wire.wait_advert(priority=120, since=since)             # it has patience still
    many.start(1, "100", "200")
    wire.wait_advert(priority=105)
    assert not wire.adverts(priority=0) and not daemon.log.lines("Quorum lost for tracked process patient")
    many.end()
    reload(daemon, daemon.path("/etc/keepalived/keepalived.conf").read_text() + instance("", "VI_2", 52, vip="10.0.0.102"))
    wire.wait_advert(priority=120, since=daemon.wait_log("Reload complete").time)
    assert not daemon.log.lines("Quorum lost for tracked process patient")


@pytest.mark.systemd
def test_events_that_were_lost(lab, many):
    """A buffer that cannot hold a burst: what was missed is read from /proc."""
    host, daemon = prepare(lab, many, definition("quorum 40\n weight 10") + instance(FOLLOW), True)
    daemon.configure(daemon.path("/etc/keepalived/keepalived.conf").read_text().replace(
        "global_defs {", "global_defs {\n process_monitor_rcv_bufs 2048"))
    wire = lab.capture(host)
    daemon.start()
    wait_last(daemon, "(VI_1) Entering MASTER STATE")
    vrrp = daemon.pids()["vrrp"]
    os.kill(vrrp, signal.SIGSTOP)
    many.start(40)
    os.kill(vrrp, signal.SIGCONT)
    daemon.wait_log("Receive buffer overrun on process monitor socket")
    wire.wait_advert(priority=110)
    many.end()
    wire.wait_advert(priority=100, since=daemon.wait_log("Quorum lost").time)


def test_weights_and_arguments_without_events(lab, many):
    config = definition("weight 10 reverse\n terminate_delay 1000", "{path} 1000")
    host, daemon = prepare(lab, many, config + instance(FOLLOW))
    wire = lab.capture(host)
    many.start(1, "10")
    daemon.start()
    wire.wait_advert(priority=100)
    many.start()
    wire.wait_advert(priority=90)
    many.end()
    old = daemon.pids()["vrrp"]
    began = daemon.log.lines()[-1].time + 1e-6
    os.kill(old, signal.SIGKILL)                            # its successor has patience, too
    wait_until(lambda: daemon.pids().get("vrrp") not in (None, old))
    began = reload(daemon, GLOBALS + config.replace("terminate_delay 1000", "").replace("{path}", many.path) + instance(FOLLOW))
    wire.wait_advert(priority=100, since=began)
    assert [text for text in story(daemon) if "Quorum" in text] == ["Quorum gained for tracked process p", "Quorum lost for tracked process p"]
    began = reload(daemon, GLOBALS + instance(""))
    assert values(shown(daemon)["VRRP Topology"])["Effective priority"] == "100"
