# SPDX-License-Identifier: GPL-2.0-or-later
"""Pipes with a line for every event: whoever reads gets all of them, over reloads and crashes; what nobody reads is counted."""
import fcntl
import os
import pwd
import signal
import stat
import struct
import termios

import pytest

from lib_util import wait_until
from test_parent_life import config
from test_vrrp_faults import Sender, advert

FIFO = "/tmp/fifo"


@pytest.fixture
def host(lab):
    return lab.host("director", "10.0.0.36/24")


def daemon_of(lab, host, more="", instance="", priority=250, start=True):
    return lab.daemon(host, config(f"notify_fifo {FIFO}\n\t{more}", instance, priority=priority), start=start)


class Reader:
    """Opens the pipe for reading alone; keeps what came."""

    def __init__(self, lab, daemon, path=FIFO):
        self.fd = os.open(daemon.path(path), os.O_RDONLY | os.O_NONBLOCK)
        lab.defer(os.close, self.fd)
        self.text = ""

    def lines(self):
        try:
            while data := os.read(self.fd, 65536):
                self.text += data.decode()
        except BlockingIOError:
            pass
        assert self.text == "" or self.text.endswith("\n")      # never half of a line
        return self.text.splitlines()

    def expect(self, lines, timeout=5):
        wait_until(lambda: self.lines() == lines, timeout, lambda: f"{lines}, not {self.text}")


def states(*words, priority=250):
    return [f'INSTANCE "V" {word} {priority}' for word in words]


def is_pipe(path):
    try:
        return stat.S_ISFIFO(os.lstat(path).st_mode)
    except FileNotFoundError:
        return False


def unread(daemon, path=FIFO):
    fd = os.open(daemon.path(path), os.O_RDONLY | os.O_NONBLOCK)
    try:
        return struct.unpack("i", fcntl.ioctl(fd, termios.FIONREAD, bytes(4)))[0]
    finally:
        os.close(fd)


def test_every_event_to_a_reader(lab, host):
    daemon = daemon_of(lab, host, "vrrp_notify_fifo /tmp/vrrp nobody")
    daemon.wait_log("^Startup complete")
    file = os.lstat(daemon.path(FIFO))
    assert stat.S_ISFIFO(file.st_mode) and stat.S_IMODE(file.st_mode) == 0o600 and (file.st_uid, file.st_gid) == (0, 0)
    file, nobody = os.lstat(daemon.path("/tmp/vrrp")), pwd.getpwnam("nobody")
    assert stat.S_IMODE(file.st_mode) == 0o600 and (file.st_uid, file.st_gid) == (nobody.pw_uid, nobody.pw_gid)
    readers = [Reader(lab, daemon), Reader(lab, daemon, "/tmp/vrrp")]
    for reader in readers:                                      # the first line was written before there was a reader
        reader.expect(states("BACKUP", "MASTER"), 10)
    host.unplug()
    for reader in readers:
        reader.expect(states("BACKUP", "MASTER", "FAULT"))
    assert daemon.stop() == 0
    for reader in readers:
        reader.expect(states("BACKUP", "MASTER", "FAULT", "STOP"))
    assert not daemon.path(FIFO).exists() and not daemon.path("/tmp/vrrp").exists()
    assert not [line for line in daemon.log.lines("fifo")]


def test_lower_adverts_and_priorities(lab, host):
    host.add_interface("eth1", switch="other")
    other = lab.host("other", "10.0.0.2/24")
    track = "track_interface {\n\t\teth1 weight -10\n\t}\n\tnotify_priority_changes on"
    daemon = daemon_of(lab, host, instance=track, priority=150)
    daemon.wait_log("^Startup complete")
    reader = Reader(lab, daemon)
    reader.expect(states("BACKUP", priority=150))
    host.link_down("eth1")
    expected = states("BACKUP", priority=150) + states("BACKUP_PRIORITY", "MASTER", priority=140)
    reader.expect(expected, 10)
    host.link_up("eth1")
    expected += states("MASTER_PRIORITY", priority=150)
    reader.expect(expected, 10)
    sender = Sender(other)
    lab.defer(sender.socket.close)
    sender.send(advert(version=2, addresses=("10.0.0.100",), centis=1))
    expected += states("MASTER_RX_LOWER_PRI", priority=150)
    reader.expect(expected)
    assert daemon.stop() == 0


