# SPDX-License-Identifier: GPL-2.0-or-later
"""Notify scripts: one after the other, never one for a state that is over, and never silenced by one that hangs."""
import signal

import pytest

from lib_util import wait_until
from test_parent_life import config
from test_vrrp_faults import Sender, advert

NOTE = "/etc/keepalived/note"
# Says its arguments; those named in the file /tmp/hang make it stay until a TERM comes.
SCRIPT = """#!/bin/bash
echo "start $*" >>/tmp/notes
trap 'echo "TERM $*" >>/tmp/notes; exit 0' TERM
while grep -qsxF "$*" /tmp/hang; do sleep 0.02; done
echo "end $*" >>/tmp/notes
"""


@pytest.fixture
def host(lab):
    return lab.host("director", "10.0.0.36/24")


def daemon_of(lab, host, globals_="", words=("master", "backup", "fault", "stop"), more="", hang=()):
    lines = "\n".join(f'notify_{word} "{NOTE} {word}"' for word in words)
    text = config(globals_, lines + f'\nnotify "{NOTE} any"\n' + more, priority=250)
    daemon = lab.daemon(host, text, start=False)
    daemon.add_script(NOTE, SCRIPT)
    hang_on(daemon, *hang)
    return daemon.start()


def hang_on(daemon, *words):
    daemon.path("/tmp/hang").write_text("".join(word + "\n" for word in words))


def notes(daemon):
    file = daemon.path("/tmp/notes")
    return file.read_text().splitlines() if file.exists() else []


def expect(daemon, lines, timeout=5):
    wait_until(lambda: notes(daemon) == lines, timeout, lambda: f"{lines}, not {notes(daemon)}")


def run(word, state, priority=250):
    return [f"start {word}", f"end {word}", f"start any INSTANCE V {state} {priority}", f"end any INSTANCE V {state} {priority}"]


def test_one_after_the_other(lab, host):
    daemon = daemon_of(lab, host)
    expected = run("backup", "BACKUP") + run("master", "MASTER")
    expect(daemon, expected, 10)
    host.unplug()
    expected += run("fault", "FAULT")
    expect(daemon, expected)
    assert daemon.stop() == 0
    assert notes(daemon) == expected + run("stop", "STOP")      # which the stop has waited for


def test_a_state_that_was_left_before_its_script_could_start(lab, host):
    daemon = daemon_of(lab, host, hang=("backup",))
    daemon.wait_log("Entering MASTER STATE", 10)
    host.unplug()
    daemon.wait_log("Entering FAULT STATE")
    daemon.wait_log(f"^Script {NOTE} for MASTER is skipped: the state was left before it could start$")
    assert notes(daemon) == ["start backup"]
    hang_on(daemon)
    expect(daemon, run("backup", "BACKUP") + run("fault", "FAULT"))     # a state that was begun is told to its end
    assert len(daemon.log.lines("is skipped")) == 2
    assert daemon.stop() == 0


def test_a_script_that_hangs_is_waited_for_no_longer_than_the_overlap(lab, host):
    daemon = daemon_of(lab, host, "notify_overlap 4", hang=("backup",))
    master = daemon.wait_log("Entering MASTER STATE", 10).time
    line = daemon.wait_log(f"^Script {NOTE} starts while 1 earlier of the same object still run$", 8)
    # First the second script of the state that hangs, then those of the next state.
    expect(daemon, ["start backup"] + run("any INSTANCE V BACKUP 250", "")[:2] + run("master", "MASTER"), 8)
    assert line.level == "warning" and daemon.wait_log("starts while", 8, since=master).time - master < 5
    daemon.process.send_signal(signal.SIGTERM)
    assert daemon.process.wait(10) == 0
    wait_until(lambda: not daemon.alive())
    assert "TERM backup" in notes(daemon) and "end backup" not in notes(daemon)


def test_without_an_overlap_scripts_start_at_once(lab, host):
    daemon = daemon_of(lab, host, "notify_overlap 0", hang=("backup", "any INSTANCE V BACKUP 250", "master"))
    wait_until(lambda: "end any INSTANCE V MASTER 250" in notes(daemon), 10)
    wait_until(lambda: sorted(notes(daemon)) == sorted(
        ["start backup", "start any INSTANCE V BACKUP 250", "start master", *run("", "MASTER")[2:]]))
    assert not daemon.log.lines("starts while")             # it is what was asked for
    hang_on(daemon)
    assert daemon.stop() == 0


