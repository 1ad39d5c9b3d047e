/* The two hashes of a log (RFC 6962, section 2.1) over many inputs in one call.
 *
 * Built where there is a compiler, and called from hashing.py through ctypes: no header but the
 * compiler's own, no library linked. Which of these a processor can run is asked at run time.
 * hashing.py holds every result against known answers before it uses any of this.
 */
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct messages {
    uint8_t prefix;
    const uint8_t *data;
    const uint64_t *lengths; /* NULL: all of `length` */
    uint64_t length;
    size_t next, count;
};

struct message {
    size_t number;
    uint8_t prefix;
    const uint8_t *data;
    uint64_t length;       /* with the prefix */
    uint64_t done, blocks; /* of 64 bytes, with the padding */
    uint8_t block[64];
};

typedef int (*sha256_init)(void *);
typedef int (*sha256_update)(void *, const void *, size_t);
typedef int (*sha256_final)(uint8_t *, void *);

static int next_message(struct messages *from, struct message *to)
{
    if (from->next == from->count)
        return 0;
    to->number = from->next++;
    uint64_t length = from->lengths ? from->lengths[to->number] : from->length;
    to->prefix = from->prefix;
    to->data = from->data;
    to->length = length + 1;
    to->done = 0;
    to->blocks = (to->length + 8) / 64 + 1;
    from->data += length;
    return 1;
}

/* By libcrypto's own functions, one message after the other; 0 where it reports a failure. */
int forbear_hash_one_by_one(sha256_init init, sha256_update update, sha256_final final,
                            uint8_t prefix, const uint8_t *data, const uint64_t *lengths,
                            uint64_t length, size_t count, uint8_t *digests)
{
    struct messages from = {prefix, data, lengths, length, 0, count};
    struct message one;
    uint64_t context[64]; /* SHA256_CTX takes 112 bytes */
    while (next_message(&from, &one))
        if (!init(context) || !update(context, &prefix, 1) ||
            !update(context, one.data, one.length - 1) ||
            !final(digests + 32 * one.number, context))
            return 0;
    return 1;
}

#if defined(__x86_64__) && defined(__GNUC__)
#include <immintrin.h>

static const uint32_t INITIAL[8] = {0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
                                    0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};
static const uint32_t ROUND_CONSTANTS[64] = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
    0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
    0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
    0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
    0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2};
static const uint8_t NO_BLOCK[64];

static void store_word(uint8_t *to, uint32_t word)
{
    word = __builtin_bswap32(word);
    memcpy(to, &word, 4);
}

/* memcpy for a few bytes of a length known only now: calling the real one costs more than it does. */
static inline void copy_few(uint8_t *to, const uint8_t *from, size_t length)
{
    for (; length >= 8; length -= 8, to += 8, from += 8)
        memcpy(to, from, 8);
    for (; length; length--)
        *to++ = *from++;
}

/* The next 64 bytes of prefix, data and padding: in place where they lie in the data as such. */
static inline const uint8_t *next_block(struct message *of)
{
    uint64_t begins = 64 * of->done++;
    uint64_t left = of->length > begins ? of->length - begins : 0;
    if (left >= 64) {
        if (begins)
            return of->data + begins - 1;
        of->block[0] = of->prefix;
        memcpy(of->block + 1, of->data, 63);
        return of->block;
    }
    memset(of->block, 0, 64);
    if (begins) {
        copy_few(of->block, of->data + begins - 1, left);
    } else {
        of->block[0] = of->prefix;
        copy_few(of->block + 1, of->data, left - 1);
    }
    if (of->length >= begins)
        of->block[left] = 0x80;
    if (of->done == of->blocks) {
        store_word(of->block + 56, (uint32_t)(of->length >> 29));
        store_word(of->block + 60, (uint32_t)(of->length << 3));
    }
    return of->block;
}

/* Eight blocks as sixteen vectors: vector i holds word i of every block, big-endian. */
__attribute__((target("avx2"))) static inline void load_8_blocks(__m256i *w,
                                                                 const uint8_t *const block[8])
{
    const __m256i swap = _mm256_set_epi32(0x0c0d0e0f, 0x08090a0b, 0x04050607, 0x00010203,
                                          0x0c0d0e0f, 0x08090a0b, 0x04050607, 0x00010203);
    for (int half = 0; half < 2; half++, w += 8) {
        __m256i r[8], p[8], q[8];
        for (int l = 0; l < 8; l++)
            r[l] = _mm256_shuffle_epi8(
                _mm256_loadu_si256((const __m256i *)(block[l] + 32 * half)), swap);
        for (int l = 0; l < 8; l += 2) {
            p[l] = _mm256_unpacklo_epi32(r[l], r[l + 1]);
            p[l + 1] = _mm256_unpackhi_epi32(r[l], r[l + 1]);
        }
        for (int l = 0; l < 8; l += 4)
            for (int i = 0; i < 2; i++) {
                q[l + 2 * i] = _mm256_unpacklo_epi64(p[l + i], p[l + i + 2]);
                q[l + 2 * i + 1] = _mm256_unpackhi_epi64(p[l + i], p[l + i + 2]);
            }
        for (int i = 0; i < 4; i++) {
            w[i] = _mm256_permute2x128_si256(q[i], q[i + 4], 0x20);
            w[i + 4] = _mm256_permute2x128_si256(q[i], q[i + 4], 0x31);
        }
    }
}

