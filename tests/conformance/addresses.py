"""Token addresses that nobody else in these tests uses."""

import secrets

ALPHABET = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"


def fresh_address() -> str:
    """Thirty-two random bytes in base58, as a bot's library would write them."""
    number = int.from_bytes(b"\x01" + secrets.token_bytes(31))
    text = ""
    while number:
        number, digit = divmod(number, 58)
        text = ALPHABET[digit] + text
    return text
