"""What the peers of the encoder do on the same texts; called by encoder_run.py. Prints one JSON object.

    encoder_peer.py onnx MODEL.onnx MODEL_FOLDER TEXTS BATCH_SIZES [FLOAT32.onnx]
    encoder_peer.py sentence-transformers MODEL_FOLDER TEXTS BATCH_SIZES
    encoder_peer.py static MODEL_FOLDER TEXTS

Each batch size (with commas between) is timed once after a warm-up; onnxruntime gets batches of
texts sorted by token count, padded to their longest. FLOAT32.onnx: also compare vectors with its.
"""
import json
import os
import sys
import time

import numpy as np

THREADS = len(os.sched_getaffinity(0))


def read(path):
    with open(path, encoding="utf-8", newline="\n") as lines:
        return [json.loads(line)["text"] for line in lines]


def timed(work):
    start = time.perf_counter()
    result = work()
    return result, time.perf_counter() - start


def onnx_encoder(model, folder):
    """A function from texts and a batch size to unit vectors."""
    import onnxruntime
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(os.path.join(folder, "tokenizer.json"))
    tokenizer.no_padding()
    tokenizer.enable_truncation(256)
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = THREADS
    session = onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])

    def encode(texts, size):
        tokens = [encoding.ids for encoding in tokenizer.encode_batch_fast(texts)]
        order = sorted(range(len(tokens)), key=lambda place: len(tokens[place]))
        rows = None
        for first in range(0, len(order), size):
            batch = order[first:first + size]
            ids = np.zeros((len(batch), len(tokens[batch[-1]])), np.int64)
            mask = np.zeros_like(ids)
            for row, place in enumerate(batch):
                ids[row, :len(tokens[place])] = tokens[place]
                mask[row, :len(tokens[place])] = 1
            inputs = {"input_ids": ids, "attention_mask": mask, "token_type_ids": np.zeros_like(ids)}
            states = session.run(None, inputs)[0]
            sums = np.matmul(mask[:, None, :].astype(np.float32), states)[:, 0]
            if rows is None:
                rows = np.empty((len(texts), sums.shape[1]), np.float32)
            rows[batch] = sums / np.linalg.norm(sums, axis=1, keepdims=True)
        return rows

    return encode


def onnx(model, folder, corpus, sizes, reference=None):
    texts = read(corpus)
    encode = onnx_encoder(model, folder)
    result = speeds(texts, sizes, encode)
    if reference:
        exact = onnx_encoder(reference, folder)(texts, 32)
        cosines = (encode(texts, 32) * exact).sum(axis=1)
        result |= {"meanCosine": float(cosines.mean()), "leastCosine": float(cosines.min())}
    return result


def sentence_transformers(folder, corpus, sizes):
    from sentence_transformers import SentenceTransformer

    encoder = SentenceTransformer(folder, device="cpu")
    return speeds(
        read(corpus), sizes,
        lambda texts, size: encoder.encode(texts, batch_size=size, show_progress_bar=False))


def speeds(texts, sizes, encode):
    encode(texts[:256], 32)
    by_size = {}
    for size in map(int, sizes.split(",")):
        by_size[size] = len(texts) / timed(lambda: encode(texts, size))[1]
    best = max(by_size, key=by_size.get)
    return {"batchSize": best, "sentencesPerSecond": by_size[best], "bySize": by_size}


def static(folder, corpus):
    from model2vec import StaticModel

    texts = read(corpus)
    model = StaticModel.from_pretrained(folder)
    model.encode(texts[:256])
    times = sorted(timed(lambda: model.encode(texts))[1] for _ in range(5))
    result = {"sentencesPerSecond": len(texts) / times[2]}
    from semhash.utils import featurize

    records = [{"text": text} for text in texts]
    times = sorted(timed(lambda: featurize(records, ["text"], model))[1] for _ in range(5))
    return result | {"semhashSentencesPerSecond": len(texts) / times[2]}


if __name__ == "__main__":
    parts = {"onnx": onnx, "sentence-transformers": sentence_transformers, "static": static}
    print(json.dumps(parts[sys.argv[1]](*sys.argv[2:])))
