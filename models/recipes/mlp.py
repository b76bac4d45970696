"""The classic teaching networks: layers of neurons on the pixels, each as it was published."""

from __future__ import annotations

from functools import partial
from typing import Any

from digitedge.models.recipes.recipe import Recipe, Settings
from digitedge.patch import MNIST_GEOMETRY, Geometry

COURSE_GEOMETRY = Geometry(field_px=20, fit_px=20, center="box")


def build_mlp(side: int, hidden: tuple[int, ...], softmax: bool) -> Any:
    """Return side·side inputs → hidden layers of ReLU neurons → 10 outputs, as an untrained Keras model.

    Args:
        side: The input is float32 [N, side, side, 1], values 0..255.
        hidden: Neurons of each hidden layer.
        softmax: Whether the network ends in probabilities instead of logits.
    """
    import keras

    layers = [keras.Input((side, side, 1)), keras.layers.Rescaling(1 / 255), keras.layers.Flatten()]
    layers += [keras.layers.Dense(neurons, activation="relu") for neurons in hidden]
    layers.append(keras.layers.Dense(10, activation="softmax" if softmax else None))
    return keras.Sequential(layers)


MLPS = (
    Recipe(
        name="mlp-25-15",
        summary="400-25-15-10 on 5,000 pictures of 20×20; linear outputs",
        source="Course lab on ex3data1 (Machine Learning Specialization): Adam 1e-3, 70 epochs, in another edition 40",
        geometry=COURSE_GEOMETRY,
        build=partial(build_mlp, 20, (25, 15), softmax=False),
        settings=Settings(epochs=70),
        per_class=500,
        preferred_data=("ex3data1.mat", "X.npy"),
    ),
    Recipe(
        name="mlp-128-128",
        summary="784-128-128-10, softmax output",
        source=(
            'sentdex, "Deep Learning with Python, TensorFlow, and Keras tutorial", as many repositories copy it '
            "(EvGen94/TensorFlow, TenserFlow_mnist.py): Adam, sparse cross-entropy, batches of 32, 3 epochs; "
            "there each row of pixels is brought to length 1, here all are divided by 255"
        ),
        geometry=MNIST_GEOMETRY,
        build=partial(build_mlp, 28, (128, 128), softmax=True),
        settings=Settings(epochs=3),
        outputs="probabilities",
    ),
    Recipe(
        name="mlp-256-128-128",
        summary="784-256-128-128-10, 251,658 parameters; linear outputs",
        source="The widespread three-layer network; Adam 1e-3, batches of 32, 20 epochs",
        geometry=MNIST_GEOMETRY,
        build=partial(build_mlp, 28, (256, 128, 128), softmax=False),
        settings=Settings(epochs=20),
    ),
    Recipe(
        name="mlp-128-64",
        summary="784-128-64-10, softmax output, one-hot labels",
        source="The widespread network of 128 and 64; categorical cross-entropy, batches of 32, 5 epochs",
        geometry=MNIST_GEOMETRY,
        build=partial(build_mlp, 28, (128, 64), softmax=True),
        settings=Settings(epochs=5),
        loss="categorical",
        outputs="probabilities",
    ),
)
