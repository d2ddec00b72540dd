"""Texts in, unit vectors out (float32, one row per text), through ONNX int8 or any sentence-transformers model.

The packaged English MiniLM is exported once to ONNX int8 and served without torch: 7 times faster per question and 0.2 s
cold start instead of 5 s, at a cost of at most 0.5 nDCG points (findings/retrieval.md, section 4.1).
"""

from __future__ import annotations

from pathlib import Path
from typing import Protocol, cast

import numpy as np
import onnxruntime as ort
from numpy.typing import NDArray
from tokenizers import Tokenizer

from retrieval.errors import EncoderMissing

Vectors = NDArray[np.float32]
LONGEST = 256  # tokens; the packaged model was trained no longer


class Encoder(Protocol):
    """Anything that turns texts into unit vectors. ``name`` is part of the index hash."""

    @property
    def name(self) -> str: ...

    @property
    def english_only(self) -> bool: ...

    def encode(self, texts: list[str]) -> Vectors: ...


class OnnxEncoder:
    """MiniLM by onnxruntime: mean of the token vectors, scaled to length one."""

    english_only = True

    def __init__(self, folder: Path, threads: int = 1) -> None:
        """``folder`` holds ``model.onnx`` and ``tokenizer.json``; raises ``EncoderMissing`` when it does not.

        One thread: on a machine with other work a second one halves the speed (500 → 240 texts/s), because both wait busily.
        """
        try:
            options = ort.SessionOptions()
            options.intra_op_num_threads = threads
            options.inter_op_num_threads = 1
            self._session = ort.InferenceSession(str(folder / "model.onnx"), options, providers=["CPUExecutionProvider"])
            self._tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        except Exception as error:
            raise EncoderMissing(f"{folder}: no usable ONNX model ({error}); run make index to export it") from error
        self._tokenizer.enable_truncation(LONGEST)
        self._tokenizer.enable_padding()
        self.name = "minilm-onnx-int8-v1"

    def encode(self, texts: list[str]) -> Vectors:
        """One row per text. One at a time: int8 scales are taken over a whole batch, so batch mates would change a row."""
        out = np.zeros((len(texts), 384), dtype=np.float32)
        for row, text in enumerate(texts):
            out[row] = self._batch([text])[0]
        return out

    def _batch(self, texts: list[str]) -> Vectors:
        encoded = self._tokenizer.encode_batch(texts)
        ids = np.array([e.ids for e in encoded], dtype=np.int64)
        mask = np.array([e.attention_mask for e in encoded], dtype=np.int64)
        states = self._session.run(
            None, {"input_ids": ids, "attention_mask": mask, "token_type_ids": np.zeros_like(ids)}
        )[0]
        weights = mask[:, :, None].astype(np.float32)
        mean = (states * weights).sum(axis=1) / np.maximum(weights.sum(axis=1), 1e-9)
        return cast(Vectors, (mean / np.maximum(np.linalg.norm(mean, axis=1, keepdims=True), 1e-9)).astype(np.float32))
