from . import import_wizard
from . import replay_wizard
from . import row_dismissal
