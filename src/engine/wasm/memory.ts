// The heap of the wasm backend can be full: it has 4 GiB at most. tfjs does not look: malloc then gives address 0, where all
// further tensors would lie one over the other, and training would go on with whatever numbers come of that.
import { NodeError } from '../plan/fault.ts'

interface Module {
  _malloc(bytes: number): number
  _free(address: number): void
}

/** Of one tensor, in bytes; malloc takes more than that for a negative number. */
const MOST = 2 ** 31

const watched = new WeakSet<object>()

/** Makes a backend throw NodeError where a tensor finds no room; calling it again is harmless. */
export function refuseWhenFull(backend: object): void {
  const module = (backend as { wasm: Module }).wasm
  if (watched.has(module)) return
  watched.add(module)
  module._free(module._malloc(4)) // the first call of it puts another function in its place
  const malloc = module._malloc
  module._malloc = (bytes) => {
    const address = bytes > MOST ? 0 : malloc(bytes)
    if (address === 0 && bytes > 0) throw full(bytes)
    return address
  }
}

const full = (bytes: number) =>
  new NodeError({
    message: `There is no room for another ${Math.ceil(bytes / 2 ** 20)} MiB: the wasm backend has 4 GiB at most, and 2 GiB for one tensor.`,
    cure: 'Lower batch_size, or make the model or its images smaller; attention takes the square of the number of pixels.',
  })
