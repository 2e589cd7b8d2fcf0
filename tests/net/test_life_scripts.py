# SPDX-License-Identifier: GPL-2.0-or-later
"""startup_script and shutdown_script; the groups that scripts have; umask; the names of dump files."""
import ctypes
import grp
import os
import pathlib
import signal
import stat
import struct
import time

import pytest

from lib_util import MS_BIND, mount, wait_until

START, STOP, NOTES = "/etc/keepalived/start.sh", "/etc/keepalived/stop.sh", "/tmp/notes"


def config(*lines, top=""):
    text = "\n".join(lines)
    return f"""{top}
global_defs {{
script_user root
enable_script_security
{text}
}}
vrrp_instance V {{
    state BACKUP
    interface eth0
    virtual_router_id 51
    priority 254
    advert_int 0.2
    version 3
    virtual_ipaddress {{
        10.0.0.100
    }}
}}
"""


BOTH = (f'startup_script "{START} one"', f'shutdown_script "{STOP} two"')


@pytest.fixture
def host(lab):
    return lab.host("director", "10.0.0.36/24")


def waiting(lab, host, text, start, stop):
    """A daemon that is not started yet, with its two scripts; each notes its name, arguments and what is on the interface."""
    daemon = lab.daemon(host, text, start=False)
    for path, body in ((START, start), (STOP, stop)):
        daemon.add_script(path, f"""#!/bin/sh
echo $0 $* $(ip -o addr show dev eth0 | grep -c 10.0.0.100) $(ls /run/vrrp.pid 2>/dev/null) >>{NOTES}
{body}
""")
    return daemon


def notes(daemon):
    file = daemon.path(NOTES)
    return file.read_text().splitlines() if file.exists() else []


def order(daemon, *patterns):
    """The lines with these words, in the order in which they were logged."""
    return [word for line in daemon.log for word in patterns if line.text.startswith(word)]


def test_one_before_all_children_and_one_after_them(lab, host):
    daemon = waiting(lab, host, config(*BOTH), "while ! test -e /tmp/go; do sleep 0.02; done", "")
    daemon.start()
    daemon.wait_log(f"^Running startup script {START}")
    wait_until(lambda: notes(daemon), what="the script's note")
    assert daemon.pids().keys() == {"keepalived"}
    daemon.path("/tmp/go").touch()
    wait_until(lambda: host.has_address("10.0.0.100"), 5, "the address")
    assert daemon.stop() == 0
    assert notes(daemon) == [f"{START} one 0", f"{STOP} two 0"]
    assert order(daemon, "Running startup", "startup script", "Starting VRRP", "(V) removing", "Running shutdown", "shutdown script", "Stopped") == [
        "Running startup", "startup script", "Starting VRRP", "(V) removing", "Running shutdown", "shutdown script", "Stopped"]
    assert not [line.text for line in daemon.log if "succeeded" not in line.text and line.text.split(" script ")[0] in ("startup", "shutdown")]


def test_each_has_its_time(lab, host):
    daemon = waiting(lab, host, config(*BOTH, "startup_script_timeout 1", "shutdown_script_timeout 1"), "exec sleep 100", "exec sleep 100")
    daemon.start()
    daemon.wait_log("^startup script timed out after 1 seconds")
    wait_until(lambda: host.has_address("10.0.0.100"), 5, "the address")
    assert daemon.stop() == 0
    assert order(daemon, "startup script", "(V) Entering MASTER", "shutdown script timed out after 1 seconds", "Stopped") == [
        "startup script", "(V) Entering MASTER", "shutdown script timed out after 1 seconds", "Stopped"]


def test_what_they_report_changes_nothing(lab, host):
    daemon = waiting(lab, host, config(*BOTH), "exit 3", "kill -9 $$")
    daemon.start()
    daemon.wait_log("^startup script failed with status 3")
    wait_until(lambda: host.has_address("10.0.0.100"), 5, "the address")
    assert daemon.stop() == 0
    daemon.wait_log("^shutdown script was ended by signal 9")


