"""An OpenID Connect provider that misbehaves on request, as a process: `python -m tests.signin.odd_provider`.

It prints its address on the first line. The path of the issuer (`/good`, `/renamed` …) selects its metadata; the
parameter `fault` of the authorization request selects what is wrong with its responses.
"""

import base64
import hmac
import json
import socket
import sys
import time
from typing import Any
from urllib.parse import urlencode

from flask import Flask, Response, jsonify, redirect, request
from joserfc import jwt
from joserfc.jwk import KeySet, OctKey, RSAKey
from joserfc.jws import JWSRegistry
from werkzeug.serving import make_server

app = Flask(__name__)
keys = [RSAKey.generate_key(parameters={"kid": "first"})]
stranger = RSAKey.generate_key(parameters={"kid": "first"})


def here(kind: str) -> str:
    return f"{request.host_url}{kind}"


@app.get("/<kind>/.well-known/openid-configuration")
def discovery(kind: str) -> Any:
    if kind == "garbage":
        return "<html>Welcome to the intranet</html>"
    if kind == "list":
        return jsonify([])
    if kind == "ill":
        return Response(status=500)
    if kind == "moved":
        return redirect(f"/good/.well-known/openid-configuration?{time.time()}")
    if kind == "hanging":
        time.sleep(30)
    said: dict[str, Any] = {
        "issuer": here("good" if kind == "renamed" else kind),
        "authorization_endpoint": here(f"{kind}/authorize"),
        "token_endpoint": here(f"{kind}/token"),
        "jwks_uri": here(f"{kind}/keys"),
    }
    if kind == "plain":
        said["token_endpoint"] = "http://elsewhere.example/token"
    if kind == "named":
        said["authorization_response_iss_parameter_supported"] = True
    if kind == "by-post":
        said["token_endpoint_auth_methods_supported"] = ["client_secret_post"]
    if kind in ("userinfo", "mixed-up"):
        said["userinfo_endpoint"] = here(f"{kind}/userinfo")
    if kind == "keyless":
        del said["jwks_uri"]
    return jsonify(said)


@app.get("/<kind>/keys")
def published(kind: str) -> Any:
    listed: Any = KeySet(keys).as_dict(private=False)  # type: ignore[arg-type]
    if kind == "curved":
        listed["keys"].insert(0, {"kty": "EC", "crv": "brainpoolP256r1", "kid": "second", "x": "AA", "y": "AA"})
        listed["keys"].insert(0, {"kty": "AKP", "kid": "third", "pub": "AA"})
    return jsonify(listed)


@app.get("/<kind>/userinfo")
def userinfo(kind: str) -> Any:
    if request.headers.get("Authorization") != "Bearer opaque":
        return Response(status=401)
    subject = "somebody else" if kind == "mixed-up" else "mila-7"
    return jsonify(sub=subject, email="mila@example.org", email_verified=True)


@app.get("/<kind>/authorize")
def authorize(kind: str) -> Any:
    """Signs in the user named in the address without asking."""
    kept = json.dumps({name: request.args.get(name) for name in ("fault", "nonce", "client_id", "claims")})
    code = base64.urlsafe_b64encode(kept.encode()).decode()
    return redirect(f"{request.args['redirect_uri']}?{urlencode({'code': code, 'state': request.args['state']})}")


@app.post("/<kind>/token")
def token(kind: str) -> Any:
    if request.form["code"] == "' OR 1=1--":  # what stands before it drops the connection
        request.environ["werkzeug.socket"].shutdown(socket.SHUT_RDWR)
    kept = json.loads(base64.urlsafe_b64decode(request.form["code"]))
    fault = kept["fault"]
    basic = request.authorization.password if request.authorization else None
    shown = request.form.get("client_secret") if kind == "by-post" else basic
    if shown != "a secret of two" or len(request.form.get("code_verifier", "")) < 43:
        return jsonify(error="invalid_client"), 401
    if fault == "refused":
        return jsonify(error="invalid_grant", error_description="mila@example.org is locked"), 400
    if fault == "ill":
        return Response("<html>Bad gateway</html>", 502)
    if fault == "moved":
        return redirect("/good/keys", 307)
    given: dict[str, Any] = {"access_token": "opaque", "token_type": "Bearer", "id_token": signed(kind, fault, kept)}
    if fault == "no token":
        del given["id_token"]
    if fault == "number":
        given["id_token"] = 7
    return jsonify(given)


def signed(kind: str, fault: str, kept: dict[str, Any]) -> str:
    now = int(time.time())
    claims = {"iss": here(kind), "sub": "mila-7", "aud": kept["client_id"], "iat": now, "exp": now + 300}
    claims |= {"nonce": kept["nonce"], "email": "mila@example.org", "email_verified": True}
    claims |= json.loads(kept["claims"] or "{}")
    wrong: dict[str, dict[str, Any]] = {
        "audience": {"aud": "somebody else"},
        "party": {"aud": [kept["client_id"], "somebody else"], "azp": "somebody else"},
        "nonce": {"nonce": "another"},
        "issuer": {"iss": here("other")},
        "expired": {"iat": now - 900, "exp": now - 600},
        "not yet": {"iat": now + 600, "exp": now + 900},
        "hash": {"at_hash": "AAAA"},
        "subject": {"sub": "x" * 256},
        "number as subject": {"sub": 7},
    }
    claims = {**claims, **wrong.get(fault, {})}
    if fault in ("no sub", "no nonce", "no exp"):
        del claims[fault[3:]]
    if kind in ("userinfo", "mixed-up", "silent"):
        del claims["email"], claims["email_verified"]
    header = {"alg": "RS256", "kid": "first"}
    if fault == "signature":
        return jwt.encode(header, claims, stranger)
    if fault == "unsigned":
        return jwt.encode({"alg": "none"}, claims, OctKey.generate_key(), registry=JWSRegistry(algorithms=["none"]))
    if fault == "public key as secret":
        parts = [json.dumps(part).encode() for part in ({"alg": "HS256", "kid": "first"}, claims)]
        said = b".".join(base64.urlsafe_b64encode(part).rstrip(b"=") for part in parts)
        seal = hmac.digest(keys[0].as_pem(private=False), said, "sha256")
        return b".".join((said, base64.urlsafe_b64encode(seal).rstrip(b"="))).decode()
    if fault == "new key":
        keys.append(RSAKey.generate_key(parameters={"kid": f"key {len(keys)}"}))
        return jwt.encode({"alg": "RS256", "kid": keys[-1].kid or ""}, claims, keys[-1])
    if fault == "unknown key":
        return jwt.encode({"alg": "RS256", "kid": "unknown"}, claims, stranger)
    made = jwt.encode(header, claims, keys[0])
    return made[:-40] if fault == "cut off" else made


if __name__ == "__main__":
    server = make_server("127.0.0.1", 0, app, threaded=True)
    sys.stdout.write(f"http://127.0.0.1:{server.server_port}\n")
    sys.stdout.flush()
    server.serve_forever()
