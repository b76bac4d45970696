"""The export of real Keras models, small and quickly trained on drawn digits."""

import json

import numpy as np
import pytest
from typer.testing import CliRunner

from digitedge.cli import app
from digitedge.data import load
from digitedge.errors import DigitEdgeError, InputError, ModelError
from digitedge.export.exporting import Request, export_model
from digitedge.export.kerasfile import load_keras_file, settle
from digitedge.patch import to_inputs
from digitedge.runtime.classifier import Classifier
from digitedge.runtime.inspection import inspect_file
from digitedge.scenes.digits import draw_digits
from digitedge.scenes.nondigits import draw_nondigits

pytestmark = [
    pytest.mark.train,
    pytest.mark.slow,
    pytest.mark.timeout(900),
    pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning"),  # Keras 3.15 with NumPy 2.4, while saving
]
MODES = ("none", "float16", "dynamic", "int8", "int16x8")


def quiet(_line):
    """Nobody listens to the stages."""


@pytest.fixture(scope="module")
def source(tmp_path_factory):
    images, labels = draw_digits(1500, 9)
    path = tmp_path_factory.mktemp("drawn") / "drawn.npz"
    np.savez(path, images=to_inputs(images), labels=labels)
    return str(path)


def build(low_high=None, outputs=10, softmax=False, shape=(28, 28, 1), width=24):
    """A small net that scales inside, unless its input's (low, high) is given."""
    import keras

    keras.utils.set_random_seed(3)
    layers = keras.layers
    side = shape[0] if len(shape) > 1 else int(shape[0] ** 0.5)
    net = [layers.Input(shape), layers.Reshape((side, side, 1))]
    net += [] if low_high else [layers.Rescaling(1 / 255)]
    for index in range(2):
        net += [layers.Conv2D(width, 3, strides=2, padding="same", use_bias=False), layers.BatchNormalization(), layers.ReLU()]
        net += [layers.Dropout(0.1)] if index else []
    return keras.Sequential([*net, layers.Flatten(), layers.Dense(outputs, activation="softmax" if softmax else None)])


def fit(model, source, low_high=(0.0, 255.0), softmax=False, with_rejects=False):
    import keras

    data = load(source, "train")
    fields, labels = to_inputs(data.images), data.labels
    if with_rejects:
        rejects = to_inputs(draw_nondigits(200, 5)[0])
        fields, labels = np.concatenate([fields, rejects]), np.concatenate([labels, np.full(200, 10)])
    low, high = low_high
    values = (low + (high - low) * fields.astype(np.float32) / 255).reshape(len(fields), *model.input_shape[1:])
    model.compile(keras.optimizers.Adam(3e-3), keras.losses.SparseCategoricalCrossentropy(from_logits=not softmax))
    model.fit(values, labels, epochs=20, batch_size=32, verbose=0)
    return model


@pytest.fixture(scope="module")
def trained(tmp_path_factory, source):
    path = tmp_path_factory.mktemp("keras") / "small.keras"
    fit(build(), source).save(path)
    return path


def run(*arguments):
    """Run the command in this process: exit code, stdout, the sentence."""
    result = CliRunner().invoke(app, [str(argument) for argument in arguments])
    if isinstance(result.exception, DigitEdgeError):
        return result.exception.exit_code, result.stdout, str(result.exception)
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result.exit_code, result.stdout, result.stderr


def test_all_modes_at_once_are_what_they_are_called_and_stdout_holds_json_alone(trained, source, tmp_path, capfd):
    command = ("export", trained, "--quantize", ",".join(MODES), "--data", source, "--out", tmp_path / "made")
    code, stdout, stderr = run(*command, "--max-drop", 3, "--report", tmp_path / "report", "--json")
    assert code == 0, stderr
    assert capfd.readouterr().out == ""  # whatever TensorFlow's own parts write past Python's streams
    modes = json.loads(stdout)["modes"]
    assert [mode["quantized"]["quantize"] for mode in modes] == list(MODES)
    for mode in modes:
        quantized = mode["quantized"]
        facts = inspect_file(tmp_path / "made" / f"small-{quantized['quantize']}.tflite")
        assert facts.sha256 == quantized["sha256"]
        assert facts.quantize == quantized["quantize"]
        assert quantized["fully_integer"] == (quantized["quantize"] in ("int8", "int16x8"))
        assert mode["quantized"]["accuracy"] > 0.8
        assert mode["agreement"] > 0.97
        assert "calibration" in facts.metadata if quantized["fully_integer"] else "calibration" not in facts.metadata
        assert run("inspect", quantized["file"], "--verify")[0] == 0
    by_mode = {mode["quantized"]["quantize"]: mode for mode in modes}
    assert by_mode["int8"]["quantized"]["input"] == {"dtype": "int8", "shape": [1, 28, 28, 1], "scale": 1.0, "zero_point": -128}
    assert by_mode["int16x8"]["quantized"]["input"]["dtype"] == "int16"
    assert by_mode["none"]["agreement"] == 1
    sizes = [by_mode[mode]["quantized"]["size_bytes"] for mode in ("none", "float16", "int8")]
    assert sizes == sorted(sizes, reverse=True)

    report = json.loads((tmp_path / "report" / "report.json").read_text())
    noise = {mode["quantized"]["quantize"]: [layer["sqnr_db"] for layer in mode["layers"]] for mode in report["modes"]}
    assert all(value is None or value > 90 for value in noise["none"])
    assert noise["int8"] == sorted(noise["int8"])
    assert 15 < noise["int8"][0] < min(value for value in noise["int16x8"])
    assert (tmp_path / "report" / "report.html").read_text().startswith("<!doctype html>")


