import json
import os
import socket

about = json.load(open(os.environ["DGM_TASK"] + "/issue.md"))
BODY = json.dumps({"model": "solve", "messages": [{"role": "user", "content": "hi"}]}).encode()
HEAD = "POST /v1/chat/completions HTTP/1.1\r\nAuthorization: Bearer %s\r\nContent-Length: %d\r\n\r\n"
places = [
    os.environ["DGM_GATEWAY"],
    about["other_socket"],
    "/gateway/../1/sock",
    "/proc/1/root" + about["other_socket"],
]
for place in places:
    with socket.socket(socket.AF_UNIX) as client:
        try:
            client.connect(place)
            client.sendall((HEAD % (about["other_token"], len(BODY))).encode() + BODY)
            status = client.recv(65536).split()[1].decode()
        except OSError as error:
            print(error)
            continue
        print("REACHED" if status == "200" else status)
