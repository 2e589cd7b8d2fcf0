# SPDX-License-Identifier: GPL-2.0-or-later
"""vrrp_script: what its runs make of instances, over reloads and crashes, too."""
import os
import signal

import pytest

from lib_track import GLOBALS, VIP, instance, reload, shown, story, values, wait_last, wait_story
from lib_util import wait_until

FLAG = "#!/bin/sh\n[ -e /tmp/ok ]\n"
# Each run ends with the next status of the plan; it stays with the last one.
PLAN = """#!/bin/sh
read status </tmp/plan
[ $(wc -l </tmp/plan) = 1 ] || sed -i 1d /tmp/plan
exit $status
"""
FOLLOW = "track_script {\n chk\n }"


def script(extra="", path="/etc/keepalived/chk", name="chk", interval=0.1):
    return f"vrrp_script {name} {{\n script {path}\n interval {interval}\n timeout 5\n {extra}\n }}\n"


def prepare(lab, config, text=FLAG, addresses=("10.0.0.1/24",)):
    host = lab.host("one", *addresses)
    daemon = lab.daemon(host, GLOBALS + config, start=False, args=("-n",))
    daemon.add_script("/etc/keepalived/chk", text)
    return host, daemon


def good(daemon):
    daemon.path("/tmp/ok").touch()


def bad(daemon):
    daemon.path("/tmp/ok").unlink()


def test_failure_without_weight_is_a_fault(lab):
    notify = "notify /etc/keepalived/note\n"
    host, daemon = prepare(lab, script() + instance(notify + FOLLOW))
    daemon.add_script("/etc/keepalived/note", '#!/bin/sh\necho "$@" >>/tmp/notes\n')
    wire = lab.capture(host)
    daemon.start()
    expected = ["Script `chk` now returning 1", "VRRP_Script(chk) failed (exited with status 1)",
                "(VI_1): entering FAULT state due to script chk", "(VI_1) Entering FAULT STATE (init)"]
    wait_story(daemon, *expected)
    good(daemon)
    expected += ["Script `chk` now returning 0", "VRRP_Script(chk) succeeded", "(VI_1) Entering BACKUP STATE",
                 "(VI_1) Entering MASTER STATE"]
    wait_story(daemon, *expected)
    wait_until(lambda: host.has_address(VIP))
    bad(daemon)
    expected += ["Script `chk` now returning 1", "VRRP_Script(chk) failed (exited with status 1)",
                 "(VI_1): entering FAULT state due to script chk", "(VI_1) Entering FAULT STATE"]
    wait_story(daemon, *expected)
    wire.wait_advert(priority=0)
    wait_until(lambda: not host.has_address(VIP))
    wait_until(lambda: daemon.path("/tmp/notes").read_text().split("\n")[:-1] == [
        f"INSTANCE VI_1 {state} 100" for state in ("FAULT", "BACKUP", "MASTER", "FAULT")])
    sections = shown(daemon)
    assert values(sections["VRRP Topology"])["State"] == "FAULT"
    assert "chk weight 0" in sections["VRRP Topology"]
    assert values(sections["VRRP Scripts"]) == {
        "VRRP Script": "chk", "Command": "'/etc/keepalived/chk'", "Interval": "0.1 sec", "Timeout": "5 sec", "Weight": "0", "Rise": "1",
        "Fall": "1", "Init state": "unknown", "Status": "BAD", "State": values(sections["VRRP Scripts"])["State"]}


