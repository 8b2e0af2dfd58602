# attack: replace the functions that the harness writes with
# held by: a child per submission
# outcome: returned|crashed|exited|timed_out|raised
import os, struct, json, sys
os.write = os.read = lambda *a: 0
os._exit = lambda code: None
struct.pack = None
json.dumps = lambda *a: "[]"
sys.exit = None
def go():
    return 0
