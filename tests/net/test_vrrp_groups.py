# SPDX-License-Identifier: GPL-2.0-or-later
"""Sync groups: members change state together, beside the packaged keepalived, over faults, reloads and crashes."""
import os
import signal

import pytest

from lib_daemon import PACKAGED
from lib_util import wait_until

VIPS = {"VI_1": ("eth0", "10.0.0.100"), "VI_2": ("eth1", "10.1.0.100"), "VI_3": ("eth2", "10.2.0.100")}


def instance(name, priority=100, extra="", vrid=None, interval=0.2):
    interface, vip = VIPS[name]
    return f"""
vrrp_instance {name} {{
	state BACKUP
	version 3
	interface {interface}
	virtual_router_id {vrid or 50 + int(name[-1])}
	priority {priority}
	advert_int {interval}
	{extra}
	virtual_ipaddress {{
		{vip}/24
	}}
}}
"""


def group(*members, extra="", name="VG"):
    lines = "\n".join(members)
    return f"vrrp_sync_group {name} {{\n group {{\n {lines}\n }}\n {extra}\n}}\n"


HEAD = "global_defs {\n router_id test\n script_user root\n enable_script_security\n vrrp_garp_master_delay 0\n}\n"


def config(priority=100, extra="", group_extra="", members=("VI_1", "VI_2"), head=HEAD):
    return head + group(*members, extra=group_extra) + "".join(instance(name, priority, extra) for name in members)


def two_routers(lab):
    hosts = lab.host("one", "10.0.0.1/24"), lab.host("two", "10.0.0.2/24")
    for number, host in enumerate(hosts, 1):
        host.add_interface("eth1", f"10.1.0.{number}/24", switch="second")
    return hosts


def has_all(host, names=("VI_1", "VI_2")):
    return all(host.has_address(VIPS[name][1]) for name in names)


def has_none(host, names=("VI_1", "VI_2")):
    return not any(host.has_address(VIPS[name][1]) for name in names)


def states(daemon, since=0.0):
    """What the log says of states, in its order."""
    pattern = r"^\(VI_\d\) Entering|^VRRP_Group"
    return [line.text for line in daemon.log.lines(pattern, since=since)]


def synced(daemon, state, since=0.0, members=("VI_1", "VI_2")):
    """Waits for the group's line and those of its members; returns the group's."""
    line = daemon.wait_log(rf"^VRRP_Group\(VG\) Syncing instances to {state} state$", 8, since=since)
    for name in members:
        daemon.wait_log(rf"^\({name}\) Entering {state} STATE$", since=line.time - 0.5)
    return line


@pytest.mark.parametrize("other", (None, PACKAGED), ids=("ours", "theirs"))
def test_members_move_together(lab, other):
    one, two = two_routers(lab)
    first = lab.daemon(one, config(150))
    synced(first, "MASTER")
    wait_until(lambda: has_all(one))
    second = lab.daemon(two, config(100), binary=other)
    second.wait_log(r"\(VI_2\) Entering BACKUP STATE \(init\)")
    # One of its links fails: both leave, and come back together.
    one.unplug("eth1")
    fault = synced(first, "FAULT")
    wait_until(lambda: has_none(one) and has_all(two), 8)
    synced(second, "MASTER", fault.time)
    one.plug("eth1")
    synced(first, "BACKUP", fault.time)
    back = synced(first, "MASTER", fault.time)
    wait_until(lambda: has_all(one) and has_none(two))
    synced(second, "BACKUP", fault.time)
    assert states(first) == [
        "(VI_1) Entering BACKUP STATE (init)", "(VI_2) Entering BACKUP STATE (init)",
        *[text for text in states(first)[2:5]],
        "(VI_2) Entering FAULT STATE", "VRRP_Group(VG) Syncing instances to FAULT state", "(VI_1) Entering FAULT STATE",
        "(VI_2) Entering BACKUP STATE", "VRRP_Group(VG) Syncing instances to BACKUP state", "(VI_1) Entering BACKUP STATE",
        *[text for text in states(first)[11:]]]
    for trio in (states(first)[2:5], states(first)[11:]):
        assert sorted(trio) == ["(VI_1) Entering MASTER STATE", "(VI_2) Entering MASTER STATE",
                                "VRRP_Group(VG) Syncing instances to MASTER state"] and trio[1].startswith("VRRP_Group")
    # An orderly stop hands both over.
    assert first.stop() == 0
    synced(second, "MASTER", back.time)
    wait_until(lambda: has_all(two))


