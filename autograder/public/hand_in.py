"""Hands a file in at the portal: what a given cell of a notebook holds, and ``autograder submit``.

This file is handed out as it is, so it needs nothing but Python, imports when it is called, and
has no line that would change how the cells after it are read.
The token is asked for each time, sent to the portal alone, and kept nowhere: not in the notebook,
not in its output, not in a variable that outlives the call.
"""

from collections.abc import Callable
from typing import Any

Said = dict[str, Any]
"""JSON as the portal sends it."""


class PortalError(Exception):
    """What the portal refused, or why it was not reached, in a sentence."""

    def __init__(
        self, sentence: str, status: int = 0, wait: float = 0.0, asked_wrong: bool = False
    ) -> None:
        """``status``: as HTTP has it; 0: there was no answer.  ``wait``: seconds until it is worth
        asking again; 0: it does not say.  ``asked_wrong``: the link or the address cannot be right,
        whatever the portal does."""
        super().__init__(sentence)
        self.status = status
        self.wait = wait
        self.asked_wrong = asked_wrong


class Portal:
    """The portal, as somebody with a personal link."""

    MOST_BYTES = 100_000_000
    DONE_WITHIN = 180.0
    """Seconds to wait for a verdict; what is not done then is done later all the same."""
    QUIET_FOR = 10.0
    """Seconds after which whoever is told once how far it is, is told."""

    def __init__(self, link: str, to: str = "", plain_http: bool = False) -> None:
        """``link``: a personal link, or its token alone where ``to``, the portal's address, says
        where.  Raises PortalError."""
        if not link.strip():
            raise PortalError(
                "Nothing was given: paste your whole personal link, which opens the portal.",
                asked_wrong=True,
            )
        before, is_link, token = link.strip().rpartition("/enter/")
        self.url = (to.partition("/enter/")[0] or before).strip().rstrip("/")
        self._token = token.strip("/")
        problem = self._problem(before if is_link and to else "", plain_http)
        if problem:
            raise PortalError(problem, asked_wrong=True)

    def _problem(self, link: str, plain_http: bool) -> str:
        """Why nothing can be sent there, in a sentence; empty: it can.  ``link``: the address that
        the link has, too."""
        from urllib.parse import urlsplit

        if not self.url:
            return (
                "That is not your whole personal link, an address with /enter/ in it: copy all of "
                "it. If you have its end alone, say the portal's address, too: "
                'hand_in(to="https://..."), or autograder submit FILE --to https://...'
            )
        if not self._token.isascii() or not self._token.replace("-", "").isalnum():
            return "That is no personal link, and no token of one."
        try:
            parts, others = urlsplit(self.url), urlsplit(link)
            fits = parts.scheme in ("http", "https") and parts.hostname and parts.port != 0
        except ValueError:
            fits = None
        if not fits or not self.url.isprintable() or " " in self.url:
            return f"{self.url} is no address of a portal: it begins with https://."
        if link and others.netloc != parts.netloc:
            return f"That link is one of {link}, and not of {self.url}."
        is_here = parts.hostname in ("localhost", "127.0.0.1", "::1")
        if parts.scheme == "http" and not (is_here or plain_http):
            return (
                f"{self.url} is not encrypted: on the way anybody could read your link. Use the "
                "address with https://."
            )
        return ""

    def send(self, name: str, data: bytes, assignment: str = "", anyway: bool = False) -> Said:
        """Hand a file in; returns the receipt: ``id``, ``digest``, ``at``, ``attempt``.

        ``name``: what it is called; ``assignment``: empty: the one that the notebook says that it
        is of, or the portal's only one; ``anyway``: though the notebook says another one.
        """
        from hashlib import sha256
        from secrets import token_hex
        from urllib.parse import quote

        if len(data) > self.MOST_BYTES:
            raise PortalError(f"{name} is larger than 100 MB: clear its outputs.", 413)
        edge = token_hex(16)
        shown = quote(name, safe=" ()[]+,;=@!~äöüÄÖÜß-_.")
        head = (
            f'--{edge}\r\nContent-Disposition: form-data; name="file"; filename="{shown}"\r\n'
            "Content-Type: application/octet-stream\r\n\r\n"
        )
        body = head.encode() + data + f"\r\n--{edge}--\r\n".encode()
        asked = [f"assignment={quote(assignment, safe='')}"] if assignment else []
        query = "&".join([*asked, "anyway=yes"] if anyway else asked)
        receipt = self._ask(
            f"/api/submissions{'?' if query else ''}{query}",
            body,
            f"multipart/form-data; boundary={edge}",
        )
        if receipt.get("digest") != sha256(data).hexdigest():
            raise PortalError("What arrived is not what was sent: hand it in again.")
        return receipt

    def state(self, id: object) -> Said:
        """``state``, its ``place`` in the queue, what the portal ``says`` of that, and in the end
        the ``result``."""
        from urllib.parse import quote

        return self._ask(f"/api/submissions/{quote(str(id), safe='')}")

    def follow(
        self, id: object, watch: Callable[[Said], None] | None = None, once: bool = False
    ) -> Said | None:
        """The result as soon as there is one; None: not within the time.

        ``watch`` is called with each new state, and whenever the portal says something else of it;
        ``once``: when it takes long, and never again.
        """
        import time

        began, pause, last = time.monotonic(), 0.15, None
        end, quiet = began + self.DONE_WITHIN, began + self.QUIET_FOR
        while time.monotonic() < end:
            wait = 0.0
            try:
                now = self.state(id)
            except PortalError as error:
                if error.status not in (0, 429, 502, 503, 504):
                    raise
                now, wait = {}, error.wait  # it may be starting anew: what it has, it keeps
            if now.get("state") == "done":
                return now.get("result") or {}
            seen = (now.get("state"), now.get("place"), now.get("says"))
            is_due = last is None and time.monotonic() >= quiet if once else seen != last
            if watch is not None and now and is_due:
                watch(now)
                last = seen
            time.sleep(max(pause, min(wait, 30.0)))
            pause = min(pause * 1.4, 3.0)
        return None

    def _ask(self, path: str, body: bytes | None = None, kind: str = "") -> Said:
        import json
        from http.client import BadStatusLine, HTTPException, RemoteDisconnected
        from urllib.error import HTTPError
        from urllib.request import HTTPRedirectHandler, Request, build_opener

        class NoWayOn(HTTPRedirectHandler):
            def redirect_request(self, *_: object) -> None:
                """To follow would show the token to whomever it leads."""

        headers = {"Authorization": f"Bearer {self._token}", "Accept": "application/json"}
        if kind:
            headers["Content-Type"] = kind
        request = Request(self.url + path, body, headers)
        try:
            with build_opener(NoWayOn).open(request, timeout=60) as answer:
                said = json.load(answer)
        except HTTPError as error:
            with error:
                try:
                    text = error.read(10_000)
                except (OSError, HTTPException):
                    text = b""  # it hung up: the status says what there is to know
                wait = error.headers.get("Retry-After", "")
                raise self._refusal(error.code, wait, text) from None
        except (OSError, HTTPException) as error:
            why = getattr(error, "reason", None) or error
            if isinstance(why, BadStatusLine) and not isinstance(why, RemoteDisconnected):
                raise self._no_portal() from None
            if getattr(why, "reason", "") in ("WRONG_VERSION_NUMBER", "HTTP_REQUEST"):
                raise self._no_portal(" with https://") from None
            raise PortalError(f"{self.url} does not answer ({why}).") from None
        except ValueError:
            raise self._no_portal() from None
        if not isinstance(said, dict):
            raise self._no_portal()
        return said

    def _no_portal(self, how: str = "") -> PortalError:
        return PortalError(
            f"What answers at {self.url} is no portal of autograder{how}.", asked_wrong=True
        )

    def _refusal(self, status: int, wait: str, text: bytes) -> PortalError:
        import json

        if 300 <= status < 400:
            return PortalError(f"{self.url} has moved: use its new address.", status)
        try:
            said = json.loads(text)
        except ValueError:
            said = None
        sentence = said.get("error", said.get("detail")) if isinstance(said, dict) else said
        if not isinstance(sentence, str) or not sentence.strip():
            sentence = f"{self.url} refuses with status {status}."
        return PortalError(sentence, status, float(wait) if wait.isdecimal() else 0.0)