def test_past_the_gate_exit_1_the_report_and_the_target_untouched(trained, source, tmp_path):
    target = tmp_path / "model.tflite"
    target.write_bytes(b"old")
    command = ("export", trained, "--data", source, "--out", target, "--force", "--json", "--report", tmp_path / "report")
    code, stdout, stderr = run(*command, "--max-drop", -50)
    assert (code, stdout) == (1, "")
    assert "int8 drops accuracy" in stderr
    assert target.read_bytes() == b"old"
    assert "FAILED" in (tmp_path / "report" / "report.md").read_text()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["model.tflite", "report"]


def test_the_same_request_gives_the_same_bytes(trained, source):
    request = Request(trained, ("int8",), source)
    assert export_model(request, quiet).modes[0].content == export_model(request, quiet).modes[0].content


@pytest.mark.parametrize("low_high", [(0.0, 1.0), (-1.0, 1.0)])
def test_the_range_of_a_model_that_does_not_scale_inside_is_measured(source, tmp_path, low_high):
    path = tmp_path / "unscaled.keras"
    fit(build(low_high, softmax=True), source, low_high, softmax=True).save(path)
    export = export_model(Request(path, ("int8",), source), quiet)
    assert export.model.input_range == low_high
    assert export.model.kind == "probabilities"
    made = export.modes[0]
    assert made.comparison.quantized_accuracy > 0.8
    step = made.facts.tensors[made.facts.inputs[0]].scales[0]
    assert step == pytest.approx((low_high[1] - low_high[0]) / 255, rel=1e-5)
    probabilities = Classifier(path, content=made.content).probabilities(export.fields)
    assert np.allclose(probabilities, made.answers.probabilities, atol=1e-6)


def test_a_reject_output_is_named_fitted_and_kept_out_of_accuracy(source, tmp_path):
    path = tmp_path / "reject.keras"
    fit(build(outputs=11), source, with_rejects=True).save(path)
    export = export_model(Request(path, ("int8",), source), quiet)
    comparison = export.modes[0].comparison
    assert export.modes[0].facts.metadata["labels"][10] == "reject"
    assert comparison.rejected is not None and comparison.rejected[1] < 0.2
    assert comparison.quantized_accuracy > 0.8
    strange = to_inputs(draw_nondigits(100, 6)[0])
    classifier = Classifier(path, content=export.modes[0].content)
    assert (classifier.probabilities(strange).argmax(axis=1) == 10).mean() > 0.5


@pytest.mark.parametrize("shape", [(784,), (28, 28), (20, 20, 1)])
def test_other_shapes_of_one_grey_picture_export_too(source, tmp_path, shape):
    path = tmp_path / "shape.keras"
    build(shape=shape).save(path)
    made = export_model(Request(path, ("int8",), source), quiet).modes[0]
    assert made.facts.tensors[made.facts.inputs[0]].shape == (1, *shape)


def functional(inputs, outputs):
    import keras

    return keras.Model(inputs, outputs)


