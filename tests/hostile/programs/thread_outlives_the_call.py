# attack: a thread that goes on after the function has returned
# held by: a child per submission
# outcome: returned|crashed
import threading, time, os
def spin():
    while True:
        try:
            os.write(3, b"x" * 10)
        except OSError:
            pass
        time.sleep(0.01)
def go():
    threading.Thread(target=spin, daemon=True).start()
    return 0
