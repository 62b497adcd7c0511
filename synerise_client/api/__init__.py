"""Synerise's REST API: routes, requests, answers, retries."""
