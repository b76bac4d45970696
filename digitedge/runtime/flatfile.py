"""A .tflite file's flatbuffer taken apart and put together again, with or without metadata."""

from __future__ import annotations

import struct
from typing import Any

from digitedge.errors import ModelError
from digitedge.runtime.modelfile import METADATA_NAME, pack_metadata

ALIGNMENT_BYTES = 16  # `force_align: 16` of Buffer.data in TensorFlow's schema.fbs; microcontrollers rely on it
_BROKEN = (struct.error, IndexError, ValueError, TypeError, AttributeError, KeyError, OverflowError, MemoryError)


def unpack(model: bytes) -> Any:
    """Return the model as the schema's ``ModelT`` object. Raises ModelError for bytes that are no .tflite file."""
    from ai_edge_litert import schema_py_generated as schema

    if model[4:8] != b"TFL3":
        raise ModelError("This is no .tflite file.", "Make one: digitedge export MODEL.keras --quantize int8")
    try:
        return schema.ModelT.InitFromPackedBuf(model, 0)
    except _BROKEN as error:
        raise ModelError("The .tflite file is damaged.", "Export or copy it again.") from error


def pack(model: Any) -> bytes:
    """Return the bytes of a ``ModelT``, every buffer on a multiple of 16 bytes (the schema's own Python code forgets that)."""
    import flatbuffers

    for buffer in model.buffers or []:
        _pack_aligned(buffer)
    builder = flatbuffers.Builder(1 << 16)
    builder.Finish(model.Pack(builder), b"TFL3")
    return bytes(builder.Output())


def with_metadata(model: bytes, metadata: dict[str, Any]) -> bytes:
    """Return the file with ``metadata`` in a buffer of its own; an older digitedge buffer is replaced, the graph untouched."""
    import numpy as np
    from ai_edge_litert import schema_py_generated as schema

    root = unpack(model)
    _drop_metadata(root, keep_foreign=True)
    buffer, entry = schema.BufferT(), schema.MetadataT()
    buffer.data = np.frombuffer(pack_metadata(metadata), np.uint8)
    entry.name, entry.buffer = METADATA_NAME, len(root.buffers)
    root.buffers.append(buffer)
    root.metadata = [*(root.metadata or []), entry]
    return pack(root)


def without_metadata(model: bytes) -> bytes:
    """Return the file without any metadata, digitedge's or others': what a microcontroller needs to store."""
    root = unpack(model)
    _drop_metadata(root, keep_foreign=False)
    return pack(root)


def is_aligned(model: bytes) -> bool:
    """Return whether every constant of the file starts on a multiple of `ALIGNMENT_BYTES`."""
    from ai_edge_litert import schema_py_generated as schema

    root = schema.Model.GetRootAs(model, 0)
    for index in range(root.BuffersLength()):
        buffer = root.Buffers(index)
        if buffer.DataLength():
            field = buffer._tab.Offset(4)  # vtable slot of Buffer.data
            if buffer._tab.Vector(field) % ALIGNMENT_BYTES:
                return False
    return True


def _drop_metadata(root: Any, keep_foreign: bool) -> None:
    """Remove metadata entries and empty their buffers; buffers stay in place, for tensors point at them by number."""
    kept = []
    for entry in root.metadata or []:
        if keep_foreign and _text(entry.name) != METADATA_NAME:
            kept.append(entry)
        else:
            root.buffers[entry.buffer].data = None
    root.metadata = kept or None
    while root.buffers and root.buffers[-1].data is None and not _points_at(root, len(root.buffers) - 1):
        root.buffers.pop()


def _points_at(root: Any, index: int) -> bool:
    if index == 0 or any(entry.buffer == index for entry in root.metadata or []):
        return True
    return any(tensor.buffer == index for graph in root.subgraphs for tensor in graph.tensors)


def _pack_aligned(buffer: Any) -> None:
    """Let one ``BufferT`` write its bytes aligned; everything else stays the schema's own code."""
    from ai_edge_litert import schema_py_generated as schema

    data = None if buffer.data is None else bytes(bytearray(buffer.data))

    def pack_buffer(builder: Any) -> Any:
        vector = None
        if data is not None:
            builder.StartVector(1, len(data), ALIGNMENT_BYTES)
            builder.head = builder.head - len(data)
            builder.Bytes[builder.head : builder.head + len(data)] = data
            vector = builder.EndVector()
        schema.BufferStart(builder)
        if vector is not None:
            schema.BufferAddData(builder, vector)
        schema.BufferAddOffset(builder, buffer.offset)
        schema.BufferAddSize(builder, buffer.size)
        return schema.BufferEnd(builder)

    buffer.Pack = pack_buffer


def _text(name: bytes | str | None) -> str:
    return name.decode(errors="replace") if isinstance(name, bytes) else name or ""
