import os

for n in range(10_000):
    os.symlink("/etc/passwd", f"/out/{n}.xml") if n % 2 else open(f"/out/{n}.xml", "w").close()


def add(a, b):
    return a - b
