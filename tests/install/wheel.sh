#!/usr/bin/env bash
# A wheel, from a virtual environment with nothing in it to a fetched file.
#   bash tests/install/wheel.sh dist/tftptui-*.whl [PYTHON]
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

"${2:-python3}" -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet "$1"
bash "$(dirname "$0")/serve_and_fetch.sh" "$work/venv/bin/tftptui"
