# attack: call the kernel as a 32-bit program would, which filters forget
# held by: seccomp
# outcome: crashed|returned
import ctypes, mmap, os
def go():
    if os.uname().machine != "x86_64":
        return 0
    code = mmap.mmap(-1, 4096, prot=7, flags=0x22)
    code.write(b"\xb8\x14\x00\x00\x00\xcd\x80\xc3")  # getpid by int 0x80
    return int(ctypes.CFUNCTYPE(ctypes.c_int)(ctypes.addressof(ctypes.c_char.from_buffer(code)))() >= 0)
