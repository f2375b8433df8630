"""The program that runs inside every sandbox: places the files, runs the command, gives back what is left.

It is one file for the standard library of Python 3.9, started as `python3 -I -S launcher.pyc`, and speaks
frames over its stdin and stdout: a kind (one byte), a length (four bytes, big-endian), a payload of at most
`FRAME` bytes. Nothing secret is in its arguments or environment. In a pid namespace it is pid 1, which
nothing inside can kill or stop.
"""

# Starts fast, works on descriptors and byte names, and exists to start a process: no pathlib, no contextlib.
# ruff: noqa: PTH101, PTH103, PTH116, PTH118, PTH120, PTH208, SIM105, S103, S606, UP031

import ctypes
import errno
import os
import resource
import select
import signal
import stat
import time

FRAME = 64 * 1024
KEPT_OUTPUT = 256 * 1024
MAX_DEPTH = 64
MAX_BREACHES = 50
TICK_SECONDS = 0.025
WALK_SECONDS = 0.25
GRACE_SECONDS = 2.0

# host to launcher
ARGUMENT, VARIABLE, CWD, LIMIT, PLACE, JUNK = b"a", b"v", b"c", b"l", b"p", b"j"
FILE, DATA = b"f", b"d"
GO, STOP, PAUSED = b"g", b"s", b"t"
# launcher to host; FILE and DATA also travel this way
READY, REFUSED, OUTPUT, ENDED, FOLDER, BREACH, LOST, DONE = b"R", b"X", b"O", b"E", b"F", b"B", b"L", b"Z"

