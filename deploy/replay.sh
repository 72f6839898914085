#!/usr/bin/env bash
# The Dockerfile's steps without Docker: a fresh copy of what is committed, a fresh environment from the lock, the wheel
# with its console, and an unprivileged user who migrates, creates an administrator, serves, and asks the doctor.
#
#   deploy/replay.sh [FOLDER]      as root, because it becomes somebody else; takes minutes and asks the registries
#
# VALVOMO_DATABASE_URL names the database to use; without it the embedded one is used.
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
place=${1:-$(mktemp -d)}
port=${PORT:-18300}
# One that everybody may run: not below a home folder that is closed to others.
python=${PYTHON:-/usr/bin/python3}
step() { printf '\nreplay: %s\n' "$*"; }

step "what is committed, to $place"
mkdir -p "$place/build" "$place/data"
git -C "$root" archive HEAD src web docs hatch_build.py pyproject.toml uv.lock LICENSE README.md CHANGELOG.md |
    tar -x -C "$place/build"
cd "$place/build"

step "what is locked"
"$python" -m venv "$place/tools"
"$place/tools/bin/pip" install --quiet uv==0.13.9
"$python" -m venv "$place/valvomo"
"$place/tools/bin/uv" export --frozen --no-dev --extra sentiment --extra calls --extra telephone --no-emit-project --quiet -o locked.txt
"$place/valvomo/bin/pip" install --quiet --no-cache-dir --require-hashes -r locked.txt

step "the wheel, with its console"
"$place/tools/bin/pip" wheel --quiet --no-cache-dir --no-deps -w dist .
"$place/valvomo/bin/pip" install --quiet --no-cache-dir --no-deps dist/valvomo-*.whl
"$place/valvomo/bin/pip" uninstall --quiet --yes pip

step "as nobody: migrate, createadmin, serve, doctor"
chmod 755 "$place"
chown -R 65534:65534 "$place/data"
chmod 700 "$place/data"
cd "$place/data"
as_nobody=(
    setpriv --reuid=65534 --regid=65534 --clear-groups --no-new-privs env -i
    "PATH=$place/valvomo/bin:/usr/bin:/bin" "HOME=$place/data" "VALVOMO_DATA=$place/data" "VALVOMO_PORT=$port"
    "VALVOMO_DATABASE_URL=${VALVOMO_DATABASE_URL:-}" VALVOMO_DRAIN_SECONDS=1
)
"${as_nobody[@]}" valvomo --version
"${as_nobody[@]}" valvomo migrate
printf 'a long pass phrase 8300\n' | "${as_nobody[@]}" valvomo createadmin admin@example.org --organization Example
"${as_nobody[@]}" valvomo serve &
server=$!
trap 'kill $server 2>/dev/null || true' EXIT
for _ in $(seq 600); do
    if "${as_nobody[@]}" python -c "import urllib.request as r; r.urlopen('http://127.0.0.1:$port/readyz')" 2>/dev/null; then break; fi
    kill -0 $server
    sleep 0.2
done
"${as_nobody[@]}" valvomo doctor
"${as_nobody[@]}" python - "http://127.0.0.1:$port" <<'PYTHON'
import json, sys, urllib.request as web
base = sys.argv[1]
page = web.urlopen(base).read().decode()
assert '<div id="app">' in page and "/assets/" in page, page[:500]
assert web.urlopen(f"{base}/widget/v1/loader.js").status == 200
body = json.dumps({"email": "admin@example.org", "password": "a long pass phrase 8300"}).encode()
signing_in = web.Request(f"{base}/api/v1/session", body, {"Content-Type": "application/json"})
assert web.urlopen(signing_in).status == 200
print("the console, the widget and a sign-in are there")
PYTHON
kill -TERM $server
wait $server
trap - EXIT
"${as_nobody[@]}" valvomo verify
step "done: $place can be removed"
