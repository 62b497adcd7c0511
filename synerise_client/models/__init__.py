"""What callers hand in and get back: contexts, tokens, accounts and their enums."""
