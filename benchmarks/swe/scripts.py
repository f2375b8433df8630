"""Shell scripts that run inside of a task's image."""

PACKED, OUT = "/packed", "/out"
ARCHIVE, PATCH, EVAL, LOG = "testbed.tar.gz", "model.patch", "eval.sh", "log"

ENVIRONMENT = {
    "HOME": "/tmp",  # noqa: S108 - a path inside the sandbox
    # There is no network: what would be fetched fails at once, as it does after many tries.
    "PIP_NO_INDEX": "1",
    "PIP_DISABLE_PIP_VERSION_CHECK": "1",
}

PREPARE = r"""
set -eu
base=$1 folder=$2
fail() { echo "$*" >&2; exit 9; }
command -v git >/dev/null || fail "the image has no git"
[ -r "$folder/.git" ] || fail "the image has no git repository at $folder that others than root may read"
cp -a "$folder/." /work/
cd /work
export HOME=/tmp GIT_CONFIG_NOSYSTEM=1 GIT_TERMINAL_PROMPT=0
git rev-parse -q --verify "$base^{commit}" >/dev/null || fail "the image's repository has no commit $base"
git merge-base --is-ancestor "$base" HEAD || fail "HEAD does not stand on $base"
[ "$(git rev-list --count "$base..HEAD")" -le 1 ] || fail "HEAD is more than one commit after $base"
branch=$(git symbolic-ref -q HEAD || true)

for remote in $(git remote); do git remote remove "$remote"; done
git for-each-ref --format='%(refname)' | while read -r ref; do
    [ "$ref" = "$branch" ] || git update-ref -d "$ref"
done
cd .git
rm -rf logs worktrees refs/stash objects/info/commit-graph* objects/info/alternates
find . -maxdepth 1 -name '*_HEAD' -delete
find objects/pack -name '*.keep' -delete -o -name '*.bitmap' -delete
cd ..
git rev-list --parents -n 1 "$base" | tr ' ' '\n' | tail -n +2 > /tmp/parents
if [ -s /tmp/parents ]; then cp /tmp/parents .git/shallow; fi
git -c gc.reflogExpire=now -c gc.reflogExpireUnreachable=now gc -q --prune=now 2>/dev/null

[ -z "$(git remote)" ] || fail "remotes are left"
git for-each-ref --format='%(refname)' > /tmp/refs
[ -z "$(grep -vFx -- "${branch:-none}" /tmp/refs)" ] || fail "refs beside HEAD are left"
[ -z "$(find .git -maxdepth 1 -name '*_HEAD')" ] || fail "heads beside HEAD are left"
[ ! -e .git/logs ] || [ -z "$(find .git/logs -type f -size +0)" ] || fail "reflogs are left"
git rev-list HEAD | sort > /tmp/reachable
git cat-file --batch-all-objects --batch-check='%(objecttype) %(objectname)' > /tmp/objects
sed -n 's/^commit //p' /tmp/objects | sort > /tmp/commits
cmp -s /tmp/reachable /tmp/commits || fail "commits are left that HEAD does not stand on"
! grep -q '^tag ' /tmp/objects || fail "tags are left"
git fsck --unreachable --no-reflogs --connectivity-only > /tmp/unreachable 2>/dev/null
[ ! -s /tmp/unreachable ] || fail "unreachable objects are left"

git ls-files -z > /tmp/tracked
tar --null -T /tmp/tracked --ignore-failed-read -cf - 2>/dev/null | tar -xf - -C /tree
git ls-files -z --others --directory --no-empty-directory > /out/untracked
git rev-parse HEAD > /out/head
du -sm . | cut -f1 > /out/mib
tar -cf - . | gzip -1 > /out/testbed.tar.gz
"""
"""Copies the repository of an image, cuts its history after the base commit (and before its parents), sees
that nothing else is left, and packs it. Arguments: base commit, folder."""

UNPACK = r"""
tar -xzf /packed/testbed.tar.gz -C "$DGM_WORKSPACE" || exit 9
environment=/opt/miniconda3/envs/testbed/bin
if [ -d "$environment" ]; then PATH=$environment:$PATH; fi
if ! python3 -c 'import sys; sys.exit(sys.version_info < (3, 9))' 2>/dev/null; then
    mkdir -p /tmp/.python && ln -s /runtime/bin/python3 /tmp/.python/python3 && PATH=/tmp/.python:$PATH
fi
export PATH
"""
"""Unpacks an agent's workspace. Its `python3` has to be 3.9 or newer, whatever the tests' own is."""

# The ways to apply a patch, in the order of swebench's own harness, which starts afresh between them.
GRADE = r"""
tar -xzf /packed/testbed.tar.gz -C "$1" || exit 9
cd "$1"
git config --global --add safe.directory "$1"
applied=no
[ -s /packed/model.patch ] || applied=yes
for way in "git apply --verbose" "git apply --verbose --3way" "git apply --verbose --reject" \
    "patch --batch --forward --fuzz=5 -p1 -i"; do
    [ $applied = no ] || break
    if $way /packed/model.patch > /tmp/applied 2>&1; then applied=yes; break; fi
    git checkout -q -- . ; git clean -qfd
done
if [ $applied = no ] && ! git apply --check --reverse /packed/model.patch 2>/dev/null; then
    echo "the patch does not apply"; tail -n 5 /tmp/applied
    exit 8
fi
for canary in /packed/canary/*; do
    [ ! -e "$canary" ] || cp "$canary" "$2/"
done
unset PYTHONHASHSEED PYTHONDONTWRITEBYTECODE LANG TZ
/bin/bash /packed/eval.sh > /out/log 2>&1 < /dev/null
"""
"""Applies a patch and runs an eval script. Arguments: folder, folder of canaries."""
