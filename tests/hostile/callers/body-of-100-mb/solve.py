import os
import socket

HEAD = "POST /v1/chat/completions HTTP/1.1\r\nAuthorization: Bearer %s\r\nContent-Length: %d\r\n\r\n"
for announced in (100 * 2**20, 10):
    with socket.socket(socket.AF_UNIX) as client:
        client.connect(os.environ["DGM_GATEWAY"])
        client.sendall((HEAD % (os.environ["DGM_TOKEN"], announced)).encode())
        try:
            for _ in range(100):
                client.sendall(b"x" * 2**20)
        except OSError as error:
            print(error)
        try:
            print(client.recv(65536).split(b"\r\n")[0])
        except OSError as error:
            print(error)
