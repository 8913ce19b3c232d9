from . import import_wizard
from . import mapping_withdrawal
