"""The SEC's public data: one module a kind of payload, one client for all of them.

Belongs here: providers whose host is the SEC. Its rule is ten requests a second in total, so that they share one client
(`client.py`), and with it pace, user agent and the meaning of a refusal.
"""
