"""Daily curves between Arrow lists and numpy matrices."""

import numpy as np
import pyarrow as pa
import pytest

from powerlake.loadcurve.days import items, lengths, lists_of, matrices, to_lists

RAGGED = pa.array([[1.0, 2.0], [3.0, None], None, [4.0, 5.0, 6.0]], pa.list_(pa.float32()))


def test_rows_are_grouped_by_length_and_null_lists_left_out():
    groups = matrices(RAGGED)
    assert [rows.tolist() for rows, _ in groups] == [[0, 1], [3]]
    np.testing.assert_array_equal(groups[0][1], np.array([[1, 2], [3, np.nan]], dtype=np.float32))
    assert lengths(RAGGED).tolist() == [2, 2, -1, 3]


def test_a_slice_and_chunks_give_their_own_rows():
    chunked = pa.chunked_array([RAGGED[3:], RAGGED[:2]])
    assert [rows.tolist() for rows, _ in matrices(chunked)] == [[1, 2], [0]]
    assert matrices(RAGGED[3:])[0][1].tolist() == [[4, 5, 6]]


def test_equal_lists_are_not_copied():
    matrix = np.arange(12, dtype=np.float32).reshape(3, 4)
    [(_, back)] = matrices(to_lists(matrix))
    assert np.shares_memory(back, matrix)


def test_nan_becomes_null_and_comes_back():
    matrix = np.array([[1, np.nan], [np.nan, 4]], dtype=np.float32)
    lists = to_lists(matrix)
    assert lists.to_pylist() == [[1, None], [None, 4]]
    np.testing.assert_array_equal(matrices(lists)[0][1], matrix)


def test_lists_cut_from_a_flat_array():
    lists = lists_of(np.array([1, np.nan, 3], dtype=np.float32), np.array([1, -1, 2, 0]))
    assert lists.to_pylist() == [[1], None, [None, 3], []]


def test_integers_with_nulls_are_refused():
    with pytest.raises(ValueError, match="null items"):
        items(pa.array([[1, None]], pa.list_(pa.int32())), np.int32)


def test_no_rows():
    assert matrices(RAGGED[:0]) == []
    assert to_lists(np.zeros((0, 48), dtype=np.float32)).to_pylist() == []
