import os

os.chdir("/workspace")
os.mkdir("PaxHeaders.0")
for name in ("@PaxHeader", "PaxHeaders.0/sums.py"):
    open(name, "wb").write(b"20 size=3221225472\n30 path=../../../../etc/passwd\n" * 100)
    for key in range(8):
        try:
            os.setxattr(name, f"user.SCHILY.{key}", b"x" * 4000)
        except OSError as error:
            print(error)