def test_a_limit_of_time(lab, host):
    daemon = daemon_of(lab, host, "notify_timeout 0.5", hang=("backup",))
    line = daemon.wait_log(f"^Script {NOTE} .process [0-9]+. is ended: it has run for 0.5 seconds$")
    assert line.level == "warning"
    expect(daemon, ["start backup", "TERM backup"] + run("backup", "BACKUP")[2:] + run("master", "MASTER"), 10)
    assert daemon.stop() == 0


def test_a_limit_of_time_for_one_that_does_not_listen(lab, host):
    daemon = lab.daemon(host, config("notify_timeout 0.5", "notify_backup /etc/keepalived/deaf"), start=False)
    daemon.add_script("/etc/keepalived/deaf", "#!/bin/bash\ntrap '' TERM\necho $$ >>/tmp/pids\nwhile :; do sleep 0.1; done\n")
    daemon.start()
    wait_until(daemon.path("/tmp/pids").exists)
    pid = int(wait_until(daemon.path("/tmp/pids").read_text).split()[0])
    daemon.wait_log("is ended: it has run for 0.5 seconds")
    wait_until(lambda: pid not in daemon.processes(), 5)
    daemon.wait_log("Entering MASTER STATE", 10)
    assert daemon.stop() == 0
    wait_until(lambda: not daemon.alive())


def test_the_stop_does_not_wait_for_one_that_hangs(lab, host):
    """The scripts of the stop have a second, if need be beside; what ran before gets a TERM, and they are left to their work."""
    daemon = daemon_of(lab, host, hang=("backup", "stop"))
    wait_until(lambda: notes(daemon) == ["start backup"])
    stalls = lab.stalls()
    daemon.process.send_signal(signal.SIGTERM)
    stopping = daemon.wait_log("^Stopping").time
    assert daemon.process.wait(10) == 0
    stalls.check("the stop", stopping, daemon.wait_log("^Stopped Keepalived").time, 0.9, 1.6)
    wait_until(lambda: set(notes(daemon)) >= {"TERM backup", "start stop", "start any INSTANCE V STOP 250"}, 5,
               lambda: str(notes(daemon)))
    assert daemon.alive() and "start any INSTANCE V BACKUP 250" not in notes(daemon)
    hang_on(daemon)
    wait_until(lambda: not daemon.alive())
    assert "end stop" in notes(daemon) and "TERM stop" not in notes(daemon)


def test_a_script_that_is_not_there_is_tried_each_time_and_said_once(lab, host):
    daemon = lab.daemon(host, config(instance=f"notify {NOTE}", priority=250), start=False)
    daemon.start()
    daemon.wait_log(f"^Script {NOTE} cannot be run: No such file or directory$")
    daemon.wait_log("Entering MASTER STATE", 10)
    host.unplug()
    daemon.wait_log("Entering FAULT STATE")
    daemon.add_script(NOTE, SCRIPT)
    host.plug()
    wait_until(lambda: "end INSTANCE V MASTER 250" in notes(daemon), 10)
    assert len(daemon.log.lines("cannot be run: No such")) == 1
    assert daemon.stop() == 0


def test_a_lower_priority_is_heard(lab, host):
    other = lab.host("other", "10.0.0.2/24")
    daemon = daemon_of(lab, host, words=("master_rx_lower_pri",))
    daemon.wait_log("Entering MASTER STATE", 10)
    wait_until(lambda: "end any INSTANCE V MASTER 250" in notes(daemon))
    sender = Sender(other)
    lab.defer(sender.socket.close)
    sender.send(advert(version=2, addresses=("10.0.0.100",), centis=1))
    daemon.wait_log("lower priority")
    expect(daemon, run("", "BACKUP")[2:] + run("", "MASTER")[2:] + ["start master_rx_lower_pri", "end master_rx_lower_pri"])
    assert daemon.stop() == 0
