// JSON of entries. That of stored records has blobs and typed arrays in base64, and numbers that JSON
// lacks as texts.
import { fromBase64, toBase64 } from '../../engine/base/base64.ts'

const arrays = {
  Uint8Array,
  Uint8ClampedArray,
  Int32Array,
  Uint32Array,
  Float32Array,
  Float64Array,
} as const
type ArrayName = keyof typeof arrays

const notFinite = new Map<unknown, number>(
  [NaN, Infinity, -Infinity].map((number) => [String(number), number]),
)

export async function encodeRecord(record: unknown): Promise<string> {
  const toJson = async (value: unknown): Promise<unknown> => {
    if (value instanceof Blob)
      return { $blob: value.type, base64: toBase64(new Uint8Array(await value.arrayBuffer())) }
    if (ArrayBuffer.isView(value)) {
      const { buffer, byteOffset, byteLength } = value
      return {
        $array: value.constructor.name,
        base64: toBase64(new Uint8Array(buffer, byteOffset, byteLength)),
      }
    }
    if (typeof value === 'number' && !Number.isFinite(value)) return { $number: String(value) }
    if (Array.isArray(value)) return Promise.all(value.map(toJson))
    if (typeof value !== 'object' || value === null) return value
    const entries = await Promise.all(
      Object.entries(value).map(async ([key, each]) => [key, await toJson(each)] as const),
    )
    return Object.fromEntries(entries)
  }
  return JSON.stringify(await toJson(record))
}

/** Undefined for bytes that are not JSON. */
export function parseJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(bytes))
  } catch {
    return undefined
  }
}

/** @throws SyntaxError if the text is not JSON of {@link encodeRecord} */
export function decodeRecord(text: string): unknown {
  return JSON.parse(text, (_, value: unknown) => {
    if (typeof value !== 'object' || value === null) return value
    if ('$number' in value) return notFinite.get(value.$number) ?? value
    if (!('base64' in value)) return value
    const {
      $blob,
      $array,
      base64: content,
    } = value as { $blob?: unknown; $array?: unknown; base64: unknown }
    if (typeof content !== 'string') return value
    if (typeof $blob === 'string') return new Blob([fromBase64(content)], { type: $blob })
    if (typeof $array !== 'string' || !Object.hasOwn(arrays, $array)) return value
    return new arrays[$array as ArrayName](fromBase64(content).buffer)
  })
}
