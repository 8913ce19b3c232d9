"""The scenarios: importing this package registers all of them."""

from . import (
    amounts,
    counterparty,
    credit,
    currencies,
    duplicates,
    noise,
    online,
    payouts,
    rules,
    spelling,
    structured,
    subsets,
    suppliers,
    texts,
    transfers,
)