def test_master_only_with_all_members(lab):
    """One member may not become master: none does, and none keeps an address."""
    one, two = two_routers(lab)
    second = lab.daemon(two, HEAD + instance("VI_1", 200))
    second.wait_log("Entering MASTER STATE", 8)
    first = lab.daemon(one, config(100))
    wait_until(lambda: len(first.log.lines(r"\(VI_2\) Receive advertisement timeout")) >= 3, 8)
    assert states(first) == ["(VI_1) Entering BACKUP STATE (init)", "(VI_2) Entering BACKUP STATE (init)"]
    assert has_none(one)
    began = first.log.lines()[-1].time
    assert second.stop() == 0
    synced(first, "MASTER", began)
    wait_until(lambda: has_all(one))
    # … and it takes the other one along when it yields.
    second.start()
    first.wait_log(r"\(VI_2\) Entering BACKUP STATE$", since=began)
    wait_until(lambda: has_none(one))
    assert states(first, began)[-3:] == ["(VI_1) Entering BACKUP STATE", "VRRP_Group(VG) Syncing instances to BACKUP state",
                                        "(VI_2) Entering BACKUP STATE"]


def test_start_with_a_fault(lab):
    one, _ = two_routers(lab)
    one.unplug("eth1")
    daemon = lab.daemon(one, config())
    daemon.wait_log(r"\(VI_2\) Entering FAULT STATE \(init\)")
    daemon.wait_log(r"^VRRP_Group\(VG\): Syncing VI_2 to FAULT state$")
    daemon.wait_log(r"\(VI_1\) Entering FAULT STATE \(init\)")
    one.plug("eth1")
    synced(daemon, "BACKUP")
    synced(daemon, "MASTER")
    wait_until(lambda: has_all(one))


def test_held_back_member_holds_the_group(lab):
    one, _ = two_routers(lab)
    daemon = lab.daemon(one, config().replace("virtual_router_id 52", "virtual_router_id 300") + instance("VI_3").replace("eth2", "eth0"))
    daemon.wait_log(r"\(VI_3\) Entering MASTER STATE")
    reason = r"entering FAULT state \(.*virtual_router_id.*\)"
    daemon.wait_log(rf"\(VI_2\): {reason}")
    daemon.wait_log(rf"\(VI_1\): entering FAULT state \(its vrrp_sync_group VG is held back: its member VI_2 is held back: .*\)")
    assert has_none(one) and one.has_address(VIPS["VI_3"][1])


def note(daemon):
    daemon.add_script("/etc/keepalived/note", '#!/bin/sh\necho "$@" >>/tmp/notes\n')


def notes(daemon):
    file = daemon.path("/tmp/notes")
    return [line for line in file.read_text().splitlines() if "GROUP" in line or line.startswith("group")] if file.exists() else []


def test_scripts_of_a_group(lab):
    one, _ = two_routers(lab)
    lines = "\n".join(f'notify_{word} "/etc/keepalived/note group {word}"' for word in ("master", "backup", "fault", "stop"))
    daemon = lab.daemon(one, config(group_extra=lines + '\n notify "/etc/keepalived/note all"'), start=False)
    note(daemon)
    daemon.start()
    synced(daemon, "MASTER")
    wait_until(lambda: "all GROUP VG MASTER 0" in notes(daemon))
    one.unplug("eth0")
    wait_until(lambda: "all GROUP VG FAULT 0" in notes(daemon))
    assert daemon.stop() == 0
    wait_until(lambda: "all GROUP VG STOP 0" in notes(daemon))
    words = ("backup", "master", "fault", "stop")
    assert [line for line in notes(daemon) if line.startswith("group")] == [f"group {word}" for word in words]
    assert [line for line in notes(daemon) if "GROUP" in line] == [f"all GROUP VG {word.upper()} 0" for word in words]


def test_successors_go_on(lab):
    """A reload and a crash: no member moves, no address leaves, no script is run again."""
    one, two = two_routers(lab)
    daemon = lab.daemon(one, config(group_extra='notify "/etc/keepalived/note"'), start=False)
    note(daemon)
    daemon.start()
    began = synced(daemon, "MASTER").time
    wait_until(lambda: has_all(one) and "GROUP VG MASTER 0" in notes(daemon))
    told, said = notes(daemon), states(daemon)
    watch, wire = lab.watch(one), lab.capture(two)
    daemon.configure(config(110, group_extra='notify "/etc/keepalived/note"'))
    assert daemon.run([daemon.binary, "--reload"]).returncode == 0
    wire.wait_advert(priority=110)
    pid = daemon.pids()["vrrp"]
    os.kill(pid, signal.SIGKILL)
    wait_until(lambda: daemon.pids().get("vrrp", pid) != pid)
    after = wire.items[-1].time
    wire.wait_advert(priority=110, since=after)
    # It still is a group.
    assert (states(daemon), notes(daemon), [event.address for event in watch]) == (said, told, [])
    one.unplug("eth0")
    synced(daemon, "FAULT", began)
    wait_until(lambda: has_none(one) and notes(daemon)[-1] == "GROUP VG FAULT 0")
    # So is one that was in FAULT.
    pid = daemon.pids()["vrrp"]
    os.kill(pid, signal.SIGKILL)
    wait_until(lambda: daemon.pids().get("vrrp", pid) != pid)
    one.plug("eth0")
    expected = ["BACKUP", "MASTER", "FAULT", "BACKUP", "MASTER"]
    wait_until(lambda: [line.split()[2] for line in notes(daemon)] == expected, 8)
    wait_until(lambda: has_all(one))


