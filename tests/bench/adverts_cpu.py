#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""CPU time of the VRRP process with 255 master instances that advertise every 10 ms (VRRPv3), ours beside the packaged keepalived, and how late ours
wakes up. Once with instances that became master at the same time, and once with their adverts spread over the whole interval, which their priorities
bring about: that is where adverts that are due at nearly the same time must leave in one wake-up.

    tests/bench/adverts_cpu.py [--runs N] [--seconds S] [--binary PATH]"""
import time

import bench_util
from lib_util import wait_until

COUNT, WANTED = 255, 25500
INSTANCE = """
vrrp_instance V{n} {{
	state BACKUP
	version 3
	interface eth0
	virtual_router_id {n}
	priority {priority}
	advert_int 0.01
	garp_master_delay 0
	virtual_ipaddress {{
		10.1.0.{n}
	}}
}}
"""


def config(spread):
    return "".join(INSTANCE.format(n=n, priority=max(n - 1, 1) if spread else 100) for n in range(1, COUNT + 1))


def measure(lab, binary, seconds, spread):
    """Percent of one processor, and the adverts really sent are counted beside it: a daemon that sends fewer is not cheaper."""
    host = lab.host("director1", "10.0.0.36/16")
    daemon = lab.daemon(host, config(spread), binary=binary, args=("-n", "-G"))
    wait_until(lambda: len(host.addresses("eth0")) > COUNT, 30, "addresses", every=0.1)
    pid = daemon.pids()["vrrp"]
    ours = binary != bench_util.PACKAGED
    bench_util.settle(daemon, 2)
    late = bench_util.lateness(daemon) if ours else None
    sent, used, began = bench_util.sent_packets(host), bench_util.cpu_seconds(pid), time.monotonic()
    bench_util.settle(daemon, seconds)
    wall = time.monotonic() - began
    rate = (bench_util.sent_packets(host) - sent) / wall
    percent = 100 * (bench_util.cpu_seconds(pid) - used) / wall
    text = f"    {percent:5.1f} % at {rate:.0f} adverts/s ({WANTED} wanted)"
    if ours:
        late = bench_util.lateness(daemon) - late
        text += f"; late: {bench_util.late_text(late)}"
    print(text, flush=True)
    return percent / max(rate, 1) * WANTED


if __name__ == "__main__":
    options = bench_util.arguments(__doc__, runs=3, seconds=10)
    for spread, text in ((False, "at one time"), (True, "spread over the interval")):
        bench_util.compare(f"CPU of {COUNT} instances at 10 ms, {text}, for {WANTED} adverts/s", "%", options,
                           lambda lab, binary: measure(lab, binary, options.seconds, spread))
