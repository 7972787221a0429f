#!/usr/bin/env bash
# The Debian package in a clean Debian 12: install, serve on port 69 without root, upgrade,
# purge. As root; needs debootstrap, iproute2, tftpd-hpa and python3-venv. Takes minutes.
#   bash tests/install/deb.sh [DEB] [FOLDER WITH A DEBIAN ROOT, which is used and changed]
set -euo pipefail
cd "$(dirname "$0")/../.."
deb=${1:-} root=${2:-}
work=$(mktemp -d)
if [ -z "$deb" ]; then
  bash packaging/debian/build.sh "$work"
  deb=$(echo "$work"/*.deb)
fi
if [ -z "$root" ]; then
  root=$work/root
  mirror=$(apt-get indextargets --format '$(CODENAME) $(REPO_URI)' 'Created-By: Packages' |
    sed -n 's/^bookworm //p' | head -1)
  debootstrap --variant=minbase \
    --include=python3,adduser,iproute2,systemd,tftp-hpa bookworm "$root" "$mirror" >"$work/log"
fi

# The rest in namespaces of its own: nobody's port 69, and every process ends with it.
cat >"$work/inside" <<'END'
set -euo pipefail
root=$1 deb=$2 work=$3
ip link set lo up
ip address add 192.0.2.1/24 dev lo # in.tftpd wants an address besides 127.0.0.1
mount -t proc proc "$root/proc"
mount --bind /dev "$root/dev"
export PATH=/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C.UTF-8 DEBIAN_FRONTEND=noninteractive
in_root() { chroot "$root" "$@"; }
say() { echo "== $*"; }

say 'install'
cp "$deb" "$root/first.deb"
in_root dpkg -i /first.deb
in_root tftptui --version
in_root getent passwd tftptui
for place in /srv/tftp /etc/tftptui.toml /usr/share/man/man1/tftptui-serve.1.gz \
  /usr/share/bash-completion/completions/tftptui /lib/systemd/system/tftptui.socket; do
  [ -e "$root$place" ]
done
grep -q '^_cyclopts_tftptui() {$' "$root/usr/share/zsh/vendor-completions/_cyclopts_tftptui"
in_root systemd-analyze verify /lib/systemd/system/tftptui.service \
  /lib/systemd/system/tftptui.socket 2>&1 | grep -v 'man tftptui' || true

say 'serve on port 69 as the user tftptui, by a passed socket; fetch with tftp-hpa'
head -c 300000 /dev/urandom >"$root/srv/tftp/file"
# Not by in_root: $! has to be the server itself.
chroot "$root" systemd-socket-activate --datagram -l 127.0.0.1:69 \
  setpriv --reuid tftptui --regid tftptui --clear-groups --bounding-set=-all --no-new-privs \
  /usr/bin/tftptui serve --config /etc/tftptui.toml --control off >"$work/journal" 2>"$work/said" &
server=$!
for _ in $(seq 40); do grep -q Listening "$work/said" && break; sleep 0.25; done
in_root env --chdir=/tmp tftp -m binary 127.0.0.1 -c get file || true
for _ in $(seq 10); do
  cmp -s "$root/tmp/file" "$root/srv/tftp/file" && break
  in_root env --chdir=/tmp tftp -m binary 127.0.0.1 -c get file
done
cmp "$root/tmp/file" "$root/srv/tftp/file" || { cat "$work/said" "$work/journal"; exit 1; }
grep -q '"outcome":"completed"' "$work/journal"
grep -q "^Uid:.$(in_root id -u tftptui)" "/proc/$server/status"
grep -q '^CapPrm:.0*$' "/proc/$server/status"

say 'upgrade; what was changed in /etc stays'
echo '# mine' >>"$root/etc/tftptui.toml"
dpkg-deb -R "$deb" "$work/second"
sed -i 's/^Version: \(.*\)-1$/Version: \1-2/' "$work/second/DEBIAN/control"
dpkg-deb --root-owner-group --build "$work/second" "$root/second.deb" >"$work/log"
in_root dpkg -i /second.deb
grep -q '# mine' "$root/etc/tftptui.toml"
in_root dpkg-query -W -f '${Version} ${Status}\n' tftptui | grep -- '-2 install ok installed'
kill "$server"; wait "$server" || true

say 'port 69 held by tftpd-hpa is said'
in.tftpd --listen --foreground --address 127.0.0.1:69 --secure "$root/srv/tftp" &
holder=$!
for _ in $(seq 40); do ss -Huln 'sport = :69' | grep -q . && break; sleep 0.25; done
in_root dpkg -i /second.deb 2>&1 | tee "$work/told"
grep -q 'UDP port 69 is in use by in.tftpd' "$work/told"
kill "$holder"; wait "$holder" || true

say 'purge'
in_root dpkg --purge tftptui
[ -e "$root/srv/tftp/file" ]       # files that were served stay
rm "$root/srv/tftp/file"
left=$(find "$root" -xdev -name '*tftptui*' -not -path "$root/proc/*" -not -path "$root/dev/*" || true)
[ -z "$left" ] || { echo "left behind: $left"; exit 1; }
in_root getent passwd tftptui && exit 1
echo 'the Debian package installs, serves, upgrades and purges'
END
unshare --net --mount-proc --pid --fork --kill-child bash "$work/inside" "$root" "$(realpath "$deb")" "$work"
rm -rf "$work"
