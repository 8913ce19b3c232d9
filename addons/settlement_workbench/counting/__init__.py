from . import sources
