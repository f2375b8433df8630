import os

for pid in sorted(name for name in os.listdir("/proc") if name.isdigit()):
    for name in ("environ", "cmdline", "mem", "maps", "root/etc/shadow", "cwd"):
        path = f"/proc/{pid}/{name}"
        try:
            data = open(path, "rb").read(100_000) if name != "cwd" else os.readlink(path).encode()
        except OSError:
            continue
        if b"HOSTILE_CORPUS" in data or (pid == "1" and name in ("environ", "mem")):
            print("REACHED", path, data[:200])
for number in os.listdir("/proc/1/fd") if os.access("/proc/1/fd", os.R_OK) else []:
    print("REACHED descriptor", number)
print("looked")