/* The same for sixteen. */
__attribute__((target("avx512f,avx512bw"))) static inline void
load_16_blocks(__m512i *w, const uint8_t *const block[16])
{
    const __m512i swap =
        _mm512_broadcast_i32x4(_mm_set_epi32(0x0c0d0e0f, 0x08090a0b, 0x04050607, 0x00010203));
    __m512i p[16], q[16];
    for (int l = 0; l < 16; l++)
        q[l] = _mm512_shuffle_epi8(_mm512_loadu_si512(block[l]), swap);
    for (int l = 0; l < 16; l += 2) {
        p[l] = _mm512_unpacklo_epi32(q[l], q[l + 1]);
        p[l + 1] = _mm512_unpackhi_epi32(q[l], q[l + 1]);
    }
    for (int l = 0; l < 16; l += 4)
        for (int i = 0; i < 2; i++) {
            q[l + 2 * i] = _mm512_unpacklo_epi64(p[l + i], p[l + i + 2]);
            q[l + 2 * i + 1] = _mm512_unpackhi_epi64(p[l + i], p[l + i + 2]);
        }
    for (int l = 0; l < 16; l += 8)
        for (int i = 0; i < 4; i++) {
            p[l + i] = _mm512_shuffle_i32x4(q[l + i], q[l + i + 4], 0x88);
            p[l + i + 4] = _mm512_shuffle_i32x4(q[l + i], q[l + i + 4], 0xdd);
        }
    for (int i = 0; i < 4; i++) {
        w[i] = _mm512_shuffle_i32x4(p[i], p[i + 8], 0x88);
        w[i + 8] = _mm512_shuffle_i32x4(p[i], p[i + 8], 0xdd);
        w[i + 4] = _mm512_shuffle_i32x4(p[i + 4], p[i + 12], 0x88);
        w[i + 12] = _mm512_shuffle_i32x4(p[i + 4], p[i + 12], 0xdd);
    }
}

#define LANES 8
#define NAMED(name) name##_8
#define TARGET __attribute__((target("avx2")))
#define LOAD_BLOCKS(w, block) load_8_blocks((__m256i *)(w), block)
#include "sha256_lanes.h"
#undef LANES
#undef NAMED
#undef TARGET
#undef LOAD_BLOCKS
#define LANES 16
#define NAMED(name) name##_16
#define TARGET __attribute__((target("avx512f,avx512bw")))
#define LOAD_BLOCKS(w, block) load_16_blocks((__m512i *)(w), block)
#include "sha256_lanes.h"

/* The widest side-by-side this processor can: 16, 8 or 0 lanes. */
int forbear_widest_lanes(void)
{
    if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw"))
        return 16;
    return __builtin_cpu_supports("avx2") ? 8 : 0;
}

int forbear_hash_side_by_side(int lanes, uint8_t prefix, const uint8_t *data,
                              const uint64_t *lengths, uint64_t length, size_t count,
                              uint8_t *digests)
{
    struct messages from = {prefix, data, lengths, length, 0, count};
    if (lanes > forbear_widest_lanes())
        return 0;
    if (lanes == 16)
        hash_all_16(&from, digests);
    else if (lanes == 8)
        hash_all_8(&from, digests);
    else
        return 0;
    return 1;
}

#include <cpuid.h>

/* Whether the processor has SHA instructions, which libcrypto then uses. */
int forbear_has_sha_instructions(void)
{
    unsigned a, b, c, d;
    return __get_cpuid_count(7, 0, &a, &b, &c, &d) ? (int)(b >> 29 & 1) : 0;
}
#else
int forbear_widest_lanes(void) { return 0; }

int forbear_hash_side_by_side(int lanes, uint8_t prefix, const uint8_t *data,
                              const uint64_t *lengths, uint64_t length, size_t count,
                              uint8_t *digests)
{
    (void)lanes, (void)prefix, (void)data, (void)lengths, (void)length, (void)count, (void)digests;
    return 0;
}

int forbear_has_sha_instructions(void) { return 0; }
#endif