def test_priorities_only_where_they_are_wanted(lab, host):
    host.add_interface("eth1", switch="other")
    daemon = daemon_of(lab, host, instance="track_interface {\n\t\teth1 weight -10\n\t}", priority=150)
    daemon.wait_log("^Startup complete")
    reader = Reader(lab, daemon)
    host.link_down("eth1")
    reader.expect(states("BACKUP", priority=150) + states("MASTER", priority=140), 10)
    assert daemon.stop() == 0


def test_the_pipe_stays_over_a_reload_and_a_crash(lab, host):
    daemon = daemon_of(lab, host)
    daemon.wait_log("^Startup complete")
    reader = Reader(lab, daemon)
    reader.expect(states("BACKUP", "MASTER"), 10)
    before = os.lstat(daemon.path(FIFO)).st_ino
    daemon.configure(config(f"notify_fifo {FIFO}\n\tvrrp_garp_master_repeat 2", priority=240))
    assert daemon.run([daemon.binary, "--reload"]).returncode == 0
    os.kill(daemon.pids()["vrrp"], signal.SIGKILL)
    daemon.wait_log("died: Respawning")
    host.unplug()
    reader.expect(states("BACKUP", "MASTER") + states("FAULT", priority=240), 10)
    assert os.lstat(daemon.path(FIFO)).st_ino == before
    # Another path is another pipe; the first one goes.
    daemon.configure(config("notify_fifo /tmp/second", priority=240))
    assert daemon.run([daemon.binary, "--reload"]).returncode == 0
    assert not daemon.path(FIFO).exists() and is_pipe(daemon.path("/tmp/second"))
    host.plug()
    Reader(lab, daemon, "/tmp/second").expect(states("BACKUP", "MASTER", priority=240), 10)
    assert daemon.stop() == 0


@pytest.mark.parametrize("changed", (True, False), ids=("changed", "unchanged"))
def test_all_states_after_a_reload(lab, host, changed):
    daemon = daemon_of(lab, host, "fifo_write_vrrp_states_on_reload")
    daemon.wait_log("^Startup complete")
    reader = Reader(lab, daemon)
    reader.expect(states("BACKUP", "MASTER"), 10)
    if changed:
        daemon.configure(config(f"notify_fifo {FIFO}\n\tfifo_write_vrrp_states_on_reload\n\tvrrp_garp_master_repeat 2", priority=250))
    assert daemon.run([daemon.binary, "--reload"]).returncode == 0
    reader.expect(states("BACKUP", "MASTER", "MASTER"))
    os.kill(daemon.pids()["vrrp"], signal.SIGKILL)              # that is no reload
    daemon.wait_log("died: Respawning")
    host.unplug()
    reader.expect(states("BACKUP", "MASTER", "MASTER", "FAULT"))
    assert daemon.stop() == 0


def flood(sender, daemon, count):
    """So many adverts of lower priority, each a line."""
    packet = advert(version=2, addresses=("10.0.0.100",), centis=1)
    for _ in range(count):
        sender.send(packet)


def test_nobody_reads(lab, host):
    """What the pipe does not hold waits with us, and what we do not hold is counted."""
    other = lab.host("other", "10.0.0.2/24")
    name = "v" * 200                                            # so that not too many adverts are needed
    text = config(f"notify_fifo {FIFO}\n\tvrrp_garp_lower_prio_repeat 0", "lower_prio_no_advert", priority=250)
    daemon = lab.daemon(host, text.replace("vrrp_instance V ", f"vrrp_instance {name} "), args=("-n",))
    daemon.wait_log("Entering MASTER STATE", 10)
    sender, line = Sender(other), f'INSTANCE "{name}" MASTER_RX_LOWER_PRI 250\n'
    sent = 0

    def lost():
        nonlocal sent
        for _ in range(50):
            flood(sender, daemon, 1)
        sent += 50
        return daemon.log.lines("is full, since nobody reads it or too slowly: lines are lost$")
    wait_until(lost, 60)
    assert unread(daemon) > 60000
    reader = Reader(lab, daemon)
    got = wait_until(lambda: (reader.lines() or True) and daemon.log.lines("lines were lost$") and reader.lines(), 10)
    counted = int(daemon.log.lines("lines were lost$")[0].text.split(": ")[1].split()[0])
    wait_until(lambda: unread(daemon) == 0 or reader.lines())
    got = reader.lines()
    heard = len([text for text in got if "MASTER_RX_LOWER_PRI" in text])
    assert counted > 0 and got[:2] == [f'INSTANCE "{name}" {word} 250' for word in ("BACKUP", "MASTER")]
    assert set(got[2:]) == {line.rstrip()}
    assert heard * len(line) > 1 << 20 and heard + counted <= sent
    assert len(daemon.log.lines("lines are lost")) == 1
    assert daemon.stop() == 0
    wait_until(lambda: reader.lines()[-1] == f'INSTANCE "{name}" STOP 250')


