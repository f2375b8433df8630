for n in range(100_000):
    open(f"/workspace/{n}", "w").close()
