"""What the client has to know of its process: threads, locks, forks, and what is loaded late."""
