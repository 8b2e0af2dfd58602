# attack: use processor time for longer than the kernel allows
# held by: limits
# outcome: timed_out
# cpu_seconds: 1
# call_seconds: 8
# configurations: user-namespaces user-none
def go():
    while True:
        pass
