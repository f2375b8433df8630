import os
import socket
import time

HEAD = b"POST /v1/chat/completions HTTP/1.1\r\n"
BODY = (
    HEAD + b"Authorization: Bearer " + os.environ["DGM_TOKEN"].encode() + b"\r\nContent-Length: 4000\r\n\r\n{"
)
clients = []
for _ in range(16):
    clients.append(socket.socket(socket.AF_UNIX))
    clients[-1].connect(os.environ["DGM_GATEWAY"])
until = time.monotonic() + 3
while time.monotonic() < until:
    for n, client in enumerate(clients):
        try:
            client.sendall((BODY if n % 2 else HEAD) if until - time.monotonic() > 2.9 else b" ")
        except OSError:
            continue
    time.sleep(0.05)
