import hashlib
import io

import pytest

from odoo.addons.settlement.storage import payload as storage


@pytest.mark.parametrize(
    "size", [0, 1, storage.INLINE_BYTES, storage.CHUNK_BYTES * 2 + 7]
)
def test_hash_and_size_do_not_depend_on_how_bytes_come(size):
    content = bytes(range(256)) * (size // 256 + 1)
    content = content[:size]
    from_bytes = storage.read_payload(content)
    from_file = storage.read_payload(io.BytesIO(content))
    assert from_bytes.sha256 == from_file.sha256 == hashlib.sha256(content).hexdigest()
    assert from_bytes.size == from_file.size == size


def test_large_payloads_are_kept_under_their_stored_hash(tmp_path):
    content = b"4111111111111111 " * 40000
    payload = storage.read_payload(content)
    assert not payload.is_inline
    name = storage.keep_in_folder(payload, tmp_path)
    assert storage.keep_in_folder(payload, tmp_path) == name
    kept = (tmp_path / name).read_bytes()
    assert b"4111111111111111" not in kept
    assert storage.sha256_of_file(tmp_path / name) == payload.stored_sha256
    assert [path.name for path in (tmp_path / name).parent.iterdir()] == [
        payload.stored_sha256
    ]
