"""What the browser tests stand on: the server, its stores, the browser, and what a person does in it."""
