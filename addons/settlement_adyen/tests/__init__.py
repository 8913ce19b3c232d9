from . import test_adyen_connection
from . import test_adyen_contract
from . import test_adyen_disputes
from . import test_adyen_posting
from . import test_adyen_pull
from . import test_adyen_webhook
