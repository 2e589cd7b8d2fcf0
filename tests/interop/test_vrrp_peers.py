# SPDX-License-Identifier: GPL-2.0-or-later
"""Our router beside others on one link: the packaged keepalived, and FRR's vrrpd. Election, a master that dies, its return, and an orderly
stop; and tcpdump's decoder finds no fault in our packets."""
import re
import time

import pytest

from lib_daemon import PACKAGED
from lib_util import wait_until
from peers import ADDRESS, FAULTS, KINDS, Frr, Kind, Tcpdump, configuration, wait_all_at, where

# What each side says about the other's packets when they are not as they should be.
COMPLAINTS = re.compile(r"nvalid|mismatch|expected|discarding (uni|multi)cast|Unknown VRID|wrong VRRP|IPSEC-AH : invalid|not present in advert")


def complaints(daemon):
    return [line.text for line in daemon.log.lines() if COMPLAINTS.search(line.text)]


def hosts_of(lab):
    return [lab.host(name, f"{ADDRESS[name]}/24", f"fd00::{number}/64") for number, name in enumerate(("one", "two"), 1)]


@pytest.mark.parametrize("ours", ("one", "two"))
def test_packaged_keepalived(lab, tmp_path, ours):
    """All kinds of virtual routers at once, with ours as the preferred master, and as the backup."""
    one, two = hosts_of(lab)
    record = Tcpdump(one, tmp_path / "record.pcap", "ip proto 112 or ip proto 51 or ip6 proto 112 or arp or icmp6")
    lab.defer(record.close)
    binaries = {name: None if name == ours else PACKAGED for name in ("one", "two")}
    first = lab.daemon(one, configuration("one", 150, KINDS), binary=binaries["one"])
    second = lab.daemon(two, configuration("two", 100, KINDS), binary=binaries["two"])
    wait_all_at(KINDS, "one", one, two)
    for kind in KINDS:
        second.wait_log(rf"\({kind.name}\) Entering BACKUP STATE \(init\)")
    # The master dies, addresses and all: the other one has them after its Master_Down.
    elected = time.monotonic()
    first.kill_all()
    one.ip("address flush dev eth0 to 10.0.0.96/27")
    one.ip("-6 address flush dev eth0 to fd00::100/120")
    for kind in KINDS:
        second.wait_log(rf"\({kind.name}\) Entering MASTER STATE", 5, since=elected)
    wait_until(lambda: all("two" in there for there in where(KINDS, one, two).values()), 5, "all addresses at two")
    # It returns, and takes back what is its own. (The packaged one may take another process for itself by a pid file that was left.)
    for file in first.path("/run").glob("*.pid"):
        file.unlink()
    returned = time.monotonic()
    first.start()
    wait_all_at(KINDS, "one", one, two)
    for kind in KINDS:
        second.wait_log(rf"\({kind.name}\) Master received advert from .* with higher priority 150, ours 100", since=returned)
    # It stops in order: priority 0, and the other one waits for its skew only.
    stopped = time.monotonic()
    assert first.stop() == 0
    for kind in KINDS:
        second.wait_log(rf"\({kind.name}\) Backup received priority 0 advertisement", since=stopped)
    wait_all_at(KINDS, "two", one, two, timeout=3)
    assert second.stop() == 0
    assert complaints(first) == [] and complaints(second) == []
    packets = record.packets()
    assert [text for text in packets if FAULTS.search(text)] == []
    check_all_kinds_were_seen(packets)


def check_all_kinds_were_seen(packets):
    for kind in KINDS:
        for priority in (150, 100, 0):
            assert any(f"vrid {kind.vrid}, prio {priority}," in text for text in packets), (kind.name, priority)
    assert any("neighbor advertisement" in text and "override" in text for text in packets)
    assert any("AH(" in text and "authtype ah" in text for text in packets)


# ---- FRR's vrrpd ----

FRR_KINDS = [Kind(20, "v2", 2, 1), Kind(30, "v3", 3, 0.3), Kind(40, "v3_six", 3, 0.3, family=6)]


