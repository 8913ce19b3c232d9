"""Base of stand-ins: providers on the loopback, with faults on request.

They serve tests, training and demonstrations. Plain Python, standard library only.
A connector's stand-in inherits :class:`~.server.StandInServer` and says what the
provider would answer; threads, faults, the log of requests and pages are here.
"""
