#!/bin/sh
# Builds .venv from a hash-pinned lock: scripts/setup.sh run|dev|swebench. Prints nothing when it is already there.
# swebench holds all of dev, and goes on top of it where that is there.
set -eu
kind=${1:?usage: scripts/setup.sh run|dev|swebench}
cd "$(dirname "$0")/.."
lock=requirements/$kind.txt
[ ! -L .venv ] || { echo "dgm: .venv is a link, perhaps to another clone's; mend: rm .venv" >&2; exit 2; }
unset PYTHONPATH PYTHONHOME PIP_USER PIP_TARGET PIP_PREFIX VIRTUAL_ENV || true

stamp_of() { cksum < "$1" | tr -d ' '; }
has() { [ -f ".venv/stamp-$1" ] && [ "$(cat ".venv/stamp-$1")" = "$(stamp_of "requirements/$1.txt")" ]; }
if has "$kind" || { [ "$kind" = run ] && has dev; }; then exit 0; fi
made() { [ "$kind" = swebench ] && has dev; }

new_enough='import sys; sys.exit(sys.version_info < (3, 11))'
complete='import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))'
find_python() {
    for name in ${PYTHON:-} python3 python3.14 python3.13 python3.12 python3.11 python /usr/bin/python3; do
        if command -v "$name" >/dev/null 2>&1 && "$name" -c "$1" >/dev/null 2>&1; then
            command -v "$name"; return 0
        fi
    done
    return 1
}

started=$(date +%s)
echo "dgm: setting up .venv ($kind) from $lock ..." >&2
install="install --quiet --require-hashes -r $lock"
if python=$(find_python "$complete"); then
    made || "$python" -m venv --clear .venv
    PIP_DISABLE_PIP_VERSION_CHECK=1 .venv/bin/python -m pip $install
elif command -v uv >/dev/null 2>&1; then
    made || uv venv --quiet --clear --python '>=3.11' .venv
    uv pip $install --python .venv/bin/python
elif python=$(find_python "$new_enough") && "$python" -m pip --version >/dev/null 2>&1; then
    made || "$python" -m venv --clear --without-pip .venv
    "$python" -m pip --python .venv/bin/python $install
else
    echo "dgm: no Python >= 3.11 that can make a virtual environment; mend: apt-get install python3-venv (or set PYTHON=/path/to/python3)" >&2
    exit 2
fi
site=$(.venv/bin/python -c 'import sysconfig; print(sysconfig.get_path("purelib"))')
pwd > "$site/dgm-clone.pth"
printf '#!/bin/sh\nexec "%s/.venv/bin/python" -m dgm "$@"\n' "$(pwd)" > .venv/bin/dgm
chmod +x .venv/bin/dgm
stamp_of "$lock" > ".venv/stamp-$kind"
[ "$kind" != swebench ] || stamp_of requirements/dev.txt > .venv/stamp-dev
echo "dgm: set up in $(($(date +%s) - started)) s" >&2
