"""A service on more than one machine: servers, machines and browsers of tests, and `bin/crash-test`."""
