import os
import socket

TOKEN = os.environ["DGM_TOKEN"].encode()
HEAD = b"POST /v1/chat/completions HTTP/1.1\r\nAuthorization: Bearer " + TOKEN + b"\r\n"
GOOD = b'{"model": "solve", "messages": [{"role": "user", "content": "hi"}]}'
BODIES = [b"", b"{", b"[]", b"null", b"\xff\xfe", b"[" * 1_000_000, b'{"model": "solve"}', b'{"a":' * 5000]
BODIES += [b'{"model": "solve", "messages": "x"}', b'{"model": ["solve"], "messages": []}']
BODIES += [
    GOOD.replace(b'"user"', b'"root"'),
    GOOD.replace(b'"hi"', b"1e999999"),
    GOOD[:-1] + b', "stream": 1}',
]
BODIES += [GOOD.replace(b'"hi"', b"9" * 5000), GOOD.replace(b'"solve"', b'"../improve"')]


def sent(data):
    with socket.socket(socket.AF_UNIX) as client:
        client.settimeout(10)
        client.connect(os.environ["DGM_GATEWAY"])
        try:
            client.sendall(data)
            return client.recv(65536).split(b" ")[1:2]
        except OSError as error:
            return error


for data in (b"\0" * 1000, b"GET / HTTP/9.9\r\n\r\n", b"x" * 100_000, HEAD + b"X: y\r\n" * 5000 + b"\r\n"):
    print(sent(data))
for length in (b"-1", b"1e9", b"0x10", b"99999999999999999999", b"1, 2"):
    print(sent(HEAD + b"Content-Length: " + length + b"\r\n\r\n" + GOOD))
for body in BODIES:
    print(sent(HEAD + b"Content-Length: %d\r\n\r\n" % len(body) + body))
print(
    "answered after all"
    if sent(HEAD + b"Content-Length: %d\r\n\r\n" % len(GOOD) + GOOD) == [b"200"]
    else "no"
)
