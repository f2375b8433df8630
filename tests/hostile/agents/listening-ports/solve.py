import json
import os
import socket

about = json.load(open(os.environ["DGM_TASK"] + "/issue.md"))
server = socket.create_server(("0.0.0.0", about["free_port"]))
server.settimeout(1.5)
print("listening", flush=True)
for family, address in (
    (socket.AF_INET, ("127.0.0.1", about["port"])),
    (socket.AF_UNIX, "\0" + about["abstract"]),
):
    with socket.socket(family) as client:
        client.settimeout(1)
        if client.connect_ex(address) == 0:
            print("REACHED", address)
try:
    server.accept()
    print("REACHED from outside")
except TimeoutError:
    print("nobody came")
