"""A loopback bridge inside the sandbox, for agents whose client library speaks TCP only."""

_PROGRAM = r"""
import os, socket, sys, threading

def copy(source, sink):
    try:
        while True:
            data = source.recv(65536)
            if not data:
                break
            sink.sendall(data)
        sink.shutdown(socket.SHUT_WR)
    except OSError:
        source.close()
        sink.close()

def serve(client):
    line = socket.socket(socket.AF_UNIX)
    try:
        line.connect(os.environ["DGM_GATEWAY"])
    except OSError:
        client.close()
        return
    back = threading.Thread(target=copy, args=(line, client), daemon=True)
    back.start()
    copy(client, line)
    back.join()
    line.close()
    client.close()

listener = socket.create_server(("127.0.0.1", 0), backlog=16)
print(listener.getsockname()[1], flush=True)
if os.fork():
    os._exit(0)
quiet = os.open(os.devnull, os.O_RDWR)
for number in (0, 1, 2):
    os.dup2(quiet, number)
while True:
    threading.Thread(target=serve, args=(listener.accept()[0],), daemon=True).start()
"""

_START = """
OPENAI_BASE_URL="http://127.0.0.1:$(python3 -c "$1")/v1" OPENAI_API_KEY="$DGM_TOKEN"
export OPENAI_BASE_URL OPENAI_API_KEY
shift
exec "$@"
"""


def bridged(command: tuple[str, ...]) -> tuple[str, ...]:
    """`command` with OPENAI_BASE_URL and OPENAI_API_KEY set: a bridge to the gateway's socket."""
    return ("sh", "-c", _START, "sh", _PROGRAM, *command)
