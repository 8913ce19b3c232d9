from . import file_layout_start
from . import file_layout_withdrawal
from . import import_wizard
