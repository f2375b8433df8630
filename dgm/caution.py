"""Files that act without being asked for: a change to one of them deserves a look before it is applied."""

from collections.abc import Iterable, Mapping
from fnmatch import fnmatchcase

_ACTING: Mapping[str, str] = {
    "continuous integration": (
        ".github/ .gitlab/ .circleci/ .buildkite/ .woodpecker/ .ci/ .gitlab-ci.* .travis.* .drone.* "
        ".woodpecker.* azure-pipelines* bitbucket-pipelines* appveyor.* .appveyor.* jenkinsfile*"
    ),
    "git or its hooks": ".githooks/ .husky/ .git* .pre-commit-* lefthook.* .lefthook.*",
    "an editor, a shell or an assistant": (
        ".vscode/ .idea/ .devcontainer/ .cursor/ .claude/ .vim/ .devcontainer.* *.code-workspace "
        ".editorconfig .vimrc .nvimrc .exrc .dir-locals.el .envrc .cursorrules claude.md agents.md"
    ),
    "builds, installation or tests": (
        "makefile gnumakefile *.mk justfile dockerfile* *compose*.yml *compose*.yaml setup.py setup.cfg "
        "pyproject.toml requirements*.txt tox.ini noxfile.py pytest.ini .pytest.ini conftest.py "
        "sitecustomize.py usercustomize.py *.pth package.json .npmrc build.rs cmakelists.txt"
    ),
}
"""What is acted on: folders, with a slash at the end, and names of files; in lower case."""


def acting(paths: Iterable[str]) -> dict[str, str]:
    """Those of `paths` that act by themselves, each with what they act on."""
    return {path: what for path in sorted(paths) if (what := _acts_on(path)) is not None}


def _acts_on(path: str) -> str | None:
    *folders, name = path.casefold().split("/")
    parts = [f"{folder}/" for folder in folders] + [name]
    for what, patterns in _ACTING.items():
        if any(fnmatchcase(part, pattern) for part in parts for pattern in patterns.split()):
            return what
    return None
