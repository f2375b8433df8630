import os

places = [os.memfd_create("m")]
places += [os.open(p + "/big", os.O_CREAT | os.O_WRONLY) for p in ("/workspace", "/tmp", "/dev/shm")]
for _ in range(400):
    for place in places:
        try:
            os.write(place, b"x" * 2**20)
        except OSError:
            continue
