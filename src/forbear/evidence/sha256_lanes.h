/* SHA-256 of many messages at once, LANES of them side by side in one vector register.
 *
 * Included once per width by sha256_batch.c with LANES, TARGET and LOAD_BLOCKS defined. FIPS 180-4,
 * section 6.2; the padding is section 5.1.1. A lane whose message is finished takes the next one,
 * so that messages of different lengths keep all lanes busy.
 */
#define V NAMED(vector)
typedef uint32_t V __attribute__((vector_size(4 * LANES)));

#define ROTATE(x, n) (((x) >> (n)) | ((x) << (32 - (n))))
#define SCHEDULE(i)                                                                      \
    (w[i] += (ROTATE(w[((i) + 14) & 15], 17) ^ ROTATE(w[((i) + 14) & 15], 19) ^          \
              (w[((i) + 14) & 15] >> 10)) +                                              \
             w[((i) + 9) & 15] +                                                         \
             (ROTATE(w[((i) + 1) & 15], 7) ^ ROTATE(w[((i) + 1) & 15], 18) ^             \
              (w[((i) + 1) & 15] >> 3)))
#define ROUND(a, b, c, d, e, f, g, h, constant, word)                                    \
    do {                                                                                 \
        V t = h + (ROTATE(e, 6) ^ ROTATE(e, 11) ^ ROTATE(e, 25)) + (g ^ (e & (f ^ g))) + \
              (constant) + (word);                                                       \
        d += t;                                                                          \
        h = t + (ROTATE(a, 2) ^ ROTATE(a, 13) ^ ROTATE(a, 22)) +                         \
            ((a & b) | (c & (a | b)));                                                   \
    } while (0)
#define EIGHT_ROUNDS(k, W, i)                                \
    ROUND(a, b, c, d, e, f, g, h, (k)[i], W(i));             \
    ROUND(h, a, b, c, d, e, f, g, (k)[i + 1], W((i) + 1));   \
    ROUND(g, h, a, b, c, d, e, f, (k)[i + 2], W((i) + 2));   \
    ROUND(f, g, h, a, b, c, d, e, (k)[i + 3], W((i) + 3));   \
    ROUND(e, f, g, h, a, b, c, d, (k)[i + 4], W((i) + 4));   \
    ROUND(d, e, f, g, h, a, b, c, (k)[i + 5], W((i) + 5));   \
    ROUND(c, d, e, f, g, h, a, b, (k)[i + 6], W((i) + 6));   \
    ROUND(b, c, d, e, f, g, h, a, (k)[i + 7], W((i) + 7))
#define FIRST(i) w[i]

/* One block of each lane into the lanes' states. */
TARGET static void NAMED(compress)(V state[8], const uint8_t *const block[LANES])
{
    V w[16];
    V a = state[0], b = state[1], c = state[2], d = state[3];
    V e = state[4], f = state[5], g = state[6], h = state[7];
    LOAD_BLOCKS(w, block);
    EIGHT_ROUNDS(ROUND_CONSTANTS, FIRST, 0);
    EIGHT_ROUNDS(ROUND_CONSTANTS, FIRST, 8);
    for (int round = 16; round < 64; round += 16) {
        const uint32_t *constants = ROUND_CONSTANTS + round;
        EIGHT_ROUNDS(constants, SCHEDULE, 0);
        EIGHT_ROUNDS(constants, SCHEDULE, 8);
    }
    state[0] += a, state[1] += b, state[2] += c, state[3] += d;
    state[4] += e, state[5] += f, state[6] += g, state[7] += h;
}

/* The digests of `count` messages, each `prefix` and then its `length` bytes of `data`. */
TARGET static void NAMED(hash_all)(struct messages *from, uint8_t *digests)
{
    union {
        V vectors[8];
        uint32_t words[8][LANES];
    } state;
    struct message lane[LANES];
    const uint8_t *block[LANES];
    size_t busy = 0;
    memset(&state, 0, sizeof state);
    for (int l = 0; l < LANES; l++) {
        if (!next_message(from, &lane[l])) {
            lane[l].blocks = 0;
            block[l] = NO_BLOCK;
            continue;
        }
        busy++;
        for (int i = 0; i < 8; i++)
            state.words[i][l] = INITIAL[i];
    }
    while (busy) {
        for (int l = 0; l < LANES; l++)
            if (lane[l].blocks)
                block[l] = next_block(&lane[l]);
        NAMED(compress)(state.vectors, block);
        for (int l = 0; l < LANES; l++) {
            if (!lane[l].blocks || lane[l].done < lane[l].blocks)
                continue;
            for (int i = 0; i < 8; i++)
                store_word(digests + 32 * lane[l].number + 4 * i, state.words[i][l]);
            if (!next_message(from, &lane[l])) {
                lane[l].blocks = 0;
                block[l] = NO_BLOCK;
                busy--;
                continue;
            }
            for (int i = 0; i < 8; i++)
                state.words[i][l] = INITIAL[i];
        }
    }
}

#undef V
#undef ROTATE
#undef SCHEDULE
#undef ROUND
#undef EIGHT_ROUNDS
#undef FIRST