PR_SET_PDEATHSIG, PR_SET_DUMPABLE, PR_SET_CHILD_SUBREAPER, PR_SET_NO_NEW_PRIVS = 1, 4, 36, 38
IGNORED = (signal.SIGPIPE, signal.SIGXFSZ, signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
READ_FLAGS = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC


# What the kernel counts in the control group that holds us, below its mount: v1, then v2.
COUNTS = (
    ("memory/memory.oom_control", "oom_kill", "memory"),
    ("memory.events", "oom_kill", "memory"),
    ("pids/pids.events", "max", "processes"),
    ("pids.events", "max", "processes"),
)


class Stopped(Exception):
    """A limit was crossed; the argument is its name."""


class Frames:
    """Frames over two descriptors."""

    def __init__(self, source: int, sink: int) -> None:
        self.source = source
        self._reader = os.fdopen(source, "rb", buffering=FRAME, closefd=False)
        self._writer = os.fdopen(sink, "wb", buffering=FRAME, closefd=False)

    def send(self, kind: bytes, payload: bytes = b"") -> None:
        """Queue one frame."""
        self._writer.write(kind + len(payload).to_bytes(4, "big") + payload)

    def flush(self) -> None:
        """Let everything queued go."""
        self._writer.flush()

    def receive(self) -> "tuple[bytes, bytes]":
        """The next frame; the end of the stream ends us, and with us everything."""
        head = self._reader.read(5)
        size = int.from_bytes(head[1:], "big")
        payload = self._reader.read(size)
        if len(head) < 5 or len(payload) < size:
            leave()
        return head[:1], payload


class Job:
    """What the host asks for."""

    def __init__(self) -> None:
        self.command = []  # type: list[bytes]
        self.environment = {}  # type: dict[bytes, bytes]
        self.cwd = b"/"
        self.limits = {}  # type: dict[str, float]
        self.places = []  # type: list[Place]
        self.junk = frozenset()  # type: frozenset[bytes]


class Place:
    """A folder: `d` marks one to collect, `m` one with a file system of its own, `r` one made read-only."""

    def __init__(self, payload: bytes) -> None:
        flags, name, self.path = payload.split(b"\0")
        self.name = name
        self.collect = b"d" in flags
        self.mounted = b"m" in flags
        self.read_only = b"r" in flags
        self.made = {b""}  # folders the host asked for, relative


def main(*, dies_with_parent: bool = True) -> None:
    """Serve one order and end with the process."""
    frames = Frames(_moved(0, os.O_RDONLY), _moved(1, os.O_WRONLY))
    for number in IGNORED:
        signal.signal(number, signal.SIG_IGN)
    if os.getpid() == 1:
        if dies_with_parent:
            _prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    else:  # it must outlive the host by a moment, to kill what would live on
        _prctl(PR_SET_CHILD_SUBREAPER, 1)
    _prctl(PR_SET_NO_NEW_PRIVS, 1)
    frames.send(READY)
    frames.flush()
    try:
        job = _receive_job(frames)
    except OSError as error:
        frames.send(REFUSED, str(error).encode("utf-8", "replace")[:1000])
        frames.flush()
        return
    command = Command(job)
    how = command.supervise(frames)
    wall_seconds = command.wall_seconds
    kill_all()
    cpu_seconds = command.usage()[1]
    command.drain()
    code = command.status if how == "exited" else "-"
    ended = f"{how} {code} {wall_seconds:.6f} {cpu_seconds:.6f}"
    for chunk in _chunks(command.kept()):
        frames.send(OUTPUT, chunk)
    frames.send(ENDED, ended.encode())
    frames.flush()
    Collection(frames, job).send()
    frames.send(DONE)
    frames.flush()
    while True:  # stay until the host has seen what our death would destroy
        frames.receive()


def leave() -> None:
    """End at once, with everything that was started."""
    kill_all()
    os._exit(0)


def _moved(number: int, null_flags: int) -> int:
    """Take a standard descriptor away from whoever opens it by number."""
    moved = os.dup(number)  # close-on-exec
    null = os.open("/dev/null", null_flags)
    os.dup2(null, number)
    os.close(null)
    return moved


def _prctl(option: int, value: int) -> None:
    ctypes.CDLL(None).prctl(option, ctypes.c_ulong(value), 0, 0, 0)


def _chunks(data: bytes) -> "list[bytes]":
    return [data[i : i + FRAME] for i in range(0, len(data), FRAME)]


def _receive_job(frames: Frames) -> Job:
    """Read the job and write its files as they come."""
    job = Job()
    target = -1
    while True:
        kind, payload = frames.receive()
        if kind == DATA:
            _write_all(target, payload)
            continue
        if target >= 0:
            os.close(target)
            target = -1
        if kind == FILE:
            target = _create(job.places[-1], payload[1:], executable=payload[:1] == b"x")
        elif kind == PLACE:
            job.places.append(Place(payload))
            os.makedirs(job.places[-1].path, exist_ok=True)
        elif kind == ARGUMENT:
            job.command.append(payload)
        elif kind == VARIABLE:
            name, _, value = payload.partition(b"=")
            job.environment[name] = value
        elif kind == CWD:
            job.cwd = payload
        elif kind == LIMIT:
            limit, _, amount = payload.decode().partition("=")
            job.limits[limit] = float(amount)
        elif kind == JUNK:
            job.junk = frozenset(payload.split(b"\0"))
        elif kind == GO:
            break
    for place in job.places:
        if place.read_only:
            _make_read_only(place.path)
    return job


def _create(place: Place, path: bytes, *, executable: bool) -> int:
    folder = os.path.dirname(path)
    if folder not in place.made:
        os.makedirs(os.path.join(place.path, folder), exist_ok=True)
        while folder:
            place.made.add(folder)
            folder = os.path.dirname(folder)
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC
    return os.open(os.path.join(place.path, path), flags, 0o755 if executable else 0o644)


def _write_all(target: int, data: bytes) -> None:
    while data:
        data = data[os.write(target, data) :]


def _make_read_only(path: bytes) -> None:
    for folder, _, names in os.walk(path, topdown=False):
        for name in names:
            file = os.path.join(folder, name)
            os.chmod(file, os.stat(file).st_mode & 0o555)
        os.chmod(folder, 0o555)


class Command:
    """The order's command, running, with everything it starts."""

    def __init__(self, job: Job) -> None:
        self._limits = job.limits
        self._places = job.places
        self._head, self._tail, self._written = bytearray(), bytearray(), 0
        self._walked_at = 0.0
        self.paused = 0.0
        self.status = None  # type: int | None
        self._output, sink = os.pipe()
        os.set_blocking(self._output, False)
        held, release = os.pipe()
        self.started = time.monotonic()
        self._pid = os.fork()
        if self._pid == 0:
            _become(job, held, sink)
        os.close(sink)
        os.close(held)
        # Nothing of ours may be opened through /proc by the command; it waits for this.
        _prctl(PR_SET_DUMPABLE, 0)
        os.write(release, b"!")
        os.close(release)

    @property
    def wall_seconds(self) -> float:
        """Since the command started."""
        return time.monotonic() - self.started

    def supervise(self, frames: Frames) -> str:
        """Wait for the end of the command; returns how it ended."""
        poller = select.poll()
        poller.register(frames.source, select.POLLIN)
        poller.register(self._output, select.POLLIN)
        try:
            poller.register(os.pidfd_open(self._pid), select.POLLIN)  # type: ignore[attr-defined,unused-ignore]
        except (AttributeError, OSError):
            pass  # an old kernel: the tick notices
        checked = 0.0
        try:
            while not self._reap():
                for descriptor, _ in poller.poll(TICK_SECONDS * 1000):
                    if descriptor == frames.source:
                        self._hear(*frames.receive())
                    elif descriptor == self._output and not self._read():
                        poller.unregister(self._output)
                if time.monotonic() - checked >= TICK_SECONDS:
                    self._check()
                    checked = time.monotonic()
            self._check_kernel()
            self._check_places()
        except Stopped as stopped:
            return str(stopped)
        return "exited"

    def _hear(self, kind: bytes, payload: bytes) -> None:
        if kind == STOP:
            raise Stopped(payload.decode())
        if kind == PAUSED:
            self.paused = float(payload)

    def _reap(self) -> bool:
        """Collect who has died; True once the command itself has."""
        while True:
            try:
                pid, status = os.waitpid(-1, os.WNOHANG)
            except ChildProcessError:
                return True
            if pid == 0:
                return self.status is not None
            if pid == self._pid:
                self.status = os.WTERMSIG(status) * -1 if os.WIFSIGNALED(status) else os.WEXITSTATUS(status)

    def _read(self) -> bool:
        """Take what the command has written; False at its end."""
        try:
            data = os.read(self._output, FRAME)
        except BlockingIOError:
            return True
        half = KEPT_OUTPUT // 2
        self._written += len(data)
        space = half - len(self._head)
        self._head += data[:space]
        self._tail += data[space:] if space > 0 else data
        if len(self._tail) > 2 * half:
            del self._tail[:-half]
        if self._written > self._limits["output_bytes"]:
            raise Stopped("output")
        return bool(data)

    def drain(self) -> None:
        """Take what is left in the pipe; nobody writes to it any more."""
        try:
            while select.select([self._output], [], [], 0)[0] and self._read():
                pass
        except Stopped:
            pass

    def kept(self) -> bytes:
        """Head and tail of what was written."""
        room = KEPT_OUTPUT // 2 - 64
        left_out = self._written - len(self._head) - len(self._tail)
        if left_out <= 0 and len(self._tail) <= room:
            return bytes(self._head + self._tail)
        tail = self._tail[-room:]
        gap = self._written - len(self._head) - len(tail)
        return bytes(self._head) + b"\n[%d bytes left out]\n" % gap + bytes(tail)

    def usage(self) -> "tuple[int, float]":
        """Threads alive and processor seconds used so far by all that was started."""
        reaped = resource.getrusage(resource.RUSAGE_CHILDREN)
        alive = descendants()
        return sum(one.threads for one in alive), (
            reaped.ru_utime + reaped.ru_stime + sum(one.cpu_seconds for one in alive)
        )

    def _check(self) -> None:
        limits = self._limits
        if self.wall_seconds > limits["wall_seconds"] + self.paused + GRACE_SECONDS:
            raise Stopped("deadline")
        threads, cpu_seconds = self.usage()
        if cpu_seconds > limits["cpu_seconds"]:
            raise Stopped("cpu")
        if threads > limits["processes"]:
            raise Stopped("processes")
        if limits["watch_memory"] and sum(one.memory() for one in descendants()) > limits["memory_bytes"]:
            raise Stopped("memory")
        self._check_kernel()
        self._check_places()

    def _check_kernel(self) -> None:
        for name, count, how in COUNTS if self._limits["read_cgroup"] else ():
            try:
                with open("/sys/fs/cgroup/" + name) as file:
                    if dict(line.split() for line in file).get(count, "0") != "0":
                        raise Stopped(how)
            except OSError:
                continue

    def _check_places(self) -> None:
        entries = 0
        for place in self._places:
            if place.mounted and not place.read_only:
                state = os.statvfs(place.path)
                entries += state.f_files - state.f_ffree
                if state.f_bavail == 0:
                    raise Stopped("disk")
        if entries > self._limits["entries"]:
            raise Stopped("entries")
        if any(not place.mounted for place in self._places) and (
            time.monotonic() - self._walked_at >= WALK_SECONDS or self.status is not None
        ):
            self._check_by_walking()
            self._walked_at = time.monotonic()

    def _check_by_walking(self) -> None:
        entries = 0
        for place in self._places:
            used, folders = 0, [] if place.mounted else [place.path]
            while folders:
                for entry in _scanned(folders.pop()):
                    entries += 1
                    if entries > self._limits["entries"]:
                        raise Stopped("entries")
                    if entry.is_dir(follow_symlinks=False):
                        folders.append(entry.path)
                        continue
                    try:
                        used += entry.stat(follow_symlinks=False).st_blocks * 512
                    except OSError:
                        continue
            if used > self._limits["disk_bytes"]:
                raise Stopped("disk")


def _scanned(folder: bytes) -> "list[os.DirEntry[bytes]]":
    """What is in a folder that may vanish, be closed to us or be too deep to name."""
    try:
        with os.scandir(folder) as entries:
            return list(entries)
    except OSError:
        return []


def _become(job: Job, held: int, sink: int) -> None:
    """Turn the forked child into the command. Never returns."""
    try:
        os.setsid()
        with open("/proc/self/oom_score_adj", "w") as score:
            score.write("1000")
        limits = job.limits
        cpu = int(limits["cpu_seconds"]) + 1
        for name, amount in (
            (resource.RLIMIT_CORE, 0),
            (resource.RLIMIT_CPU, cpu),
            (resource.RLIMIT_FSIZE, limits["disk_bytes"] + FRAME),
            (resource.RLIMIT_NOFILE, 1024),
            (resource.RLIMIT_AS, limits["address_bytes"]),
            (resource.RLIMIT_NPROC, limits["user_processes"]),
        ):
            if amount >= 0:
                ceiling = resource.getrlimit(name)[1]
                bound = int(amount) if ceiling == resource.RLIM_INFINITY else min(int(amount), ceiling)
                resource.setrlimit(name, (bound, bound))
        os.read(held, 1)
        os.dup2(sink, 1)
        os.dup2(sink, 2)
        os.chdir(job.cwd)
        for number in IGNORED:
            signal.signal(number, signal.SIG_DFL)
        os.execvpe(job.command[0], job.command, job.environment)
    except OSError as error:
        os.write(2, b"cannot start the command: " + str(error).encode("utf-8", "replace") + b"\n")
        os._exit(127 if error.errno == errno.ENOENT else 126)
    finally:
        os._exit(125)


class Process:
    """A line of /proc/<pid>/stat."""

    def __init__(self, pid: int) -> None:
        self.pid = pid
        with open("/proc/%d/stat" % pid, "rb") as file:
            fields = file.read().rpartition(b")")[2].split()
        self.parent = int(fields[1])
        self.cpu_seconds = sum(map(int, fields[11:15])) / os.sysconf("SC_CLK_TCK")
        self.threads = max(1, int(fields[17]))  # one that is dead and not yet buried takes a place too

    def memory(self) -> int:
        """Bytes of its own in memory, without what it shares."""
        try:
            with open("/proc/%d/statm" % self.pid, "rb") as file:
                _, resident, shared = map(int, file.read().split()[:3])
        except OSError:
            return 0
        return (resident - shared) * resource.getpagesize()


def descendants() -> "list[Process]":
    """Every process started from here, at any remove."""
    everyone = {}
    for name in os.listdir("/proc"):
        if name.isdigit():
            try:
                everyone[int(name)] = Process(int(name))
            except (OSError, IndexError, ValueError):
                continue
    everyone.pop(os.getpid(), None)
    if os.getpid() == 1:
        return list(everyone.values())
    found, parents = [], {os.getpid()}
    while parents:
        children = [one for one in everyone.values() if one.parent in parents]
        found += children
        parents = {one.pid for one in children}
    return found


def kill_all() -> None:
    """Kill and reap until nothing that was started is left (bounded)."""
    patience = time.monotonic() + 10
    while time.monotonic() < patience:
        if os.getpid() == 1:
            _kill(-1)
        else:
            for process in descendants():
                _kill(process.pid)
        try:
            while os.waitpid(-1, os.WNOHANG)[0]:
                pass
        except ChildProcessError:
            return
        time.sleep(0.001)


def _kill(pid: int) -> None:
    try:
        os.kill(pid, signal.SIGKILL)
    except OSError:
        pass


class Collection:
    """The folders as the command left them, read without trusting a name, a link or a size in them."""

    def __init__(self, frames: Frames, job: Job) -> None:
        self._frames = frames
        self._job = job
        self._bytes = job.limits["collected_bytes"]
        self._entries = job.limits["entries"]
        self._breaches = 0

    def send(self) -> None:
        """Send every folder that comes back; one that breaks a bound is sent as lost."""
        for place in self._job.places:
            if not place.collect:
                continue
            self._frames.send(FOLDER, place.name)
            try:
                root = os.open(place.path, READ_FLAGS | os.O_DIRECTORY)
                self._walk(place, root)
            except (OSError, Stopped) as error:
                self._frames.send(LOST, str(error).encode("utf-8", "replace")[:500])

    def _drop(self, place: Place, path: bytes, why: str) -> None:
        self._breaches += 1
        if self._breaches <= MAX_BREACHES:
            shown = place.name.rstrip(b"/") + b"/" + path[:200]
            self._frames.send(BREACH, why.encode() + b": " + shown)

    def _walk(self, place: Place, root: int) -> None:
        """Depth first with a stack of open folders, so that no depth exhausts anything."""
        stack = [(root, b"", self._names(root))]
        while stack:
            folder, prefix, names = stack[-1]
            if not names:
                os.close(folder)
                stack.pop()
                continue
            name = names.pop()
            path = prefix + name
            status = os.stat(name, dir_fd=folder, follow_symlinks=False)
            if name.lower() == b".git":
                self._drop(place, path, "git folder")
            elif stat.S_ISDIR(status.st_mode):
                if name in self._job.junk and path not in place.made:
                    continue
                if len(stack) >= MAX_DEPTH:
                    self._drop(place, path, "too deep")
                    continue
                child = _open(name, folder, status, os.O_DIRECTORY)
                stack.append((child, path + b"/", self._names(child)))
            elif stat.S_ISREG(status.st_mode):
                self._send_file(path, _open(name, folder, status, 0))
            else:
                self._drop(place, path, "link" if stat.S_ISLNK(status.st_mode) else "special file")

    def _names(self, folder: int) -> "list[bytes]":
        names = []
        with os.scandir(folder) as entries:
            for entry in entries:
                self._entries -= 1
                if self._entries < 0:
                    raise Stopped("more entries than allowed")
                names.append(os.fsencode(entry.name))
        return sorted(names, reverse=True)

    def _send_file(self, path: bytes, source: int) -> None:
        try:
            status = os.fstat(source)
            if not stat.S_ISREG(status.st_mode):
                return
            if status.st_size > self._bytes:
                raise Stopped("more bytes than allowed")
            self._frames.send(FILE, (b"x" if status.st_mode & stat.S_IXUSR else b"-") + path)
            while True:
                data = os.read(source, FRAME)
                if not data:
                    return
                self._bytes -= len(data)
                if self._bytes < 0:
                    raise Stopped("more bytes than allowed")
                self._frames.send(DATA, data)
        finally:
            os.close(source)


def _open(name: bytes, folder: int, status: os.stat_result, flags: int) -> int:
    """Open an entry that its owner may have made unreadable."""
    try:
        return os.open(name, READ_FLAGS | flags, dir_fd=folder)
    except PermissionError:
        os.chmod(name, status.st_mode | (0o700 if flags else 0o400), dir_fd=folder)
        return os.open(name, READ_FLAGS | flags, dir_fd=folder)


if __name__ == "__main__":
    main()
