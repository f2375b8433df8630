import os
import socket

place = os.environ["DGM_GATEWAY"]
folder = os.path.dirname(place)
for act in (
    lambda: os.remove(place),
    lambda: os.rename(place, place + "-away"),
    lambda: os.chmod(folder, 0o777),
    lambda: open(folder + "/evil", "w").close(),
    lambda: socket.socket(socket.AF_UNIX).bind(folder + "/mine"),
):
    try:
        act()
        print("REACHED")
    except OSError as error:
        print(error)
print("looked")
