import numpy as np
import pytest
from sklearn.cluster import KMeans

from powerlake.customers.kmeans import MicroClusters, assign, cluster, micro_clusters


def blobs(customers: int, seed: int = 0) -> np.ndarray:
    rng = np.random.default_rng(seed)
    centres = rng.normal(0, 3, (6, 8))
    return (centres[rng.integers(0, 6, customers)] + rng.normal(0, 1, (customers, 8))).astype(np.float32)


def test_few_customers_are_clustered_exactly():
    points = blobs(300)
    shards = [micro_clusters(points[:100], seed=1), micro_clusters(points[100:], seed=1)]
    expected = KMeans(6, n_init=10, random_state=0).fit(points).inertia_
    assert cluster(shards, 6, seed=1).inertia == pytest.approx(expected, rel=1e-4)


def test_many_customers_come_within_two_per_cent():
    points = blobs(6000)
    shards = [micro_clusters(part, seed=3, at_most=200) for part in np.array_split(points, 3)]
    assert sum(len(shard.centres) for shard in shards) <= 600
    _, distance = assign(points, cluster(shards, 6, seed=1).centres)
    assert distance.sum() <= 1.02 * KMeans(6, n_init=4, random_state=0).fit(points).inertia_


def test_micro_clusters_keep_the_weight_and_the_mean():
    points = blobs(5000)
    shard = micro_clusters(points, seed=3, at_most=100)
    assert shard.weights.sum() == 5000
    np.testing.assert_allclose(shard.weights @ shard.centres / 5000, points.mean(axis=0), atol=1e-4)


def test_the_scatter_is_what_the_means_leave():
    points = blobs(5000)
    shard = micro_clusters(points, seed=3, at_most=100)
    about_mean = ((points - points.mean(axis=0)) ** 2).sum()
    between = (shard.weights * ((shard.centres - points.mean(axis=0)) ** 2).sum(axis=1)).sum()
    assert shard.scatter + between == pytest.approx(about_mean, rel=1e-4)


def test_centres_follow_the_weights_and_inertia_counts_the_scatter():
    shards = [
        MicroClusters(np.float32([[at]]), np.array([weight]), scatter=0.5) for at, weight in ((0, 99.0), (1, 1.0))
    ]
    found = cluster(shards, 1, seed=0)
    assert found.centres.item() == pytest.approx(0.01, rel=1e-5)
    assert found.inertia == pytest.approx(99 * 0.01**2 + 0.99**2 + 1.0, rel=1e-5)


def test_the_seed_decides():
    points = blobs(3000)
    one, two = (micro_clusters(points, seed=9, at_most=50).centres for _ in range(2))
    np.testing.assert_array_equal(one, two)


def test_assignment_is_to_the_nearest_and_of_equal_ones_the_first():
    nearest, distance = assign(np.float32([[0.0], [1.0], [4.0]]), np.float32([[0.0], [2.0]]))
    assert nearest.tolist() == [0, 0, 1]
    assert distance.tolist() == [0, 1, 4]


def test_fewer_points_than_clusters_are_refused():
    with pytest.raises(ValueError, match="5 clusters of 3 points"):
        cluster([micro_clusters(blobs(3), seed=0)], 5, seed=0)


def test_unknown_features_are_refused():
    with pytest.raises(ValueError, match="finite"):
        micro_clusters(np.full((4, 2), np.nan, dtype=np.float32), seed=0)
