import os
import signal

for pid in (1, os.getppid()):
    for number in (signal.SIGTERM, signal.SIGSTOP, signal.SIGKILL):
        try:
            os.kill(pid, number)
        except OSError as error:
            print(error)
print("still here", flush=True)
os.fork()
os.kill(-1, signal.SIGKILL)
