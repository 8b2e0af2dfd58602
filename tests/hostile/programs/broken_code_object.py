# attack: crash the interpreter by hand-made bytecode
# held by: outcome of its own
# outcome: crashed|raised|timed_out|returned
# value: anything
def go():
    pass
go.__code__ = go.__code__.replace(co_code=bytes([100, 255, 83, 0]) * 3, co_consts=())
