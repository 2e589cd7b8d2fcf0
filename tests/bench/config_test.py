#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Time and memory of `keepalived -t` on large configurations, ours beside the packaged keepalived: 100,000 lines, and a tenth of
that to see how the cost grows.

    tests/bench/config_test.py [--runs N] [--binary PATH]"""
import subprocess
import time

import bench_util

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


def config(lines):
    """Virtual servers with ten real servers each, as many as fill so many lines."""
    text, count, number = [], 0, 0
    while count < lines:
        a, b, c = number // 65000 + 1, number // 250 % 250, number % 250 + 1
        block = HEAD.format(a=a, b=b, c=c) + "".join(SERVER.format(c=c, n=n) for n in range(1, 11)) + "}\n\n"
        text.append(block)
        count += block.count("\n")
        number += 1
    return "".join(text)


def measure(lab, binary, lines, results):
    """Milliseconds of one run; the largest resident size goes into results."""
    file = lab.folder / f"{lines}.conf"
    if not file.exists():
        file.write_text(config(lines))
    # time(1) forks from a small process: the peak of a direct child would count this interpreter's own size.
    began = time.monotonic()
    done = subprocess.run(["/usr/bin/time", "-f", "%M", "-o", str(lab.folder / "rss"), binary, "-t", "-f", str(file)],
                          stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False)
    wall = (time.monotonic() - began) * 1000
    assert done.returncode in (0, 5, 6), f"{binary} ended with {done.returncode}"
    rss = int((lab.folder / "rss").read_text().split()[-1])
    results.setdefault(binary, []).append(rss / 1024)
    return wall


if __name__ == "__main__":
    options = bench_util.arguments(__doc__, runs=5)
    for lines in (10_000, 100_000):
        memory = {}
        bench_util.compare(f"-t on {lines:,} lines", "ms", options,
                           lambda lab, binary, n=lines, m=memory: measure(lab, binary, n, m))
        bench_util.report(f"memory of -t on {lines:,} lines", "MB", min(memory[options.binary]), min(memory[bench_util.PACKAGED]))
