// Lossless conversion of values to bytes and back: plain data as JSON, followed by the numbers of
// tensors and typed arrays.
import { mapValues } from '../base/records.ts'
import { tf, type Tensor } from '../base/tf.ts'
import { runTidied } from '../base/memory.ts'
import { LAYOUT, padding, readPackedHeader } from './packedHeader.ts'

export interface PackOptions {
  /** Number of bytes to leave empty before the value: a multiple of 8. */
  offset?: number
  /** Runs each part of the work that blocks the thread, to measure it. */
  block?: <T>(work: () => T) => T
}

/**
 * Packs a value: the length of the JSON (uint32, little endian), the JSON, padding to 8 bytes, the
 * arrays.
 */
export async function pack(
  value: unknown,
  { offset = 0, block = (work) => work() }: PackOptions = {},
): Promise<Uint8Array> {
  // All reads start before the first one is awaited: backends without a device read immediately,
  // so their work is in this block.
  const { json, size, arrays } = block(() => encodeTree(value))
  const read = await Promise.all(arrays.map(async ({ at, array }) => ({ at, array: await array })))
  return block(() => {
    const start = offset + 4 + json.length + padding(4 + json.length)
    const bytes = new Uint8Array(start + size)
    new DataView(bytes.buffer).setUint32(offset, json.length, true)
    bytes.set(json, offset + 4)
    for (const { at, array } of read) bytes.set(arrayBytes(array), start + at)
    return bytes
  })
}

interface Encoded {
  json: Uint8Array
  /** Size of all arrays in bytes. */
  size: number
  arrays: { at: number; array: NumberArray | Promise<NumberArray> }[]
}

function encodeTree(value: unknown): Encoded {
  const arrays: Encoded['arrays'] = []
  let size = 0
  const append = (array: NumberArray | Promise<NumberArray>, bytes: number) => {
    const at = size
    arrays.push({ at, array })
    size += bytes + padding(bytes)
    return at
  }
  const encodePart = (part: unknown): unknown => {
    if (part instanceof tf.Tensor) {
      const { shape, dtype, size: length } = part
      const { BYTES_PER_ELEMENT } = tensorKinds[dtype as keyof typeof tensorKinds]
      const at = append(part.data() as Promise<NumberArray>, length * BYTES_PER_ELEMENT)
      return { $tensor: shape, dtype, at, length }
    }
    const kind = arrayKinds.find((constructor) => part instanceof constructor)
    if (kind) {
      const array = part as NumberArray
      return { $array: kind.name, at: append(array, array.byteLength), length: array.length }
    }
    if (Array.isArray(part)) return part.map(encodePart)
    if (typeof part === 'object' && part !== null)
      return mapValues(part as Record<string, unknown>, encodePart)
    // JSON has no such numbers.
    if (typeof part === 'number' && !Number.isFinite(part)) return { $number: String(part) }
    return part
  }
  const encoded = encodePart(value)
  const json = new TextEncoder().encode(JSON.stringify({ layout: LAYOUT, size, value: encoded }))
  return { json, size, arrays }
}

/**
 * Unpacks a value. The tensors belong to the caller.
 * @throws an error if the bytes are truncated or have another layout
 */
export function unpack(bytes: Uint8Array): unknown {
  const { value, start } = readPackedHeader(bytes)
  const numbers = (kind: ArrayKind, at: number, count: number) => {
    const size = count * kind.BYTES_PER_ELEMENT
    return new kind(bytes.slice(start + at, start + at + size).buffer as ArrayBuffer)
  }
  const decode = (part: unknown): unknown => {
    if (Array.isArray(part)) return part.map(decode)
    if (typeof part !== 'object' || part === null) return part
    const { $tensor, $array, $number, dtype, at, length: count } = part as Record<string, never>
    if ($number) return Number($number)
    if ($tensor)
      return tf.tensor(
        numbers(tensorKinds[dtype as keyof typeof tensorKinds], at, count) as Float32Array,
        $tensor,
        dtype,
      ) as Tensor
    if ($array)
      return numbers(
        arrayKinds.find(({ name }) => name === $array)!,
        at,
        count,
      )
    return mapValues(part as Record<string, unknown>, decode)
  }
  return runTidied(() => decode(value))
}

const arrayKinds = [Float32Array, Float64Array, Int32Array, Uint8Array] as const
type ArrayKind = (typeof arrayKinds)[number]
type NumberArray = InstanceType<ArrayKind>

/** Arrays of the tensors' numbers, by dtype. */
const tensorKinds = { float32: Float32Array, int32: Int32Array, bool: Uint8Array } as const

const arrayBytes = (array: NumberArray) =>
  new Uint8Array(array.buffer, array.byteOffset, array.byteLength)
