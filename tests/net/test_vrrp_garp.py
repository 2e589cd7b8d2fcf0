# SPDX-License-Identifier: GPL-2.0-or-later
"""The pace of announcements, beside that of the packaged keepalived: intervals, garp_group, garp_extra_if, vrrp_min_garp."""
import collections
import os
import signal
import socket

import pytest

from lib_daemon import PACKAGED
from lib_util import SANITIZED, wait_until

EARLY = 0.002  # a frame may be stamped a little after it left, so the next one seems to be early
GROUP = "garp_group {\n\tgarp_interval 0.2\n\tgna_interval 0.1\n\tinterfaces {\n\t\teth0\n\t\teth1\n\t}\n}\n"
OWN = "garp_group {\n\tgarp_interval 0.2\n\tinterface eth0\n}\n"
BOTH = "global_defs {\n\tvrrp_garp_interval 0.05\n\tvrrp_gna_interval 0.15\n}\n"
VIPS = "10.0.0.100\n10.0.0.101\n10.1.0.100 dev eth1"
EVIPS = "fd00::1\nfd00::2 dev eth1"


def instance(extra="", head="", vips=VIPS, evips=EVIPS, vrid=51):
    return f"""
{head}
vrrp_instance VI_{vrid} {{
	version 3
	interface eth0
	virtual_router_id {vrid}
	priority 200
	advert_int 0.1
	{extra}
	virtual_ipaddress {{
		{vips}
	}}
	virtual_ipaddress_excluded {{
		{evips}
	}}
}}
"""


def advertised(frame):
    """The address of an unsolicited neighbour advertisement, or None."""
    ip = frame.payload
    if frame.ethertype != 0x86dd or len(ip) < 64 or ip[6] != 58 or ip[40] != 136:
        return None
    return socket.inet_ntop(socket.AF_INET6, ip[48:64])


def announcements(wire, since=0.0):
    """(time, MAC address, address) of each."""
    found = [(arp.time, arp.frame.source_mac, arp.sender) for arp in wire.arps(since, gratuitous=True)]
    # The kernel's own, of its link-local addresses, are not meant.
    found += [(frame.time, frame.source_mac, address) for frame in wire
              if frame.time >= since and (address := advertised(frame)) and not address.startswith("fe80")]
    return sorted(found)


def place(lab):
    """Two interfaces on one switch, whose other end is watched."""
    host, client = lab.host("one", "10.0.0.1/24"), lab.host("client", "10.0.0.9/24")
    host.add_interface("eth1", "10.1.0.1/24")
    return host, lab.capture(client)



def mac(host, ifname):
    return host.ip(f"-br link show dev {ifname}").split()[2]


def gaps(times):
    return [b - a for a, b in zip(times, times[1:])]


def addresses(seen, six=False):
    return [address for _, _, address in seen if (":" in address) == six]


def times(seen, wanted):
    return [time for time, _, address in seen if wanted(address)]


def wait_frames(wire, number, since=0.0):
    wait_until(lambda: len(announcements(wire, since)) >= number, 10, f"{number} announcements")
    return announcements(wire, since)


def least_gap(seen, wanted):
    return min(gaps(times(seen, wanted)))


@pytest.mark.parametrize("packaged", (False, True), ids=("ours", "packaged"))
def test_shared_interval(lab, packaged):
    """Over both interfaces; ARP and neighbour advertisements apart. The packaged one keeps the interval, too, but not the number."""
    host, wire = place(lab)
    lab.daemon(host, instance("garp_master_repeat 2\n garp_master_delay 3", GROUP), **({"binary": PACKAGED} if packaged else {}))
    seen = wait_frames(wire, 10 if not packaged else 8)
    assert least_gap(seen, lambda a: ":" not in a) > 0.2 - EARLY
    assert least_gap(seen, lambda a: ":" in a) > 0.1 - EARLY
    if packaged:
        return
    assert addresses(seen) == ["10.0.0.100", "10.0.0.101", "10.1.0.100"] * 2
    assert addresses(seen, six=True) == ["fd00::1", "fd00::2"] * 2
    assert max(gaps(times(seen, lambda a: ":" not in a))) < 0.25 or SANITIZED
    # And once more, as a whole.
    again = wait_frames(wire, 20)[10:]
    assert addresses(again) == addresses(seen) and again[0][0] - seen[0][0] > 2.9


