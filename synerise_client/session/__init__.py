"""What the native SDK of a phone does underneath: the rules of a session."""
