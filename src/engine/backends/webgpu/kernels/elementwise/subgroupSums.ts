// Sums and other reductions over the invocations of a workgroup: as a tree in workgroup memory, and
// between invocations of a subgroup as exchanges without memory and barriers, where the autotuner
// finds that faster. Both combine the same numbers in the same order and have the same bits.
import { tunedChoices } from '../../tunedChoices.ts'
import { unroll } from '../../wgsl.ts'

/** Returns the size of the subgroups that reduce on this device; 1: none do. */
export const reductionLanes = (device: GPUDevice): number =>
  tunedChoices(device)?.reductions?.tile.lanes ?? 1

/** Returns a part of the names of kernels. */
export const describeLanes = (lanes: number): string => (lanes > 1 ? ` subgroups of ${lanes}` : '')

interface Reduction {
  /** The variable that is combined. */
  variable: string
  /** The number of invocations that are combined, a power of two, and their distance. */
  count: number
  stride: number
  /** The size of subgroups, a power of two; 1: none. */
  lanes: number
  /** Combines two expressions, in any order. */
  combine: (a: string, b: string) => string
  /** The invocation, and its index among the `count * stride` that belong together. */
  thread: string
  index: string
  /** An array in workgroup memory with an element for each invocation. */
  memory: string
}

/** Returns whether a reduction needs workgroup memory. */
export const needsMemory = ({
  count,
  stride,
  lanes,
}: Pick<Reduction, 'count' | 'stride' | 'lanes'>) =>
  count > 1 && (count / 2) * stride >= lanesFor({ stride, lanes })

/** Exchanges between lanes are possible at distances that are powers of two. */
const lanesFor = ({ stride, lanes }: Pick<Reduction, 'stride' | 'lanes'>) =>
  (stride & (stride - 1)) === 0 ? lanes : 1

/**
 * Combines a variable of all invocations: the first half with the second, and so on. Then all have
 * the result. They have to run this in uniform control flow.
 */
export function reduceCode(reduction: Reduction): string {
  const { variable, count, stride, combine, thread, index, memory } = reduction
  const lanes = lanesFor(reduction)
  const halves = Array.from({ length: Math.log2(count) }, (_, i) => (count * stride) / 2 ** (i + 1))
  const far = halves.filter((half) => half >= lanes)
  const near = halves.filter((half) => half < lanes)
  const inMemory = `workgroupBarrier();
  ${memory}[${thread}] = ${variable};
  for (var half = ${far[0]}u; half >= ${far.at(-1)}u; half /= 2u) {
    workgroupBarrier();
    if (${index} < half) {
      ${memory}[${thread}] = ${combine(`${memory}[${thread}]`, `${memory}[${thread} + half]`)};
    }
  }
  workgroupBarrier();
  ${variable} = ${memory}[${thread} - ${index} + ${index} % ${near.length ? 2 * near[0] : stride}u];`
  const exchange = (half: number) =>
    `${variable} = ${combine(variable, `subgroupShuffleXor(${variable}, ${half}u)`)};`
  return `${far.length ? inMemory : ''}
  ${unroll(near.length, (i) => exchange(near[i]))}`
}