def test_what_nobody_reads_before_the_end(lab, host):
    daemon = daemon_of(lab, host, instance="", priority=100)
    daemon.wait_log("^Startup complete")
    assert daemon.stop() == 0                                   # does not wait for a reader
    assert not daemon.path(FIFO).exists()


def test_what_lies_in_the_way(lab, host):
    daemon = daemon_of(lab, host, "vrrp_notify_fifo /tmp/vrrp", start=False)
    daemon.path(FIFO).write_text("precious")
    os.mkfifo(daemon.path("/tmp/vrrp"))
    os.chown(daemon.path("/tmp/vrrp"), 65534, 65534)
    daemon.start()
    assert daemon.wait_log(f"^notify_fifo {FIFO} is not a pipe: nothing is written to it$").level == "err"
    assert daemon.wait_log("^vrrp_notify_fifo /tmp/vrrp belongs to another user: nothing is written to it$").level == "err"
    daemon.wait_log("Entering MASTER STATE", 10)
    assert daemon.path(FIFO).read_text() == "precious" and unread(daemon, "/tmp/vrrp") == 0
    daemon.path(FIFO).unlink()
    host.unplug()                                               # the next line finds the way free
    daemon.wait_log(f"^notify_fifo {FIFO} can be written to again$")
    Reader(lab, daemon).expect(states("BACKUP", "MASTER", "FAULT"))
    assert len(daemon.log.lines("nothing is written")) == 2
    assert daemon.stop() == 0
    assert not daemon.path(FIFO).exists() and is_pipe(daemon.path("/tmp/vrrp"))


def test_a_link_is_not_followed(lab, host):
    daemon = daemon_of(lab, host, start=False)
    os.mkfifo(daemon.path("/tmp/victim"))
    daemon.path(FIFO).symlink_to("/tmp/victim")
    daemon.start()
    daemon.wait_log(f"^notify_fifo {FIFO} is not a pipe")
    daemon.wait_log("Entering BACKUP STATE")
    assert unread(daemon, "/tmp/victim") == 0
    assert daemon.stop() == 0


def test_removed_and_replaced_while_it_is_in_use(lab, host):
    daemon = daemon_of(lab, host)
    daemon.wait_log("Entering MASTER STATE", 10)
    Reader(lab, daemon).expect(states("BACKUP", "MASTER"))
    daemon.path(FIFO).unlink()
    host.unplug()
    daemon.wait_log(f"^notify_fifo {FIFO} was removed: it is made anew$")
    wait_until(lambda: is_pipe(daemon.path(FIFO)))
    Reader(lab, daemon).expect(states("FAULT"))
    daemon.path(FIFO).unlink()
    daemon.path(FIFO).write_text("precious")
    host.plug()
    daemon.wait_log(f"^notify_fifo {FIFO} was replaced$")
    daemon.wait_log(f"^notify_fifo {FIFO} is not a pipe: nothing is written to it$")
    daemon.wait_log("Entering MASTER STATE", 10, since=daemon.wait_log("was replaced").time)
    assert daemon.stop() == 0
    assert daemon.path(FIFO).read_text() == "precious"
    daemon.wait_log(f"^notify_fifo {FIFO}: [34] lines were lost$")


# --- the script of a pipe

READER = """#!/bin/bash
echo "start $*" >>/tmp/said
trap 'echo TERM >>/tmp/said; exit 0' TERM
while read -r line; do
	echo "$line" >>/tmp/said
done <"${@: -1}"
echo eof >>/tmp/said
"""


def said(daemon):
    file = daemon.path("/tmp/said")
    return file.read_text().splitlines() if file.exists() else []


def with_script(lab, host, text=READER, start=True):
    daemon = daemon_of(lab, host, 'notify_fifo_script "/etc/keepalived/read one two"', start=False)
    daemon.add_script("/etc/keepalived/read", text)
    return daemon.start() if start else daemon


def expect_said(daemon, lines, timeout=5):
    wait_until(lambda: said(daemon) == lines, timeout, lambda: f"{lines}, not {said(daemon)}")


def test_the_script_of_a_pipe(lab, host):
    daemon = with_script(lab, host)
    start = [f"start one two {FIFO}"]
    expected = start + states("BACKUP", "MASTER")
    expect_said(daemon, expected, 10)
    assert daemon.run([daemon.binary, "--reload"]).returncode == 0
    expected += ["TERM"] + start
    expect_said(daemon, expected)
    host.unplug()
    expected += states("FAULT")
    expect_said(daemon, expected)
    assert daemon.stop() == 0
    assert said(daemon) in (expected + states("STOP") + ["TERM"], expected + states("STOP") + ["eof"])   # it has read the last line