def test_interval_of_one_interface(lab):
    """Other interfaces do not wait for it, and what its group does not name is not limited there."""
    host, wire = place(lab)
    lab.daemon(host, instance("garp_master_repeat 2\n garp_master_delay 0", OWN + BOTH))
    seen = wait_frames(wire, 10)
    eth0 = [item for item in seen if item[2].startswith("10.0.") or item[2] == "fd00::1"]
    eth1 = [item for item in seen if item not in eth0]
    assert [address for _, _, address in eth0 if ":" not in address] == ["10.0.0.100", "10.0.0.101"] * 2
    assert least_gap(eth0, lambda a: ":" not in a) > 0.2 - EARLY
    assert max(gaps(times(eth0, lambda a: ":" in a))) < 0.05 or SANITIZED
    assert 0.05 - EARLY < least_gap(eth1, lambda a: ":" not in a) < 0.15 or SANITIZED
    assert 0.15 - EARLY < least_gap(eth1, lambda a: ":" in a) < 0.25 or SANITIZED


def test_instances_take_turns(lab):
    """Three on one interface, and on VMACs on top of it."""
    host, wire = place(lab)
    conf = "garp_group {\n garp_interval 0.03\n interface eth0\n}\n"
    for number, extra in ((1, ""), (2, "use_vmac"), (3, "use_vmac")):
        vips = "\n".join(f"10.0.{number}.{n}" for n in range(1, 5))
        conf += instance(extra + "\n garp_master_repeat 3\n garp_master_delay 0", vips=vips, evips="", vrid=number)
    lab.daemon(host, conf)
    seen = wait_frames(wire, 36)
    assert least_gap(seen, lambda a: True) > 0.03 - EARLY
    counts = collections.Counter()
    for _, _, address in seen:
        counts[address] += 1
        # The instances begin when they are master, not together: a later one may be a round behind, but not more.
        assert counts[address] - min(counts[other] for other in addresses(seen)) <= 2
    assert set(counts.values()) == {3} and len(counts) == 12
    wait_until(lambda: len(wire.adverts(since=seen[-1][0] + 0.1)) > 3)
    assert len(announcements(wire)) == 36


@pytest.mark.parametrize("how", ("reload", "crash"))
def test_what_waits_goes_on(lab, how):
    host, wire = place(lab)
    vips = "\n".join(f"10.0.0.{n}" for n in range(101, 111))
    text = instance("garp_master_repeat 2\n garp_master_delay 0", OWN.replace("0.2", "0.1"), vips=vips, evips="")
    daemon = lab.daemon(host, text)
    wait_frames(wire, 3)
    old = daemon.pids()["vrrp"]
    if how == "reload":
        daemon.configure(text.replace("priority 200", "priority 199"))
        daemon.send_signal(signal.SIGHUP)
        daemon.wait_log("Reload complete", 10)
    else:
        os.kill(old, signal.SIGKILL)
    wait_until(lambda: daemon.pids().get("vrrp", old) != old)
    # Nobody knows which of them had their turn, so they begin again; in the pace, and no more often than they would have.
    seen = wait_frames(wire, 20)
    assert least_gap(seen[-10:], lambda a: True) > 0.1 - EARLY
    wait_until(lambda: min(collections.Counter(addresses(announcements(wire))).values()) >= 2)
    assert set(addresses(announcements(wire))) == set(vips.split())
    # A process under sanitizers may be back too late to go on as master.
    assert len(daemon.log.lines("Entering MASTER STATE")) == 1 or (SANITIZED and how == "crash")


