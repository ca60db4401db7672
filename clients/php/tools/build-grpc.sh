#!/bin/sh
# Builds gRPC for the PHP of this Debian, from the same source package that its libgrpc comes from: the extension, and
# the Composer package grpc/grpc beside it. Takes some seconds.
# Usage: build-grpc.sh TARGET. Leaves TARGET/grpc.so and TARGET/package.
# Needs: php-dev, libgrpc-dev, dpkg-dev (all from Debian).
set -eu
target=$1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir -p "$work/lists/partial"

# Where this machine gets its packages from, it gets their sources from; its own list is left as it is.
if [ -e /etc/apt/sources.list.d/debian.sources ]; then
  list=$work/source.sources
  sed 's/^Types:.*/Types: deb-src/' /etc/apt/sources.list.d/debian.sources > "$list"
else
  list=$work/source.list
  sed -n 's/^deb /deb-src /p' /etc/apt/sources.list > "$list"
fi
# A mirror that stands still is good enough: what it has is signed all the same.
apt() {
  apt-get -q -o Dir::Etc::SourceList="$list" -o Dir::Etc::SourceParts=/dev/null -o Dir::State::Lists="$work/lists" \
    -o APT::Sandbox::User=root -o Acquire::Check-Valid-Until=false "$@"
}
cd "$work"
apt update
apt source --download-only --tar-only grpc
mkdir grpc
tar -xzf grpc_*.orig.tar.gz -C grpc --strip-components=1 --wildcards '*/src/php/ext' '*/src/php/lib' '*/etc/roots.pem'
version=$(sed -n 's/^#define PHP_GRPC_VERSION "\(.*\)"/\1/p' grpc/src/php/ext/grpc/version.h)

cd grpc/src/php/ext/grpc
# PHP 8.4 declares some of these for itself, and a warning is no reason to stop.
sed -i 's/ -Werror / /' config.m4
phpize
./configure
make -j2
cd "$work"
mkdir -p "$target.new/package/src/php"
cp grpc/src/php/ext/grpc/modules/grpc.so "$target.new/"
cp -r grpc/src/php/lib "$target.new/package/src/php/"
cp -r grpc/etc "$target.new/package/"
cat > "$target.new/package/composer.json" <<END
{
    "name": "grpc/grpc",
    "version": "$version",
    "require": { "php": ">=7.0.0" },
    "autoload": { "psr-4": { "Grpc\\\\": "src/php/lib/Grpc/" } }
}
END
rm -rf "$target"
mv "$target.new" "$target"
