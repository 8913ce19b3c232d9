from . import log_privacy
from . import controllers
from . import models
from . import wizards
