#!/usr/bin/env bash
# The single file, from nothing to a fetched file, with a Python that has no library.
#   bash tests/install/pyz.sh dist/tftptui.pyz [PYTHON]
set -euo pipefail
pyz=$(realpath "$1")
python=${2:-/usr/bin/python3}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export HOME=$work SHIV_ROOT=$work/unpacked

milliseconds() { local start; start=$(date +%s%N); "$@" >/dev/null; echo $((($(date +%s%N) - start) / 1000000)); }
echo "first start: $(milliseconds "$python" -I "$pyz" --version) ms (2000 on an idle machine)"
echo "later: $(milliseconds "$python" -I "$pyz" --version) ms (600 on an idle machine)"
bash "$(dirname "$0")/serve_and_fetch.sh" "$python" -I "$pyz"
# Simulated clients, in its own process.
"$python" -I "$pyz" demo --check two-tids
