import os

for n in range(100_000):
    for place in ("/tmp", "/dev/shm", "/workspace"):
        os.symlink("nowhere", f"{place}/{n}")
