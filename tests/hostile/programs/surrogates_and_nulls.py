# attack: texts that are no Unicode
# held by: decoded totally
# outcome: raised
explanation = "\ud800\x00\udfff"
print("\ud800", flush=True)
def go():
    raise ValueError("\ud800\x00")
