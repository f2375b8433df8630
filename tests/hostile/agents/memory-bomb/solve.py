import os
import time

for _ in range(3):
    os.fork()
keep = [b"x" * 2**20 for _ in range(100)]
time.sleep(10)
