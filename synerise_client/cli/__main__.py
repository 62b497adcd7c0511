"""``python -m synerise_client.cli`` is ``synerise-client``."""

from synerise_client.cli import main

main()
