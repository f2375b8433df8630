import os
import socket

os.remove("/workspace/sums.py")
os.mkfifo("/workspace/sums.py")
socket.socket(socket.AF_UNIX).bind("/workspace/door")
