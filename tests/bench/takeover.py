#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""How long a new master takes to announce all it took over: from its first own advert, which ends the skew, to the first
gratuitous ARP for the last of its addresses. 1 and 255 instances, ours beside the packaged keepalived, in one run.

    tests/bench/takeover.py [--runs N] [--binary PATH]"""
import bench_util
from lib_util import wait_until

INSTANCE = """
vrrp_instance V{n} {{
	state BACKUP
	interface eth0
	virtual_router_id {n}
	priority {priority}
	advert_int 1
	garp_master_delay 0
	virtual_ipaddress {{
		10.1.0.{n}
	}}
}}
"""


def config(instances, priority):
    return "".join(INSTANCE.format(n=n, priority=priority) for n in range(1, instances + 1))


def measure(lab, binary, instances):
    """Milliseconds from the first own advert to the first announcement of the last address."""
    ours, peer = lab.host("director1", "10.0.0.36/16"), lab.host("director2", "10.0.0.56/16")
    addresses = {f"10.1.0.{n}" for n in range(1, instances + 1)}
    # The peer is the packaged one in both cases; it holds the addresses, and its orderly stop hands them over.
    first = lab.daemon(peer, config(instances, 200), binary=bench_util.PACKAGED, args=("-n", "-G"))
    wait_until(lambda: addresses <= {a.split("/")[0] for a in peer.addresses("eth0")}, 60, "addresses on the peer", every=0.2)
    second = lab.daemon(ours, config(instances, 100), binary=binary, args=("-n", "-G"))
    bench_util.settle(second, 3)
    wire = lab.capture(peer)
    first.stop()

    def announced():
        return {arp.sender for arp in wire.arps(gratuitous=True)} >= addresses
    wait_until(announced, 60, "all announcements", every=0.2)
    own, announced_at = {}, {}
    for advert in wire.adverts(source="10.0.0.36"):
        own.setdefault(advert.vrid, advert.time)
    for arp in wire.arps(gratuitous=True):
        if arp.sender in addresses and arp.time >= min(own.values()):
            announced_at.setdefault(int(arp.sender.split(".")[3]), arp.time)
    slowest = max(announced_at[vrid] - own[vrid] for vrid in own) * 1000
    whole = (max(announced_at.values()) - min(own.values())) * 1000
    print(f"    {binary}: all {whole:.2f} ms, of which the peer's farewells took {(max(own.values()) - min(own.values())) * 1000:.2f} ms; "
          f"slowest instance {slowest:.2f} ms")
    return whole


if __name__ == "__main__":
    options = bench_util.arguments(__doc__, runs=3)
    for instances in (1, 255):
        bench_util.compare(f"announcing {instances} instance{'s' * (instances > 1)}", "ms", options,
                           lambda lab, binary, n=instances: measure(lab, binary, n))
