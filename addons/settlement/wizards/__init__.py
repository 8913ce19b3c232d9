from . import import_wizard
from . import exception_resolve
