"""What the conformance tests stand on: the server, its stores, the clients and the documentation."""
