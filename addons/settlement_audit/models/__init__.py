from . import hashed
from . import protected
from . import event
from . import event_personal
from . import event_seal
from . import approval
from . import verification
