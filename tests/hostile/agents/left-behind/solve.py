import os
import signal
import time

for _ in range(8):
    if os.fork() == 0:
        os.setsid()
        if os.fork() == 0:
            signal.signal(signal.SIGTERM, signal.SIG_IGN)
            time.sleep(5)
            open("/workspace/late", "w").close()
            time.sleep(600)
        os._exit(0)
