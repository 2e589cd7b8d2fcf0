# SPDX-License-Identifier: GPL-2.0-or-later
"""Two routers of ours, and ours beside the packaged keepalived: election, hand-over, takeover and return."""
import itertools
import os
import signal

import pytest

from lib_daemon import PACKAGED
from lib_util import TIMED, wait_until

VIP = "10.0.0.100"
ONE, TWO = "10.0.0.1", "10.0.0.2"


def instance(priority, source, peer, version=2, unicast=False, interval=1, extra="", auth=None):
    peers = f"unicast_src_ip {source}\n unicast_peer {{\n {peer}\n }}" if unicast else ""
    if auth is None:
        auth = version == 2
    password = "authentication {\n auth_type PASS\n auth_pass 1234567\n }" if auth else ""
    return f"""
vrrp_instance VI_1 {{
	state BACKUP
	version {version}
	interface eth0
	virtual_router_id 51
	priority {priority}
	advert_int {interval}
	{peers}
	{password}
	{extra}
	virtual_ipaddress {{
		{VIP}/24
	}}
}}
"""


def holders(*hosts):
    return [host.host for host in hosts if host.has_address(VIP)]


def skew(priority, version, interval):
    return (256 - priority) / 256 * (1 if version == 2 else interval)


OURS, THEIRS = None, PACKAGED
COMBINATIONS = [(version, unicast, binaries) for version, unicast, binaries in
                itertools.product((2, 3), (False, True), ((OURS, OURS), (OURS, THEIRS), (THEIRS, OURS)))]


@pytest.mark.parametrize("version,unicast,binaries", COMBINATIONS,
                         ids=[f"v{v}-{'unicast' if u else 'multicast'}-{'theirs' if b[0] else 'ours'}-{'theirs' if b[1] else 'ours'}"
                              for v, u, b in COMBINATIONS])
def test_election_handover_and_return(lab, version, unicast, binaries):
    one, two = lab.host("one", f"{ONE}/24"), lab.host("two", f"{TWO}/24")
    wire, watch, stalls = lab.capture(two), lab.watch(two), lab.stalls()
    interval = 1 if version == 2 else 0.5
    first = lab.daemon(one, instance(150, ONE, TWO, version, unicast, interval), binary=binaries[0])
    second = lab.daemon(two, instance(100, TWO, ONE, version, unicast, interval), binary=binaries[1])
    # Election: the higher one, and nobody else.
    first.wait_log(r"\(VI_1\) Entering MASTER STATE", 10)
    wait_until(lambda: holders(one, two) == ["one"])
    advert = wire.wait_advert(source=ONE, priority=150)
    assert (advert.version, advert.vrid, advert.ttl, advert.addresses) == (version, 51, 255, [VIP])
    assert advert.target == (TWO if unicast else "224.0.0.18")
    assert advert.interval == interval
    wire.wait_arp(gratuitous=True, sender=VIP, sender_mac=advert.frame.source_mac)
    second.wait_log(r"\(VI_1\) Entering BACKUP STATE \(init\)")
    # An orderly stop: the other one has it after its skew.
    assert first.stop() == 0
    farewell = wire.wait_advert(source=ONE, priority=0)
    came = watch.wait_address("add", VIP)
    if binaries[1] is OURS:
        own = wire.wait_advert(source=TWO, since=farewell.time)
        stalls.check("handover", farewell.time, own.time, 0, skew(100, version, interval) + 0.1)
    wait_until(lambda: holders(one, two) == ["two"])
    second.wait_log(r"\(VI_1\) Entering MASTER STATE")
    # The higher one returns and takes it back; the lower one steps aside.
    first.start()
    first.wait_log(r"\(VI_1\) Entering MASTER STATE", 10, since=came.time)
    second.wait_log(r"\(VI_1\) Master received advert from 10.0.0.1 with higher priority 150, ours 100", since=came.time)
    second.wait_log(r"\(VI_1\) Entering BACKUP STATE$", since=came.time)
    wait_until(lambda: holders(one, two) == ["one"])
    assert second.stop() == 0
    assert holders(one, two) == ["one"]


@pytest.mark.parametrize("version", (2, 3))
def test_takeover_when_the_master_dies(lab, version):
    one, two = lab.host("one", f"{ONE}/24"), lab.host("two", f"{TWO}/24")
    interval = 1 if version == 2 else 0.1
    wire, stalls = lab.capture(two), lab.stalls()
    first = lab.daemon(one, instance(150, ONE, TWO, version, interval=interval))
    wait_until(lambda: one.has_address(VIP), 10)
    second = lab.daemon(two, instance(100, TWO, ONE, version, interval=interval))
    second.wait_log(r"master set to 10\.0\.0\.1")
    dead = first.kill_all()
    one.link_down()
    first_own = wire.wait_advert(10, source=TWO)
    wait_until(lambda: two.has_address(VIP))
    last = wire.adverts(source=ONE)[-1]
    down = 3 * interval + skew(100, version, interval)
    stalls.check("takeover", last.time, first_own.time, down - 0.01, down + 0.1)
    announced = wire.wait_arp(gratuitous=True, sender=VIP, since=dead)
    assert first_own.time <= announced.time


