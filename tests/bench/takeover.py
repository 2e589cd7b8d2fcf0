#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""How long a new master takes to announce all it took over: from its first own advert, which ends the skew, to the first gratuitous ARP for the last
of its addresses. The master before is killed. Ours beside the packaged keepalived, where that announces them at all, and beside a program that does
nothing but add the addresses in batches and announce them (bare_takeover.c), in one run.

    tests/bench/takeover.py [--runs N] [--binary PATH]"""
import pathlib
import statistics
import subprocess
import tempfile

import bench_util
from lib_lab import Lab
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
		{first}
	}}
	virtual_ipaddress_excluded {{
		{more}
	}}
}}
"""


def addresses(instance, each):
    """Those of one instance, which are no other's."""
    numbers = range((instance - 1) * each, instance * each)
    return [f"10.1.{1 + n // 250}.{1 + n % 250}" for n in numbers]


def config(instances, each, priority):
    text = ""
    for n in range(1, instances + 1):
        own = addresses(n, each)
        text += INSTANCE.format(n=n, priority=priority, first="\n\t\t".join(own[:250]), more="\n\t\t".join(own[250:]))
    return text


def measure(lab, binary, instances, each):
    """Milliseconds to the first announcement of the last address, and to that of the first one."""
    ours, peer = lab.host("director1", "10.0.0.36/8"), lab.host("director2", "10.0.0.56/8")
    wanted = {address for n in range(1, instances + 1) for address in addresses(n, each)}
    # The master before is ours in any case: the packaged one needs minutes for a thousand addresses in one instance.
    before = lab.daemon(peer, config(instances, each, 200), args=("-n", "-G"))
    wait_until(lambda: wanted <= {a.split("/")[0] for a in peer.addresses("eth0")}, 60, "addresses on the peer", every=0.2)
    lab.daemon(ours, config(instances, each, 100), binary=binary, args=("-n", "-G"))
    bench_util.settle(before, 3)
    wire = lab.capture(peer)
    before.kill_all()

    def announced():
        return {arp.sender for arp in wire.arps(gratuitous=True)} >= wanted
    wait_until(announced, 60, "all announcements", every=0.5)
    begin = min(advert.time for advert in wire.adverts(source="10.0.0.36"))
    first = {}
    for arp in wire.arps(gratuitous=True, since=begin):
        first.setdefault(arp.sender, arp.time)
    return (max(first.values()) - begin) * 1000, (min(first.values()) - begin) * 1000


def bare(lab, program, count):
    host, peer = lab.host("director1", "10.0.0.36/8"), lab.host("director2", "10.0.0.56/8")
    wire = lab.capture(peer)
    last, first = map(float, host.run([str(program), "eth0", "10.1.1.1", str(count)]).stdout.split())
    wire.close()
    return last, first


def compare(options, program, instances, each, packaged=True):
    figures = {}
    for _ in range(options.runs):
        for name in ["ours", "bare"] + ["packaged"] * packaged:
            with tempfile.TemporaryDirectory() as folder:
                lab = Lab(pathlib.Path(folder))
                try:
                    binary = bench_util.PACKAGED if name == "packaged" else options.binary
                    found = bare(lab, program, instances * each) if name == "bare" else measure(lab, binary, instances, each)
                finally:
                    lab.close()
            figures.setdefault(name, []).append(found)
    last = {name: statistics.median(run[0] for run in runs) for name, runs in figures.items()}
    print(f"{instances} instances with {each} addresses: " + ", ".join(f"{name} {value:.2f} ms" for name, value in last.items()) +
          f"; ours/bare {last['ours'] / last['bare']:.2f}" + (f", ours/packaged {last['ours'] / last['packaged']:.2f}" if packaged else "") +
          f"; our first address after {statistics.median(run[1] for run in figures['ours']):.2f} ms", flush=True)


if __name__ == "__main__":
    options = bench_util.arguments(__doc__, runs=3)
    with tempfile.TemporaryDirectory() as folder:
        program = pathlib.Path(folder) / "bare_takeover"
        source = pathlib.Path(__file__).with_name("bare_takeover.c")
        subprocess.run(["cc", "-O2", "-D_GNU_SOURCE", "-o", program, source], check=True)
        for instances, each in ((1, 1), (255, 1), (200, 10)):
            compare(options, program, instances, each)
        compare(options, program, 1, 1000, packaged=False)
