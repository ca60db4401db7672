#!/bin/sh
# Runs the tests of the PHP client and of the Symfony bundle with the PHP and the Symfony of other Debians:
# bookworm has Symfony 5.4, trixie 6.4, sid 7.4. The mesh itself runs on this machine, from this checkout.
# Usage, as root: on-debian.sh SUITE... [-- OPTIONS OF PYTEST]
# Each system is made once with debootstrap, in the cache of this user. It takes 700 MB and two minutes.
set -eu
root=$(cd "$(dirname "$0")/../../.." && pwd)
cache=${XDG_CACHE_HOME:-$HOME/.cache}/boumbapp
mkdir -p "$cache"
suites=
while [ $# -gt 0 ] && [ "$1" != -- ]; do
  suites="$suites $1"
  shift
done
[ $# -eq 0 ] || shift

for suite in $suites; do
  system=$cache/debian-$suite
  if [ ! -d "$system" ]; then
    rm -rf "$system.new"
    debootstrap --variant=minbase "$suite" "$system.new"
    DEBIAN_FRONTEND=noninteractive chroot "$system.new" apt-get install -y -q --no-install-recommends \
      php-cli php-fpm php-bcmath php-xml php-mbstring php-dev gcc g++ make composer phpunit nginx-light libgrpc-dev libgrpc++-dev \
      php-google-protobuf php-symfony-framework-bundle php-symfony-security-bundle php-symfony-web-profiler-bundle \
      php-symfony-messenger php-symfony-rate-limiter php-symfony-lock php-symfony-yaml
    mv "$system.new" "$system"
  fi
  # Mounts of its own, which end with it.
  BOUMB_PHP_ROOT=$system unshare --mount sh -eu -c '
    root=$1 cache=$2
    shift 2
    for folder in "$root" "$cache" /tmp /dev; do
      mkdir -p "$BOUMB_PHP_ROOT$folder"
      mount --rbind "$folder" "$BOUMB_PHP_ROOT$folder"
    done
    mount -t proc proc "$BOUMB_PHP_ROOT/proc"
    cd "$root"
    exec .venv/bin/python -m pytest tests/e2e/php -q "$@"
  ' sh "$root" "$cache" "$@"
done