def receipt_lines(name: str, receipt: Said, portal: str) -> list[str]:
    """What to say of a receipt; ``portal``: its address."""
    from contextlib import suppress
    from datetime import datetime

    def shown(value: object) -> str:
        return "".join(c if c.isprintable() else " " for c in str(value))[:400]

    at = shown(receipt.get("at"))
    with suppress(ValueError):  # else as it was said
        at = f"{datetime.fromisoformat(at).astimezone():%Y-%m-%d %H:%M:%S %Z}"
    received = receipt.get("received")  # on the course's clocks, as the due date beside it is
    when = f"on {shown(received)}" if received else f"at {at}"  # as an older portal has it
    lines = [
        f"Received {shown(name)} {when}: attempt {shown(receipt.get('attempt'))}.",
        f"SHA-256 {shown(receipt.get('digest'))}",
    ]
    says = receipt.get("says")
    if isinstance(says, list):
        lines += [shown(sentence) for sentence in says[:10]]
    return [*lines, f"Your page of it: {portal}/h/{shown(receipt.get('id'))}"]


def progress_line(now: Said) -> str:
    """How far it is, in the words of the portal's page; an older portal tells the state alone."""
    text = str(now.get("says") or f"{now.get('state')} ...")
    return "".join(c if c.isprintable() else " " for c in text)[:400]


