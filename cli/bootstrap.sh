# Sourced by ./boumb when an environment is missing or out of date. Needs: root, wanted_stamp, is_current.
#
# Safe to interrupt (.unfinished in the environment marks a set-up that did not end; the next one starts over) and to
# run twice at once (the second waits for the first). Messages go to standard error.

say() { printf '%s\n' "$*" >&2; }

fail() {
  say "boumb: $1"
  shift
  for line in "$@"; do say "  $line"; done
  exit 3
}

# Minor versions of Python 3 that every pinned package has wheels for, in the order they are looked for.
OLDEST=11 NEWEST=14 PREFERRED='13 12 11 14'
# TensorFlow's for Python 3.14 is a release candidate: taken only where there is no older Python.
NEWEST_RELEASED=13
# What pip says when it cannot reach its index, or is refused.
OFFLINE='Retrying \(Retry|Max retries exceeded|Failed to (establish|connect)|name resolution|Name or service not known'
OFFLINE+='|timed out|(Timeout|Connection|SSL|TLS|Proxy|NameResolution|Protocol)Error|certificate.verify.failed'
OFFLINE+='|Tunnel connection failed|Connection (error|refused|reset|broken|aborted)|Network is unreachable'
OFFLINE+='|No route to host|IncompleteRead|incomplete.download|RemoteDisconnected|HTTP error [45]'
OFFLINE+='|[45][0-9][0-9] (Client|Server) Error'

interrupted() {
  [ -z "$ticker" ] || kill "$ticker" 2>/dev/null || true
  [ -z "$log" ] || rm -f "$log"
  say
  say "boumb: interrupted; the same command starts the set-up again."
  exit 130
}

# Run a command and show that time passes. What it said is in `said`; the end of it is shown if it fails.
ticker='' log='' said=''
step() { # title, command...
  local title=$1 status=0 began=$SECONDS
  ticker=''
  log=$(mktemp) || fail "no temporary file can be made in ${TMPDIR:-/tmp}." \
    "Is the disk full, or the folder not writable?"
  shift
  if [ -t 2 ]; then
    (while kill -0 $$ 2>/dev/null; do # Ctrl-C does not reach it
      printf '\r  … %s (%d s) ' "$title" $((SECONDS - began)) >&2
      sleep 1
    done) &
    ticker=$!
  else
    say "  $title"
  fi
  (cd "$root" && "$@") >"$log" 2>&1 </dev/null || status=$? # the current folder may have been removed
  if [ -n "$ticker" ]; then
    kill "$ticker" 2>/dev/null || true
    wait "$ticker" 2>/dev/null || true
    [ "$status" != 0 ] || printf '\r  ✓ %s (%d s) \n' "$title" $((SECONDS - began)) >&2
    [ "$status" = 0 ] || say
  fi
  said=$(<"$log")
  [ "$status" = 0 ] || tail -n 15 "$log" | sed 's/^/    /' >&2
  rm -f "$log"
  ticker='' log=''
  return "$status"
}

# Whether an interpreter is CPython 3.11 or later with a global lock: wheels are made for no other.
is_usable() { # interpreter, newest minor version (default: any), "venv" where it must be able to make environments
  "$1" -c '
import sys
newest = int(sys.argv[2] or 99) if len(sys.argv) > 2 else 99
good = sys.implementation.name == "cpython" and (3, int(sys.argv[1])) <= sys.version_info[:2] <= (3, newest)
if "t" in getattr(sys, "abiflags", ""):
    good = False
if good and "venv" in sys.argv[3:]:
    import ensurepip, venv
raise SystemExit(not good)' "$OLDEST" "${@:2}" 2>/dev/null
}

# Interpreters to try, the likeliest first: BOUMB_PYTHON, those on PATH, those of pyenv and uv.
candidates() {
  local minor
  [ -z "${BOUMB_PYTHON-}" ] || printf '%s\n' "$BOUMB_PYTHON"
  printf '%s\n' python3
  for minor in $PREFERRED; do printf '%s\n' "python3.$minor"; done
  for minor in $PREFERRED; do
    compgen -G "${PYENV_ROOT:-${HOME-}/.pyenv}/versions/3.$minor.*/bin/python3" || true
    compgen -G "${XDG_DATA_HOME:-${HOME-}/.local/share}/uv/python/cpython-3.$minor.*/bin/python3" || true
  done
}

first_usable() { # newest minor version, [venv]
  local candidate
  while IFS= read -r candidate; do
    if is_usable "$candidate" "$@"; then
      command -v "$candidate"
      return
    fi
  done < <(candidates)
  return 1
}

# Whether some pins of an environment are release candidates, as the first packages for a new Python are.
pins_candidates() { # environment
  grep -qsE '==[0-9.]+rc' "${BASH_SOURCE[0]%/*}/../requirements/${1##*.venv-}"*.txt
}