def test_equal_priority_goes_to_the_higher_address(lab):
    one, two = lab.host("one", f"{ONE}/24"), lab.host("two", f"{TWO}/24")
    first = lab.daemon(one, instance(100, ONE, TWO))
    first.wait_log("Entering MASTER STATE", 8)
    two.unplug()
    second = lab.daemon(two, instance(100, TWO, ONE, extra="garp_lower_prio_delay 0"))
    # It boots without a cable, then hears a master of its own priority: it follows.
    second.wait_log(r"entering FAULT state \(interface eth0 down\)")
    second.wait_log(r"\(VI_1\) Entering FAULT STATE \(init\)")
    two.plug()
    second.wait_log(r"\(VI_1\) Entering BACKUP STATE")
    second.wait_log(r"\(VI_1\) master set to 10.0.0.1")
    # Two masters that meet: the higher address stays.
    one.unplug()
    second.wait_log("Entering MASTER STATE", 8)
    lost = first.wait_log("Entering FAULT STATE")
    one.plug()
    first.wait_log(r"\(VI_1\) master set to 10.0.0.2", since=lost.time)
    assert holders(one, two) == ["two"]


def test_nopreempt_stays_behind(lab):
    one, two = lab.host("one", f"{ONE}/24"), lab.host("two", f"{TWO}/24")
    wire = lab.capture(one)
    second = lab.daemon(two, instance(100, TWO, ONE, version=3, interval=0.2))
    second.wait_log("Entering MASTER STATE", 5)
    first = lab.daemon(one, instance(150, ONE, TWO, version=3, interval=0.2, extra="nopreempt"))
    start = first.wait_log(r"Entering BACKUP STATE \(init\)").time
    wire.wait(lambda frame: len(wire.adverts(since=start)) > 20, 10)
    assert {advert.source for advert in wire.adverts(since=start)} == {TWO}
    assert second.stop() == 0
    first.wait_log("Entering MASTER STATE")


def test_preempt_delay_waits_and_then_preempts(lab):
    one, two = lab.host("one", f"{ONE}/24"), lab.host("two", f"{TWO}/24")
    second = lab.daemon(two, instance(100, TWO, ONE, version=3, interval=0.2))
    second.wait_log("Entering MASTER STATE")
    first = lab.daemon(one, instance(150, ONE, TWO, version=3, interval=0.2, extra="preempt_delay 2"))
    waiting = first.wait_log(r"start preempt delay \(2\.0+\)").time
    entered = first.wait_log("Entering MASTER STATE", 10).time
    assert entered - waiting >= 2 and second.wait_log("Entering BACKUP STATE$", since=waiting).time >= waiting + 2
    if TIMED:                                       # the lower adverts count no more, so Master_Down runs out
        assert entered - waiting < 2 + 4 * 0.2 + 0.1


def test_a_master_that_one_missing_advert_ends_keeps_its_place(lab):
    one = lab.host("one", f"{ONE}/24")
    wire = lab.capture(one)
    first = lab.daemon(one, instance(150, ONE, TWO, version=3, interval=0.2, extra="nopreempt\n down_timer_adverts 1"))
    entered = first.wait_log("Entering MASTER STATE").time
    wire.wait(lambda frame: len(wire.adverts(since=entered)) > 10, 10)
    assert not [line for line in first.log.lines() if line.time > entered and "STATE" in line.text]


def test_stopped_process_with_nopreempt_comes_back_as_backup(lab):
    one, two = lab.host("one", f"{ONE}/24"), lab.host("two", f"{TWO}/24")
    wire = lab.capture(one)
    first = lab.daemon(one, instance(150, ONE, TWO, version=3, interval=0.1, extra="nopreempt"))
    first.wait_log("Entering MASTER STATE", 5)
    second = lab.daemon(two, instance(100, TWO, ONE, version=3, interval=0.1))
    second.wait_log("master set to")
    pid = first.pids()["vrrp"]
    os.kill(pid, signal.SIGSTOP)
    second.wait_log("Entering MASTER STATE")
    wire.wait(lambda frame: len(wire.adverts(source=TWO)) > 5)
    os.kill(pid, signal.SIGCONT)
    woken = first.wait_log(r"\(VI_1\) Entering BACKUP STATE$").time
    first.wait_log(r"\(VI_1\) master set to 10.0.0.2")
    wire.wait(lambda frame: len(wire.adverts(source=TWO, since=woken)) > 10)
    assert not wire.adverts(source=ONE, since=woken)
    assert holders(one, two) == ["two"]
    assert first.pids()["vrrp"] == pid
