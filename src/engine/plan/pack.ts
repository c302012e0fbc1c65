// Lossless conversion of values to bytes and back: plain data as JSON, followed by the numbers of
// tensors and typed arrays.
import { concatBytes } from '../base/bytes.ts'
import { mapValues } from '../base/records.ts'
import { tf, type Tensor } from '../base/tf.ts'
import { runTidied } from '../base/memory.ts'

/**
 * Increased with every change of the format, so that older bytes are rejected instead of misread.
 */
const LAYOUT = 1

/**
 * Packs a value: the length of the JSON (uint32, little endian), the JSON, padding to 8 bytes, the
 * arrays.
 */
export async function pack(value: unknown): Promise<Uint8Array> {
  const arrays: Uint8Array[] = []
  let offset = 0
  const append = (bytes: Uint8Array) => {
    const at = offset
    arrays.push(bytes, new Uint8Array(padding(bytes.length)))
    offset += bytes.length + padding(bytes.length)
    return at
  }
  const encode = async (part: unknown): Promise<unknown> => {
    if (part instanceof tf.Tensor) {
      const data = await part.data()
      return {
        $tensor: part.shape,
        dtype: part.dtype,
        at: append(arrayBytes(data as Float32Array)),
        length: data.length,
      }
    }
    const kind = arrayKinds.find((constructor) => part instanceof constructor)
    if (kind)
      return {
        $array: kind.name,
        at: append(arrayBytes(part as Float32Array)),
        length: (part as Float32Array).length,
      }
    if (Array.isArray(part)) return mapInOrder(part, encode)
    if (typeof part === 'object' && part !== null) {
      const values = await mapInOrder(Object.values(part), encode)
      return Object.fromEntries(Object.keys(part).map((key, i) => [key, values[i]]))
    }
    return part
  }
  const encoded = await encode(value)
  const json = new TextEncoder().encode(
    JSON.stringify({ layout: LAYOUT, size: offset, value: encoded }),
  )
  const head = new Uint8Array(4 + json.length + padding(4 + json.length))
  new DataView(head.buffer).setUint32(0, json.length, true)
  head.set(json, 4)
  return concatBytes([head, ...arrays])
}

/**
 * Unpacks a value. The tensors belong to the caller.
 * @throws an error if the bytes are truncated or have another layout
 */
export function unpack(bytes: Uint8Array): unknown {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const length = view.getUint32(0, true)
  const json = new TextDecoder().decode(bytes.subarray(4, 4 + length))
  const start = 4 + length + padding(4 + length)
  const numbers = (kind: ArrayKind, at: number, count: number) => {
    const size = count * kind.BYTES_PER_ELEMENT
    return new kind(bytes.slice(start + at, start + at + size).buffer as ArrayBuffer)
  }
  const decode = (part: unknown): unknown => {
    if (Array.isArray(part)) return part.map(decode)
    if (typeof part !== 'object' || part === null) return part
    const { $tensor, $array, dtype, at, length: count } = part as Record<string, never>
    if ($tensor)
      return tf.tensor(
        numbers(dtype === 'int32' ? Int32Array : Float32Array, at, count) as Float32Array,
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
  const { layout, size, value } = JSON.parse(json) as {
    layout?: number
    size?: number
    value?: unknown
  }
  if (layout !== LAYOUT) throw new Error(`Expected layout ${LAYOUT}, got ${layout}.`)
  if (bytes.length !== start + size!)
    throw new Error(`Expected ${start + size!} bytes, got ${bytes.length}.`)
  return runTidied(() => decode(value))
}

const arrayKinds = [Float32Array, Float64Array, Int32Array, Uint8Array] as const
type ArrayKind = (typeof arrayKinds)[number]

const padding = (length: number) => (8 - (length % 8)) % 8

const arrayBytes = (array: Float32Array) =>
  new Uint8Array(array.buffer, array.byteOffset, array.byteLength)

/** Sequential, since the order of the arrays is part of the layout. */
async function mapInOrder<T, R>(items: readonly T[], work: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = []
  for (const item of items) results.push(await work(item))
  return results
}
