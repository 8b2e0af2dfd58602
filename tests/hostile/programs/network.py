# attack: reach the network or a socket of this machine
# held by: seccomp
# outcome: returned
def tried(attempt, *args):
    """1 where it got through."""
    try:
        return 0 if attempt(*args) is False else 1
    except BaseException:
        return 0

import socket
def tcp():
    socket.create_connection(("127.0.0.1", PORT), 0.2).send(b"x")
def udp():
    socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b"x", ("127.0.0.1", UDP_PORT))
def abstract():
    socket.socket(socket.AF_UNIX).connect("\0" + ABSTRACT)
def path():
    socket.socket(socket.AF_UNIX).connect(SOCKET)
def netlink():
    socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 0)
def listen():
    socket.create_server(("0.0.0.0", 0))
def pair():
    socket.socketpair()
def go():
    return [tried(attempt) for attempt in (tcp, udp, abstract, path, netlink, listen, pair)]
