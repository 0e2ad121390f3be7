"""Accounts of staff, their roles and regions, and the visitor of a request. `staff` changes them."""
