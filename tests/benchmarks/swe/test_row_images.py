"""Images of rows, pulled from a registry of this test's own and removed again."""

import gzip
import hashlib
import io
import json
import tarfile
import threading
from collections.abc import Iterator, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from benchmarks.swe.images import Images
from sandbox.base import SandboxError
from sandbox.engine import Engine

pytestmark = pytest.mark.docker

_V2 = "application/vnd.docker.distribution.manifest.v2+json"


def digest(data: bytes) -> str:
    return f"sha256:{hashlib.sha256(data).hexdigest()}"


def served() -> Mapping[str, bytes]:
    """One image with one file, by the paths that a registry has."""
    layer = io.BytesIO()
    with tarfile.open(fileobj=layer, mode="w") as archive:
        archive.addfile(tarfile.TarInfo("toy"))
    packed = gzip.compress(layer.getvalue(), mtime=0)
    config = json.dumps(
        {
            "architecture": "amd64",
            "os": "linux",
            "config": {},
            "rootfs": {"type": "layers", "diff_ids": [digest(layer.getvalue())]},
        }
    ).encode()
    parts = {"config": (config, "container.image.v1+json"), "layer": (packed, "image.rootfs.diff.tar.gzip")}
    told = {
        name: {"mediaType": f"application/vnd.docker.{kind}", "size": len(data), "digest": digest(data)}
        for name, (data, kind) in parts.items()
    }
    manifest = json.dumps(
        {"schemaVersion": 2, "mediaType": _V2, "config": told["config"], "layers": [told["layer"]]}
    ).encode()
    blobs = {f"/v2/toy/a/blobs/{digest(data)}": data for data, _ in parts.values()}
    names = ("latest", digest(manifest))
    return {"/v2/": b"{}", **blobs, **{f"/v2/toy/a/manifests/{name}": manifest for name in names}}


class Registry(BaseHTTPRequestHandler):
    files = served()

    def do_GET(self) -> None:
        data = self.files.get(self.path)
        self.send_response(404 if data is None else 200)
        if "/manifests/" in self.path and data is not None:
            self.send_header("Content-Type", _V2)
            self.send_header("Docker-Content-Digest", digest(data))
        self.send_header("Content-Length", str(len(data or b"")))
        self.end_headers()
        if self.command == "GET":
            self.wfile.write(data or b"")

    def do_HEAD(self) -> None:
        self.do_GET()

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


@pytest.fixture
def registry() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Registry) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"127.0.0.1:{server.server_port}"
        server.shutdown()


def test_what_we_pulled_is_told_beforehand_and_removed_alone(registry: str, tmp_path: Path) -> None:
    engine, said = Engine(), list[str]()
    name = f"{registry}/toy/a:latest"
    with Images(registry, tmp_path / "pulled.json") as images:
        images.fetch(["toy/a:latest", "toy/a:latest"], said.append)
        assert said[0].startswith("1 images to pull: about 0 GiB; ")
        assert said[1:] == [f"[1/1] pulling {name}"]
        pulled = images.digest("toy/a:latest")
        assert images.pulled() == {name: pulled}
        images.fetch(["toy/a:latest"], said.append)
        assert len(said) == 2

        # one that has another content by now is somebody else's
        note = tmp_path / "pulled.json"
        note.write_text(json.dumps({name: "sha256:other"}))
        assert images.remove_pulled() == []
        assert images.has(pulled)
        note.write_text(json.dumps({name: pulled}))
        assert images.remove_pulled() == [name]
        assert (images.has(pulled), images.pulled()) == (False, {})
    engine.close()


def test_an_image_that_a_registry_does_not_have_is_named(registry: str, tmp_path: Path) -> None:
    with (
        Images(f"{registry}/", tmp_path / "pulled.json") as images,
        pytest.raises(SandboxError, match=f"{registry}/toy/none:latest"),
    ):
        images.fetch(["toy/none:latest"], lambda _: None)
