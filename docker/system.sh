#!/bin/sh
# Installs the Debian packages of docker/system-packages.txt: "run" ones, and with the argument "test" those too.
# Needs root; without root it says what is missing and goes on, because the product works without them.
set -eu
here=$(dirname "$0")
wanted="run"
[ "${1:-}" = "test" ] && wanted="run|test"
missing=""
for package in $(grep -E "^($wanted) " "$here/system-packages.txt" | cut -d' ' -f2); do
    dpkg -s "$package" >/dev/null 2>&1 || missing="$missing $package"
done
[ -z "$missing" ] && exit 0
if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null; then
    echo "not installed:$missing (needs root: sudo apt-get install$missing); going on without" >&2
    exit 0
fi
export DEBIAN_FRONTEND=noninteractive
apt-get update -qq
# shellcheck disable=SC2086
apt-get install -y -qq --no-install-recommends $missing >/dev/null
