"""The modules of the SDK, as lib/main/modules has them."""
