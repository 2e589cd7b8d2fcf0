# SPDX-License-Identifier: GPL-2.0-or-later
"""What `make install` puts where, what `make uninstall` leaves, and that the distribution builds; then the init script on a
host without systemd, in a mount namespace with the installed files in their places."""
import os
import re
import shutil
import subprocess
import tarfile

import pytest

from lib_daemon import ROOT
from lib_install import build_folder, files, make
from lib_util import MS_BIND, SANITIZED, mount, wait_until

EVERYTHING = {
    "etc/default/keepalived", "etc/init.d/keepalived", "usr/local/lib/systemd/system/keepalived.service",
    "usr/local/lib/sysusers.d/keepalived.conf", "usr/local/sbin/keepalived", "usr/local/share/man/man8/keepalived.8",
    "usr/local/share/man/man5/keepalived.conf.5",
}


CONFIG = """
vrrp_instance V {
    state BACKUP
    interface eth0
    virtual_router_id 51
    priority 200
    advert_int 1
    virtual_ipaddress {
        %s
    }
}
"""
VIP, OTHER = "10.0.0.100", "10.0.0.101"


def test_install_and_uninstall(tmp_path):
    tree = tmp_path / "tree"
    make("install", tree)
    assert set(files(tree)) == EVERYTHING
    assert (tree / "etc/keepalived").is_dir()
    modes = {path: (tree / path).stat().st_mode & 0o777 for path in EVERYTHING}
    executable = {"etc/init.d/keepalived", "usr/local/sbin/keepalived"}
    assert modes == {path: 0o755 if path in executable else 0o644 for path in EVERYTHING}
    # No template's word is left, and the paths are where every operator looks for them, whatever the prefix is.
    unit = (tree / "usr/local/lib/systemd/system/keepalived.service").read_text()
    script = (tree / "etc/init.d/keepalived").read_text()
    assert not re.search(r"@\w+@|\$\{prefix\}", unit + script)
    assert "ExecStart=/usr/local/sbin/keepalived --dont-fork $DAEMON_ARGS\n" in unit
    assert "ConditionFileNotEmpty=/etc/keepalived/keepalived.conf\n" in unit
    assert "EnvironmentFile=-/etc/default/keepalived\n" in unit
    assert "PIDFILE=/run/keepalived.pid\n" in script and "CONFIG=/etc/keepalived/keepalived.conf\n" in script
    assert subprocess.run(["sh", "-n", tree / "etc/init.d/keepalived"]).returncode == 0
    help_text = subprocess.run([tree / "usr/local/sbin/keepalived", "--help"], stdout=subprocess.PIPE, text=True, check=True).stdout
    assert "default /etc/keepalived/keepalived.conf" in " ".join(help_text.split())
    verify = subprocess.run(["systemd-analyze", "verify", "--man=no", tree / "usr/local/lib/systemd/system/keepalived.service"],
                            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    for page in ("man8/keepalived.8", "man5/keepalived.conf.5"):
        typeset = subprocess.run(["groff", "-man", "-Tutf8", "-K", "utf8", "-ww", tree / "usr/local/share/man" / page],
                                 stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        assert typeset.stderr == "" and len(typeset.stdout) > 5000
    complaints = [line for line in verify.stdout.splitlines() if "keepalived.service:" in line and "is not executable" not in line]
    assert complaints == []

    # The operator's own files are neither overwritten nor taken away.
    options, config = tree / "etc/default/keepalived", tree / "etc/keepalived/keepalived.conf"
    options.write_text('DAEMON_ARGS="-D"\n')
    config.write_text("# mine\n")
    make("install", tree)
    assert (options.read_text(), config.read_text()) == ('DAEMON_ARGS="-D"\n', "# mine\n")
    make("uninstall", tree)
    assert set(files(tree)) == {"etc/default/keepalived", "etc/keepalived/keepalived.conf"}
    assert (options.read_text(), config.read_text()) == ('DAEMON_ARGS="-D"\n', "# mine\n")

    # Nothing of ours: nothing is left.
    options.unlink()
    config.unlink()
    make("install", tree)
    make("uninstall", tree)
    assert files(tree) == [] and not (tree / "etc/keepalived").exists()


def test_the_distribution_builds_and_honours_its_paths(tmp_path):
    make("dist")
    made, = build_folder().glob("keepalived-*.tar.*")
    archive = shutil.move(made, tmp_path)
    with tarfile.open(archive) as members:
        members.extractall(tmp_path)
    source, = (path for path in tmp_path.glob("keepalived-*") if path.is_dir())
    if shutil.which("git") and (ROOT / ".git").exists():  # all that is in the repository, but what is about the repository
        listed = subprocess.run(["git", "-C", ROOT, "ls-files"], stdout=subprocess.PIPE, text=True, check=True)
        own = [name for name in listed.stdout.split() if not name.startswith(".")]
        assert [name for name in own if not (source / name).exists()] == []
    assert not list(source.rglob("__pycache__"))
    if SANITIZED:  # the same sources, built by the same test on the plain build
        return

    subprocess.run(["./configure", "--quiet", "--prefix=/opt/ka", "--sysconfdir=/opt/etc", "--runstatedir=/opt/run",
                    "CFLAGS=-O0"], cwd=source, check=True, timeout=300, stdout=subprocess.DEVNULL)
    subprocess.run(["make", "-s", "-j2"], cwd=source, check=True, timeout=600, stdout=subprocess.DEVNULL)
    tree = tmp_path / "tree"
    make("install", tree, source)
    assert set(files(tree)) == {
        path.replace("usr/local", "opt/ka").replace("etc/", "opt/etc/", 1) if path.startswith("etc/")
        else path.replace("usr/local", "opt/ka") for path in EVERYTHING}
    unit = (tree / "opt/ka/lib/systemd/system/keepalived.service").read_text()
    assert "ExecStart=/opt/ka/sbin/keepalived" in unit and "=/opt/etc/keepalived/keepalived.conf" in unit
    script = (tree / "opt/etc/init.d/keepalived").read_text()
    assert "PIDFILE=/opt/run/keepalived.pid" in script and "CONFIG=/opt/etc/keepalived/keepalived.conf" in script
    binary = tree / "opt/ka/sbin/keepalived"
    help_text = subprocess.run([binary, "--help"], stdout=subprocess.PIPE, text=True, check=True).stdout
    assert "default /opt/etc/keepalived/keepalived.conf" in " ".join(help_text.split())
    # And not only said: that is where it looks for its configuration, and for the running daemon.
    tested = subprocess.run([binary, "-t"], stderr=subprocess.PIPE, text=True)
    assert tested.returncode == 4 and "/opt/etc/keepalived/keepalived.conf" in tested.stderr
    asked = subprocess.run([binary, "--reload"], stderr=subprocess.PIPE, text=True)
    assert asked.returncode == 1 and "/opt/run/keepalived/control" in asked.stderr


# --- the init script

@pytest.fixture
def host(lab):
    """A daemon's room with the installed init script, program and options file in their places, and nothing of systemd."""
    director = lab.host("director", "10.0.0.36/24")
    room = lab.daemon(director, CONFIG % VIP, start=False)
    room.tree = room.path("/tmp/tree")
    make("install", room.tree)

    def put():
        for path in ("usr/local/sbin", "etc/init.d", "etc/default"):
            os.makedirs("/" + path, exist_ok=True)
            mount("/tmp/tree/" + path, "/" + path, flags=MS_BIND)
    room.inside(put)
    lab.defer(room.kill_all)
    return room


def service(room, word, expected, timeout=90):
    """`service keepalived WORD`, whose exit status must be the expected one (LSB's); returns what it printed."""
    assert not room.path("/run/systemd").exists()
    began = room.run(["service", "keepalived", word], timeout=timeout)
    assert began.returncode == expected, f"{word}: {began.returncode}\n{began.stdout}{began.stderr}\n{room.log}"
    return began.stdout + began.stderr


def test_init_script(host):
    pid_file = host.path("/run/keepalived.pid")
    assert "not running" in service(host, "status", 3)
    service(host, "stop", 0)  # LSB: stopping what is stopped is a success
    service(host, "reload", 7)
    service(host, "start", 0)
    parent = int(pid_file.read_text())
    assert host.pids()["keepalived"] == parent
    wait_until(lambda: host.host.has_address(VIP), 10)
    assert str(parent) in service(host, "status", 0)
    assert "already" in service(host, "start", 0)
    assert int(pid_file.read_text()) == parent

    host.configure(CONFIG % OTHER)
    service(host, "reload", 0)
    wait_until(lambda: host.host.has_address(OTHER), 1)
    host.configure((CONFIG % VIP).replace("priority", "priorty"))
    assert "priorty" in service(host, "reload", 1)
    assert host.host.has_address(OTHER) and int(pid_file.read_text()) == parent

    host.configure(CONFIG % OTHER)
    service(host, "restart", 0)
    assert int(pid_file.read_text()) != parent
    parent = int(pid_file.read_text())
    wait_until(lambda: host.host.has_address(OTHER), 10)
    service(host, "try-restart", 0)
    assert int(pid_file.read_text()) != parent
    service(host, "force-reload", 0)
    service(host, "stop", 0)
    # When it returns everything is gone.
    assert not host.processes() and not host.host.has_address(OTHER) and not pid_file.exists()
    service(host, "try-restart", 0)  # does not start what did not run
    assert not host.processes()

    host.path("/etc/keepalived/keepalived.conf").write_text("")
    service(host, "start", 6)  # LSB: not configured
    service(host, "nonsense", 2)
    assert not host.processes()


def test_init_script_and_dead_daemons(host):
    pid_file = host.path("/run/keepalived.pid")
    service(host, "start", 0)
    wait_until(lambda: host.host.has_address(VIP), 10)
    host.kill_all()
    assert pid_file.exists()
    assert "dead" in service(host, "status", 1)
    service(host, "start", 0)
    assert host.pids()["keepalived"] == int(pid_file.read_text())
    service(host, "status", 0)
    service(host, "stop", 0)

    # Options come from the file; a pid of another program in the pid file is nobody's daemon.
    (host.tree / "etc/default/keepalived").write_text('DAEMON_ARGS="-D --vrrp --pid /run/mine.pid"\n')
    pid_file.write_text(f"{os.getpid()}\n")
    service(host, "status", 1)
    pid_file.unlink()
    service(host, "start", 0)
    command = open(f"/proc/{host.wait_pids('vrrp')['vrrp']}/cmdline").read().split("\0")
    assert command[1:6] == ["-D", "--vrrp", "--pid", "/run/mine.pid", ""]
