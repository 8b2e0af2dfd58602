# attack: start threads without end
# held by: limits
# outcome: returned
# value: at most 200
# memory: 128
import threading, time
def go():
    started = 0
    try:
        for _ in range(5000):
            threading.Thread(target=time.sleep, args=(30,), daemon=True).start()
            started += 1
    except BaseException:
        pass
    return started
