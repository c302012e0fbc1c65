// Stored records: content behind a checksum over every other byte of the record and over its key.
//
// Layout: signature (8 bytes), version (uint32), CRC-32 (uint32), content; little endian. Records
// of earlier versions are content alone. They are still read, without a checksum.
import type { MessageText } from '../base/catalogue.ts'
import { MessageError } from '../base/errors.ts'
import { crc32 } from '../base/crc32.ts'
import { planMessages } from '../messages/plan.ts'
import { readPackedHeader } from './packedHeader.ts'

/** Size of the header in bytes: a multiple of 8, so that arrays in the content stay aligned. */
export const RECORD_HEADER = 16

/**
 * No record of an earlier version begins with it, even if some of its bits are flipped: the fifth
 * byte of a state is a brace, and an origin consists of hexadecimal digits.
 */
const SIGNATURE = Uint8Array.of(0x89, 0x4c, 0x47, 0x44, 0x1a, 0x52, 0x45, 0x43)
const VERSION = 1
const CHECKSUM_AT = 12

/** Thrown for records that cannot be read. */
export class RecordError extends MessageError {
  constructor(
    message: MessageText,
    /** False for a record of a later version, which must not be deleted. */
    readonly damaged = true,
  ) {
    super(message)
  }
}

/** Writes the header of a record whose content begins at {@link RECORD_HEADER}. */
export function sealRecord(key: string, record: Uint8Array, version = VERSION) {
  const view = new DataView(record.buffer, record.byteOffset)
  record.set(SIGNATURE)
  view.setUint32(SIGNATURE.length, version, true)
  view.setUint32(CHECKSUM_AT, sumRecord(key, record), true)
}

/** Creates a record with a copy of `content`. */
export function createRecord(key: string, content: Uint8Array): Uint8Array {
  const record = new Uint8Array(RECORD_HEADER + content.length)
  record.set(content, RECORD_HEADER)
  sealRecord(key, record)
  return record
}

/**
 * Returns the content of a record, as a view of its bytes.
 * @throws RecordError if a bit differs from what was written under this key
 */
export function openRecord(key: string, record: Uint8Array): Uint8Array {
  if (!isSealed(record)) return record
  const view = new DataView(record.buffer, record.byteOffset, record.length)
  const sum = sumRecord(key, record)
  const written = view.getUint32(CHECKSUM_AT, true)
  if (sum !== written)
    throw new RecordError(planMessages.wrongChecksum({ expected: hex(written), got: hex(sum) }))
  const version = view.getUint32(SIGNATURE.length, true)
  if (version !== VERSION)
    throw new RecordError(planMessages.laterRecord({ expected: VERSION, got: version }), false)
  return record.subarray(RECORD_HEADER)
}

/**
 * Checks a record without reading its values. Of an earlier version, only the sizes are checked.
 * @throws Error if it is damaged
 */
export function checkRecord(key: string, record: Uint8Array) {
  const content = openRecord(key, record)
  if (key.startsWith('state/')) readPackedHeader(content)
  else if (key.startsWith('origin/')) decodeOrigin(content)
}

/**
 * Returns the name of the weights in the content of an origin: the key and the step of a training.
 * @throws RecordError if it is something else
 */
export function decodeOrigin(content: Uint8Array): string {
  const origin = new TextDecoder().decode(content)
  if (!/^[\w-]+@\d+$/.test(origin)) throw new RecordError(planMessages.misshapenRecord())
  return origin
}

const isSealed = (record: Uint8Array) =>
  record.length >= RECORD_HEADER && SIGNATURE.every((byte, i) => record[i] === byte)

/** The key is included, so that the record of another key is detected as well. */
function sumRecord(key: string, record: Uint8Array): number {
  const named = crc32(new TextEncoder().encode(key))
  return crc32(record.subarray(RECORD_HEADER), crc32(record.subarray(0, CHECKSUM_AT), named))
}

const hex = (sum: number) => sum.toString(16).padStart(8, '0')
