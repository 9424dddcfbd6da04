"""A mail server that keeps what it gets, or refuses it: just enough of RFC 5321."""

import contextlib
import quopri
import socketserver
import threading
from collections.abc import Iterator
from email import message_from_string


class Mails:
    """The mails that came, in order; `refuses` tells whether it takes any."""

    def __init__(self, port: int) -> None:
        self.url = f"smtp://127.0.0.1:{port}"
        self.refuses = False
        self._arrived = threading.Condition()
        self._texts: list[tuple[str, str]] = []

    def keep(self, text: str) -> None:
        message = message_from_string(text)
        body = str(message.get_payload())
        if message.get("Content-Transfer-Encoding", "").lower() == "quoted-printable":
            body = quopri.decodestring(body.encode()).decode()
        with self._arrived:
            self._texts.append((str(message["To"]), body))
            self._arrived.notify_all()

    def wait_for(self, receiver: str, count: int = 1) -> list[str]:
        """The texts to somebody, once there are so many."""

        def found() -> list[str]:
            return [body for to, body in self._texts if to == receiver]

        with self._arrived:
            assert self._arrived.wait_for(lambda: len(found()) >= count, 15), self._texts
            return found()

    def receivers(self) -> list[str]:
        with self._arrived:
            return [to for to, _ in self._texts]


class _Handler(socketserver.StreamRequestHandler):
    mails: Mails

    def handle(self) -> None:
        self._say("220 sink ready")
        while line := self.rfile.readline().decode().strip():
            command = line.split()[0].upper()
            if command == "QUIT":
                self._say("221 bye")
                return
            if command == "RCPT" and self.mails.refuses:
                self._say("550 nobody here")
            elif command == "DATA":
                self._say("354 go on")
                self.mails.keep("".join(self._data()))
                self._say("250 kept")
            else:
                self._say("250 well")

    def _data(self) -> Iterator[str]:
        while (line := self.rfile.readline().decode()) not in (".\r\n", ""):
            yield line.removeprefix(".").replace("\r\n", "\n")

    def _say(self, line: str) -> None:
        self.wfile.write(f"{line}\r\n".encode())


class _Server(socketserver.ThreadingTCPServer):
    daemon_threads = True


@contextlib.contextmanager
def mail_server() -> Iterator[Mails]:
    """One on a free port of this machine."""
    handler = type("Handler", (_Handler,), {})
    with _Server(("127.0.0.1", 0), handler) as server:
        handler.mails = Mails(server.server_address[1])  # type: ignore[attr-defined]
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield handler.mails  # type: ignore[attr-defined]
        finally:
            server.shutdown()
