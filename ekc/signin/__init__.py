"""Signing in: sessions, passwords, second factor, passkeys, OpenID Connect, throttling, and one's own account."""