def test_a_stop_does_not_wait_for_the_start(lab, host):
    daemon = waiting(lab, host, config(*BOTH), "exec sleep 100", "")
    daemon.start()
    wait_until(lambda: notes(daemon), what="the script's note")
    assert daemon.stop() == 0
    assert notes(daemon) == [f"{START} one 0", f"{STOP} two 0"]
    assert not [line for line in daemon.log if line.text.startswith("Starting VRRP")]


def test_a_reload_waits_for_the_start_and_runs_neither(lab, host):
    daemon = waiting(lab, host, config(*BOTH), "while ! test -e /tmp/go; do sleep 0.02; done", "")
    daemon.start()
    wait_until(lambda: notes(daemon), what="the script's note")
    daemon.process.send_signal(signal.SIGHUP)
    daemon.wait_log("^Reloading")
    daemon.path("/tmp/go").touch()
    daemon.wait_log("^Reload complete")
    wait_until(lambda: host.has_address("10.0.0.100"), 5, "the address")
    assert len(notes(daemon)) == 1
    assert daemon.stop() == 0 and len(notes(daemon)) == 2


def test_one_that_may_not_run(lab, host):
    daemon = waiting(lab, host, config(BOTH[0]), "", "")
    daemon.path(START).chmod(0o777)
    daemon.start()
    daemon.wait_log("^startup script is not run: it is disabled")
    wait_until(lambda: host.has_address("10.0.0.100"), 5, "the address")
    assert notes(daemon) == []


# --- groups


@pytest.mark.parametrize("line, groups", [("", "65534"), ("set_supplementary_groups", "65534 4"), ("set_supplementary_groups off", "65534")])
def test_groups_of_a_script(lab, host, line, groups):
    assert grp.getgrnam("nogroup").gr_gid == 65534 and grp.getgrnam("adm").gr_gid == 4
    daemon = lab.daemon(host, config(line, f'startup_script "{START}" nobody'), start=False)
    daemon.add_script(START, "#!/bin/sh\nid -G >/tmp/groups\n")
    # nobody is a member of adm, as far as the daemon can see
    daemon.path("/tmp/group").write_text(pathlib.Path("/etc/group").read_text().replace("adm:x:4:", "adm:x:4:nobody,"))
    daemon.inside(mount, "/tmp/group", "/etc/group", flags=MS_BIND)
    daemon.start()
    daemon.wait_log("^Startup complete")
    assert daemon.path("/tmp/groups").read_text().split() == groups.split()


# --- files


def mode(daemon, path):
    return stat.S_IMODE(daemon.path(path).stat().st_mode)


def umask(daemon):
    return pathlib.Path(f"/proc/{daemon.pids()['keepalived']}/status").read_text().split("Umask:\t")[1].split()[0]


def dump(daemon, *names):
    daemon.process.send_signal(signal.SIGUSR1)
    daemon.process.send_signal(signal.SIGUSR2)
    wait_until(lambda: all(daemon.path(name).exists() for name in names), what=f"the files {names}")


def test_umask(lab, host):
    daemon = lab.daemon(host, config("umask 027", "vrrp_notify_fifo /tmp/pipe"))
    daemon.wait_log("^Startup complete")
    assert umask(daemon) == "0027" and mode(daemon, "/tmp/pipe") == 0o640
    assert mode(daemon, "/run/keepalived.pid") == 0o644
    dump(daemon, "/tmp/keepalived.data", "/tmp/keepalived_parent.data", "/tmp/keepalived.stats")
    assert mode(daemon, "/tmp/keepalived.data") == 0o640
    daemon.configure(config("vrrp_notify_fifo /tmp/pipe"))
    assert daemon.run([daemon.binary, "--reload"]).returncode == 0
    assert umask(daemon) == "0177"


def test_umask_of_the_command_line_wins(lab, host):
    daemon = lab.daemon(host, config("umask 027"), args=("-n", "-D", "-u", "077"))
    daemon.wait_log("^Startup complete")
    assert umask(daemon) == "0077"


