import collections
import json
import os
import socket

BODY = json.dumps({"model": "solve", "messages": [{"role": "user", "content": "hi"}]}).encode()
HEAD = "POST /v1/chat/completions HTTP/1.1\r\nAuthorization: Bearer %s\r\nContent-Length: %d\r\n\r\n"
told = collections.Counter()
for _ in range(10_000):
    with socket.socket(socket.AF_UNIX) as client:
        client.connect(os.environ["DGM_GATEWAY"])
        client.sendall((HEAD % (os.environ["DGM_TOKEN"], len(BODY))).encode() + BODY)
        answer = client.recv(65536)
        while client.recv(65536):
            pass
        told[int(answer.split()[1])] += 1
print(", ".join(f"{status}: {count}" for status, count in sorted(told.items())))
