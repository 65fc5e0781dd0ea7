"""Sizes of exception stores, against a model of the kernel's allocator."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.backend import exception_store, mapper
from tui.backend.command import _parts
from tui.backend.errors import UsageError
from tui.backend.exception_store import PERSISTENT, TRANSIENT

CHUNKS = st.sampled_from([512, 1024, 4096, 65536])


def chunks_needed(origin: int, chunk: int, policy: str) -> int:
    """What dm-snap-persistent.c takes when every chunk of the origin is written once.

    The header is chunk 0; each area is one chunk of exceptions, then as many data chunks as it
    has exceptions. When an area is full the next one is cleared at once, so it must exist.
    """
    data = -(-origin // chunk)
    if policy == TRANSIENT:
        return data
    per_area = chunk // 16
    full_areas = data // per_area
    last_data = 1 + full_areas * (per_area + 1) + data % per_area + (1 if data % per_area else 0)
    next_area = 1 + full_areas * (per_area + 1) + 1
    return max(last_data, next_area)


@given(st.integers(1, 1 << 34), CHUNKS, st.sampled_from([PERSISTENT, TRANSIENT]))
def test_what_cannot_overflow_holds_every_chunk_and_little_more(origin: int, chunk: int, policy: str) -> None:
    size = exception_store.cannot_overflow(origin, chunk, policy)
    needed = chunks_needed(origin, chunk, policy)
    assert size // chunk >= needed
    assert size <= (needed + 3) * max(chunk, 4096) + 3 * 4096 or size // chunk <= needed + 3 * (
        4096 // min(chunk, 4096)
    )


@given(st.integers(0, 1 << 40), CHUNKS, st.sampled_from([PERSISTENT, TRANSIENT]))
def test_fit_gives_whole_chunks_and_pages_and_avoids_the_trap(size: int, chunk: int, policy: str) -> None:
    fitted = exception_store.fit(size, chunk, policy)
    assert fitted >= size
    assert fitted % chunk == fitted % 4096 == 0
    assert fitted - size <= 3 * max(chunk, 4096)
    if policy == PERSISTENT:
        assert (fitted // chunk - 1) % (chunk // 16 + 1) != 0
    assert exception_store.fit(fitted, chunk, policy) == fitted


@pytest.mark.parametrize("chunk", [0, 1, 256, 3584, 4097, 2 << 20, -4096])
def test_chunks_that_the_kernel_refuses(chunk: int) -> None:
    with pytest.raises(UsageError, match="chunk"):
        exception_store.check_chunk(chunk, 512)


def test_a_chunk_smaller_than_the_origins_blocks_is_refused() -> None:
    with pytest.raises(UsageError):
        exception_store.check_chunk(2048, 4096)
    assert exception_store.check_chunk(4096, 4096) == 4096


@given(st.integers(1, 1 << 30), st.sampled_from([PERSISTENT, TRANSIENT]), CHUNKS)
def test_a_table_says_what_the_kernel_document_says(sectors: int, policy: str, chunk: int) -> None:
    words = mapper.table("/dev/sda1", sectors * 512, "/dev/ram0", policy, chunk)
    text = "".join(map(str, _parts(words)))
    assert text.split() == [
        "0",
        str(sectors),
        "snapshot",
        "/dev/sda1",
        "/dev/ram0",
        policy,
        str(chunk // 512),
    ]


def test_the_recipe_of_2008() -> None:
    words = mapper.table("/dev/sda1", 81920 * 512, "/dev/ram0", TRANSIENT, exception_store.CLASSIC_CHUNK)
    assert "".join(map(str, _parts(words))) == "0 81920 snapshot /dev/sda1 /dev/ram0 N 1"
