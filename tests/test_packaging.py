"""The templates are found in a wheel as in the checkout."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from pathlib import Path

ROOT = Path(__file__).parents[1]


def test_a_built_wheel_carries_the_templates_and_makes_a_register(tmp_path, clean):
    build = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(tmp_path / "dist"), str(ROOT)]
    subprocess.run(build, check=True, capture_output=True)
    (wheel,) = (tmp_path / "dist").glob("*.whl")
    zipfile.ZipFile(wheel).extractall(tmp_path / "site")
    register = tmp_path / "register"
    program = "import complaint.app, complaint; print(complaint.__file__, flush=True); complaint.app.main()"
    done = subprocess.run(
        [sys.executable, "-c", program, "init", str(register), "--policy", "telecom"],
        cwd=tmp_path, env=clean() | {"PYTHONPATH": str(tmp_path / "site")}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith(str(tmp_path / "site"))
    assert (register / "complaints.d/policies/telecom-2024.toml").is_file()
    assert (register / "complaints.d/calendars/cn.toml").is_file()
    assert (tmp_path / "site/complaint/templates/ci/crontab").is_file()
