# SPDX-License-Identifier: GPL-2.0-or-later
"""Reload and crash: a successor takes over, and who is not concerned does not notice."""
import os
import signal

from lib_util import TIMED, wait_until

VIP = "10.0.0.100"
# A process under sanitizers takes its time to end, and a hand-over waits for it.
QUICK = 0.1 if TIMED else 1


def instance(name="VI_1", vrid=51, priority=100, vips=VIP, interval=QUICK, extra="", state="BACKUP"):
    return f"""
vrrp_instance {name} {{
	state {state}
	version 3
	interface eth0
	virtual_router_id {vrid}
	priority {priority}
	advert_int {interval}
	{extra}
	virtual_ipaddress {{
		{vips}
	}}
}}
"""


def reload(daemon, config):
    began = daemon.log.lines()[-1].time
    old = daemon.pids()["vrrp"]
    daemon.configure(config)
    daemon.send_signal(signal.SIGHUP)
    daemon.wait_log("Reload complete", 10, since=began)
    return old


def master(daemon, name="VI_1", since=0.0):
    return daemon.wait_log(rf"\({name}\) Entering MASTER STATE", 8, since)


def test_reload_that_adds_and_removes_addresses(lab):
    one, two = lab.host("one", "10.0.0.1/24"), lab.host("two", "10.0.0.2/24")
    first = lab.daemon(one, instance(vips="10.0.0.100\n10.0.0.101"), args=("-n",))
    master(first)
    wait_until(lambda: one.has_address("10.0.0.101"))
    second = lab.daemon(two, instance(priority=50))
    second.wait_log(r"expected 1 VIPs but received 2")
    watch, wire = lab.watch(one), lab.capture(two)
    old = reload(first, instance(vips="10.0.0.100\n10.0.0.102"))
    wait_until(lambda: first.pids().get("vrrp") not in (None, old))
    watch.wait_address("add", "10.0.0.102")
    watch.wait_address("del", "10.0.0.101")
    assert not [event for event in watch if event.address.startswith(VIP)]
    wire.wait_arp(gratuitous=True, sender="10.0.0.102")
    assert len(first.log.lines("Entering")) == 2            # BACKUP and MASTER, once each
    assert not second.log.lines("Entering MASTER")
    assert not wire.adverts(priority=0)
    wire.wait(lambda frame: len(wire.adverts(source="10.0.0.1")) > 8)
    if TIMED:
        times = [advert.time for advert in wire.adverts(source="10.0.0.1")]
        assert max(after - before for before, after in zip(times, times[1:])) < 0.2


def test_reload_that_adds_and_removes_instances(lab):
    one, two = lab.host("one", "10.0.0.1/24"), lab.host("two", "10.0.0.2/24")
    wire = lab.capture(two)
    gone = instance("VI_2", 52, vips="10.0.0.102", extra='notify "/etc/keepalived/note"')
    daemon = lab.daemon(one, "global_defs {\n script_user root\n enable_script_security\n }\n" + instance() + gone, start=False)
    daemon.add_script("/etc/keepalived/note", '#!/bin/sh\necho "$@" >>/tmp/notes\n')
    daemon.start()
    master(daemon)
    master(daemon, "VI_2")
    wait_until(lambda: one.has_address("10.0.0.102"))
    reload(daemon, "global_defs {\n script_user root\n enable_script_security\n }\n" + instance() +
           instance("VI_3", 53, vips="10.0.0.103"))
    wait_until(lambda: not one.has_address("10.0.0.102"))
    assert wire.wait_advert(vrid=52, priority=0)
    assert not wire.adverts(vrid=51, priority=0)
    master(daemon, "VI_3")
    wait_until(lambda: "INSTANCE VI_2 FAULT 100" in daemon.path("/tmp/notes").read_text())
    assert len(daemon.log.lines(r"\(VI_1\) Entering")) == 2


def test_renamed_instance_keeps_its_state(lab):
    one = lab.host("one", "10.0.0.1/24")
    daemon = lab.daemon(one, instance())
    master(daemon)
    wait_until(lambda: one.has_address(VIP))
    watch = lab.watch(one)
    reload(daemon, instance("OTHER"))
    daemon.send_signal(signal.SIGUSR1)
    file = daemon.path("/tmp/keepalived.data")
    wait_until(lambda: file.exists() and "Sockpool" in file.read_text())
    assert " VRRP Instance = OTHER\n" in file.read_text() and "   State = MASTER\n" in file.read_text()
    assert len(watch) == 0


def test_crashed_master_stays_master(lab):
    one, two = lab.host("one", "10.0.0.1/24"), lab.host("two", "10.0.0.2/24")
    first = lab.daemon(one, instance(interval=max(0.5, QUICK)))
    master(first)
    wait_until(lambda: one.has_address(VIP))
    second = lab.daemon(two, instance(priority=50, interval=max(0.5, QUICK)))
    second.wait_log("master set to")
    watch = lab.watch(one)
    old = first.pids()["vrrp"]
    os.kill(old, signal.SIGKILL)
    first.wait_log("VRRP child process.* died: Respawning")
    wait_until(lambda: first.pids().get("vrrp") not in (None, old))
    lab.capture(two).wait_advert(source="10.0.0.1")
    assert len(watch) == 0
    assert not second.log.lines("Entering MASTER")
    assert len(first.log.lines("Entering")) == 2


def test_second_burst_of_announcements_survives_a_reload(lab):
    one, two = lab.host("one", "10.0.0.1/24"), lab.host("two", "10.0.0.2/24")
    wire = lab.capture(two)
    extra = "garp_master_delay 3\n garp_master_repeat 2"
    daemon = lab.daemon(one, instance(extra=extra))
    first = wire.wait_arp(timeout=8, gratuitous=True, sender=VIP).time
    reload(daemon, instance(extra=extra + "\n skip_check_adv_addr"))
    again = wire.wait_arp(timeout=8, since=first + 1, gratuitous=True, sender=VIP).time
    assert 2.5 < again - first < 4 if TIMED else True


def test_crashed_master_that_was_away_too_long_listens_first(lab):
    one, two = lab.host("one", "10.0.0.1/24"), lab.host("two", "10.0.0.2/24")
    first = lab.daemon(one, instance(interval=QUICK, extra="nopreempt"))
    master(first)
    second = lab.daemon(two, instance(priority=50, interval=QUICK))
    second.wait_log("master set to")
    pids = first.pids()
    os.kill(pids["keepalived"], signal.SIGSTOP)             # nobody can start another one
    os.kill(pids["vrrp"], signal.SIGKILL)
    second.wait_log("Entering MASTER STATE")
    os.kill(pids["keepalived"], signal.SIGCONT)
    first.wait_log("died: Respawning")
    first.wait_log(r"\(VI_1\) Entering BACKUP STATE$")
    wait_until(lambda: not one.has_address(VIP))
    assert two.has_address(VIP)


def test_counters_go_on_over_a_reload(lab):
    one = lab.host("one", "10.0.0.1/24")
    daemon = lab.daemon(one, instance())
    master(daemon)
    reload(daemon, instance(extra="garp_master_repeat 2"))
    daemon.send_signal(signal.SIGUSR2)
    file = daemon.path("/tmp/keepalived.stats")
    wait_until(lambda: file.exists() and "Sent: 0" in file.read_text().split("Priority Zero")[-1])
    assert "  Became master: 1\n" in file.read_text() and "    Sent: 0\n" not in file.read_text().split("Became")[0]
