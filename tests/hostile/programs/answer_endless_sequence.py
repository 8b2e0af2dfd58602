# attack: return a list that says it has no end
# held by: answers are capped
# outcome: flooded|timed_out|raised|out_of_memory
class Endless(list):
    def __len__(self):
        return 10**9
    def __iter__(self):
        while True:
            yield 1.0
def go():
    return Endless([1.0])
