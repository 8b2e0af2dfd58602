# attack: take apart the gradient functions that are handed in
# held by: they hold only what the call needs
# outcome: returned
def go(grad_w):
    cells = [cell.cell_contents for cell in grad_w.__closure__ or ()]
    return sum(isinstance(value, (str, bytes, dict, list)) and len(value) > 3 for value in cells)