def test_names_of_dumps(lab, host):
    daemon = lab.daemon(host, config("data_use_instance", top="instance one"))
    daemon.wait_log("^Startup complete")
    dump(daemon, "/tmp/keepalived.one.data", "/tmp/keepalived_parent.one.data", "/tmp/keepalived.one.stats")
    os.mkdir(daemon.path("/tmp/dumps"))
    daemon.configure(config("state_dump_file /tmp/dumps/state.txt", "stats_dump_file dumps/", top="instance one"))
    assert daemon.run([daemon.binary, "--reload"]).returncode == 0
    dump(daemon, "/tmp/dumps/state.txt", "/tmp/dumps/state_parent.txt", "/tmp/dumps/keepalived_one.stats")
    assert mode(daemon, "/tmp/dumps/state.txt") == 0o600


class Names:
    """The names that come and go in a folder."""

    def __init__(self, folder):
        libc = ctypes.CDLL(None, use_errno=True)
        self.fd = libc.inotify_init1(os.O_NONBLOCK | os.O_CLOEXEC)
        assert self.fd >= 0 and libc.inotify_add_watch(self.fd, str(folder).encode(), 0x100 | 0x200) >= 0   # IN_CREATE, IN_DELETE

    def read(self):
        seen, data = [], os.read(self.fd, 65536)
        while data:
            _, mask, _, length = struct.unpack_from("iIII", data)
            seen.append((mask, data[16:16 + length].rstrip(b"\0").decode()))
            data = data[16 + length:]
        os.close(self.fd)
        return seen


@pytest.mark.parametrize("line, path", [("reload_file", "/run/keepalived.reload"), ("reload_file /tmp/reading", "/tmp/reading")])
def test_reload_file(lab, host, line, path):
    daemon = lab.daemon(host, config(line))
    daemon.wait_log("^Startup complete")
    file = daemon.path(path)
    names = Names(file.parent)
    daemon.configure(config(line, "router_id other"))
    assert daemon.run([daemon.binary, "--reload"]).returncode == 0
    assert [mask for mask, name in names.read() if name == file.name] == [0x100, 0x200]


def test_reload_check_config(lab, host):
    daemon = lab.daemon(host, config("reload_check_config /tmp/check.log"))
    daemon.wait_log("^Startup complete")
    daemon.configure(config("no_such_word", "reload_check_config /tmp/check.log"))
    assert daemon.run([daemon.binary, "--reload"]).returncode != 0
    assert "no_such_word" in daemon.path("/tmp/check.log").read_text()
    assert mode(daemon, "/tmp/check.log") == 0o600          # what the umask leaves


# --- a reload at its time


def write_time(daemon, seconds, date):
    """So many seconds from now, put in place as a whole."""
    when = time.gmtime(time.time() + seconds)
    file = daemon.path("/tmp/new")
    file.write_text(time.strftime("%Y-%m-%d %H:%M:%SZ\n" if date else "%H:%M:%SZ\n", when))
    file.rename(daemon.path("/tmp/when"))


@pytest.mark.parametrize("date, repeat", [(True, False), (False, False), (False, True)])
def test_reload_time_file(lab, host, date, repeat):
    lines = ("reload_time_file /tmp/when", "reload_repeat" if repeat else "")
    daemon = lab.daemon(host, config(*lines))
    daemon.wait_log("^Startup complete")
    write_time(daemon, 2, date)
    daemon.wait_log("^Reload scheduled at ")
    daemon.configure(config("router_id other", *lines))
    daemon.wait_log("^Reload as scheduled in /tmp/when", 5)
    daemon.wait_log("^Reload complete")
    assert daemon.path("/tmp/when").exists() == repeat
    assert len([line for line in daemon.log if line.text.startswith("Reload scheduled at")]) == 1 + repeat      # the next day


def test_a_scheduled_reload_is_cancelled(lab, host):
    daemon = lab.daemon(host, config("reload_time_file /tmp/when"), start=False)
    write_time(daemon, 3600, False)
    daemon.start()
    daemon.wait_log("^Reload scheduled at ")
    daemon.path("/tmp/when").unlink()
    daemon.wait_log("^The scheduled reload is cancelled")
    daemon.path("/tmp/when").write_text("noon\n")
    daemon.wait_log("^reload_time_file /tmp/when does not say HH:MM:SS")