def verdict_lines(result: Said) -> list[str]:
    """What to say of a result, a line a question, as far as it may be seen."""

    found = {
        "full": "right",
        "partial": "not all right yet",
        "none": "not right yet",
        "pending": "a person will read it",
        "timeout": "did not finish in time",
        "error": "could not be run",
    }

    def shown(value: object) -> str:
        return "".join(c if c.isprintable() else " " for c in str(value))[:400]

    def points(score: float) -> str:
        return f"{score:.2f}".rstrip("0").rstrip(".")

    def of_most(score: float, row: Said, most: str = "max_score") -> str:
        return f"{points(score)} of {points(row.get(most, 0))}"

    if result.get("status") == "not_graded":
        why = shown(result.get("message") or "it could not be graded")
        return [f"Not graded, through no fault of yours: {why}"]
    lines = []
    so_far = result.get("so_far")  # with what people decided, while a question still waits
    if so_far:
        lines.append(f"{of_most(so_far['score'], so_far)} points {shown(so_far.get('says', ''))}")
    rest = result.get("rest")  # what becomes of points that are not in the sum yet
    for kind in () if so_far else ("final_", ""):  # with what people decided, else the program's
        score, earned = result.get(f"{kind}score"), result.get(f"{kind}score_before_late")
        if isinstance(score, (int, float)):
            sum_ = f"{of_most(score, result, f'{kind}max_score')} points"
            lines.append(f"{sum_} so far" if rest else sum_)
            if isinstance(earned, (int, float)) and earned != score:
                lines[0] += f", {points(earned - score)} less for lateness"
            lines[0] += f"; {shown(rest)}" if rest else ""
            break
    is_decided = so_far or isinstance(result.get("final_score"), (int, float))
    says = result.get("says")  # such as that this attempt does not count
    beside = says[:10] if isinstance(says, list) else []
    for said in (*beside, result.get("stays"), result.get("message")):
        if said:
            lines.append(shown(said))
    changes = result.get("changes")
    if isinstance(changes, list) and changes:
        lines.append("What changed since your attempt before:")
        lines += [f"  {shown(change)}" for change in changes[:20]]
    for question in result.get("questions") or ():
        name = shown(question.get("name", "")).replace("_", " ")
        parts = []
        is_told = question.get("message") and question.get("status") not in ("full", "partial")
        override = question.get("override") if is_decided else None
        if override:
            parts.append(of_most(override["points"], question))
            if isinstance(question.get("score"), (int, float)):
                parts[0] += f" ({points(question['score'])} by the program)"
        elif isinstance(question.get("score"), (int, float)):
            parts.append(of_most(question["score"], question))
        elif question.get("status") and not is_told:
            parts.append(found.get(str(question["status"])) or shown(question["status"]))
        names = question.get("misconceptions") or ()
        parts += [shown(slug).replace("_", " ") for slug in names]
        # What says that a person will read it, or that it is judged again, is past by then.
        if question.get("message") and not (override and question.get("score") is None):
            parts.append(shown(question["message"]))
        lines.append(f"  {name}: {'; '.join(parts) or 'seen'}")
    return lines or ["Received and read; what came of it is shown later."]


def hand_in(file: str = "", to: str = "", assignment: str = "", anyway: bool = False) -> None:
    """Hand in the notebook that this is called in, as it was saved last, and say what came of it.

    ``file``: another one; ``to``: the portal, where you have only a token; ``assignment``: for
    which, where the notebook does not say it; ``anyway``: though it says another one.
    """
    import getpass
    import os
    import sys
    import time

    if "ipykernel" not in sys.modules:  # such as where it is being graded
        print("hand_in() hands in from an open notebook; elsewhere: autograder submit FILE")
        return
    if not file:
        main = vars(sys.modules["__main__"])
        here = [name for name in sorted(os.listdir()) if name.endswith(".ipynb")]
        said = [main.get("__vsc_ipynb_file__"), os.environ.get("JPY_SESSION_NAME")]
        found = [name for name in said if name and os.path.isfile(name)]
        if not found and len(here) != 1:
            more = {"to": to, "assignment": assignment, "anyway": anyway}
            said_too = "".join(f", {name}={value!r}" for name, value in more.items() if value)
            print(f"Say which notebook this is: hand_in('my_notebook.ipynb'{said_too})")
            return
        file = (found or here)[0]
    try:
        with open(file, "rb") as opened:
            data = opened.read(Portal.MOST_BYTES + 1)
        saved = time.localtime(os.path.getmtime(file))
        at = time.strftime("%H:%M:%S %Z", saved).strip()
        print(f"{os.path.basename(file)}, as it was saved at {at}.")
        portal = Portal(getpass.getpass("Your personal link: "), to)
        receipt = portal.send(os.path.basename(file), data, assignment, anyway)
        print("\n".join(receipt_lines(os.path.basename(file), receipt, portal.url)))
        result = portal.follow(receipt.get("id"), lambda now: print(progress_line(now)), once=True)
    except NotImplementedError:  # Jupyter's, where what runs the notebook takes no input
        print(
            "Not done: you cannot be asked for your personal link here. Open the notebook in "
            "Jupyter, VS Code or Colab and run this cell by itself, or hand the file in on the "
            "portal's page."
        )
        return
    except (PortalError, OSError) as error:
        print(f"Not done: {error}")
        return
    later = ["Received; it is not graded yet: look at the portal in a while."]
    print("\n".join(later if result is None else verdict_lines(result)))
