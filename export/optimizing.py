"""Loss, optimiser and learning rate of a recipe's settings, as Keras objects that a checkpoint can hold."""

from __future__ import annotations

from typing import Any

from digitedge.export.distillation import distillation_loss, label_accuracy
from digitedge.models.recipes import Recipe, Settings

_WARM_UP_SHARE = 0.05  # of a cosine schedule's steps
_WARM_UP_FROM = 0.1  # of the highest learning rate


def compile_model(keras: Any, model: Any, recipe: Recipe, settings: Settings, steps_an_epoch: int) -> None:
    """Give a freshly built model what it is trained by.

    Args:
        keras: The package.
        model: As `recipe.build` made it.
        recipe: Says which form of the loss its outputs want.
        settings: What it is trained with.
        steps_an_epoch: Batches an epoch.
    """
    rate = _learning_rate(keras, settings, steps_an_epoch)
    if settings.weight_decay:
        optimizer = keras.optimizers.AdamW(rate, weight_decay=settings.weight_decay)
    else:
        optimizer = keras.optimizers.Adam(rate)
    # Without XLA: compiling costs more than it gains for models of this size, and it has no deterministic form.
    metric = label_accuracy(keras) if settings.teacher else "accuracy"
    model.compile(optimizer=optimizer, loss=_loss(keras, recipe, settings), metrics=[metric], jit_compile=False)


def _learning_rate(keras: Any, settings: Settings, steps_an_epoch: int) -> Any:
    if settings.schedule == "constant":
        return settings.learning_rate
    total = settings.epochs * steps_an_epoch
    warm_up = max(1, int(total * _WARM_UP_SHARE))
    return keras.optimizers.schedules.CosineDecay(
        settings.learning_rate * _WARM_UP_FROM,
        decay_steps=max(1, total - warm_up),
        warmup_target=settings.learning_rate,
        warmup_steps=warm_up,
    )


def _loss(keras: Any, recipe: Recipe, settings: Settings) -> Any:
    if settings.teacher:
        return distillation_loss(keras)
    from_logits = recipe.outputs == "logits"
    if recipe.loss == "categorical":
        return keras.losses.CategoricalCrossentropy(from_logits=from_logits, label_smoothing=settings.label_smoothing)
    return keras.losses.SparseCategoricalCrossentropy(from_logits=from_logits)
