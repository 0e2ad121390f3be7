"""Accounts, signing in, and personal links for people without an account."""
