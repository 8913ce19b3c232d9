from . import import_wizard
from . import mapping_withdrawal
from . import message_hold
from . import replay_wizard
from . import row_dismissal
from . import exception_resolve
from . import exception_guide
