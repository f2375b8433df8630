import os
import socket
import time

for _ in range(3):
    os.fork()
held = []
for _ in range(625):
    held.append(socket.socket(socket.AF_UNIX))
    held[-1].connect(os.environ["DGM_GATEWAY"])
print("held", len(held), flush=True)
time.sleep(1)
