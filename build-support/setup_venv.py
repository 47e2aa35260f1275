"""Makes a virtual environment from a hash-locked requirement file, once, even when several processes ask for it.

A lock file beside the environment orders the processes: the first one builds, the others wait and then find the
record of what was installed. The record is written last, so an interrupted build is started anew.
"""

import fcntl
import filecmp
import shutil
import subprocess
import sys
from pathlib import Path


def main(venv: Path, lock: Path) -> int:
    record = venv / "installed-requirements.txt"
    venv.parent.mkdir(parents=True, exist_ok=True)
    with open(venv.parent / f"{venv.name}.lock", "w") as guard:
        fcntl.flock(guard, fcntl.LOCK_EX)
        if record.exists() and filecmp.cmp(lock, record, shallow=False):
            return 0
        print(f"Installing {lock.name} into {venv} ...", file=sys.stderr)
        shutil.rmtree(venv, ignore_errors=True)
        subprocess.run([sys.executable, "-m", "venv", str(venv)], check=True)
        pip = [str(venv / "bin" / "python"), "-m", "pip", "--disable-pip-version-check"]
        installed = subprocess.run(
            [*pip, "install", "--quiet", "--require-hashes", "--no-deps", "--only-binary", ":all:", "-r", str(lock)]
        )
        if installed.returncode:
            print(
                f"pip could not install `{lock}` (its message is above), so the environment is not usable yet.\n"
                "Run the same command again once the package index can be reached; "
                "nothing that was there before is used half-changed.",
                file=sys.stderr,
            )
            return installed.returncode
        shutil.copyfile(lock, record)
    return 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]).resolve(), Path(sys.argv[2]).resolve()))