def test_start_waits_for_the_first_result(lab):
    host, daemon = prepare(lab, script() + instance(FOLLOW), "#!/bin/sh\necho $$ >/tmp/started\nwhile [ ! -e /tmp/ok ]; do sleep 0.05; done\n")
    daemon.start()
    wait_until(daemon.path("/tmp/started").exists)
    daemon.wait_log("Startup complete")
    assert values(shown(daemon)["VRRP Topology"])["State"] == "INIT"
    assert story(daemon) == []
    # A script that is not done is nothing to wait for a second time: the crash finds the instance where it was.
    os.kill(daemon.pids()["vrrp"], signal.SIGKILL)
    daemon.wait_log("died: Respawning")
    good(daemon)
    wait_until(lambda: story(daemon)[-1:] == ["(VI_1) Entering MASTER STATE"])
    assert story(daemon) == [
        "VRRP_Script(chk) succeeded", "(VI_1) Entering BACKUP STATE (init)", "(VI_1) Entering MASTER STATE"]


@pytest.mark.parametrize("weight, when_good, when_bad", [
    ("weight 10", 110, 100), ("weight -10", 100, 90), ("weight 10 reverse", 90, 100), ("weight -10 reverse", 100, 110),
    ("weight -253", 100, 1), ("weight 253", 254, 100)])
def test_weights(lab, weight, when_good, when_bad):
    host, daemon = prepare(lab, script(weight) + instance(FOLLOW))
    wire = lab.capture(host)
    good(daemon)
    daemon.start()
    daemon.wait_log(r"\(VI_1\) Entering MASTER STATE")
    daemon.wait_log(r"VRRP_Script\(chk\) succeeded")
    wire.wait_advert(priority=when_good)
    bad(daemon)
    failed = daemon.wait_log(r"VRRP_Script\(chk\) failed").time
    wire.wait_advert(priority=when_bad, since=failed)
    assert f"(VI_1) Changing effective priority from {when_good} to {when_bad}" in story(daemon)
    assert values(shown(daemon)["VRRP Topology"])["Effective priority"] == str(when_bad)
    good(daemon)
    wire.wait_advert(priority=when_good, since=wire.wait_advert(priority=when_bad, since=failed).time)
    assert not wire.adverts(priority=0) and host.has_address(VIP)


def test_reverse_without_weight(lab):
    host, daemon = prepare(lab, script("weight 0 reverse") + instance(FOLLOW))
    daemon.start()
    wait_last(daemon, "(VI_1) Entering MASTER STATE")
    good(daemon)
    wait_last(daemon, "(VI_1) Entering FAULT STATE")
    wait_until(lambda: not host.has_address(VIP))
    bad(daemon)
    wait_last(daemon, "(VI_1) Entering MASTER STATE")


def test_rise_and_fall(lab):
    host, daemon = prepare(lab, script("rise 2\n fall 3\n weight 5") + instance(FOLLOW), PLAN)
    daemon.path("/tmp/plan").write_text("0 1 1 0 2 2 2 0 1 0 0".replace(" ", "\n") + "\n")
    daemon.start()
    wait_until(lambda: story(daemon)[-1:] == ["(VI_1) Changing effective priority from 100 to 105"] and
               len(daemon.log.lines("succeeded")) == 2, 10)
    assert [text for text in story(daemon) if "Entering" not in text] == [
        "VRRP_Script(chk) succeeded", "(VI_1) Changing effective priority from 100 to 105",
        "Script `chk` now returning 1", "Script `chk` now returning 0", "Script `chk` now returning 2",
        "VRRP_Script(chk) failed (exited with status 2)", "(VI_1) Changing effective priority from 105 to 100",
        "Script `chk` now returning 0", "Script `chk` now returning 1", "Script `chk` now returning 0",
        "VRRP_Script(chk) succeeded", "(VI_1) Changing effective priority from 100 to 105"]


def test_init_fail(lab):
    host, daemon = prepare(lab, script("init_fail\n rise 3") + instance(FOLLOW), "#!/bin/sh\nwhile [ ! -e /tmp/ok ]; do sleep 0.05; done\n")
    daemon.start()
    wait_until(lambda: "(VI_1) Entering FAULT STATE (init)" in story(daemon))
    good(daemon)
    wait_last(daemon, "(VI_1) Entering MASTER STATE")
    assert story(daemon) == [
        "(VI_1): entering FAULT state due to script chk", "(VI_1) Entering FAULT STATE (init)", "VRRP_Script(chk) succeeded",
        "(VI_1) Entering BACKUP STATE", "(VI_1) Entering MASTER STATE"]


