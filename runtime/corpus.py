"""Runs in Odoo's shell: the whole corpus, as the environment asks for it."""

import os
import sys

sys.path.insert(0, os.environ["CORPUS_FOLDER"])

from corpus import run  # noqa: E402

seeds = [int(each) for each in os.environ["CORPUS_SEEDS"].split(",") if each]
repetitions = int(os.environ["CORPUS_REPETITIONS"] or run.REPETITIONS)
run.main(
    env,  # noqa: F821  the shell has it
    os.environ["CORPUS_OUTPUT"],
    seeds=tuple(seeds) or run.SEEDS,
    repetitions=repetitions,
    learnt_repetitions=run.LEARNT_REPETITIONS,
    precision_limit=run.PRECISION_LIMIT,
)