def test_reload_adds_and_removes_a_member(lab):
    """A new member listens and joins; the others go on as masters."""
    one, _ = two_routers(lab)
    one.add_interface("eth2", "10.2.0.1/24", switch="third")
    daemon = lab.daemon(one, config())
    synced(daemon, "MASTER")
    wait_until(lambda: has_all(one))
    began, watch = daemon.log.lines()[-1].time, lab.watch(one)
    daemon.configure(config(members=("VI_1", "VI_2", "VI_3")))
    assert daemon.run([daemon.binary, "--reload"]).returncode == 0
    wait_until(lambda: has_all(one, VIPS), 8)
    daemon.wait_log(r"\(VI_3\) Entering MASTER STATE", since=began)
    assert states(daemon, began)[-2:] == ["(VI_3) Entering BACKUP STATE (init)", "(VI_3) Entering MASTER STATE"]
    wait_until(lambda: [event.action for event in watch] == ["add"])
    # Now it is one of them.
    one.unplug("eth2")
    synced(daemon, "FAULT", began)
    wait_until(lambda: has_none(one, VIPS))
    one.plug("eth2")
    wait_until(lambda: has_all(one, VIPS), 8)
    began = daemon.log.lines()[-1].time
    daemon.configure(config())
    assert daemon.run([daemon.binary, "--reload"]).returncode == 0
    wait_until(lambda: not one.has_address(VIPS["VI_3"][1]))
    assert has_all(one) and not [text for text in states(daemon, began) if "VI_3" not in text]


def test_new_member_that_may_not_be_master(lab):
    """The link of the new one has a higher master: the group follows it."""
    one, two = two_routers(lab)
    for number, host in enumerate((one, two), 1):
        host.add_interface("eth2", f"10.2.0.{number}/24", switch="third")
    lab.daemon(two, HEAD + instance("VI_3", 200)).wait_log("Entering MASTER STATE", 8)
    daemon = lab.daemon(one, config())
    synced(daemon, "MASTER")
    daemon.configure(config(members=("VI_1", "VI_2", "VI_3")))
    assert daemon.run([daemon.binary, "--reload"]).returncode == 0
    synced(daemon, "BACKUP")
    wait_until(lambda: has_none(one, VIPS))


def test_lost_address_takes_the_group_along(lab):
    one, _ = two_routers(lab)
    daemon = lab.daemon(one, config(), args=("-n",))
    synced(daemon, "MASTER")
    wait_until(lambda: has_all(one))
    watch = lab.watch(one)
    for _ in range(3):
        one.del_address("10.1.0.100/24", "eth1")
        watch.wait_address("add", "10.1.0.100")
        watch.items.clear()
        wait_until(lambda: has_all(one))
    one.del_address("10.1.0.100/24", "eth1")
    left = daemon.wait_log("does not stay on eth1")
    synced(daemon, "BACKUP", left.time - 1)
    wait_until(lambda: len(daemon.log.lines("Syncing instances to MASTER state")) == 2)
    wait_until(lambda: has_all(one))


def test_member_of_one(lab):
    one, _ = two_routers(lab)
    daemon = lab.daemon(one, config(members=("VI_1",)))
    synced(daemon, "MASTER", members=("VI_1",))
    wait_until(lambda: one.has_address("10.0.0.100"))
    one.unplug("eth0")
    synced(daemon, "FAULT", members=("VI_1",))


def test_owners_are_master_at_once(lab):
    one, _ = two_routers(lab)
    text = config(255)
    daemon = lab.daemon(one, text.replace("10.0.0.100/24", "10.0.0.1/24").replace("10.1.0.100/24", "10.1.0.1/24"))
    started = daemon.wait_log(r"\(VI_2\) Entering BACKUP STATE \(init\)")
    assert synced(daemon, "MASTER").time - started.time < 0.15
