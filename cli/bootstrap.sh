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

# Run a command with its output in a log, and show that time passes. The log's end is shown if it fails.
step() { # title, command...
  local title=$1 status=0 ticker='' began=$SECONDS log
  log=$(mktemp)
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
  "$@" >"$log" 2>&1 </dev/null || status=$?
  if [ -n "$ticker" ]; then
    kill "$ticker" 2>/dev/null || true
    wait "$ticker" 2>/dev/null || true
    [ "$status" != 0 ] || printf '\r  ✓ %s (%d s) \n' "$title" $((SECONDS - began)) >&2
    [ "$status" = 0 ] || say
  fi
  [ "$status" = 0 ] || tail -n 15 "$log" | sed 's/^/    /' >&2
  rm -f "$log"
  return "$status"
}

is_usable() { # interpreter: Python 3.11 or later
  "$1" -c 'import sys; raise SystemExit(sys.version_info < (3, 11))' 2>/dev/null
}

find_python() {
  local candidate
  for candidate in ${BOUMB_PYTHON:+"$BOUMB_PYTHON"} python3 python3.13 python3.12 python3.11 python3.14; do
    if is_usable "$candidate"; then
      command -v "$candidate"
      return
    fi
  done
  return 1
}

can_apt() { [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; }

apt_install() {
  local options=(-y -q --no-install-recommends -o DPkg::Lock::Timeout=120)
  export DEBIAN_FRONTEND=noninteractive
  apt-get install "${options[@]}" "$@" || { apt-get update -q && apt-get install "${options[@]}" "$@"; }
}

make_venv() { # environment
  local venv=$1 python version
  if ! python=$(find_python); then
    can_apt && { step "installing python3 with apt" apt_install python3 python3-venv || true; }
    python=$(find_python) || fail "Python 3.11 or later is needed and none was found." \
      "Debian 12, Ubuntu 24.04 or later:  sudo apt install python3 python3-venv" \
      "Anything else:  https://www.python.org/downloads/  or  pyenv install 3.12" \
      "Elsewhere on this machine?  BOUMB_PYTHON=/path/to/python ./boumb ..."
  fi
  if ! "$python" -c 'import ensurepip, venv' 2>/dev/null; then
    version=$("$python" -c 'import sys; print("%d.%d" % sys.version_info[:2])')
    can_apt && { step "installing python$version-venv with apt" apt_install "python$version-venv" || true; }
    "$python" -c 'import ensurepip, venv' 2>/dev/null || fail "$python cannot make virtual environments." \
      "Install what is missing:  sudo apt install python$version-venv"
  fi
  rm -rf "$venv"
  mkdir "$venv"
  touch "$venv/.unfinished"
  step "creating ${venv##*/} with $("$python" -V)" "$python" -m venv "$venv" || fail "could not create ${venv##*/}."
}

# Whether an environment can be added to: complete, made here (its scripts name its place), by an interpreter that is still there.
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
  say "boumb: setting up $name, once"
  is_whole "$venv" || make_venv "$venv"
  touch "$venv/.unfinished"
  for file in "${files[@]}"; do pins+=(-r "$file"); done
  # --no-deps: the files pin everything. --no-compile: the step after this does it on all cores.
  step "installing $(cat "${files[@]}" | grep -c '==') packages (about a minute)" \
    "$venv/bin/python" -m pip install --disable-pip-version-check --no-deps --no-compile "${pins[@]}" ||
    fail "the packages could not be installed." "Is the network there? Then run the same command again."
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
  exec 9<&-
}
