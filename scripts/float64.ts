// tfjs counts in float64 on the cpu backend if this is imported before it: to measure what float32 would hide. The backend keeps
// numbers in whatever `Float32Array` is.
import './float64Global.ts'
import { tf } from '../src/engine/tf.ts'

const kinds = [Float64Array, Int32Array, Uint8Array, Uint8ClampedArray]

Object.assign(tf.env().platform as object, { isTypedArray: (values: unknown) => kinds.some((kind) => values instanceof kind) })
