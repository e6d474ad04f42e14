#!/usr/bin/env python3
# Copyright The Saltus Authors
# SPDX-License-Identifier: Apache-2.0
"""Writes librosa.json: what librosa 0.11 and NumPy make of the signals below. `python3 librosa_spectral.py`

Griffin-Lim, fast Griffin-Lim and ADMM are written here once more with librosa's stft and istft, phase gradient heap
integration with Python's heap.
"""

import heapq
import json
import pathlib

import librosa
import numpy

RATE = 22050
TOLERANCE = 1e-6


def tones(count):
    """A rising tone, a steady one and clicks; the Swift tests compute the same."""
    t = numpy.arange(count) / RATE
    x = 0.5 * numpy.sin(2 * numpy.pi * (300 * t + 2000 * t * t)) + 0.2 * numpy.cos(2 * numpy.pi * 5000 * t)
    x[::701] += 0.3
    return x.astype(numpy.float32)


def voice(count):
    """Forty harmonics of a gliding pitch in syllables, and noise; the Swift tests compute the same."""
    t = numpy.arange(count) / RATE
    phase = 2 * numpy.pi * (130 * t - 8 * numpy.cos(2 * numpy.pi * 0.8 * t))
    x = sum((1 + 0.8 * numpy.cos(0.9 * h)) / h * numpy.cos(h * phase + h * h) for h in range(1, 41))
    x *= 0.1 * (0.55 - 0.45 * numpy.cos(2 * numpy.pi * 3 * t))
    state, noise = 1, numpy.empty(count)
    for i in range(count):
        state = (state * 6364136223846793005 + 1442695040888963407) % 2**64
        noise[i] = (state >> 40) / 2**24 - 0.5
    return (x + 0.01 * noise).astype(numpy.float32)


def rounded(values):
    return [float(f"{value:.7g}") for value in numpy.asarray(values).ravel()]


def stft_case(count, n_fft, hop, win, frames):
    spectrum = librosa.stft(tones(count), n_fft=n_fft, hop_length=hop, win_length=win)
    chosen = spectrum[:, frames].T
    return {"samples": count, "fftSize": n_fft, "hop": hop, "windowLength": win, "frameCount": spectrum.shape[1],
            "frames": [frame % spectrum.shape[1] for frame in frames], "real": rounded(chosen.real),
            "imaginary": rounded(chosen.imag)}


