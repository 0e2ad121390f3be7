"""Chromium's virtual authenticator with user verification, for passkeys in the browser."""

from typing import Any

from playwright.sync_api import Page


class Device:
    """The virtual authenticator of a visitor's browser."""

    def __init__(self, page: Page) -> None:
        self._line = page.context.new_cdp_session(page)
        self._line.send("WebAuthn.enable")
        wanted = {
            "protocol": "ctap2",
            "transport": "internal",
            "hasResidentKey": True,
            "hasUserVerification": True,
            "isUserVerified": True,
            "automaticPresenceSimulation": True,
        }
        self._id = self._line.send("WebAuthn.addVirtualAuthenticator", {"options": wanted})["authenticatorId"]

    def know_the_finger(self, known: bool) -> None:
        """Set whether user verification succeeds."""
        self._tell("setUserVerified", isUserVerified=known)

    def pretend(self, **bits: bool) -> None:
        """Give invalid responses: isBadUV without user verification, isBogusSignature with a wrong signature."""
        self._tell("setResponseOverrideBits", **bits)

    @property
    def passkeys(self) -> list[dict[str, Any]]:
        """What it keeps, with the private halves."""
        kept: list[dict[str, Any]] = self._tell("getCredentials")["credentials"]
        return kept

    def put(self, passkey: dict[str, Any]) -> None:
        """Have it keep a passkey of another device, in place of its own of the same name."""
        self._tell("clearCredentials")
        self._tell("addCredential", credential=passkey)

    def _tell(self, what: str, **more: Any) -> Any:
        return self._line.send(f"WebAuthn.{what}", {"authenticatorId": self._id, **more})
