import numpy as np
import pytest

from digitedge.errors import InputError, ModelError
from digitedge.models.recipes import find_recipe

# Keras asks NumPy for arrays in the way before NumPy 2.
pytestmark = [pytest.mark.train, pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")]


def test_a_start_takes_the_weights_over_and_another_architecture_is_refused(tmp_path):
    from digitedge.export.starting import take_weights

    learnt, fresh = find_recipe("cnn-tiny").build(), find_recipe("cnn-tiny").build()
    learnt.save(tmp_path / "learnt.keras")
    picture = np.arange(784, dtype=np.float32).reshape(1, 28, 28, 1) % 256
    assert not np.array_equal(learnt.predict_on_batch(picture), fresh.predict_on_batch(picture))
    take_weights(fresh, tmp_path / "learnt.keras")
    assert np.array_equal(learnt.predict_on_batch(picture), fresh.predict_on_batch(picture))
    with pytest.raises(ModelError, match="another architecture"):
        take_weights(find_recipe("cnn").build(), tmp_path / "learnt.keras")
    with pytest.raises(InputError):
        take_weights(fresh, tmp_path / "none.keras")


def test_a_wider_network_begins_by_saying_what_the_narrow_one_says(tmp_path):
    import keras

    from digitedge.export.starting import take_weights_wider

    def build(first, second, hidden, kernel=3):
        layers = [keras.Input((8, 8, 1))]
        for filters in (first, second):
            layers += [keras.layers.Conv2D(filters, kernel, strides=2, use_bias=False), keras.layers.BatchNormalization()]
        layers += [keras.layers.Flatten(), keras.layers.Dense(hidden, activation="relu"), keras.layers.Dense(10)]
        return keras.Sequential(layers)

    keras.utils.set_random_seed(3)
    narrow, wide = build(3, 4, 5), build(5, 6, 9)
    for layer in narrow.layers:  # a network that has learnt: no two channels are normalised alike
        layer.set_weights([weight + 0.1 * np.random.default_rng(1).random(weight.shape) for weight in layer.get_weights()])
    narrow.save(tmp_path / "narrow.keras")
    pictures = np.random.default_rng(0).random((20, 8, 8, 1)).astype(np.float32)
    said, before = narrow.predict_on_batch(pictures), wide.predict_on_batch(pictures)
    take_weights_wider(wide, tmp_path / "narrow.keras")
    after = wide.predict_on_batch(pictures)
    assert np.abs(after - said).max() < 0.15 * np.abs(said).max() < np.abs(before - said).max()
    wide.save(tmp_path / "wide.keras")
    with pytest.raises(ModelError, match="wider"):
        take_weights_wider(narrow, tmp_path / "wide.keras")
    with pytest.raises(ModelError, match="other"):
        take_weights_wider(build(5, 6, 9, kernel=2), tmp_path / "narrow.keras")
