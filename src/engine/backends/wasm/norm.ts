// Group normalisation of `[b, ..., c]` on the wasm backend by custom functions, item by item.
import type { NormOptions } from '../../base/layerTypes.ts'
import type { Tensor, Tensor1D, Tensor3D } from '../../base/tf.ts'
import { chooseJobCount } from './chunks.ts'
import type { Phase } from './callPlans.ts'
import type { CallRecord, Job } from './jobs.ts'
import { floatBits } from './jobs.ts'
import type { WasmFunctions } from './wasmFunctions.ts'
import { callRecord, planKey, repeatCalls } from './wasmFunctions.ts'

/** Rows of an item from which a call for each item pays. */
const MIN_ROWS = 16

/** The length of the last axis. */
export const channelCount = ({ shape }: Tensor) => shape[shape.length - 1]

/**
 * Returns whether {@link groupNormForward} supports a tensor. Stock kernels take rows that are not
 * entire vectors, and very short items.
 */
export const canNorm = (x: Tensor) =>
  channelCount(x) % 4 === 0 && x.size / x.shape[0] / channelCount(x) >= MIN_ROWS

/** The cost of SiLU, or of its derivative, for one number, in multiplications. */
const SILU_COST = 30

/** Vectors of scratch memory that the forward pass needs for an item. */
const FORWARD_VECTORS = 3

/** Returns y and what its gradient needs: mean and 1 / std of every group, `[b, 2, groups]`. */
export function groupNormForward(
  wasm: WasmFunctions,
  x: Tensor,
  weight: Tensor1D,
  bias: Tensor1D,
  { groups, eps, silu }: NormOptions,
): [y: Tensor, moments: Tensor3D] {
  const b = x.shape[0]
  const [y, moments] = [wasm.makeTensor(x.shape), wasm.makeTensor<Tensor3D>([b, 2, groups])]
  const { address } = wasm.scratch(FORWARD_VECTORS * b * channelCount(x))
  const name = silu ? 'normSilu' : 'norm'
  startPerItem(
    wasm,
    `${name} ${eps}`,
    { x, groups, tensors: [x, weight, bias, moments, y], scratch: address },
    x.size * (silu ? SILU_COST : 4),
    (addresses) => {
      const itemCall = itemArguments(x, groups, FORWARD_VECTORS, addresses)
      const to = itemAddresses(x, addresses[4])
      return { item: (i) => callRecord(name, ...itemCall(i), to(i), floatBits(eps)) }
    },
  )
  return [y, moments]
}

/** Vectors of scratch memory for an item. The last two are the sums of dz and of dz (x - mean). */
const BACKWARD_VECTORS = 6

/**
 * Returns dx, dweight and dbias for dy. With n = (x - mean) / std: dweight = sum dz n, dbias = sum
 * dz, and dx = (dz weight - mean(dz weight) - n mean(dz weight n)) / std, means over the group. z
 * is recomputed.
 */
export function groupNormBackward(
  wasm: WasmFunctions,
  dy: Tensor,
  [x, weight, bias, moments]: [Tensor, Tensor1D, Tensor1D, Tensor3D],
  { groups, silu }: NormOptions,
): [dx: Tensor, dweight: Tensor1D, dbias: Tensor1D] {
  const [b, c] = [x.shape[0], channelCount(x)]
  const dx = wasm.makeTensor(x.shape)
  const [dweight, dbias] = [wasm.makeTensor<Tensor1D>([c]), wasm.makeTensor<Tensor1D>([c])]
  const { address, values } = wasm.scratch(b * BACKWARD_VECTORS * c)
  values.fill(0)
  const name = silu ? 'normSiluGradient' : 'normGradient'
  startPerItem(
    wasm,
    name,
    { x, groups, tensors: [x, weight, bias, moments, dy, dx, dweight, dbias], scratch: address },
    x.size * (silu ? SILU_COST : 6),
    (addresses) => {
      const itemCall = itemArguments(x, groups, BACKWARD_VECTORS, addresses)
      const [from, to] = [itemAddresses(x, addresses[4]), itemAddresses(x, addresses[5])]
      const scratch = addresses[addresses.length - 1]
      const sums = (i: number) => scratch + 4 * ((i + 1) * BACKWARD_VECTORS - 2) * c
      const item = (i: number) =>
        callRecord(name, ...itemCall(i), from(i), to(i), sums(i), sums(i) + 4 * c)
      const [step, inverses] = [sums(1) - sums(0), addresses[3] + 4 * groups]
      const groupSizes = [4 * c, (4 * c) / groups, inverses, 8 * groups]
      const [toWeight, toBias] = addresses.slice(6)
      const range = [sums(0), sums(b), step]
      return { item, last: [callRecord('normTotals', ...range, ...groupSizes, toWeight, toBias)] }
    },
  )
  return [dx, dweight, dbias]
}

interface ItemRun {
  x: Tensor
  groups: number
  tensors: Tensor[]
  scratch: number
}

/** A call for each item, and what follows after all of them. */
interface ItemCalls {
  item: (i: number) => CallRecord
  last?: Job
}

/**
 * Starts a call for each item, several in a job. `build` gets the addresses of the tensors, and then
 * that of the scratch memory.
 */
function startPerItem(
  wasm: WasmFunctions,
  name: string,
  { x, groups, tensors, scratch }: ItemRun,
  multiplications: number,
  build: (addresses: readonly number[]) => ItemCalls,
) {
  const items = x.shape[0]
  const itemsPerJob = Math.ceil(items / chooseJobCount(wasm.threads, multiplications))
  wasm.startPhases(
    planKey(name, ...x.shape, groups),
    [...tensors.map((tensor) => wasm.address(tensor)), scratch],
    (addresses) => {
      const { item, last } = build(addresses)
      const jobs = Array.from({ length: Math.ceil(items / itemsPerJob) }, (_, job) => {
        const first = job * itemsPerJob
        return repeatCalls(Math.min(itemsPerJob, items - first), (i) => [item(first + i)])
      })
      const phases: Phase[] = [{ jobs, multiplications }]
      if (last) phases.push({ jobs: [last], multiplications: 0 })
      return phases
    },
  )
}

/** Returns the address of each item of a tensor like x that begins at `begin`. */
function itemAddresses(x: Tensor, begin: number): (i: number) => number {
  const step = (4 * x.size) / x.shape[0]
  return (i) => begin + i * step
}

/**
 * Returns the common arguments of the functions for an item; see normFunctions.ts. `vectors`:
 * vectors of scratch memory for each item.
 */
function itemArguments(
  x: Tensor,
  groups: number,
  vectors: number,
  addresses: readonly number[],
): (i: number) => number[] {
  const c = channelCount(x)
  const n = x.size / x.shape[0] / c
  const [xAt, weight, bias, moments] = addresses as [number, number, number, number]
  const scratch = addresses[addresses.length - 1]
  const rows = itemAddresses(x, xAt)
  const width = c / groups
  return (i) => {
    const means = moments + 8 * i * groups
    const inverses = means + 4 * groups
    const groupSizes = [4 * width, n * width]
    const itemScratch = scratch + 4 * i * vectors * c
    const parameters = [weight, bias, means, inverses, ...groupSizes]
    return [rows(i), rows(i + 1), 4 * c, ...parameters, itemScratch]
  }
}
