#!/usr/bin/env bash
# Build tftptui_VERSION-REVISION_ARCH.deb for the Debian that this runs on.
#   bash packaging/debian/build.sh [FOLDER] [REVISION]
# Needs dpkg-deb and python3-venv. The package brings the libraries it needs in a virtual
# environment of its own, /usr/lib/tftptui; of the system it uses python3 alone.
set -euo pipefail
cd "$(dirname "$0")/../.."
out=${1:-dist}
revision=${2:-1}
here=packaging/debian
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
tree=$work/tree
home=$tree/usr/lib/tftptui
umask 022

python=$(/usr/bin/python3 -c 'import sys; print("{}.{}".format(*sys.version_info))')
next=$(/usr/bin/python3 -c 'import sys; print(f"3.{sys.version_info.minor + 1}")')
version=$(sed -n 's/^__version__ = "\(.*\)"$/\1/p' tftptui/__init__.py)-$revision
arch=$(dpkg --print-architecture)
site=$home/lib/python$python/site-packages

# A virtual environment by hand: it names no folder of the machine that builds it.
mkdir -p "$site" "$home/bin"
ln -s "/usr/bin/python$python" "$home/bin/python"
printf 'home = /usr/bin\ninclude-system-site-packages = false\n' >"$home/pyvenv.cfg"
/usr/bin/python3 -m venv "$work/builder"
"$work/builder/bin/pip" install --quiet --no-compile --target "$site" .
rm -rf "$site/bin"
# By hash, unchecked: dpkg sets other times. All of it, so that nothing is written later.
"$home/bin/python" -m compileall -q --invalidation-mode unchecked-hash "$site" || true

mkdir -p "$tree/usr/bin"
cat >"$tree/usr/bin/tftptui" <<'END'
#!/usr/lib/tftptui/bin/python -I
from tftptui.__main__ import main

main()
END
chmod 755 "$tree/usr/bin/tftptui"

# In the order of what they need: the program makes its own pages, scripts and settings.
run() { HOME=/nonexistent "$home/bin/python" -m tftptui "$@"; }
share=$tree/usr/share
"$home/bin/python" tools/make_man_pages.py "$share/man/man1"
gzip -9n "$share"/man/man1/*.1
mkdir -p "$share/bash-completion/completions" "$share/zsh/vendor-completions" \
  "$share/fish/vendor_completions.d" "$share/doc/tftptui" "$tree/etc" "$tree/DEBIAN"
run completion bash >"$share/bash-completion/completions/tftptui"
# zsh calls the function that has the name of the file.
run completion zsh >"$share/zsh/vendor-completions/_cyclopts_tftptui"
run completion fish >"$share/fish/vendor_completions.d/tftptui.fish"
install -m 644 LICENSE "$share/doc/tftptui/copyright"
gzip -9nc CHANGELOG.md >"$share/doc/tftptui/changelog.gz"
run config --write | sed -e '/^# It is looked for as /c# The systemd service reads this file.' \
  -e 's|^# root = .*|root = "/srv/tftp"|' >"$tree/etc/tftptui.toml"
grep -q '^root = "/srv/tftp"$' "$tree/etc/tftptui.toml"
install -D -m 644 -t "$tree/lib/systemd/system" packaging/systemd/tftptui.*

echo /etc/tftptui.toml >"$tree/DEBIAN/conffiles"
install -m 755 "$here/postinst" "$here/prerm" "$here/postrm" "$tree/DEBIAN/"
sed -e "s/@VERSION@/$version/" -e "s/@ARCH@/$arch/" -e "s/@PYTHON@/$python/" \
  -e "s/@NEXT@/$next/" -e "s/@SIZE@/$(du -sk "$tree" | cut -f1)/" \
  "$here/control" >"$tree/DEBIAN/control"
mkdir -p "$out"
dpkg-deb --root-owner-group --build "$tree" "$out/tftptui_${version}_$arch.deb"
