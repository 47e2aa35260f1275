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
        if is_complete(venv, lock, record):
            return 0
        print(f"Installing {lock.name} into {venv} ...", file=sys.stderr)
        if venv.exists():
            # The record goes first: without it a half-removed environment is never taken for a whole one.
            record.unlink(missing_ok=True)
            shutil.rmtree(venv)
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
        unfinished = venv.parent / f"{venv.name}.record"
        shutil.copyfile(lock, unfinished)
        unfinished.replace(record)
    return 0


def is_complete(venv: Path, lock: Path, record: Path) -> bool:
    """False too when the interpreter that the environment was made with has been removed since."""
    return record.exists() and (venv / "bin" / "python").exists() and filecmp.cmp(lock, record, shallow=False)


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]).resolve(), Path(sys.argv[2]).resolve()))
