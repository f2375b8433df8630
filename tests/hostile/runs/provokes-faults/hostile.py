PROVOKES = """
honest = solve


def provoked():
    import socket

    for nonsense in (b"", b"POST / HTTP/9.9\\r\\n\\r\\n", b"\\xff" * 100000):
        with socket.socket(socket.AF_UNIX) as caller:
            caller.connect(os.environ["DGM_GATEWAY"])
            caller.sendall(nonsense)
    for frame in (b"X\\x00\\x00\\x00\\x05sorry", b"R\\x00\\x00\\x00\\x00", b"Z\\x00\\x00\\x00\\x00"):
        for number in range(3):
            os.write(number, frame)


def solve():
    sums = place("workspace") / "sums.py"
    if not sums.exists() or not sums.read_text().endswith(("# 2\\n", "# 3\\n")):
        return honest()
    hard = sums.read_text().endswith("# 3\\n")
    try:
        provoked()
        while hard:
            os.makedirs("deep")
            os.chdir("deep")
    except OSError as error:
        print(error)
    os._exit(125)
"""
with open("agent/solve.py", "a") as file:
    file.write(PROVOKES)
