#!/usr/bin/env bash
# Runs the fast tests on Python 3.13, the cloud's default, where this machine has it.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

find_python() {
  local candidate
  for candidate in python3.13 "$HOME"/.pyenv/versions/3.13*/bin/python3.13 /opt/python/3.13*/bin/python3.13; do
    # A version manager's shim answers only for the version that is switched on.
    if "$candidate" -c 'import sys; sys.exit(sys.version_info[:2] != (3, 13))' 2>/dev/null; then
      echo "$candidate"
      return
    fi
  done
}

python=$(find_python)
if [[ -z $python ]]; then
  echo "no Python 3.13 here: the fast tests ran on $(${PYTHON:-python3} --version) only"
  exit 0
fi
"$python" tools/environments.py dev313
.tools/dev313/bin/python -m pytest -q -n 2 -p no:cacheprovider tests/unit tests/template
