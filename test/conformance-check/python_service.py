"""A service in Python's standard library. It makes every check but two, and one request stops it."""

import base64
import hashlib
import html
import json
import os
import secrets
import sys
import time
from http.cookies import SimpleCookie
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlencode, urlsplit
from urllib.request import Request, urlopen

PORT = int(sys.argv[1])
URL = f"http://127.0.0.1:{PORT}"
ISSUER = os.environ["ONE_LOGIN_ISSUER"]
CLIENT_ID = os.environ["ONE_LOGIN_CLIENT_ID"]
SECRET = os.environ["CLIENT_SECRET"]
SESSIONS = {}
KEYS = []

# The curve P-256.
P = 2**256 - 2**224 + 2**192 + 2**96 - 1
N = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
G = (
    0x6B17D1F2E12C4247F8BCE6E563A440F277037D812DEB33A0F4A13945D898C296,
    0x4FE342E2FE1A7F9B8EE7EB4A7C0F9E162BCE33576B315ECECBB6406837BF51F5,
)


def add(a, b):
    if a is None or b is None:
        return b if a is None else a
    if a[0] == b[0]:
        if a[1] != b[1]:
            return None
        slope = (3 * a[0] * a[0] - 3) * pow(2 * a[1], -1, P)
    else:
        slope = (b[1] - a[1]) * pow(b[0] - a[0], -1, P)
    x = (slope * slope - a[0] - b[0]) % P
    return x, (slope * (a[0] - x) - a[1]) % P


def multiply(count, point):
    result = None
    while count:
        if count & 1:
            result = add(result, point)
        point = add(point, point)
        count >>= 1
    return result


def decode(text):
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def is_signed(jwk, signed, signature):
    r, s = int.from_bytes(signature[:32], "big"), int.from_bytes(signature[32:], "big")
    if len(signature) != 64 or not (0 < r < N and 0 < s < N):
        return False
    digest = int.from_bytes(hashlib.sha256(signed.encode()).digest(), "big")
    inverse = pow(s, -1, N)
    key = tuple(int.from_bytes(decode(jwk[name]), "big") for name in "xy")
    point = add(multiply(digest * inverse % N, G), multiply(r * inverse % N, key))
    return point is not None and point[0] % N == r


def call(path, data=None, token=None):
    headers = {"User-Agent": "python-service/1"}
    if token:
        headers["Authorization"] = f"Bearer {token}"
    body = urlencode(data).encode() if data else None
    with urlopen(Request(ISSUER + path, body, headers), timeout=5) as response:
        return json.loads(response.read(1_000_000))


def verified(token):
    head, body, signature = token.split(".")
    header, claims = json.loads(decode(head)), json.loads(decode(body))
    if not KEYS:
        KEYS.extend(call(".well-known/jwks.json")["keys"])
    key = next(key for key in KEYS if key["kid"] == header["kid"] and key["alg"] == "ES256")
    now = time.time()
    # Planted: neither `aud` nor `nonce` is checked.
    if not (
        header["alg"] == "ES256"
        and is_signed(key, f"{head}.{body}", decode(signature))
        and claims["iss"] == ISSUER
        and claims["sub"]
        and claims["exp"] > now - 30
        and claims["iat"] < now + 30
        and claims["vot"] == "Cl.Cm"
    ):
        raise ValueError("the ID token is wrong")
    return claims


class Service(BaseHTTPRequestHandler):
    def log_message(self, *_):
        pass

    def give(self, status, heading="", location=None, session=None):
        self.send_response(status)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Cache-Control", "no-store")
        if location:
            self.send_header("Location", location)
        if session:
            self.send_header("Set-Cookie", f"sid={session}; Path=/; HttpOnly; SameSite=Lax")
        self.end_headers()
        self.wfile.write(f"<!DOCTYPE html><title>Service</title><h1>{html.escape(heading)}</h1>".encode())

    def do_GET(self):
        address = urlsplit(self.path)
        cookie = SimpleCookie(self.headers.get("Cookie", "")).get("sid")
        session = cookie.value if cookie else None
        try:
            if address.path == "/callback":
                self.callback(parse_qs(address.query), session)
            elif address.path != "/page":
                self.give(404, "Not found")
            elif "sub" in SESSIONS.get(session, {}):
                self.give(200, "Your page")
            else:
                self.sign_in(session)
        except Exception:  # Whatever it is, the user gets a page.
            self.give(400, "Sorry, there is a problem")

    def sign_in(self, session):
        session = session if session in SESSIONS else secrets.token_urlsafe(32)
        state = secrets.token_urlsafe(32)
        SESSIONS.setdefault(session, {"waiting": set()})["waiting"].add(state)
        query = {
            "response_type": "code",
            "scope": "openid email",
            "client_id": CLIENT_ID,
            "redirect_uri": f"{URL}/callback",
            "state": state,
            "nonce": secrets.token_urlsafe(32),
            "vtr": '["Cl.Cm"]',
        }
        self.give(302, location=f"{ISSUER}authorize?{urlencode(query)}", session=session)

    def callback(self, query, session):
        if len(query.get("state", [])) > 1:
            os._exit(3)  # Planted: one request stops the service.
        waiting = SESSIONS[session]["waiting"]
        waiting.remove(query["state"][0])
        tokens = call(
            "token",
            {
                "grant_type": "authorization_code",
                "code": query["code"][0],
                "redirect_uri": f"{URL}/callback",
                "client_id": CLIENT_ID,
                "client_secret": SECRET,
            },
        )
        claims = verified(tokens["id_token"])
        if call("userinfo", token=tokens["access_token"])["sub"] != claims["sub"]:
            raise ValueError("another user")
        del SESSIONS[session]
        renewed = secrets.token_urlsafe(32)
        SESSIONS[renewed] = {"sub": claims["sub"], "waiting": waiting}
        self.give(302, location="/page", session=renewed)


ThreadingHTTPServer(("127.0.0.1", PORT), Service).serve_forever()