@pytest.mark.parametrize("packaged", (False, True), ids=("ours", "packaged"))
@pytest.mark.parametrize("extra,addrs,wanted", (
    ("garp_extra_if 1", "use_vmac", ["10.1.0.100"]),
    ("garp_extra_if all 1", "use_vmac", ["10.1.0.100", "10.2.0.100"]),
    ("garp_extra_if all 1", "", ["10.1.0.100", "10.2.0.100"]),
    ("use_vmac\n garp_extra_if 1", "use_vmac", ["10.1.0.100"]),
    ("use_vmac\n vmac_xmit_base\n vmac_garp_intvl 1", "use_vmac", ["10.0.0.100", "10.1.0.100"]),
), ids=("addresses", "all", "all_plain", "own_vmac", "xmit_base"))
def test_interfaces_without_adverts(lab, extra, addrs, wanted, packaged):
    host, wire = place(lab)
    host.add_interface("eth2", "10.2.0.1/24")
    vips = f"10.0.0.100\n10.0.0.101\n10.1.0.100 dev eth1 {addrs}\n10.1.0.101 dev eth1 {addrs}\n10.2.0.100 dev eth2"
    daemon = lab.daemon(host, instance(extra + "\n garp_master_repeat 1\n garp_master_delay 0", vips=vips, evips=""),
                        **({"binary": PACKAGED} if packaged else {}))
    first = wait_frames(wire, 5)
    assert sorted(addresses(first)) == ["10.0.0.100", "10.0.0.101", "10.1.0.100", "10.1.0.101", "10.2.0.100"]
    seen = wait_frames(wire, 5 + 2 * len(wanted))[5:]
    assert sorted(addresses(seen)) == sorted(2 * wanted)
    assert 0.9 < seen[0][0] - first[-1][0] < 1.2 and 0.9 < seen[-1][0] - seen[0][0] < 1.2 or SANITIZED
    macs = {address: source for _, source, address in first}
    assert all(macs[address] == source for _, source, address in seen)
    assert daemon.stop() == 0
    assert len(announcements(wire)) == 5 + 2 * len(wanted)


def test_backup_reminds_nobody(lab):
    host, wire = place(lab)
    text = instance("garp_extra_if all 1\n garp_master_repeat 1\n garp_master_delay 0", vips="10.0.0.100\n10.1.0.100 dev eth1", evips="")
    lab.daemon(host, text)
    wait_frames(wire, 3)
    other = lab.host("two", "10.0.0.2/24")
    other.add_interface("eth1", "10.1.0.2/24")
    taken = lab.daemon(other, text.replace("priority 200", "priority 250")).wait_log("Entering MASTER STATE").time
    seen = wait_frames(wire, 4, since=taken - EARLY)
    assert seen[-1][1] == mac(other, "eth1")
    assert not [item for item in seen if item[0] > taken + 0.1 and item[1] in (mac(host, "eth0"), mac(host, "eth1"))]


@pytest.mark.parametrize("packaged", (False, True), ids=("ours", "packaged"))
def test_min_garp(lab, packaged):
    host, wire = place(lab)
    head = "global_defs {\n vrrp_min_garp\n}\n"
    daemon = lab.daemon(host, instance("", head), **({"binary": PACKAGED} if packaged else {}))
    daemon.wait_log("Entering MASTER STATE")
    seen = wait_frames(wire, 5)
    assert sorted(address for _, _, address in seen) == ["10.0.0.100", "10.0.0.101", "10.1.0.100", "fd00::1", "fd00::2"]
    # A second go would have been five seconds later; adverts tell that so much time has passed.
    wait_until(lambda: wire.adverts(since=seen[0][0] + 5.3), 10)
    assert len(announcements(wire)) == 5