def frr_config(priority):
    lines = ["interface eth0"]
    for kind in FRR_KINDS:
        lines += [f" vrrp {kind.vrid} version {kind.version}", f" vrrp {kind.vrid} priority {priority}",
                  f" vrrp {kind.vrid} advertisement-interval {int(kind.interval * 1000)}"]
        # The other reading of RFC 5798, which is its default, is tested by version 3 over IPv4.
        for address in kind.addresses:
            lines.append(f" vrrp {kind.vrid} {'ip' if kind.family == 4 else 'ipv6'} {address}")
    return "\n".join(lines + ["!", ""])


def frr_on(lab, host):
    frr = lab.keep(Frr(host), report=True)
    for kind in FRR_KINDS:
        length = 24 if kind.family == 4 else 64
        frr.add_macvlan(f"vrrp{kind.family}-{kind.vrid}", kind.vrid, kind.family, *(f"{address}/{length}" for address in kind.addresses))
    return frr


def frr_is(frr, state):
    states = frr.states()
    return all(states.get((kind.vrid, kind.family)) == state for kind in FRR_KINDS)


def test_frr_takes_over_from_ours(lab, tmp_path):
    one, two = hosts_of(lab)
    record = Tcpdump(two, tmp_path / "record.pcap", "ip proto 112 or ip6 proto 112")
    lab.defer(record.close)
    ours = lab.daemon(one, configuration("one", 150, FRR_KINDS))
    frr = frr_on(lab, two).start(frr_config(100))
    wait_until(lambda: frr_is(frr, "Backup"), 10, "FRR as backup")
    wait_all_at(FRR_KINDS, "one", one)
    ours.kill_all()
    wait_until(lambda: frr_is(frr, "Master"), 8, "FRR as master")
    again = time.monotonic()
    ours.start()
    wait_until(lambda: frr_is(frr, "Backup"), 10, "FRR as backup again")
    for kind in FRR_KINDS:
        ours.wait_log(rf"\({kind.name}\) Entering MASTER STATE", 8, since=again)
    assert ours.stop() == 0
    wait_until(lambda: frr_is(frr, "Master"), 3, "FRR as master after our stop")
    assert complaints(ours) == []
    check_ours(record, one)


def test_ours_takes_over_from_frr(lab, tmp_path):
    one, two = hosts_of(lab)
    record = Tcpdump(two, tmp_path / "record.pcap", "ip proto 112 or ip6 proto 112")
    lab.defer(record.close)
    frr = frr_on(lab, one).start(frr_config(150))
    wait_until(lambda: frr_is(frr, "Master"), 10, "FRR as master")
    ours = lab.daemon(two, configuration("two", 100, FRR_KINDS))
    for kind in FRR_KINDS:
        ours.wait_log(rf"\({kind.name}\) master set to", 5)
    frr.kill()
    wait_until(lambda: all(there == ["two"] for there in where(FRR_KINDS, two).values()), 8, "all addresses at two")
    back = time.monotonic()
    frr.start(frr_config(150))
    for kind in FRR_KINDS:
        ours.wait_log(rf"\({kind.name}\) Master received advert from .* with higher priority 150, ours 100", 10, since=back)
    wait_until(lambda: all(there == [] for there in where(FRR_KINDS, two).values()), 5, "no address at two")
    # Told to stop, vrrpd says so by priority 0.
    stopped = time.monotonic()
    for kind in FRR_KINDS:
        frr.host.run(["vtysh", "--vty_socket", str(frr.folder), "-d", "vrrpd", "-c", "configure terminal", "-c", "interface eth0",
                      "-c", f"vrrp {kind.vrid} shutdown"])
    for kind in FRR_KINDS:
        ours.wait_log(rf"\({kind.name}\) Backup received priority 0 advertisement", since=stopped)
        ours.wait_log(rf"\({kind.name}\) Entering MASTER STATE", 3, since=stopped)
    assert complaints(ours) == []
    check_ours(record, two)


def check_ours(record, host):
    """Our packets are those from our addresses."""
    own = [address.split("/")[0] for address in host.addresses() if "/24" in address or address.startswith("fe80")]
    packets = [text for text in record.packets() if any(f"{address} >" in text for address in own)]
    assert len(packets) > 10 and [text for text in packets if FAULTS.search(text)] == []
