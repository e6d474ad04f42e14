# Copyright The Saltus Authors
# SPDX-License-Identifier: Apache-2.0
"""How near a copy of a recording is to it, for the scripts beside this file; needs librosa, pesq and pystoi."""


def fidelity(signal, reference, rate):
    """PESQ (wide band) and ESTOI of a signal against its reference, both at `rate` Hz and without a shift in time.

    The longer of the two is cut. (None, None) where the modules pesq and pystoi are not installed.
    """
    try:
        from pesq import pesq
        from pystoi import stoi
    except ImportError:
        return None, None
    import librosa

    count = min(len(signal), len(reference))
    a, b = (librosa.resample(x[:count], orig_sr=rate, target_sr=16000) for x in (reference, signal))
    return float(pesq(16000, a, b, "wb")), float(stoi(a, b, 16000, extended=True))
