"""A passkey in software, which can produce invalid responses. With a real browser: `device.py`."""

import hashlib
import json
import secrets
from base64 import urlsafe_b64encode
from dataclasses import dataclass, field
from typing import Any

import cbor2
from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, SECP256R1, EllipticCurvePrivateKey, generate_private_key
from cryptography.hazmat.primitives.hashes import SHA256

PRESENT, VERIFIED, NEW = 0x01, 0x04, 0x40


def text(raw: bytes) -> str:
    """Bytes as browsers write them."""
    return urlsafe_b64encode(raw).rstrip(b"=").decode()


def _key() -> EllipticCurvePrivateKey:
    return generate_private_key(SECP256R1())


@dataclass
class SoftKey:
    """A passkey. The arguments of `made` and `answer` change its responses."""

    credential_id: bytes = field(default_factory=lambda: secrets.token_bytes(16))
    private: EllipticCurvePrivateKey = field(default_factory=_key)
    handle: bytes = b""

    def made(self, options: dict[str, Any], **lies: Any) -> str:
        """That it was made, as these options ask."""
        point = self.private.public_key().public_numbers()
        public = {1: 2, 3: -7, -1: 1, -2: point.x.to_bytes(32), -3: point.y.to_bytes(32)}
        flags = lies.get("flags", PRESENT | VERIFIED) | NEW
        data = self._data(flags, lies.get("count", 0), lies.get("rp_id", options["rp"]["id"]))
        data += bytes(16) + len(self.credential_id).to_bytes(2) + self.credential_id + cbor2.dumps(public)
        attested = {"fmt": lies.get("fmt", "none"), "attStmt": lies.get("statement", {}), "authData": data}
        client = _client("webauthn.create", options, **lies)
        return self._whole({"clientDataJSON": text(client), "attestationObject": text(cbor2.dumps(attested))})

    def answer(self, options: dict[str, Any], **lies: Any) -> str:
        """That its owner is there, as these options ask."""
        flags = lies.get("flags", PRESENT | VERIFIED)
        data = self._data(flags, lies.get("count", 0), lies.get("rp_id", options["rpId"]))
        client = _client("webauthn.get", options, **lies)
        signature = lies.get("private", self.private).sign(data + hashlib.sha256(client).digest(), ECDSA(SHA256()))
        parts = {"clientDataJSON": client, "authenticatorData": data, "signature": signature}
        parts["userHandle"] = lies.get("handle", self.handle)
        return self._whole({name: text(part) for name, part in parts.items() if part})

    def _data(self, flags: int, count: int, rp_id: str) -> bytes:
        return hashlib.sha256(rp_id.encode()).digest() + bytes([flags]) + count.to_bytes(4)

    def _whole(self, response: dict[str, str]) -> str:
        name = text(self.credential_id)
        return json.dumps({"id": name, "rawId": name, "type": "public-key", "response": response})


def _client(kind: str, options: dict[str, Any], **lies: Any) -> bytes:
    said = {
        "type": lies.get("purpose", kind),
        "challenge": lies.get("challenge", options["challenge"]),
        "origin": lies.get("origin", "http://localhost"),
        "crossOrigin": False,
    }
    return json.dumps(said).encode()
