# attack: return a list that another thread changes
# held by: copied once, then checked
# outcome: returned|raised
# value: anything
import threading
answer = [0.0] * 1000
def change():
    while True:
        answer.append("x")
        answer.pop()
def go():
    threading.Thread(target=change, daemon=True).start()
    return answer
