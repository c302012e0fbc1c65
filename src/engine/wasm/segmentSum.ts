// The sum of rows that have the same number, in the heap of the wasm backend.
import type { Call, Info, Numbers } from './call.ts'

/** [numSegments, ...]: at n the sum of the rows of x whose number is n; other numbers than 0 ... numSegments - 1 go nowhere. */
export function segmentSum({ inputs, attrs, backend }: Call): Info {
  const { x, segmentIds } = inputs as { x: Info; segmentIds: Info }
  const count = attrs.numSegments as number
  const out = backend.makeOutput([count, ...x.shape.slice(1)], x.dtype)
  const [ids, from, to] = [segmentIds, x, out].map((info) => backend.typedArrayFromHeap(info)) as [Int32Array, Numbers, Numbers]
  to.fill(0)
  const width = to.length / count
  ids.forEach((id, row) => {
    if (id < 0 || id >= count) return
    for (let c = 0; c < width; c++) to[id * width + c]! += from[row * width + c]!
  })
  return out
}
