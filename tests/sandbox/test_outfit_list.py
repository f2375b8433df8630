"""A list of packages for an image: what applies to the Python of the image, and only what is pinned."""

import pytest

from sandbox.base import SandboxError
from sandbox.images.outfit import applying

IMAGE = {"python_version": "3.12", "python_full_version": "3.12.7", "sys_platform": "linux"}
LISTED = """\
# made by hand
old==1.0 ; python_full_version < '3.12' \\
    --hash=sha256:aa
new[extra]==2.0 ; python_full_version >= '3.12' \\
    --hash=sha256:bb \\
    --hash=sha256:cc
    # via something
win==3 ; sys_platform == 'win32' --hash=sha256:dd
plain==4.1 --hash=sha256:ee
"""


def test_markers_are_those_of_the_image_and_not_of_this_machine() -> None:
    assert list(applying(LISTED, IMAGE)) == [
        "new==2.0 --hash=sha256:bb --hash=sha256:cc",
        "plain==4.1 --hash=sha256:ee",
    ]


@pytest.mark.parametrize(
    "line",
    [
        "loose>=1 --hash=sha256:aa",
        "bare==1",
        "far @ file:///tmp/far.whl --hash=sha256:aa",
        "star==1.* --hash=sha256:aa",
        "--index-url=file:///tmp",
        "-e .",
    ],
)
def test_what_is_not_pinned_is_refused(line: str) -> None:
    with pytest.raises(SandboxError, match=r"requirements: .* is no (exact version with hashes|requirement)"):
        list(applying(line, IMAGE))
