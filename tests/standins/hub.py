"""A stand-in for a hub of data sets: what `huggingface_hub` and `datasets` ask of one, on loopback."""

import hashlib
import json
import re
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

_API = re.compile(r"/api/datasets/([^/]+/[^/]+)(?:/(revision|tree|paths-info)/([^/]+)(?:/(.*))?)?$").fullmatch
_FILE = re.compile(r"/datasets/([^/]+/[^/]+)/resolve/([^/]+)/(.+)$").fullmatch


class Hub(ThreadingHTTPServer):
    """`repositories` are data sets by name, as files by commit, the last of them `main`."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.repositories: dict[str, dict[str, Mapping[str, bytes]]] = {}
        self.gated: set[str] = set()
        self.asked: list[str] = []

    @property
    def url(self) -> str:
        """As `HF_ENDPOINT` takes it."""
        return f"http://127.0.0.1:{self.server_port}"

    def publish(self, name: str, files: Mapping[str, bytes]) -> str:
        """Another commit of a data set."""
        told = json.dumps([name, {path: hashlib.sha256(data).hexdigest() for path, data in files.items()}])
        commit = hashlib.sha1(told.encode()).hexdigest()
        self.repositories.setdefault(name, {})[commit] = files
        return commit


class _Refused(Exception):
    """A status, with the code that tells clients what is missing."""


class _Handler(BaseHTTPRequestHandler):
    server: Hub
    protocol_version = "HTTP/1.1"

    def log_message(self, *_: Any) -> None:
        """Silent."""

    def do_HEAD(self) -> None:
        self._answer()

    def do_GET(self) -> None:
        self._answer()

    def do_POST(self) -> None:
        self._answer()

    def _answer(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        path = unquote(urlsplit(self.path).path)
        self.server.asked.append(f"{self.command} {path}")
        try:
            if found := _FILE(path):
                self._file(*found.groups())
            elif found := _API(path):
                name, what, revision, place = found.groups()
                self._told(name, what, revision, place or "", body)
            else:
                raise _Refused(404, "")
        except _Refused as refused:
            status, code = refused.args
            self._send(status, b"", {"X-Error-Code": code} if code else {})

    def _commit(self, name: str, revision: str | None) -> tuple[str, Mapping[str, bytes]]:
        if name in self.server.gated:
            raise _Refused(401, "GatedRepo")
        if name not in self.server.repositories:
            raise _Refused(404, "RepoNotFound")
        commits = self.server.repositories[name]
        commit = list(commits)[-1] if revision in {None, "main"} else str(revision)
        if commit not in commits:
            raise _Refused(404, "RevisionNotFound")
        return commit, commits[commit]

    def _told(self, name: str, what: str | None, revision: str | None, place: str, body: bytes) -> None:
        commit, files = self._commit(name, revision)
        if what in {None, "revision"}:
            facts = {"id": name, "sha": commit, "siblings": [{"rfilename": path} for path in files]}
            return self._send(200, json.dumps(facts).encode(), {})
        if what == "paths-info":
            wanted = set(parse_qs(body.decode())["paths"])
        else:
            above = f"{place}/" if place else ""
            deep = parse_qs(urlsplit(self.path).query).get("recursive", ["false"])[0].lower() == "true"
            within = {path for path in {*files, *_folders(files)} if path.startswith(above)}
            wanted = {path for path in within if deep or "/" not in path[len(above) :]}
            if not within:
                raise _Refused(404, "EntryNotFound")
        listed = [_about(path, files[path]) for path in files if path in wanted]
        listed += [
            {"type": "directory", "path": path, "oid": commit} for path in sorted(wanted & _folders(files))
        ]
        return self._send(200, json.dumps(listed).encode(), {})

    def _file(self, name: str, revision: str, path: str) -> None:
        commit, files = self._commit(name, revision)
        told = {"X-Repo-Commit": commit, "Accept-Ranges": "bytes"}
        if path not in files:
            return self._send(404, b"", {"X-Error-Code": "EntryNotFound", **told})
        data = files[path]
        told["ETag"] = f'"{hashlib.sha1(data).hexdigest()}"'
        part = re.fullmatch(r"bytes=(\d+)-(\d*)", self.headers.get("Range", ""))
        if part is None:
            return self._send(200, data, told)
        first, last = int(part[1]), min(int(part[2] or len(data)), len(data) - 1)
        told["Content-Range"] = f"bytes {first}-{last}/{len(data)}"
        return self._send(206, data[first : last + 1], told)

    def _send(self, status: int, data: bytes, headers: Mapping[str, str]) -> None:
        self.send_response(status)
        for name, value in {**headers, "Content-Length": str(len(data))}.items():
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(data)


def _about(path: str, data: bytes) -> Mapping[str, Any]:
    return {"type": "file", "path": path, "size": len(data), "oid": hashlib.sha1(data).hexdigest()}


def _folders(files: Mapping[str, bytes]) -> set[str]:
    parts = [path.split("/")[:-1] for path in files]
    return {"/".join(those[: depth + 1]) for those in parts for depth in range(len(those))}


@contextmanager
def hub() -> Iterator[Hub]:
    """A hub that serves while the block runs."""
    with Hub() as serving:
        threading.Thread(target=serving.serve_forever, args=(0.02,), daemon=True).start()
        try:
            yield serving
        finally:
            serving.shutdown()
