"""A provider of identities on loopback: real keys, real codes, proofs that it checks; and bad answers, if told."""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from joserfc import jwt
from joserfc.jwk import ECKey, Key, KeySet, RSAKey

CLIENT, SECRET = "valvomo", "the secret of the client"
Answer = tuple[int, dict[str, str], bytes]


def person(name: str, domain: str = "demo.example", **more: Any) -> dict[str, Any]:
    """Somebody whom the provider knows, with an address that it has proved."""
    return {"sub": f"subject of {name}", "email": f"{name}@{domain}", "email_verified": True, **more}


@dataclass
class Identities:
    """The stand-in. `who` is signed in there; `claims`, `described` and `told` change what it says, `None` leaves out.

    `broken` answers a path itself. `signed` makes the ID token in its place. `changed` are the codes that were taken.
    """

    now: Callable[[], float] = time.time
    who: dict[str, Any] = field(default_factory=lambda: person("saara"))
    keys: list[Key] = field(default_factory=list)
    claims: dict[str, Any] = field(default_factory=dict)
    described: dict[str, Any] = field(default_factory=dict)
    told: dict[str, Any] = field(default_factory=dict)
    broken: dict[str, Callable[[], Answer]] = field(default_factory=dict)
    signed: Callable[[dict[str, Any]], str] | None = None
    denies: str = ""
    url: str = ""
    paths: list[str] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)
    _codes: dict[str, dict[str, str]] = field(default_factory=dict)

    def rotate(self, kind: str = "RSA") -> Key:
        """Another key, and no former one."""
        key: Key = (
            RSAKey.generate_key(2048, {"kid": secrets.token_hex(4), "use": "sig"})
            if kind == "RSA"
            else ECKey.generate_key("P-256", {"kid": secrets.token_hex(4), "use": "sig"})
        )
        self.keys = [key]
        return key

    def answer(self, path: str, query: dict[str, str], form: dict[str, str] | None, seen: Any) -> Answer:
        """One request."""
        self.paths.append(path)
        if path in self.broken:
            return self.broken[path]()
        answers: dict[str, Callable[[], Answer]] = {
            "/.well-known/openid-configuration": lambda: _json(200, self._description()),
            "/keys": lambda: _json(200, KeySet(self.keys).as_dict()),
            "/authorize": lambda: self._authorize(query),
            "/token": lambda: self._token(form or {}),
            "/userinfo": lambda: self._information(seen),
        }
        return answers.get(path, lambda: _json(404, {}))()

    def _description(self) -> dict[str, Any]:
        whole = {
            "issuer": self.url,
            "authorization_endpoint": f"{self.url}/authorize",
            "token_endpoint": f"{self.url}/token",
            "jwks_uri": f"{self.url}/keys",
            "userinfo_endpoint": f"{self.url}/userinfo",
            "response_types_supported": ["code", "id_token"],
            "id_token_signing_alg_values_supported": ["RS256", "ES256"],
            "token_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post"],
            "code_challenge_methods_supported": ["plain", "S256"],
            **self.described,
        }
        return {name: value for name, value in whole.items() if value is not None}

    def _authorize(self, query: dict[str, str]) -> Answer:
        back = {"state": query["state"]}
        if self.denies:
            back |= {"error": self.denies, "error_description": "<script>alert(1)</script>"}
        else:
            back["code"] = secrets.token_urlsafe(12)
            self._codes[back["code"]] = query
        return 302, {"Location": f"{query['redirect_uri']}?{urlencode(back)}"}, b""

    def _information(self, seen: Any) -> Answer:
        right = seen.get("Authorization") == "Bearer access"
        return _json(200 if right else 401, {**self.who, **self.told})

    def _token(self, form: dict[str, str]) -> Answer:
        asked = self._codes.pop(form.get("code", ""), None)
        proof = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
        proved = asked is not None and (
            base64.urlsafe_b64encode(proof).decode().rstrip("=") == asked.get("code_challenge")
            and asked.get("code_challenge_method") == "S256"
            and asked["redirect_uri"] == form.get("redirect_uri")
        )
        known = (form.get("client_id"), form.get("client_secret")) == (CLIENT, SECRET)
        if asked is None or not proved or not known or form.get("grant_type") != "authorization_code":
            return _json(400, {"error": "invalid_grant"})
        self.changed.append(form["code"])
        claims = self._claims(asked)
        token = self.signed(claims) if self.signed else self.sign(claims)
        return _json(200, {"access_token": "access", "token_type": "Bearer", "id_token": token})

    def _claims(self, asked: dict[str, str]) -> dict[str, Any]:
        now = int(self.now())
        due = {"iat": now, "exp": now + 300, "nonce": asked["nonce"]}
        whole = {"iss": self.url, "aud": CLIENT, **due, **self.who, **self.claims}
        return {name: value for name, value in whole.items() if value is not None}

    def sign(self, claims: dict[str, Any], key: Key | None = None) -> str:
        """An ID token, by this key or the present one."""
        key = key or self.keys[0]
        algorithm = "RS256" if key.key_type == "RSA" else "ES256"
        return jwt.encode({"alg": algorithm, "kid": key.kid}, claims, key)


def _json(status: int, said: object) -> Answer:
    return status, {"Content-Type": "application/json"}, json.dumps(said).encode()


@contextmanager
def identities(now: Callable[[], float] = time.time) -> Iterator[Identities]:
    """It, for as long as this."""
    stand_in = Identities(now)
    stand_in.rotate()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._answer(None)

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            self._answer({name: said[0] for name, said in parse_qs(body).items()})

        def _answer(self, form: dict[str, str] | None) -> None:
            parts = urlsplit(self.path)
            query = {name: said[0] for name, said in parse_qs(parts.query).items()}
            status, headers, said = stand_in.answer(parts.path, query, form, self.headers)
            with suppress(ConnectionError):
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(said)))
                self.end_headers()
                self.wfile.write(said)

        def log_message(self, *_: object) -> None:
            """Quiet."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        stand_in.url = f"http://127.0.0.1:{server.server_port}"
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield stand_in
        server.shutdown()
        thread.join()
