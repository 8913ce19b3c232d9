"""Matching without Odoo: sums, tokens, weights and words. Money is minor units."""