def test_timeout_ends_the_whole_group(lab):
    """What it started goes with it, and SIGTERM may be ignored."""
    text = "#!/bin/sh\ntrap '' TERM\nmkdir /tmp/alone || echo twice >/tmp/twice\nsleep 1000 &\nwhile :; do sleep 0.1; done\n"
    host, daemon = prepare(lab, script().replace("timeout 5", "timeout 0.3") + instance(FOLLOW), text)
    daemon.start()
    wait_until(lambda: "(VI_1) Entering FAULT STATE (init)" in story(daemon), 8)
    assert [line.text for line in daemon.log.lines("Track script")] == [
        "Track script chk is already running, expect idle - skipping run", "Track script chk is being timed out, expect idle - skipping run"]
    assert story(daemon) == [
        "VRRP_Script(chk) timed_out", "(VI_1): entering FAULT state due to script chk", "(VI_1) Entering FAULT STATE (init)"]
    assert not daemon.path("/tmp/twice").exists()
    daemon.path("/tmp/alone").rmdir()
    wait_until(daemon.path("/tmp/alone").exists)            # the next run
    daemon.stop()
    assert daemon.processes() == []


def test_signal(lab):
    host, daemon = prepare(lab, script() + instance(FOLLOW), "#!/bin/sh\nkill -11 $$\n")
    daemon.start()
    wait_story(daemon, "VRRP_Script(chk) failed (due to signal 11)", "(VI_1): entering FAULT state due to script chk",
               "(VI_1) Entering FAULT STATE (init)")


@pytest.mark.parametrize("spoil, options, reason", [
    (lambda file: file.unlink(), "", "cannot be run now"),
    (lambda file: file.chmod(0o644), "", "is not an executable file"),
    (lambda file: file.chmod(0o777), "", "Unsafe permissions found for script '/etc/keepalived/chk' - disabling"),
    (lambda file: None, "user nobody_at_all", "user 'nobody_at_all' does not exist - disabling"),
])
def test_script_that_cannot_be_run_has_failed(lab, spoil, options, reason):
    """Where the packaged one goes on without it, and may be master of a broken service."""
    host, daemon = prepare(lab, script(options) + instance(FOLLOW))
    good(daemon)
    spoil(daemon.path("/etc/keepalived/chk"))
    daemon.start()
    wait_last(daemon, "(VI_1) Entering FAULT STATE (init)")
    assert daemon.log.lines(reason)
    assert [text.partition(" (")[0] for text in story(daemon)] == [
        "VRRP_Script(chk) failed", "(VI_1): entering FAULT state due to script chk", "(VI_1) Entering FAULT STATE"]
    assert not host.has_address(VIP)


def test_script_that_nothing_tracks_is_not_run(lab):
    host, daemon = prepare(lab, script() + instance(""), "#!/bin/sh\ntouch /tmp/ran\n")
    daemon.start()
    wait_last(daemon, "(VI_1) Entering MASTER STATE")
    assert daemon.log.lines("`vrrp_script chk` is never used")
    assert not daemon.path("/tmp/ran").exists()


