"""Plain Python vocabulary of the suite: facts, money, references, errors.

Nothing here imports Odoo, so that parsers, mappers and engines can be tested
without a server.
"""
