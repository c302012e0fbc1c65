// Bounded decompression: stops soon after the limit, whatever the data are, and checks the size.
import { Inflate } from 'fflate'

/** Greatest ratio of deflate: 258 bytes from two bits. */
const GREATEST_RATIO = 1032
/**
 * Bytes of input at a time. A step exceeds the limit at most by the limit itself, or by 17 MB;
 * smaller steps take several times as long.
 */
const SMALLEST_STEP = 2 ** 14
const LARGEST_STEP = 2 ** 18

/** What is wrong with compressed data. */
export type InflateProblem = 'damaged' | 'longer' | 'shorter'

/** Thrown for compressed data that are damaged or of another size. Callers name the part. */
export class InflateError extends Error {
  override name = 'InflateError'

  constructor(
    readonly problem: InflateProblem,
    /** Bytes that were unpacked. */
    readonly size: number,
  ) {
    super(problem)
  }
}

/**
 * Inflates raw deflate data until the end, or until there are more than `limit` bytes. Passes each
 * piece to `take` and returns their total length. Throws InflateError.
 */
function inflateSteps(
  packed: Uint8Array,
  limit: number,
  take: (piece: Uint8Array) => void,
): number {
  let total = 0
  const stream = new Inflate((piece) => {
    total += piece.length
    take(piece)
  })
  try {
    const step = Math.min(LARGEST_STEP, Math.max(SMALLEST_STEP, limit / GREATEST_RATIO))
    let at = 0
    while (at < packed.length) {
      if (total > limit) break
      const end = at + Math.ceil(step)
      stream.push(packed.subarray(at, end), end >= packed.length)
      at = end
    }
  } catch {
    throw new InflateError('damaged', total)
  }
  return total
}

/** Inflates data that must have exactly `size` bytes. Throws InflateError. */
export function inflateExactly(packed: Uint8Array, size: number): Uint8Array<ArrayBuffer> {
  // A declared size that no data of this length can reach is refused before it is allocated.
  if (size > packed.length * GREATEST_RATIO) throw new InflateError('shorter', 0)
  const out = new Uint8Array(size)
  let at = 0
  const total = inflateSteps(packed, size, (piece) => {
    out.set(piece.subarray(0, size - at), at)
    at = Math.min(size, at + piece.length)
  })
  if (total !== size) throw new InflateError(total > size ? 'longer' : 'shorter', total)
  return out
}

/** Inflates data of unknown size, at most `limit` bytes. Throws InflateError. */
export function inflateUpTo(packed: Uint8Array, limit: number): Uint8Array<ArrayBuffer> {
  const pieces: Uint8Array[] = []
  const total = inflateSteps(packed, limit, (piece) => pieces.push(piece))
  if (total > limit) throw new InflateError('longer', total)
  return joinPieces(pieces, total)
}

/** Inflates the first `count` bytes, or all if there are fewer. Throws InflateError. */
export function inflateStart(packed: Uint8Array, count: number): Uint8Array<ArrayBuffer> {
  const pieces: Uint8Array[] = []
  const total = inflateSteps(packed, count, (piece) => pieces.push(piece))
  return joinPieces(pieces, Math.min(count, total))
}

function joinPieces(pieces: readonly Uint8Array[], size: number): Uint8Array<ArrayBuffer> {
  const all = new Uint8Array(size)
  let at = 0
  for (const piece of pieces) {
    all.set(piece.subarray(0, size - at), at)
    at = Math.min(size, at + piece.length)
  }
  return all
}

// ---- zlib (RFC 1950), inside PNG

/**
 * Inflates a zlib stream of at most `limit` bytes and verifies its Adler-32. Throws InflateError.
 */
export function unzlib(bytes: Uint8Array, limit: number): Uint8Array<ArrayBuffer> {
  const [method = 0, flags = 0] = bytes
  const isHeader = (method & 15) === 8 && method >> 4 <= 7 && (method * 256 + flags) % 31 === 0
  if (bytes.length < 6 || !isHeader || flags & 32) throw new InflateError('damaged', 0)
  const out = inflateUpTo(bytes.subarray(2, -4), limit)
  const end = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  if (end.getUint32(bytes.length - 4) !== adler32(out))
    throw new InflateError('damaged', out.length)
  return out
}

function adler32(bytes: Uint8Array): number {
  let [a, b] = [1, 0]
  for (let i = 0; i < bytes.length;) {
    // The largest number of bytes before the sums exceed 32 bits.
    for (const end = Math.min(bytes.length, i + 3800); i < end; i++) b += a += bytes[i]
    a %= 65521
    b %= 65521
  }
  return (b * 65536 + a) >>> 0
}