def mel_case(rate, n_fft, bands, low, high, htk, norm):
    matrix = librosa.filters.mel(sr=rate, n_fft=n_fft, n_mels=bands, fmin=low, fmax=high, htk=htk, norm=norm)
    places = numpy.argwhere(matrix > 0)
    magnitudes = numpy.abs(librosa.stft(voice(4000), n_fft=n_fft, hop_length=n_fft // 4))[:, 5]
    mel = matrix @ magnitudes
    inverse = numpy.maximum(numpy.linalg.pinv(matrix.astype(numpy.float64)) @ mel, 0)
    return {"sampleRate": rate, "fftSize": n_fft, "bands": bands, "lowest": low, "highest": high, "isHTK": htk,
            "hasUnitArea": norm == "slaney", "bandOf": places[:, 0].tolist(), "binOf": places[:, 1].tolist(),
            "weights": rounded(matrix[matrix > 0]), "logMel": rounded(numpy.log(numpy.maximum(mel, 1e-5))),
            "inverse": rounded(inverse)}


class Iterations:
    """Signals of given magnitudes [bin, frame]."""

    def __init__(self, magnitudes, hop, length):
        self.magnitudes = magnitudes.astype(numpy.float64)
        self.n_fft, self.hop, self.length = 2 * (len(magnitudes) - 1), hop, length

    def signal(self, spectrum):
        return librosa.istft(spectrum, hop_length=self.hop, n_fft=self.n_fft, length=self.length)

    def consistent(self, spectrum):
        return librosa.stft(self.signal(spectrum), n_fft=self.n_fft, hop_length=self.hop)

    def imposed(self, spectrum):
        return self.magnitudes * spectrum / numpy.maximum(numpy.abs(spectrum), 1e-15)

    def run(self, method, iterations, phases=0.0):
        z = self.magnitudes * numpy.exp(1j * phases)
        if method == "admm":
            u, rho = 0 * z, 0.1
            for _ in range(iterations):
                x = self.imposed(z - u)
                v = x + u
                z = (rho * v + self.consistent(v)) / (1 + rho)
                u = u + x - z
            return self.signal(self.imposed(z))
        weight, before = (0.99 / 1.99, 0) if method == "fast" else (0, 0)
        for _ in range(iterations):
            now = self.consistent(z)
            z = self.imposed(now - weight * before)
            before = now
        return self.signal(z)

    def convergence(self, signal):
        """In dB."""
        actual = numpy.abs(librosa.stft(signal.astype(numpy.float64), n_fft=self.n_fft, hop_length=self.hop))
        distance = numpy.linalg.norm(actual - self.magnitudes) / numpy.linalg.norm(self.magnitudes)
        return float(20 * numpy.log10(distance))


def gradients(magnitudes, hop, differences):
    """Steps of the phase from frame to frame and from bin to bin, in radians; `differences` along time."""
    n_fft = 2 * (len(magnitudes) - 1)
    ratio = hop * n_fft / (0.25645 * n_fft**2)
    logarithms = numpy.log(numpy.maximum(magnitudes, 1e-10))
    centre = 2 * numpy.pi * hop * numpy.arange(len(magnitudes))[:, None] / n_fft
    return centre + ratio * numpy.gradient(logarithms, axis=0), -numpy.pi - differences(logarithms) / ratio


def heap_phases(magnitudes, hop, seed=0):
    """PGHI (Prusa, Balazs and Sondergaard 2017, algorithm 1)."""
    bins, frames = magnitudes.shape
    in_time, in_frequency = gradients(magnitudes, hop, lambda s: numpy.gradient(s, axis=1))
    phases = numpy.random.default_rng(seed).uniform(-numpy.pi, numpy.pi, magnitudes.shape)
    reached = magnitudes < TOLERANCE * magnitudes.max()
    for start in numpy.argsort(-magnitudes, axis=None):
        m, n = divmod(int(start), frames)
        if reached[m, n]:
            continue
        phases[m, n], reached[m, n] = 0, True
        heap = [(-magnitudes[m, n], m, n)]
        while heap:
            _, m, n = heapq.heappop(heap)
            for k, l, steps, sign in ((m, n + 1, in_time, 1), (m, n - 1, in_time, -1), (m + 1, n, in_frequency, 1),
                                      (m - 1, n, in_frequency, -1)):
                if 0 <= k < bins and 0 <= l < frames and not reached[k, l]:
                    phases[k, l], reached[k, l] = phases[m, n] + sign * (steps[m, n] + steps[k, l]) / 2, True
                    heapq.heappush(heap, (-magnitudes[k, l], k, l))
    return phases


def causal_phases(magnitudes, hop, look_ahead, seed=0):
    """RTPGHI (Prusa and Sondergaard 2016, algorithm 1) with 0 or 1 frames of look-ahead."""
    def differences(s):
        return numpy.gradient(s, axis=1) if look_ahead else numpy.diff(s, axis=1, prepend=s[:, :1])

    bins, frames = magnitudes.shape
    in_time, in_frequency = gradients(magnitudes, hop, differences)
    phases = numpy.random.default_rng(seed).uniform(-numpy.pi, numpy.pi, magnitudes.shape)
    for n in range(frames):
        pair = magnitudes[:, max(0, n - 1):n + 1]
        threshold = TOLERANCE * pair.max()
        reached = magnitudes[:, n] < threshold
        heap = []
        if n > 0:
            heap = [(-magnitudes[m, n - 1], m, n - 1) for m in range(bins) if magnitudes[m, n - 1] >= threshold]
            heapq.heapify(heap)
        while True:
            if not heap:
                left = numpy.where(reached, -1, magnitudes[:, n])
                m = int(left.argmax())
                if left[m] < 0:
                    break
                phases[m, n], reached[m] = 0, True
                heap = [(-magnitudes[m, n], m, n)]
            _, m, l = heapq.heappop(heap)
            if l < n:
                if not reached[m]:
                    phases[m, n], reached[m] = phases[m, l] + (in_time[m, l] + in_time[m, n]) / 2, True
                    heapq.heappush(heap, (-magnitudes[m, n], m, n))
                continue
            for k, sign in ((m + 1, 1), (m - 1, -1)):
                if 0 <= k < bins and not reached[k]:
                    phases[k, n], reached[k] = phases[m, n] + sign * (in_frequency[m, n] + in_frequency[k, n]) / 2, True
                    heapq.heappush(heap, (-magnitudes[k, n], k, n))
    return phases


def phase_cases():
    """Short signals, sample by sample."""
    magnitudes = numpy.abs(librosa.stft(voice(1623), n_fft=256, hop_length=64))
    work = Iterations(magnitudes, 64, 1623)
    cases = [{"method": method, "iterations": 6, "samples": rounded(work.run(method, 6))}
             for method in ("classic", "fast", "admm")]
    for method, momentum in (("classic", 0), ("fast", 0.99)):
        result = librosa.griffinlim(magnitudes, n_iter=6, hop_length=64, momentum=momentum, init=None, length=1623)
        cases.append({"method": method, "iterations": 6, "samples": rounded(result)})
    return cases


def convergence_cases():
    """Spectral convergence on `voice`, in dB."""
    magnitudes = numpy.abs(librosa.stft(voice(33024), n_fft=1024, hop_length=256))
    work = Iterations(magnitudes, 256, 33024)
    starts = {"zero": 0 * magnitudes, "pghi": heap_phases(magnitudes, 256)}
    runs = [("fast", "zero", 0), ("classic", "zero", 32), ("fast", "zero", 32), ("admm", "zero", 32),
            ("fast", "pghi", 0), ("classic", "pghi", 8), ("fast", "pghi", 8), ("admm", "pghi", 8), ("fast", "pghi", 16)]
    cases = [{"method": method, "start": start, "iterations": iterations,
              "decibels": work.convergence(work.run(method, iterations, starts[start]))}
             for method, start, iterations in runs]
    for look_ahead in (0, 1):
        result = work.signal(work.magnitudes * numpy.exp(1j * causal_phases(magnitudes, 256, look_ahead)))
        cases.append({"method": "none", "start": f"causal{look_ahead}", "iterations": 0,
                      "decibels": work.convergence(result)})
    return cases


def main():
    cases = {
        "librosa": librosa.__version__,
        "stft": [
            stft_case(700, 64, 16, 64, list(range(0, 44, 3))),
            stft_case(5003, 1024, 256, 1024, [0, 1, 9, -1]),
            stft_case(3001, 400, 100, 320, [0, 1, 10, -1]),
            stft_case(1, 64, 16, 64, [0]),
        ],
        "mel": [
            mel_case(22050, 1024, 80, 0.0, 8000.0, False, "slaney"),
            mel_case(22050, 1024, 128, 0.0, 11025.0, False, "slaney"),
            mel_case(16000, 400, 30, 60.0, 7600.0, True, None),
            mel_case(16000, 512, 40, 0.0, 8000.0, True, "slaney"),
        ],
        "phase": phase_cases(),
        "convergence": convergence_cases(),
    }
    path = pathlib.Path(__file__).with_name("librosa.json")
    path.write_text(json.dumps(cases, separators=(",", ":")) + "\n")


if __name__ == "__main__":
    main()
