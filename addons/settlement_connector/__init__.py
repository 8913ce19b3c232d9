from . import log_privacy
from . import models
from . import wizards