def test_reload_inherits_results_and_applies_weights(lab):
    host, daemon = prepare(lab, script("weight -10\n rise 1") + instance(FOLLOW))
    wire = lab.capture(host)
    daemon.start()
    wait_last(daemon, "(VI_1) Entering MASTER STATE")
    wire.wait_advert(priority=90)
    # Its own verdict stays, whatever it says from now on: nothing is new but the weight.
    began = reload(daemon, GLOBALS + script("weight -20\n rise 1") + instance(FOLLOW))
    wait_story(daemon, "VRRP_Script(chk) considered unsuccessful on reload", "(VI_1) Changing effective priority from 90 to 80", since=began)
    wire.wait_advert(priority=80, since=began)
    began = reload(daemon, GLOBALS + script("weight -20\n rise 2") + instance(FOLLOW))
    wait_story(daemon, "VRRP_Script(chk) considered unsuccessful on reload", since=began)
    began = reload(daemon, GLOBALS + script() + instance(FOLLOW))
    wait_story(daemon, "VRRP_Script(chk) considered unsuccessful on reload", "(VI_1): entering FAULT state due to script chk",
               "(VI_1) Entering FAULT STATE", since=began)
    began = reload(daemon, GLOBALS + instance(""))
    wait_story(daemon, "(VI_1) Changing effective priority from 80 to 100", "(VI_1) Entering BACKUP STATE", "(VI_1) Entering MASTER STATE", since=began)
    assert not [advert for advert in wire.adverts(since=began) if advert.priority not in (0, 100)]


def test_reload_that_adds_a_script_leaves_a_master_alone(lab):
    host, daemon = prepare(lab, instance(""), "#!/bin/sh\ntouch /tmp/started\nwhile [ ! -e /tmp/ok ]; do sleep 0.05; done\nexit 3\n")
    daemon.start()
    wait_last(daemon, "(VI_1) Entering MASTER STATE")
    watch = lab.watch(host)
    began = reload(daemon, GLOBALS + script() + instance(FOLLOW))
    wait_until(daemon.path("/tmp/started").exists)
    assert values(shown(daemon)["VRRP Topology"])["State"] == "MASTER" and len(watch) == 0
    good(daemon)                                            # the first result counts
    wait_last(daemon, "(VI_1) Entering FAULT STATE", since=began)


def test_crash_inherits_results(lab):
    two_scripts = script("weight 7") + script("", name="slow", path="/etc/keepalived/slow")
    host, daemon = prepare(lab, two_scripts + instance("track_script {\n chk\n slow\n }"))
    daemon.add_script("/etc/keepalived/slow", """#!/bin/sh
mkdir /tmp/alone || echo twice >/tmp/twice
trap 'rmdir /tmp/alone; exit 9' TERM
echo $$ >>/tmp/slow
while [ -e /tmp/hold ]; do sleep 0.05; done
rmdir /tmp/alone
""")
    good(daemon)
    daemon.start()
    wait_last(daemon, "(VI_1) Entering MASTER STATE")
    daemon.path("/tmp/hold").touch()
    runs = daemon.path("/tmp/slow")
    wait_until(lambda: daemon.path("/tmp/alone").exists() and len(daemon.log.lines("slow is already running")) > 0)
    watch, wire = lab.watch(host), lab.capture(host)
    began, before = daemon.log.lines()[-1].time + 1e-6, len(runs.read_text().split())
    os.kill(daemon.pids()["vrrp"], signal.SIGKILL)
    # The run that nobody waits for any more is ended before the next one begins.
    wait_until(lambda: len(runs.read_text().split()) > before)
    daemon.path("/tmp/hold").unlink()
    wire.wait_advert(priority=107)
    assert story(daemon, began) == [
        "VRRP_Script(chk) considered successful on reload", "VRRP_Script(slow) considered successful on reload"]
    assert not wire.adverts(priority=0) and len(watch) == 0
    assert not daemon.path("/tmp/twice").exists()


def test_crash_in_fault(lab):
    host, daemon = prepare(lab, script() + instance(FOLLOW))
    daemon.start()
    wait_last(daemon, "(VI_1) Entering FAULT STATE (init)")
    began = daemon.log.lines()[-1].time + 1e-6
    old = daemon.pids()["vrrp"]
    os.kill(old, signal.SIGKILL)
    wait_until(lambda: daemon.pids().get("vrrp") not in (None, old))
    wait_story(daemon, "VRRP_Script(chk) considered unsuccessful on reload", "(VI_1): entering FAULT state due to script chk", since=began)
    good(daemon)
    wait_last(daemon, "(VI_1) Entering MASTER STATE", since=began)


