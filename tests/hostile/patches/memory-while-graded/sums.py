keep = []
while True:
    keep.append(b"x" * 2**20)
