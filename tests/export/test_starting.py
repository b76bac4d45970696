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
