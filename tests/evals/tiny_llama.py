"""A language model of half a megabyte with random weights, served by llama.cpp: a real server, real protocol, no sense at all."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
from gguf import GGUFWriter, TokenType
from tokenizers import Tokenizer, models, pre_tokenizers, trainers
from xllamacpp import CommonParams, Server

WIDE, LAYERS, HEADS, INNER = 64, 2, 4, 128
CONTEXT = 16_384
TEMPLATE = "{% for m in messages %}<|{{ m['role'] }}|>{{ m['content'] }}<|end|>{% endfor %}<|assistant|>"


def write_model(path: Path) -> None:
    """Random weights, always the same; a byte-level vocabulary, so that any text can be read and written."""
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    marks = ["<|end|>", "<|user|>", "<|system|>", "<|assistant|>"]
    trainer = trainers.BpeTrainer(
        vocab_size=400, special_tokens=marks, initial_alphabet=pre_tokenizers.ByteLevel.alphabet(), show_progress=False
    )
    tokenizer.train_from_iterator(["the guard asks what the law says about force", "quem pode usar a força"] * 20, trainer)
    words = sorted(tokenizer.get_vocab().items(), key=lambda pair: pair[1])
    pairs = [" ".join(pair) if isinstance(pair, list) else pair for pair in json.loads(tokenizer.to_str())["model"]["merges"]]
    writer = GGUFWriter(str(path), "llama")
    writer.add_context_length(CONTEXT)
    writer.add_embedding_length(WIDE)
    writer.add_block_count(LAYERS)
    writer.add_feed_forward_length(INNER)
    writer.add_head_count(HEADS)
    writer.add_head_count_kv(HEADS)
    writer.add_layer_norm_rms_eps(1e-5)
    writer.add_rope_dimension_count(WIDE // HEADS)
    writer.add_vocab_size(len(words))
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre("gpt-2")
    writer.add_token_list([word for word, _ in words])
    writer.add_token_types([TokenType.CONTROL if word in marks else TokenType.NORMAL for word, _ in words])
    writer.add_token_merges(pairs)
    writer.add_bos_token_id(0)
    writer.add_eos_token_id(0)
    writer.add_chat_template(TEMPLATE)
    random = np.random.default_rng(3)

    def put(name: str, *shape: int) -> None:
        flat = len(shape) == 1
        writer.add_tensor(name, np.ones(shape, np.float32) if flat else random.normal(0, 0.05, shape).astype(np.float32))

    put("token_embd.weight", len(words), WIDE)
    put("output.weight", len(words), WIDE)
    put("output_norm.weight", WIDE)
    for layer in range(LAYERS):
        for name in ("attn_q", "attn_k", "attn_v", "attn_output"):
            put(f"blk.{layer}.{name}.weight", WIDE, WIDE)
        put(f"blk.{layer}.attn_norm.weight", WIDE)
        put(f"blk.{layer}.ffn_norm.weight", WIDE)
        put(f"blk.{layer}.ffn_gate.weight", INNER, WIDE)
        put(f"blk.{layer}.ffn_up.weight", INNER, WIDE)
        put(f"blk.{layer}.ffn_down.weight", WIDE, INNER)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


@contextmanager
def served(path: Path, port: int) -> Iterator[str]:
    """The address of a running llama.cpp server, ending in ``/v1``."""
    params = CommonParams()
    params.model.path = str(path)
    params.port = port
    params.n_ctx = CONTEXT
    params.n_parallel = 1
    params.warmup = False
    params.cpuparams.n_threads = 1
    server = Server(params)
    try:
        yield f"http://127.0.0.1:{port}/v1"
    finally:
        del server
