"""Ready files: paths are written so that cron, the shell and systemd read back the same path."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from complaint.core.errors import ComplaintError
from complaint.store.ready import EXAMPLE, FILES, in_crontab, in_unit, text

PATHS = [
    "/srv/complaints", "/srv/two words", "/srv/100%", "/srv/%n %%", "/srv/it's", '/srv/"quoted"',
    "/srv/$HOME `id` $(id)", "/srv/a;b&c|d", "/srv/投诉", "/srv/#1", "/srv/~", "/srv/*?[a]",
]  # fmt: skip


def as_cron_reads(line):
    """The command of a crontab's line: up to the first `%` that no backslash stands before; `\\%` is `%`."""
    command = re.match(r"(?:\\.|[^%\\])*", line)[0]
    return command.replace(r"\%", "%")


def as_the_shell_reads(word):
    done = subprocess.run(["/bin/sh", "-c", f"printf %s {word}"], capture_output=True, check=True)
    return done.stdout.decode()


@pytest.mark.parametrize("path", PATHS)
def test_a_crontab_names_the_same_path(path):
    assert as_the_shell_reads(as_cron_reads(in_crontab(path))) == path


@pytest.mark.parametrize("path", PATHS)
def test_a_cron_that_keeps_its_backslashes_names_the_same_path(path):
    assert as_the_shell_reads(in_crontab(path)) == path


def as_systemd_reads(word):
    """systemd.syntax(7): a quoted word with C escapes, in which `%%` is `%`."""
    assert re.fullmatch(r'"(\\["\\]|%%|[^"\\%])*"', word)
    return re.sub(r"\\(.)", r"\1", word[1:-1]).replace("%%", "%")


@given(st.text(st.characters(exclude_categories=["Cc", "Cs", "Zl", "Zp"])).map("/{}".format))
def test_a_unit_names_the_same_path(path):
    assert as_systemd_reads(in_unit(path)) == path


@pytest.mark.external("systemd-analyze")
@pytest.mark.parametrize("path", [*PATHS, "/srv/back\\slash"])
def test_systemd_itself_reads_the_same_path(tmp_path, path):
    unit = tmp_path / "x.service"
    unit.write_text(f"[Service]\nType=oneshot\nExecStart=:/bin/echo {in_unit(path)} end\n", encoding="utf-8")
    shown = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", unit],
        env={"SYSTEMD_LOG_LEVEL": "debug", "PATH": "/usr/bin:/bin"}, capture_output=True, text=True, check=True,
    )  # fmt: skip
    line = re.search(r"Command Line: /bin/echo (.*) end$", shown.stdout, re.MULTILINE)[1]
    assert as_the_shell_reads(line) == path


@pytest.mark.parametrize("symbol", ["\n", "\r", "\t", "\x1b", "\x7f", "\u0085", "\u2028", "\udcff"])
@pytest.mark.parametrize("written", [in_crontab, in_unit])
def test_a_path_that_cannot_be_said_is_refused(written, symbol):
    with pytest.raises(ComplaintError, match="give the folder another name"):
        written(f"/srv/a{symbol}b")


def test_a_crontab_names_no_backslash_since_crons_differ_about_it():
    with pytest.raises(ComplaintError, match="give the folder another name"):
        in_crontab("/srv/a\\b")


@pytest.mark.parametrize(
    "file", [file for several in FILES.values() for file in several], ids=lambda file: file.shipped
)
def test_a_shipped_file_is_what_would_be_written_for_the_machine_it_shows(file):
    shipped = (Path(__file__).parents[2] / "templates/ci" / file.shipped).read_text(encoding="utf-8")

    assert text(file._replace(path=str), EXAMPLE) == shipped


def test_a_value_that_looks_like_another_stays_what_it_is():
    (crontab,) = FILES["cron"]

    written = text(crontab, EXAMPLE._replace(folder="/usr/local/bin/complaint", command="/srv/complaints"))

    assert "cd /usr/local/bin/complaint && /srv/complaints -q" in written