def test_one_script_for_many(lab):
    """One object: it runs once for all, and each has its own weight."""
    host, daemon = prepare(lab, script("weight 5") + instance(FOLLOW) +
                           instance("track_script {\n chk weight -20\n }", "VI_2", 52, vip="10.0.0.102") +
                           instance("track_script {\n chk weight 0\n }", "VI_3", 53, vip="10.0.0.103"), "#!/bin/sh\necho x >>/tmp/runs\n[ -e /tmp/ok ]\n")
    wire = lab.capture(host)
    daemon.start()
    daemon.wait_log(r"\(VI_3\) Entering FAULT STATE")
    wire.wait_advert(vrid=51, priority=100)
    wire.wait_advert(vrid=52, priority=80)
    good(daemon)
    daemon.wait_log(r"\(VI_3\) Entering MASTER STATE")
    wire.wait_advert(vrid=51, priority=105)
    wire.wait_advert(vrid=52, priority=100)
    wire.wait_advert(vrid=53, priority=100)
    assert len(daemon.log.lines("VRRP_Script")) == 2


def test_trackers_of_a_group_count_for_all_members(lab):
    group = "vrrp_sync_group G {\n group {\n VI_1\n VI_2\n }\n " + FOLLOW + "\n }\n"
    host, daemon = prepare(lab, script("weight 7") + group + instance("") + instance("", "VI_2", 52, 90, "10.0.0.102"))
    wire = lab.capture(host)
    good(daemon)
    daemon.start()
    wire.wait_advert(vrid=51, priority=107)
    wire.wait_advert(vrid=52, priority=97)
    began = reload(daemon, GLOBALS + script() + group + instance("") + instance("", "VI_2", 52, 90, "10.0.0.102"))
    bad(daemon)
    for vrid in (51, 52):
        wire.wait_advert(vrid=vrid, priority=0, since=began)
    wait_until(lambda: not host.has_address(VIP) and not host.has_address("10.0.0.102"))


def test_group_waits_as_a_whole(lab):
    """One member does not know yet whether it may run: none does."""
    group = "vrrp_sync_group G {\n group {\n VI_1\n VI_2\n }\n }\n"
    members = instance("notify /etc/keepalived/note\n" + FOLLOW) + instance("notify /etc/keepalived/note", "VI_2", 52, vip="10.0.0.102")
    host, daemon = prepare(lab, script() + group + members, "#!/bin/sh\ntouch /tmp/started\nwhile [ ! -e /tmp/done ]; do sleep 0.05; done\n[ -e /tmp/ok ]\n")
    daemon.add_script("/etc/keepalived/note", '#!/bin/sh\necho "$@" >>/tmp/notes\n')
    daemon.start()
    wait_until(daemon.path("/tmp/started").exists)
    states = [line for line in shown(daemon)["VRRP Topology"] if line.startswith("State = ")]
    assert states == ["State = INIT", "State = INIT"] and story(daemon) == []
    good(daemon)
    daemon.path("/tmp/done").touch()
    wait_until(lambda: len(daemon.log.lines("Entering MASTER STATE")) == 2 and host.has_address(VIP) and host.has_address("10.0.0.102"))
    entered = [text for text in story(daemon) if "Entering" in text]
    assert sorted(entered[:2]) == [f"({name}) Entering BACKUP STATE (init)" for name in ("VI_1", "VI_2")]
    assert sorted(entered[2:]) == [f"({name}) Entering MASTER STATE" for name in ("VI_1", "VI_2")]
    bad(daemon)
    wait_until(lambda: not host.has_address(VIP) and not host.has_address("10.0.0.102"))
    wait_until(lambda: sorted(daemon.path("/tmp/notes").read_text().split("\n")[:-1]) == sorted(
        f"INSTANCE {name} {state} 100" for name in ("VI_1", "VI_2") for state in ("BACKUP", "MASTER", "FAULT")))
