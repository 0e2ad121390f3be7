"""What people do with a case: register it, know its circle, keep it safe, set bottom lines, be in touch."""
