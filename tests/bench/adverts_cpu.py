#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""CPU time of the VRRP process with 255 master instances that advertise every 10 ms (VRRPv3), ours beside the packaged keepalived.

    tests/bench/adverts_cpu.py [--runs N] [--seconds S] [--binary PATH]"""
import time

import bench_util
from lib_util import wait_until

INSTANCE = """
vrrp_instance V{n} {{
	state BACKUP
	version 3
	interface eth0
	virtual_router_id {n}
	priority 100
	advert_int 0.01
	garp_master_delay 0
	virtual_ipaddress {{
		10.1.0.{n}
	}}
}}
"""


def measure(lab, binary, seconds):
    """Percent of one processor, and the adverts really sent are counted beside it: a daemon that sends fewer is not cheaper."""
    host = lab.host("director1", "10.0.0.36/16")
    daemon = lab.daemon(host, "".join(INSTANCE.format(n=n) for n in range(1, 256)), binary=binary, args=("-n", "-G"))
    wait_until(lambda: len(host.addresses("eth0")) >= 256, 30, "255 addresses", every=0.1)
    pid = daemon.pids()["vrrp"]
    bench_util.settle(daemon, 2)
    sent, used, began = bench_util.sent_packets(host), bench_util.cpu_seconds(pid), time.monotonic()
    bench_util.settle(daemon, seconds)
    wall = time.monotonic() - began
    rate = (bench_util.sent_packets(host) - sent) / wall
    percent = 100 * (bench_util.cpu_seconds(pid) - used) / wall
    print(f"    {percent:5.1f} % at {rate:.0f} adverts/s ({25500:d} wanted)")
    return percent / max(rate, 1) * 25500


if __name__ == "__main__":
    options = bench_util.arguments(__doc__, runs=2, seconds=10)
    bench_util.compare("CPU of 255 instances at 10 ms, for 25,500 adverts/s", "%", options,
                       lambda lab, binary: measure(lab, binary, options.seconds))
