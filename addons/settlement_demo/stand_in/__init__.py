"""Stand-ins of outside systems that speak the real protocol on the loopback.

They serve tests, training and the demonstration company. Plain Python, standard
library only; nothing here imports Odoo.
"""
