"""Random draws that belong to their owner.

A draw is a function of (seed, run, purpose, key of the owner, week) and of nothing else. Adding a firm, a
shock or a replication never moves anybody else's draws, so two policies are compared on the same luck.
"""

import hashlib
from functools import lru_cache
from math import cos, log, pi, sqrt

import numpy as np

DEMAND, TRAIT, NEWS, DELAY, INCIDENT, CHOICE, RULING = 1, 3, 4, 5, 6, 7, 8

_MIX1 = np.uint64(0xBF58476D1CE4E5B9)
_MIX2 = np.uint64(0x94D049BB133111EB)
_STEP = np.uint64(0x9E3779B97F4A7C15)
_S30, _S27, _S31, _S11 = np.uint64(30), np.uint64(27), np.uint64(31), np.uint64(11)


@lru_cache(100_000)
def key_of(*names: str) -> np.uint64:
    """Stable 64-bit key of an agent, item or pair, from its names."""
    digest = hashlib.blake2b("\x1f".join(names).encode(), digest_size=8).digest()
    return np.uint64(int.from_bytes(digest, "little"))


def normal(stream: np.uint64, key: np.uint64, week: int) -> float:
    """A standard normal number for (stream, key, week): splitmix64, then Box and Muller (1958)."""
    z = stream
    a = z
    for y in (key, np.uint64(week), _MIX1):
        a = z
        z = z ^ (y + _STEP)
        z = (z + _STEP) ^ (z >> _S30)
        z = z * _MIX1
        z = (z ^ (z >> _S27)) * _MIX2
        z = z ^ (z >> _S31)
    u = (float(a >> _S11) + 0.5) / 9007199254740992.0
    v = (float(z >> _S11) + 0.5) / 9007199254740992.0
    return sqrt(-2.0 * log(u)) * cos(2.0 * pi * v)


def _two_uniforms(stream: np.uint64, keys: np.ndarray, weeks: np.ndarray | int) -> tuple[np.ndarray, np.ndarray]:
    z = np.full(len(keys), stream, dtype=np.uint64)
    a = z
    with np.errstate(over="ignore"):
        for y in (keys, np.asarray(weeks).astype(np.uint64), _MIX1):
            a = z
            z = z ^ (y + _STEP)
            z = (z + _STEP) ^ (z >> _S30)
            z = z * _MIX1
            z = (z ^ (z >> _S27)) * _MIX2
            z = z ^ (z >> _S31)
    return tuple(((x >> _S11).astype(float) + 0.5) / 9007199254740992.0 for x in (a, z))  # type: ignore[return-value]


def uniforms(stream: np.uint64, keys: np.ndarray, weeks: np.ndarray | int) -> np.ndarray:
    """Numbers between 0 and 1 for many keys at once; shape of `keys`."""
    return _two_uniforms(stream, keys, weeks)[1]


def normals(stream: np.uint64, keys: np.ndarray, weeks: np.ndarray | int) -> np.ndarray:
    """Standard normal numbers for many keys at once, by the same formula as `normal`; shape of `keys`."""
    u, v = _two_uniforms(stream, keys, weeks)
    return np.asarray(np.sqrt(-2.0 * np.log(u)) * np.cos(2.0 * pi * v))


def stream(seed: int, run: int, purpose: int) -> np.uint64:
    """The stream of one purpose in one replication."""
    return key_of(str(int(seed)), str(int(run)), str(int(purpose)))
