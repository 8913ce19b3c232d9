from . import transaction_fee
