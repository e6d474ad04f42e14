"""Prints the shuffled order of ten examples for seed 42, epochs 0 and 1, from Philox4x32-10 as published.

Used by BatchSamplerTests. The generator is checked against Random123's known answer first.
"""


def philox(counter, key):
    for _ in range(10):
        a, b = 0xD2511F53 * counter[0], 0xCD9E8D57 * counter[2]
        low = 0xFFFFFFFF
        counter = [(b >> 32) ^ counter[1] ^ key[0], b & low, (a >> 32) ^ counter[3] ^ key[1], a & low]
        key = [(key[0] + 0x9E3779B9) & low, (key[1] + 0xBB67AE85) & low]
    return counter


ones = 0xFFFFFFFF
assert philox([0] * 4, [0] * 2) == [0x6627E8D5, 0xE169C58D, 0xBC57AC4C, 0x9B00DBD8]
assert philox([ones] * 4, [ones] * 2) == [0x408F276D, 0x41C83B0E, 0xA20BC7C6, 0x6D5451FD]


def numbers(seed, epoch, stream=2):
    index = 0
    while True:
        words = philox([index, stream, 0, epoch], [seed & ones, seed >> 32])
        yield words[0] | words[1] << 32
        yield words[2] | words[3] << 32
        index += 1


def permutation(count, source):
    order = list(range(count))
    for last in range(count - 1, 0, -1):
        other = next(source) * (last + 1) >> 64
        order[last], order[other] = order[other], order[last]
    return order


print(permutation(10, numbers(42, 0)) + permutation(10, numbers(42, 1)))
