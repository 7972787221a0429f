#!/usr/bin/env bash
# The single file, from nothing to a fetched file, with Debian's own Python and no library.
#   bash tests/install/pyz.sh dist/tftptui.pyz
set -euo pipefail
pyz=$(realpath "$1")
work=$(mktemp -d)
server=
trap 'kill $server 2>/dev/null || true; rm -rf "$work"' EXIT
export HOME=$work SHIV_ROOT=$work/unpacked

seconds() { local start; start=$(date +%s%N); "$@" >/dev/null; echo $((($(date +%s%N) - start) / 1000000)); }
echo "first start: $(seconds /usr/bin/python3 -I "$pyz" --version) ms"
echo "later: $(seconds /usr/bin/python3 -I "$pyz" --version) ms"

mkdir "$work/root"
head -c 100000 /dev/urandom >"$work/root/file"
port=$((20000 + RANDOM % 9000))
/usr/bin/python3 "$pyz" serve "$work/root" --listen 127.0.0.1 --port $port --control off \
  --journal "$work/journal" 2>"$work/said" &
server=$!
for _ in $(seq 80); do
  curl -s -m 2 -o "$work/got" "tftp://127.0.0.1:$port/file" && break
  sleep 0.25
done
cmp "$work/got" "$work/root/file" || { cat "$work/said"; exit 1; }
# Simulated clients, in its own process.
/usr/bin/python3 "$pyz" demo --check two-tids
echo 'the single file serves'