# The interpreter to make an environment with: one that its packages have wheels for, if there is one.
find_python() { # environment
  # Whoever names a Python means it, even where another one would be preferred.
  if [ -n "${BOUMB_PYTHON-}" ] && is_usable "$BOUMB_PYTHON" "$NEWEST" venv; then
    command -v "$BOUMB_PYTHON"
    return
  fi
  if pins_candidates "$1" && first_usable "$NEWEST_RELEASED" venv; then return; fi
  first_usable "$NEWEST" venv || first_usable "$NEWEST"
}

can_apt() { [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; }

apt_install() {
  local options=(-y -q --no-install-recommends -o DPkg::Lock::Timeout=120)
  export DEBIAN_FRONTEND=noninteractive
  apt-get install "${options[@]}" "$@" || { apt-get update -q && apt-get install "${options[@]}" "$@"; }
}

# Install a Python that there are wheels for, if apt has one: the distribution's own, or another beside it.
apt_python() {
  local name
  can_apt || return 0
  apt-get update -q >/dev/null 2>&1 || true
  for name in python3 python3.{13,12,11,14}; do
    apt-cache show "$name" >/dev/null 2>&1 || continue
    step "installing $name with apt" apt_install "$name" "$name-venv" || continue
    first_usable "$NEWEST" venv >/dev/null && return
  done
  return 0
}

version_of() { # interpreter
  "$1" -c 'import sys; print("%d.%d" % sys.version_info[:2])'
}

make_venv() { # environment
  local venv=$1 python version
  if [ -n "${BOUMB_PYTHON-}" ] && ! is_usable "$BOUMB_PYTHON"; then
    fail "BOUMB_PYTHON is $BOUMB_PYTHON, which is no Python 3.$OLDEST or later that can be run."
  fi
  if ! python=$(find_python "$venv"); then
    apt_python
    # A Python newer than all that is known may have wheels by now.
    python=$(find_python "$venv" || first_usable '' venv || first_usable '') || fail \
      "Python 3.$OLDEST or later is needed and none was found; the packages are made for 3.$OLDEST to 3.$NEWEST." \
      "Debian 12, Ubuntu 24.04 or later:  sudo apt install python3 python3-venv" \
      "Anything else:  https://www.python.org/downloads/  or  pyenv install 3.13" \
      "Elsewhere on this machine?  BOUMB_PYTHON=/path/to/python ./boumb ..."
  fi
  if ! is_usable "$python" '' venv; then
    version=$(version_of "$python")
    can_apt && { step "installing python$version-venv with apt" apt_install "python$version-venv" || true; }
    is_usable "$python" '' venv || fail "$python cannot make virtual environments." \
      "Install what is missing:  sudo apt install python$version-venv"
  fi
  rm -rf "$venv"
  { mkdir "$venv" && touch "$venv/.unfinished"; } || fail "$venv could not be made." \
    "Is the disk full, or the folder not writable?"
  step "creating ${venv##*/} with $("$python" -V)" "$python" -m venv "$venv" ||
    fail_for_want_of_room "$venv" || fail "could not create ${venv##*/}."
}

says() { # pattern
  grep -qiE "$1" <<<"$said"
}

is_full() { # folder
  [ "$(df -Pk "$1" 2>/dev/null | awk 'NR == 2 { print $4 }' 2>/dev/null)" = 0 ]
}

# End if what the last step said is that the disk is full.
fail_for_want_of_room() { # environment
  says 'no space left on device|disk quota exceeded|\[Errno (28|122)\]' || is_full "$root" ||
    is_full "${TMPDIR:-/tmp}" || return 1
  fail "the disk is full: ${1##*/} could not be set up." \
    "Make room in $root (an environment takes 1 GB, with TensorFlow 2 GB) and in ${TMPDIR:-/tmp}." \
    "Then run the same command again."
}

reaches_index() { # environment
  "$1/bin/python" -m pip install --disable-pip-version-check -q --dry-run --ignore-installed --no-deps --retries 0 \
    --timeout 20 pip >/dev/null 2>&1 </dev/null
}

# The first package that there is no wheel of for the Python that pip runs under; nothing where that is not the reason.
unavailable() { # environment
  local named="'?([A-Za-z0-9][^ ':;]*)'?" package
  package=$(sed -nE "s/^ *ERROR: No matching distribution found for $named.*/\1/p
    s/^ *ERROR: Package $named requires a different Python.*/\1/p" <<<"$said" | head -n 1)
  if [ -n "$package" ]; then
    # Without a connection pip knows of no version either, and says no more when it was told not to retry.
    if says 'from versions: [^n]|requires a different Python' || { ! says "$OFFLINE" && reaches_index "$1"; }; then
      printf '%s' "$package"
    fi
  elif ! says "$OFFLINE" && says 'subprocess-exited-with-error|metadata-generation-failed|Failed building wheel for'; then
    # Its sources could not be built. Without that name, it is the last one that pip took up.
    { sed -nE "s/^.*Failed building wheel for $named.*/\1/p" <<<"$said"
      sed -nE "s/^ *Collecting $named.*/\1/p" <<<"$said" | tail -n 1; } | head -n 1
  fi
}

# End with why pip failed, as its own words tell: a full disk, a missing wheel, the network, or something else.
fail_to_install() { # environment
  local venv=$1 name=${1##*/} version package
  version="Python $(version_of "$venv/bin/python")"
  fail_for_want_of_room "$venv" || true
  package=$(unavailable "$venv")
  if [ -n "$package" ]; then
    # The tests skip what needs this environment, and say this.
    rm -rf "$venv"
    mkdir "$venv"
    touch "$venv/.unfinished"
    printf '%s' "$package has no wheel for $version; $name needs one of Python 3.$OLDEST to 3.$NEWEST" \
      >"$venv/.unsupported"
    fail "$package has no wheel for $version ($(uname -sm)) where pip looks, so $name cannot be set up with it." \
      "The packages are made for Python 3.$OLDEST to 3.$NEWEST on Linux. Install one of them, as in" \
      "  sudo apt install python3.13 python3.13-venv    or    pyenv install 3.13" \
      "and run the same command again; it finds it, or takes what BOUMB_PYTHON=/path/to/python names." \
      "If this Python is one of them: does pip look in the right place? See  python3 -m pip config list"
  fi
  if says 'do not match the hashes|--require-hashes mode'; then
    fail "a package of $name is not the one that was pinned; its name is above, and it was not installed." \
      "Does pip look in a place with changed packages? See  python3 -m pip config list" \
      "Was a file damaged on its way? Then run the same command again."
  fi
  if says 'certificate.verify.failed|SSLError|TLSError'; then
    fail "the package index could not be reached: its certificate is not trusted here." \
      "Behind a proxy that brings one of its own?  PIP_CERT=/path/to/authorities.pem" "Then run the same command again."
  fi
  if says "$OFFLINE|from versions: none"; then
    fail "the package index could not be reached." \
      "Is the network there? Is a proxy needed (HTTPS_PROXY)? Then run the same command again."
  fi
  fail "the packages of $name could not be installed; pip's own words are above." "Then run the same command again."
}

# Whether an environment can be added to: complete, made here (its scripts name its place), by an interpreter that is
# still there.
is_whole() { # environment
  local venv=$1
  [ ! -e "$venv/.unfinished" ] && grep -qF "$venv" "$venv/bin/activate" 2>/dev/null && is_usable "$venv/bin/python" &&
    "$venv/bin/python" -m pip -V >/dev/null 2>&1
}

site_packages() { # environment
  "$1/bin/python" -c 'import sysconfig; print(sysconfig.get_path("purelib"))'
}

write_stamp() { # environment, stamp file, requirements file...
  printf '%s' "$(wanted_stamp "$1" "${@:3}")" >"$2.new"
  mv "$2.new" "$2"
}

set_up() { # environment, stamp file, requirements file...
  local venv=$1 stamp=$2 files=("${@:3}") name=${1##*/} pins=() file
  [ -w "$root" ] || [ -w "$venv" ] || fail "$root is not writable, and $name has to be made there once."
  if command -v flock >/dev/null; then # a lock on the folder itself: nothing to leave behind
    exec 9<"$root"
    flock -n 9 || { say "boumb: another set-up is under way, waiting for it"; flock 9; }
    is_current "$venv" "$stamp" "${files[@]}" && { exec 9<&-; return; }
  fi
  trap interrupted INT
  say "boumb: setting up $name, once"
  is_whole "$venv" || make_venv "$venv"
  touch "$venv/.unfinished"
  for file in "${files[@]}"; do pins+=(-r "$file"); done
  # --no-deps: the files pin everything, with hashes, so that nothing else can be served under the same version.
  # --no-compile: the step after this does it on all cores.
  step "installing its packages (about a minute)" \
    "$venv/bin/python" -m pip install --disable-pip-version-check --no-deps --require-hashes --no-compile \
    "${pins[@]}" ||
    fail_to_install "$venv"
  # The product itself, where it lies: pyproject.toml says which folders hold its packages and stubs.
  rm -f "$(site_packages "$venv")/boumbapp.pth" # what earlier versions wrote
  step "installing the product" "$venv/bin/python" -m pip install --disable-pip-version-check --no-deps --no-index \
    --no-build-isolation --no-compile -e "$root" || fail "the product could not be installed."
  # Bytecode of what composing imports, on all cores; the rest is compiled when it is first used.
  step "preparing them for a quick start" "$venv/bin/python" -m compileall -q -j 0 \
    -x '/(fontTools|jax|jaxlib|matplotlib|mpl_toolkits|music21|onnx|PIL|pip|scipy|setuptools|tensorflow|tests?)/' \
    "$(site_packages "$venv")" "$root"/{cli,gateway,gen/python,language,launcher,modelstore,music,services} || true
  write_stamp "$venv" "$stamp" "${files[@]}"
  # What the tests need holds all that the product needs.
  [ "$stamp" != "$venv/.stamp-dev" ] || write_stamp "$venv" "$venv/.stamp-run" "$root/requirements/run.txt"
  rm -f "$venv/.unfinished"
  trap - INT
  exec 9<&-
}