def unfit_models():
    import keras

    layers = keras.layers
    picture = keras.Input((28, 28, 1))
    open_size = keras.Input((None, None, 1))
    other = keras.Input((4,))
    flat = layers.Flatten()(picture)
    ten = layers.Dense(10)(flat)
    whole = keras.Input((28, 28, 1), dtype="int32")
    return {
        "3 channels": build(shape=(28, 28, 1))
        and keras.Sequential([layers.Input((28, 28, 3)), layers.Flatten(), layers.Dense(10)]),
        "28, 30": keras.Sequential([layers.Input((28, 30, 1)), layers.Flatten(), layers.Dense(10)]),
        "fixed size": functional(open_size, layers.Dense(10)(layers.GlobalAveragePooling2D()(open_size))),
        "2 inputs": functional([picture, other], layers.Dense(10)(layers.Concatenate()([flat, other]))),
        "2 outputs": functional(picture, [ten, layers.Dense(2)(flat)]),
        "output is [3]": functional(picture, layers.Dense(3)(flat)),
        "input is int32": functional(whole, layers.Dense(10)(layers.Flatten()(layers.Rescaling(1 / 255)(whole)))),
        "Lambda": keras.Sequential(
            [layers.Input((28, 28, 1)), layers.Lambda(lambda x: x * 2), layers.Flatten(), layers.Dense(10)]
        ),
    }


def test_what_does_not_fit_is_refused_with_the_reason(tmp_path):
    for reason, model in unfit_models().items():
        path = tmp_path / "unfit.keras"
        model.save(path)
        with pytest.raises(ModelError) as caught:
            load_keras_file(path)
        assert reason in str(caught.value)
        assert caught.value.remedy
        assert "\n" not in str(caught.value)


def test_what_is_no_keras_file_is_refused(tmp_path):
    path = tmp_path / "photo.keras"
    path.write_bytes(b"\xff\xd8 a photo")
    with pytest.raises(ModelError, match="cannot load"):
        load_keras_file(path)
    with pytest.raises(InputError, match="no such model"):
        load_keras_file(tmp_path / "nowhere.keras")


def test_dynamic_that_would_change_nothing_is_refused(source, tmp_path):
    path = tmp_path / "few.keras"
    build(width=2, outputs=10).save(path)  # no layer has the 1,024 weights below which the converter leaves floats
    with pytest.raises(ModelError, match="amount to none, expected dynamic"):
        export_model(Request(path, ("dynamic",), source), quiet)


def test_compare_takes_keras_and_tflite_and_says_the_same(trained, source, tmp_path):
    for mode in ("none", "int8"):
        assert (
            run("export", trained, "--quantize", mode, "--data", source, "--out", tmp_path / f"{mode}.tflite", "--max-drop", 3)[
                0
            ]
            == 0
        )
    results = []
    for reference in (trained, tmp_path / "none.tflite"):
        code, stdout, _ = run("compare", reference, tmp_path / "int8.tflite", "--data", source, "--split", "test", "--json")
        assert code == 0
        results.append(json.loads(stdout))
    assert results[0]["changed"] == results[1]["changed"]
    assert results[0]["float"]["accuracy"] == results[1]["float"]["accuracy"]
    assert results[0]["data"]["split"] == "test"
    code, stdout, _ = run("compare", trained, tmp_path / "int8.tflite", "--data", source, "--max-drop", -100, "--json")
    assert (code, stdout) == (1, "")


def test_calibration_on_ones_own_crops_is_in_the_file(trained, source, tmp_path):
    import cv2

    (tmp_path / "crops").mkdir()
    for index, image in enumerate(draw_digits(60, 4)[0]):
        cv2.imwrite(str(tmp_path / "crops" / f"{index}.png"), 255 - image)
    request = Request(trained, ("int8",), source, calibrate=str(tmp_path / "crops"))
    manifest = export_model(request, quiet).modes[0].facts.metadata["calibration"]
    assert manifest["source"] == "crops"
    assert manifest["per_class"]["unlabelled"] == 30


def test_card_is_measured_on_both_splits(trained, source, tmp_path):
    target = tmp_path / "model.tflite"
    code, _, stderr = run("export", trained, "--data", source, "--out", target, "--max-drop", 3, "--card")
    assert code == 0, stderr
    card = json.loads((tmp_path / "model.json").read_text())
    assert [each["split"] for each in card["measured"]] == ["validation", "test"]
    assert card["sha256"] == inspect_file(target).sha256
    assert "MNIST" in (tmp_path / "model.md").read_text()


def test_predictions_do_not_depend_on_the_batch(trained, source):
    model = load_keras_file(trained)
    fields = to_inputs(load(source, "test").images)[:7]
    settled = settle(model, fields, np.arange(7))
    one_by_one = np.concatenate([settled.predict(fields[index : index + 1]) for index in range(7)])
    assert np.allclose(settled.predict(fields), one_by_one, atol=1e-3)
