#!/usr/bin/env python3
"""Opens an encrypted store without any code of Sluice: common/store/ENCRYPTION.md in Python, on python3-cryptography.

independent_decrypt.py store STORE OUT      decrypts every object of the directory STORE into the new directory OUT
independent_decrypt.py stream STORE NAME    writes the latest snapshot of the stream NAME to standard output (needs zstd)
independent_decrypt.py vectors              prints the test vectors of encryption_vectors.json

The key is in SLUICE_STORE_KEY.
"""
import hashlib
import hmac
import json
import os
import pathlib
import re
import subprocess
import sys

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

NONCE = bytes(12)
HEAD = 45


def derive(secret, salt, info):
    return HKDF(algorithm=hashes.SHA256(), length=32, salt=salt, info=info.encode()).derive(secret)


def mac(key, data):
    return hmac.new(key, data, hashlib.sha256).digest()


def parse_key(text):
    family, name, number, digits, check = text.strip().split("-")
    assert (family, name, number) == ("sluice", "key", "1"), "not a store key"
    secret = bytes.fromhex(digits)
    assert hashlib.sha256(b"sluice store key 1 " + secret).hexdigest()[:8] == check, "mistyped"
    return secret


def key_text(secret):
    return f"sluice-key-1-{secret.hex()}-{hashlib.sha256(b'sluice store key 1 ' + secret).hexdigest()[:8]}"


def pair_of(secret):
    return X25519PrivateKey.from_private_bytes(derive(secret, b"", "sluice recipient pair 1"))


def public_of(pair):
    return pair.public_key().public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)


def seal_root(secret, name, root, salt):
    return salt + AESGCM(derive(secret, salt, "sluice root 1")).encrypt(NONCE, root, f"sluice root 1 {name}".encode())


def open_root(secret, name, sealed):
    key = derive(secret, sealed[:32], "sluice root 1")
    return AESGCM(key).decrypt(NONCE, sealed[32:], f"sluice root 1 {name}".encode())


def wrap_context(number, name):
    return f"sluice wrap 1 {number} {name}".encode()


def seal_wrap(public, number, name, store_key, ephemeral):
    half = public_of(ephemeral)
    shared = ephemeral.exchange(X25519PublicKey.from_public_bytes(public))
    key = derive(shared, half + public, "sluice wrap 1")
    return half + AESGCM(key).encrypt(NONCE, store_key, wrap_context(number, name))


def open_wrap(secret, number, name, sealed):
    pair = pair_of(secret)
    shared = pair.exchange(X25519PublicKey.from_public_bytes(sealed[:32]))
    key = derive(shared, sealed[:32] + public_of(pair), "sluice wrap 1")
    return AESGCM(key).decrypt(NONCE, sealed[32:], wrap_context(number, name))


