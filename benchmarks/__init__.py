"""Load on the client, and what it leaves behind."""