def test_the_script_of_a_pipe_is_started_again(lab, host):
    daemon = with_script(lab, host)
    start = [f"start one two {FIFO}"]
    expect_said(daemon, start + states("BACKUP", "MASTER"), 10)
    script, = (pid for pid in daemon.processes() if "/etc/keepalived/read" in open(f"/proc/{pid}/cmdline").read())
    os.kill(script, signal.SIGKILL)
    assert daemon.wait_log("^notify_fifo script terminated .signal 9.; it is started again in 1 seconds$").level == "warning"
    host.unplug()                                               # the line waits in the pipe
    expect_said(daemon, start + states("BACKUP", "MASTER") + start + states("FAULT"), 10)
    assert daemon.stop() == 0


def test_a_slow_script_loses_nothing(lab, host):
    daemon = with_script(lab, host, READER.replace("while read -r line; do", "while read -r line; do sleep 1"))
    daemon.wait_log("Entering MASTER STATE", 10)
    host.unplug()
    daemon.wait_log("Entering FAULT STATE")
    host.plug()
    expect_said(daemon, [f"start one two {FIFO}"] + states("BACKUP", "MASTER", "FAULT", "BACKUP", "MASTER"), 15)
    assert daemon.stop() == 0


def test_a_script_that_does_not_end_is_replaced(lab, host):
    daemon = with_script(lab, host, READER.replace("trap 'echo TERM >>/tmp/said; exit 0' TERM", "trap '' TERM"))
    start = [f"start one two {FIFO}"]
    expect_said(daemon, start + states("BACKUP", "MASTER"), 10)
    assert daemon.run([daemon.binary, "--reload"]).returncode == 0
    expect_said(daemon, start + states("BACKUP", "MASTER") + start, 8)
    processes = [pid for pid in daemon.processes() if "/etc/keepalived/read" in open(f"/proc/{pid}/cmdline").read()]
    assert len(processes) == 1
    daemon.process.send_signal(signal.SIGTERM)
    assert daemon.process.wait(10) == 0
    wait_until(lambda: not daemon.alive())                      # the end of the pipe ends it


def test_a_group_and_its_members(lab, host):
    """At the start the group comes first, later its members do."""
    text = config(f"notify_fifo {FIFO}", priority=250)
    other = text[text.index("vrrp_instance"):].replace("vrrp_instance V", "vrrp_instance W").replace("51", "52").replace("10.0.0.100", "10.0.0.101")
    group = 'vrrp_sync_group G {\n\tgroup {\n\t\tV\n\t\tW\n\t}\n\tnotify "/etc/keepalived/note any"\n\tnotify_master "/etc/keepalived/note master"\n}\n'
    daemon = lab.daemon(host, text + other + group, start=False)
    daemon.add_script("/etc/keepalived/note", '#!/bin/sh\necho "$*" >>/tmp/notes\n')
    daemon.start()
    daemon.wait_log("^Startup complete")
    reader = Reader(lab, daemon)

    def turn(state):
        wait_until(lambda: f'GROUP "G" {state} 0' in reader.lines()[seen:], 10, lambda: reader.text)
        wait_until(lambda: len(reader.lines()) == seen + 3, 5, lambda: reader.text)
        return reader.lines()[seen:]
    seen = 0
    for state in ("BACKUP", "MASTER", "FAULT"):
        lines = turn(state)
        members = sorted(f'INSTANCE "{name}" {state} 250' for name in "VW")
        word = f'GROUP "G" {state} 0'
        assert (lines[0], sorted(lines[1:])) == (word, members) if seen == 0 else (lines[2], sorted(lines[:2])) == (word, members)
        seen += 3
        if state == "MASTER":
            host.unplug()
    # A stop overtakes scripts that have not started.
    wait_until(lambda: "any GROUP G FAULT 0" in daemon.path("/tmp/notes").read_text())
    assert daemon.stop() == 0
    assert sorted(reader.lines()[seen:-1]) == ['INSTANCE "V" STOP 250', 'INSTANCE "W" STOP 250'] and reader.lines()[-1] == 'GROUP "G" STOP 0'
    assert daemon.path("/tmp/notes").read_text().splitlines() == [
        "any GROUP G BACKUP 0", "master", "any GROUP G MASTER 0", "any GROUP G FAULT 0", "any GROUP G STOP 0"]