def authentication(root, key_name, document):
    rest = {key: value for key, value in document.items() if key != "authentication"}
    text = json.dumps(rest, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return mac(derive(root, b"", "sluice key list 1"), f"{key_name}\n{text}".encode()).hex()


def bound_name(key):
    last = key.rsplit("/", 1)[-1]
    of_content = re.fullmatch("[0-9a-f]{64}(-[0-9a-f]{64})?", last)
    return (last if of_content else key).encode()


def seal_object(store_key, number, key, plain):
    name = bound_name(key)
    digest = mac(derive(store_key, b"", "sluice object digest 1"), name + b"\0" + plain)
    head = b"SLCE\x01" + bytes.fromhex(number) + digest
    return head + AESGCM(derive(store_key, digest, "sluice object 1")).encrypt(NONCE, plain, name + b"\0" + head)


def open_object(store_keys, key, sealed):
    head = sealed[:HEAD]
    assert head[:5] == b"SLCE\x01", "not sealed"
    store_key = store_keys[head[5:13].hex()]
    object_key = derive(store_key, head[13:45], "sluice object 1")
    return AESGCM(object_key).decrypt(NONCE, sealed[HEAD:], bound_name(key) + b"\0" + head)


def content_name(root, plain):
    return mac(derive(root, b"", "sluice names 1"), plain).hex()


class EncryptedStore:
    def __init__(self, folder, secret):
        self.folder = pathlib.Path(folder)
        document = json.loads((self.folder / "store.json").read_text())
        assert document["version"] == 2, "the store is not encrypted"
        public = public_of(pair_of(secret)).hex()
        own = next(one for one in document["recipients"] if one["public_key"] == public)
        self.root = open_root(secret, own["name"], bytes.fromhex(own["root"]))
        assert document["authentication"] == authentication(self.root, "store.json", document)
        self.keys = {}
        for file in sorted((self.folder / "keys").iterdir()):
            document = json.loads(file.read_text())
            assert document["authentication"] == authentication(self.root, f"keys/{file.name}", document)
            wrap = next(one for one in document["wraps"] if one["name"] == own["name"])
            number = document["number"]
            self.keys[number] = open_wrap(secret, number, own["name"], bytes.fromhex(wrap["key"]))

    def object_keys(self):
        for file in sorted(self.folder.rglob("*")):
            key = file.relative_to(self.folder).as_posix()
            if file.is_file() and key != "store.json" and not key.startswith("keys/"):
                yield key

    def read(self, key):
        return open_object(self.keys, key, (self.folder / key).read_bytes())

    def chunk(self, name):
        frame = self.read(f"chunks/{name[:2]}/{name}")
        plain = subprocess.run(["zstd", "-dcq"], input=frame, stdout=subprocess.PIPE, check=True).stdout
        assert content_name(self.root, plain) == name, "the chunk is not what its name says"
        return plain


def decrypt_store(store, out):
    for key in store.object_keys():
        target = pathlib.Path(out) / key
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(store.read(key))


def write_stream(store, name):
    folder = f"snapshots/{name}"
    latest = store.read(f"{folder}/latest").decode().strip()
    manifest = json.loads(store.read(f"{folder}/{latest}/manifest.json"))
    for number, offset, length in manifest["stream"]["pieces"]:
        sys.stdout.buffer.write(store.chunk(manifest["chunks"][number][0])[offset : offset + length])


def numbered(start):
    return bytes((start + i) % 256 for i in range(32))


def vectors():
    """Everything that is drawn at random elsewhere is counted up here, so that anybody gets the same bytes."""
    root, secrets = numbered(1), {"ci": numbered(50), "escrow": numbered(100)}
    store_keys = {"00000000000000a1": numbered(150), "00000000000000b2": numbered(200)}
    recipients = [
        {
            "name": name,
            "public_key": public_of(pair_of(secret)).hex(),
            "root": seal_root(secret, name, root, numbered(10 + i)).hex(),
        }
        for i, (name, secret) in enumerate(secrets.items())
    ]
    documents = {"store.json": {"version": 2, "created": "2026-11-22T00:00:00.000Z", "recipients": recipients}}
    for i, (number, store_key) in enumerate(store_keys.items()):
        wraps = []
        for j, (name, secret) in enumerate(secrets.items()):
            ephemeral = X25519PrivateKey.from_private_bytes(numbered(20 + 2 * i + j))
            sealed = seal_wrap(public_of(pair_of(secret)), number, name, store_key, ephemeral)
            wraps.append({"name": name, "key": sealed.hex()})
        documents[f"keys/{number}.json"] = {
            "version": 1,
            "number": number,
            "generation": i + 1,
            "created": "2026-11-22T00:00:00.000Z",
            "wraps": wraps,
        }
    for name, document in documents.items():
        document["authentication"] = authentication(root, name, document)
    chunk = content_name(root, b"rows")
    plain = {
        f"chunks/{chunk[:2]}/{chunk}": b"a frame",
        f"trash/20261122T001530Z-3f9a/{chunk}": b"a frame",
        f"chunks/{chunk[:2]}/{chunk}-{chunk[::-1]}": b"a difference",
        "snapshots/shop/latest": b"20261122T001530Z-3f9a\n",
        "snapshots/shop/20261122T001530Z-3f9a/pin": b"",
        "binary": bytes(range(256)) * 4,
    }
    return {
        "version": 1,
        "recipients": [
            {"name": name, "text": key_text(secret), "public_key": public_of(pair_of(secret)).hex()}
            for name, secret in secrets.items()
        ],
        "documents": documents,
        "naming": {"plain": b"rows".hex(), "name": chunk},
        "objects": [
            {"key": key, "number": number, "plain": bytes_.hex(), "sealed": seal_object(store_key, number, key, bytes_).hex()}
            for number, store_key in store_keys.items()
            for key, bytes_ in plain.items()
        ],
    }


def main():
    verb, *rest = sys.argv[1:]
    if verb == "vectors":
        print(json.dumps(vectors(), indent=2))
        return
    try:
        store = EncryptedStore(rest[0], parse_key(os.environ["SLUICE_STORE_KEY"]))
        if verb == "store":
            decrypt_store(store, rest[1])
        else:
            write_stream(store, rest[1])
    except InvalidTag:
        sys.exit("independent_decrypt: the key or an object is not what it should be")


if __name__ == "__main__":
    main()
