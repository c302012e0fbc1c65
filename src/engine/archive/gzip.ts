// Reads gzip files (RFC 1952) with a limit, and verifies their checksum and size.
import { crc32 } from '../base/crc32.ts'
import { archiveMessages } from '../messages/archive.ts'
import { ArchiveError } from './error.ts'
import { InflateError, inflateUpTo } from './inflate.ts'
import { isGzip } from './signatures.ts'

/** Unpacks a file of one member with at most `limit` bytes. Throws ArchiveError. */
export function gunzipBounded(bytes: Uint8Array, limit: number): Uint8Array<ArrayBuffer> {
  const start = headerEnd(bytes)
  if (start === undefined) throw new ArchiveError(archiveMessages.gzipHeader())
  if (start + 8 > bytes.length) throw new ArchiveError(archiveMessages.gzipCutOff())
  const end = new DataView(bytes.buffer, bytes.byteOffset + bytes.length - 8, 8)
  const out = inflateMember(bytes.subarray(start, -8), limit)
  const [expected, size] = [end.getUint32(0, true), end.getUint32(4, true)]
  if (size !== out.length)
    throw new ArchiveError(archiveMessages.gzipSize({ expected: size, got: out.length }))
  const got = crc32(out)
  if (got === expected) return out
  throw new ArchiveError(archiveMessages.gzipCrc({ expected: hex32(expected), got: hex32(got) }))
}

function inflateMember(packed: Uint8Array, limit: number): Uint8Array<ArrayBuffer> {
  try {
    return inflateUpTo(packed, limit)
  } catch (error) {
    if (!(error instanceof InflateError)) throw error
    throw new ArchiveError(
      error.problem === 'longer'
        ? archiveMessages.gzipLarger({ most: limit })
        : archiveMessages.gzipPacked(),
    )
  }
}

/** Prints a checksum. */
export const hex32 = (value: number): string => value.toString(16).padStart(8, '0')

const EXTRA = 4
const NAME = 8
const COMMENT = 16
const HEADER_CRC = 2

/** Returns where the compressed data begin; undefined if the header is damaged. */
function headerEnd(bytes: Uint8Array): number | undefined {
  if (!isGzip(bytes) || bytes.length < 10 || bytes[2] !== 8 || bytes[3] & 0xe0) return undefined
  let at = 10
  if (bytes[3] & EXTRA) at += 2 + (bytes[at] | (bytes[at + 1] << 8))
  for (const flag of [NAME, COMMENT]) {
    if (!(bytes[3] & flag)) continue
    const end = bytes.indexOf(0, at)
    if (end < 0) return undefined
    at = end + 1
  }
  if (bytes[3] & HEADER_CRC) at += 2
  return at <= bytes.length ? at : undefined
}
