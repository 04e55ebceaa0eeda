"""The crontab's line and the service's command, run as cron and systemd run them."""

from __future__ import annotations

import re
import shlex
import subprocess

import pytest

ODD = "100% 投诉 'desk' $HOME"


def scheduled(root):
    """The settings of the written crontab, and what its one line hands to the shell."""
    lines = [
        line
        for line in (root / "complaint.crontab").read_text(encoding="utf-8").splitlines()
        if line and not line.startswith("#")
    ]
    settings = dict(line.split("=", 1) for line in lines[:-1])
    *_, command = lines[-1].split(maxsplit=5)
    assert not re.search(r"(?<!\\)%", command), "cron would end the command here"
    return settings, command.replace(r"\%", "%")


def as_cron_does(command, env):
    """No home, language, zone or terminal but those the crontab sets; what comes out is the mail."""
    return subprocess.run(
        ["/usr/bin/env", "-i", *(f"{key}={value}" for key, value in env.items()), "/bin/sh", "-c", command],
        cwd="/", stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        start_new_session=True, timeout=60, check=False,
    ).stdout  # fmt: skip


@pytest.mark.parametrize("bare", [False, True], ids=["settings of the crontab", "nothing set"])
@pytest.mark.parametrize("folder", ["desk", ODD])
def test_cron_mails_nothing_when_nothing_is_overdue(desk, folder, bare):
    settings, command = scheduled(desk("cron", folder=folder))

    assert as_cron_does(command, {} if bare else settings) == ""


@pytest.mark.parametrize("bare", [False, True], ids=["settings of the crontab", "nothing set"])
@pytest.mark.parametrize("folder", ["desk", ODD])
def test_cron_mails_what_is_overdue(desk, folder, bare):
    settings, command = scheduled(desk("cron", late=True, folder=folder))

    mail = as_cron_does(command, {} if bare else settings)

    assert "tel-dispatch-normal-2h" in mail
    assert "\x1b" not in mail


def test_cron_mails_that_a_ticket_cannot_be_read(desk):
    root = desk("cron")
    (ticket,) = root.glob("complaints.d/20*/*.toml")
    ticket.write_text("torn", encoding="utf-8")

    assert ticket.name in as_cron_does(scheduled(root)[1], {})


def test_cron_mails_that_the_register_is_gone(desk):
    root = desk("cron")
    settings, command = scheduled(root)
    root.rename(root.parent / "elsewhere")

    assert "desk" in as_cron_does(command, settings)


def test_the_crontab_says_who_gets_the_mail_and_at_which_time(desk):
    root = desk("cron")

    settings, _ = scheduled(root)

    assert settings == {
        "MAILTO": "root", "SHELL": "/bin/sh", "PATH": "/usr/bin:/bin", "LANG": "C.UTF-8", "CRON_TZ": "Asia/Shanghai",
    }  # fmt: skip
    assert "\n7 9 * * * cd " in (root / "complaint.crontab").read_text(encoding="utf-8")


@pytest.mark.external("crontab")
def test_the_crontab_is_one_that_cron_loads(desk):
    usage = subprocess.run(["crontab", "-h"], capture_output=True, text=True, check=False)
    check = "-n" if "dry run" in usage.stderr else "-T"  # Debian's cron, cronie

    root = desk("cron", folder=ODD)
    checked = subprocess.run(
        ["crontab", check, "complaint.crontab"], cwd=root, capture_output=True, text=True, check=False
    )

    assert checked.returncode == 0, checked.stderr


def started(root):
    """The words of the service's ExecStart, read by systemd's rules as far as this machine's paths need them."""
    service = (root / "complaint-overdue.service").read_text(encoding="utf-8")
    (line,) = [line for line in service.splitlines() if line.startswith("ExecStart=:")]
    return [word.replace("%%", "%") for word in shlex.split(line.removeprefix("ExecStart=:"))]


@pytest.mark.parametrize("folder", ["desk", ODD])
@pytest.mark.parametrize(("late", "code"), [(False, 0), (True, 1)])
def test_the_service_runs_in_an_empty_environment_and_fails_when_something_is_overdue(desk, folder, late, code):
    words = started(desk("systemd", late=late, folder=folder))

    done = subprocess.run(words, env={}, cwd="/", stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)

    assert done.returncode == code, done.stderr
    assert ("tel-dispatch-normal-2h" in done.stdout) is late
