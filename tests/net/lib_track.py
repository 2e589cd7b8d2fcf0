# SPDX-License-Identifier: GPL-2.0-or-later
"""What tests of trackers share: an instance that follows something, and what is known of it afterwards."""
import re
import signal

from lib_util import wait_until

VIP = "10.0.0.100"
GLOBALS = """
global_defs {
	script_user root
	enable_script_security
}
"""
_STORY = re.compile(r"VRRP_Script|Script `|entering FAULT|\) Entering|effective priority|Quorum|Syncing")


def instance(follows, name="VI_1", vrid=51, priority=100, vip=VIP, interval=0.1):
    return f"""
vrrp_instance {name} {{
	state BACKUP
	version 3
	interface eth0
	virtual_router_id {vrid}
	priority {priority}
	advert_int {interval}
	{follows}
	virtual_ipaddress {{
		{vip}
	}}
}}
"""


def story(daemon, since=0.0):
    """What was said of trackers and states, in its order."""
    return [line.text for line in daemon.log.lines(since=since) if _STORY.search(line.text)]


def wait_story(daemon, *expected, since=0.0, timeout=5):
    """Waits until so much was said, and compares all of it."""
    wait_until(lambda: len(story(daemon, since)) >= len(expected), timeout, f"{expected} instead of {story(daemon, since)}")
    assert story(daemon, since) == list(expected)


def wait_last(daemon, text, since=0.0, timeout=5):
    """Waits until this is the last that was said."""
    wait_until(lambda: story(daemon, since)[-1:] == [text], timeout, f"{text} instead of {story(daemon, since)}")


def shown(daemon):
    """The data file: sections, each a list of its lines without the times and numbers that nobody can foresee."""
    file = daemon.path("/tmp/keepalived.data")
    file.unlink(missing_ok=True)
    daemon.send_signal(signal.SIGUSR1)
    wait_until(lambda: file.exists() and "------< Interfaces >" in file.read_text())
    sections = {}
    for line in file.read_text().splitlines():
        title = re.fullmatch(r"------< (.*) >------", line)
        if title:
            lines = sections.setdefault(title[1], [])
        else:
            lines.append(line.strip())
    return sections


def values(lines):
    """Lines "KEY = VALUE" as a dict."""
    return dict(line.split(" = ", 1) for line in lines if " = " in line)


def reload(daemon, config):
    """Returns when it began; the new configuration is applied."""
    began = daemon.log.lines()[-1].time + 1e-6
    daemon.configure(config)
    daemon.send_signal(signal.SIGHUP)
    daemon.wait_log("Reload complete", 10, since=began)
    return began
