#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Time and memory of `keepalived -t` on a configuration of 344,003 lines (4,000 virtual servers with 10 real servers and a TCP_CHECK each),
ours beside the packaged keepalived, and on a tenth and a hundredth of that to see how the cost grows.

    tests/bench/config_test.py [--runs N] [--binary PATH]"""
import statistics
import time

import bench_util

GLOBALS = """global_defs {
	router_id bench
}
"""
HEAD = """virtual_server 10.{a}.{b}.{c} 80 {{
	delay_loop 6
	lb_algo rr
	lb_kind DR
	protocol TCP
"""
SERVER = """	real_server 10.200.{c}.{n} 80 {{
		weight 1
		TCP_CHECK {{
			connect_timeout 3
			retry 2
			delay_before_retry 1
		}}
	}}
"""


def config(servers):
    """So many virtual servers, 86 lines each, behind 3 lines for all."""
    text = [GLOBALS]
    for number in range(servers):
        a, b, c = number // 62500 + 1, number // 250 % 250, number % 250 + 1
        text.append(HEAD.format(a=a, b=b, c=c) + "".join(SERVER.format(c=c, n=n) for n in range(1, 11)) + "}\n")
    return "".join(text)


def measure(lab, binary, servers, results):
    """Milliseconds of one run; the largest resident size goes into results."""
    host = lab.host("director", "10.0.0.36/16")
    file = lab.folder / f"{servers}.conf"
    file.write_text(config(servers))
    # time(1) forks from a small process: the peak of a direct child would count this interpreter's own size.
    command = ["/usr/bin/time", "-f", "%e %M", "-o", str(lab.folder / "used"), binary, "-t", "-G", "-f", str(file)]
    began = time.monotonic()
    done = host.run(command, check=False)
    wall = (time.monotonic() - began) * 1000
    assert done.returncode in (0, 5, 6), f"{binary} ended with {done.returncode}"
    rss = int((lab.folder / "used").read_text().split()[-1])
    results.setdefault(binary, []).append((wall, rss / 1024))
    return wall


if __name__ == "__main__":
    options = bench_util.arguments(__doc__, runs=5)
    whole = {}
    for servers in (40, 400, 4000):
        figures, lines = {}, 3 + 86 * servers
        bench_util.compare(f"-t on {lines:,} lines", "ms", options,
                           lambda lab, binary, n=servers, f=figures: measure(lab, binary, n, f))
        ours, packaged = ([rss for _, rss in figures[binary]] for binary in (options.binary, bench_util.PACKAGED))
        bench_util.report(f"memory of -t on {lines:,} lines", "MB", min(ours), min(packaged))
        whole[servers] = statistics.median(wall for wall, _ in figures[options.binary])
    for servers in (400, 4000):
        print(f"{servers // 40} times the lines: {whole[servers] / whole[40]:.1f} times the time", flush=True)
