"""Databases that the tests share: one in which a world happened, one before it."""

import pytest
from integration.databases import TEMPLATE, Database

# A company with few rows and its data received, but nothing parsed yet. Small claims
# make a killed worker lose a part of its work only.
RECEIVE = """
from dataclasses import replace
from odoo.addons.settlement_demo.builders.backend_builder import API_KEY
from odoo.addons.settlement_demo.simulation import deliveries
from odoo.addons.settlement_demo.simulation.stand_ins import StandIns
from odoo.addons.settlement_demo.world import build
world, _truth = build(1)
world = replace(world, companies=world.companies[1:2], troubles=())
simulation = env["settlement.simulation"]
env["ir.config_parameter"].set_param("settlement.use_jobs", "")
with StandIns(world, API_KEY) as stand_ins:
    (connected,) = simulation._build(world, stand_ins, env.cr.commit)
    visited = None
    for step in deliveries.steps(world):
        stand_ins.set_clock(step.now)
        connected.stripe.pull(step.since, step.until)
        for name, content in deliveries.files(connected.world, step, visited):
            connected.bank.import_file(name, content)
        visited = step.day
env.cr.commit()
"""


@pytest.fixture(scope="session")
def simulated():
    """Return a database in which the standard world happened."""
    database = Database("simulated").create(TEMPLATE)
    try:
        done = database.settlement("simulate", "--compare")
        database.output = done.stdout + done.stderr
        database.returncode = done.returncode
        yield database
    finally:
        database.drop()


@pytest.fixture(scope="session")
def received():
    """Return a database with one company's data received and not parsed."""
    database = Database("received").create(TEMPLATE)
    try:
        database.shell(RECEIVE)
        yield database
    finally:
        database.drop()
