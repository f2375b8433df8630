import socket

DOCUMENTATION = ("192.0.2.1", 53)


def attempt(what, act):
    try:
        act()
        print("REACHED", what)
    except OSError as error:
        print(what, error)


attempt("dns", lambda: socket.getaddrinfo("dgm.invalid", 80))
attempt("udp", lambda: socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b"x", DOCUMENTATION))
attempt("raw", lambda: socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_ICMP))
attempt("packet", lambda: socket.socket(socket.AF_PACKET, socket.SOCK_RAW))
attempt("tcp", lambda: socket.create_connection(DOCUMENTATION, 1))
print("looked", [name for _, name in socket.if_nameindex()])
