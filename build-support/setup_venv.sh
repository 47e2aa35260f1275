#!/usr/bin/env bash
# setup_venv.sh VENV LOCK: makes the virtual environment VENV with exactly what LOCK pins (hashes checked).
set -euo pipefail
venv=$1 lock=$2

# Pants 2.17.1 has wheels for CPython 3.7 to 3.9; what we write is tested on 3.9. Debian has packages of Python that
# cannot make environments: those have no `ensurepip`.
is_python39() {
  "$1" -c 'import ensurepip, sys, venv; sys.exit(sys.version_info[:2] != (3, 9))' >/dev/null 2>&1
}

find_python39() {
  local candidate
  for candidate in "${PKG_RULES_PYTHON:-}" python3.9 python3 "${PYENV_ROOT:-${HOME:-}/.pyenv}"/versions/3.9*/bin/python3.9; do
    if [ -n "$candidate" ] && is_python39 "$candidate"; then
      command -v "$candidate"
      return
    fi
  done
  if command -v uv >/dev/null 2>&1; then
    uv python find 3.9 2>/dev/null && return
    uv python install 3.9 >&2 && uv python find 3.9 && return
  fi
  cat >&2 <<'EOM'
No CPython 3.9 was found, which Pants 2.17.1 needs.

Looked at: $PKG_RULES_PYTHON, `python3.9` and `python3` on PATH, `$PYENV_ROOT/versions/3.9*`, `uv python find 3.9`.
It must be able to make virtual environments (on Debian that is the package `python3.9-venv`).
Do one of these and run the same command again:
  * pyenv install 3.9
  * pip install uv        (then it is downloaded for you)
  * export PKG_RULES_PYTHON=/path/to/python3.9
EOM
  return 1
}

python=$(find_python39)
exec "$python" "$(dirname "${BASH_SOURCE[0]}")/setup_venv.py" "$venv" "$lock"
