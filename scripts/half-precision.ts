// Stores the weights of a checkpoint as float16, in half the bytes, as diffusers and this project read them.
import { unzipSync } from 'fflate'
import { canonicalZip } from '../src/engine/checkpoint/archive.ts'
import { readSafetensors } from '../src/engine/archive/safetensors.ts'

const LENGTH = 8

/** Rounds the float tensors of a ZIP to float16. Throws RangeError if a weight is 65,520 or more. */
export function toHalfPrecision(zip: Uint8Array): Uint8Array {
  const files = Object.entries(unzipSync(zip)).map(([path, bytes]): [string, Uint8Array] => [
    path,
    path.endsWith('.safetensors') ? halveTensors(bytes) : bytes,
  ])
  return canonicalZip(new Map(files))
}

function halveTensors(file: Uint8Array): Uint8Array {
  const entries = [...readSafetensors(file)]
  let end = 0
  const header = entries.map(([name, { shape, data }]): [string, unknown] => [
    name,
    { dtype: 'F16', shape, data_offsets: [end, (end += 2 * data.length)] },
  ])
  const json = JSON.stringify({ __metadata__: { format: 'pt' }, ...Object.fromEntries(header) })
  const start = LENGTH + Math.ceil(json.length / LENGTH) * LENGTH
  const bytes = new Uint8Array(start + end).fill(0x20, LENGTH, start)
  bytes.set(new TextEncoder().encode(json), LENGTH)
  const view = new DataView(bytes.buffer)
  view.setBigUint64(0, BigInt(start - LENGTH), true)
  let offset = start
  for (const [, { data }] of entries) {
    for (const value of data) {
      view.setUint16(offset, floatToHalf(value), true)
      offset += 2
    }
  }
  return bytes
}

const word = new DataView(new ArrayBuffer(4))
/** Smallest normal float16 and smallest float32 that rounds to infinity. */
const [NORMAL, INFINITE] = [2 ** -14, 65520]

/** Rounds to the nearest float16, to the even one if two are as near. */
export function floatToHalf(value: number): number {
  const size = Math.abs(value)
  if (!(size < INFINITE)) throw new RangeError(`${value} is out of the range of float16.`)
  word.setFloat32(0, value)
  const bits = word.getUint32(0)
  const sign = (bits >>> 16) & 0x8000
  if (size < NORMAL) return sign | roundToEven(size * 2 ** 24)
  // The exponent loses 112 of its bias; 13 of 23 bits of the fraction go.
  return sign | roundToEven(((bits & 0x7fffffff) - (112 << 23)) / 2 ** 13)
}

function roundToEven(value: number): number {
  const floor = Math.floor(value)
  const rest = value - floor
  return rest > 0.5 || (rest === 0.5 && floor % 2 === 1) ? floor + 1 : floor
}
