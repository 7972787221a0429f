#!/usr/bin/env bash
# Serve a file with the command given, fetch it with curl and compare.
#   bash tests/install/serve_and_fetch.sh tftptui
set -euo pipefail
work=$(mktemp -d)
server=
trap 'kill $server 2>/dev/null || true; rm -rf "$work"' EXIT

mkdir "$work/root"
head -c 100000 /dev/urandom >"$work/root/file"
port=$((20000 + RANDOM % 9000))
"$@" serve "$work/root" --listen 127.0.0.1 --port $port --control off \
  --journal "$work/journal" >"$work/said" 2>&1 &
server=$!
# Two minutes: the first start of a single file unpacks it.
for _ in $(seq 480); do
  curl -s -m 2 -o "$work/got" "tftp://127.0.0.1:$port/file" && break
  kill -0 $server 2>/dev/null || break
  sleep 0.25
done
if ! cmp -s "$work/got" "$work/root/file"; then
  echo "not fetched: $*"
  cat "$work/said" "$work/journal" || true
  exit 1
fi
echo "served and fetched: $*"
