// Second stage of two-stage sums. In the first stage, several groups of workgroups each sum some of
// the terms (split-K); their partial sums are added here, in a fixed order. One dispatch takes many
// sums, described by a table: there are many weight gradients, and all are parts of one vector.
import type { TensorInfo } from '../../../../base/tf.ts'
import { tf } from '../../../../base/tf.ts'
import type { WebGPUBackend } from '../../backend.ts'
import { bindingsCode, cachedProgram, MAX_WORKGROUPS } from '../../wgsl.ts'

/** A sum over splits, each of which has some rows of partial sums. */
export interface PartialSum {
  /** The result without gaps between rows: a tensor or a view. */
  to: TensorInfo
  /** Offset in the first split. */
  from: number
  /** Length of a row, and distance between rows. */
  columns: number
  stride: number
  splits: number
  /** Distance between splits. */
  splitStride: number
}

/** The same, with its result located in the buffer of `root`. */
interface LocatedSum extends Omit<PartialSum, 'to'> {
  root: TensorInfo
  offset: number
  count: number
  /** The result is added to what was there before; see {@link Accumulators}. */
  adds?: boolean
}

/** The vector that sums into another one of the same layout are added to. */
export interface Accumulators {
  before: TensorInfo
  /** Returns whether the sum at this offset is to be added. Called once for each sum. */
  claim: (offset: number) => boolean
}

const THREADS = 64
/** Elements that each invocation sums, a workgroup's width apart. */
const PER_THREAD = 4

/** Words of a table entry: two vectors of four. */
const ENTRY_WORDS = 8
/** Programs are compiled for table sizes that are powers of two in this range. */
const MIN_ENTRIES = 8
/** A table of this size fits the uniform buffers of every device. */
const MAX_SUMS = 512
/** Marks sums that are added, in the number of their splits. */
const ADDS = 2 ** 31

/**
 * Adds the partial sums of a first stage, at most {@link MAX_SUMS} of them, with one dispatch for
 * each target buffer. Reads the partial sums, writes the sums.
 */
export const sumPartials = (
  backend: WebGPUBackend,
  partials: TensorInfo,
  sums: readonly PartialSum[],
): void =>
  sumLocated(
    backend,
    partials,
    sums.map((sum) => locateSum(backend, sum)),
  )

const locateSum = (backend: WebGPUBackend, { to, ...sum }: PartialSum): LocatedSum => ({
  ...sum,
  ...backend.locate(to),
  count: tf.util.sizeFromShape(to.shape),
})

function sumLocated(
  backend: WebGPUBackend,
  partials: TensorInfo,
  sums: readonly LocatedSum[],
  before?: TensorInfo,
) {
  const sumsByRoot = new Map<object, LocatedSum[]>()
  for (const sum of sums) {
    const { dataId } = sum.root
    if (!sumsByRoot.get(dataId)?.push(sum)) sumsByRoot.set(dataId, [sum])
  }
  for (const each of sumsByRoot.values()) sumIntoRoot(backend, partials, each, before)
}

/** Dispatches the sums into one buffer. */
function sumIntoRoot(
  backend: WebGPUBackend,
  partials: TensorInfo,
  sums: readonly LocatedSum[],
  before: TensorInfo | undefined,
) {
  const begin = sums.reduce((least, { offset }) => Math.min(least, offset), Infinity)
  const end = sums.reduce((most, { offset, count }) => Math.max(most, offset + count), 0)
  const entries = Math.max(MIN_ENTRIES, 2 ** Math.ceil(Math.log2(sums.length)))
  // The first workgroup of an unused entry is beyond all workgroups.
  const table = new Uint32Array(ENTRY_WORDS * entries).fill(2 ** 32 - 1)
  let groups = 0
  sums.forEach(({ from, offset, count, columns, stride, splits, splitStride, adds }, i) => {
    const mode = splits + (adds ? ADDS : 0)
    table.set(
      [groups, from, offset - begin, count, columns, stride, mode, splitStride],
      ENTRY_WORDS * i,
    )
    groups += Math.ceil(count / (THREADS * PER_THREAD))
  })
  const workgroups = [
    Math.min(groups, MAX_WORKGROUPS),
    Math.ceil(groups / MAX_WORKGROUPS),
    1,
  ] as const
  const ranges = [sums[0].root, ...(before ? [before] : [])].map((each) =>
    backend.view(each, begin, [end - begin]),
  )
  const [target, ...others] = ranges
  const program = { ...tableProgram(entries, before !== undefined), workgroups }
  backend.dispatch(program, [partials, ...others], [target], table)
  for (const { dataId } of ranges) backend.disposeData(dataId)
}

/**
 * `accumulates`: sums may be added to the vector `before`. Those without splits have been written by
 * another kernel.
 */
const tableProgram = (entries: number, accumulates: boolean) =>
  cachedProgram(
    `sums of partial sums, ${entries} or fewer${accumulates ? ', accumulated' : ''}`,
    () => ({
      workgroups: [1, 1, 1],
      code: `${bindingsCode(
        [{ name: 'sums', of: 'f32' }],
        ['partials', ...(accumulates ? ['before'] : [])].map((name) => ({
          name,
          of: 'f32' as const,
        })),
      )}
/** For each sum: first workgroup, from, to, count; columns, stride, splits, split stride. */
@group(0) @binding(${accumulates ? 3 : 2}) var<uniform> table: array<vec4u, ${2 * entries}>;
@compute @workgroup_size(${THREADS}) fn main(
  @builtin(workgroup_id) workgroup: vec3u,
  @builtin(local_invocation_index) thread: u32,
) {
  let group = workgroup.x + workgroup.y * ${MAX_WORKGROUPS}u;
  // Binary search for the last entry whose first workgroup is at most this one.
  var index = 0u;
  for (var step = ${entries / 2}u; step > 0u; step /= 2u) {
    if (table[2u * (index + step)].x <= group) { index += step; }
  }
  let entry = table[2u * index];
  let strides = table[2u * index + 1u];
  for (var e = 0u; e < ${PER_THREAD}u; e++) {
    let i = ((group - entry.x) * ${PER_THREAD}u + e) * ${THREADS}u + thread;
    if (i >= entry.w) { return; }
    let first = entry.y + i / strides.x * strides.y + i % strides.x;
    let at = entry.z + i;
    var sum = 0f;
    ${
      accumulates
        ? `let splits = strides.z & ${ADDS - 1}u;
    if (splits == 0u) { sum = sums[at]; }`
        : 'let splits = strides.z;'
    }
    for (var split = 0u; split < splits; split++) { sum += partials[first + split * strides.w]; }
    ${accumulates ? 'if (strides.z > splits) { sum = before[at] + sum; }' : ''}
    sums[at] = sum;
  }
}`,
    }),
  )

/** A part of a tensor, in elements. */
export interface WrittenPart {
  root: TensorInfo
  offset: number
  count: number
}

const toAddition = (part: WrittenPart): LocatedSum => ({
  ...part,
  from: 0,
  columns: part.count,
  stride: part.count,
  splits: 0,
  splitStride: 0,
  adds: true,
})

/**
 * Partial sums whose second stages are deferred, to be dispatched together. A target that is read
 * earlier triggers the dispatch ({@link WebGPUBackend.setMaterializer}).
 */
export class DeferredSums {
  private scratch: TensorInfo | undefined
  private used = 0
  private pending: LocatedSum[] = []
  private targets: TensorInfo[] = []

  constructor(
    private readonly backend: WebGPUBackend,
    /** Capacity of the scratch tensor, in elements. */
    private readonly size: number,
    private readonly accumulators?: Accumulators,
  ) {}

  /**
   * Reserves scratch space for partial sums, which are then passed to {@link add} as this many
   * sums. Returns undefined if they do not fit.
   */
  reserve(shape: readonly number[], sums: number): TensorInfo | undefined {
    const count = alignedSize(shape)
    if (count > this.size) return undefined
    if (this.used + count > this.size || this.pending.length + sums > MAX_SUMS) this.flush()
    const reserved = this.backend.view(this.getScratch(), this.used, shape)
    this.used += count
    return reserved
  }

  /** Adds sums over reserved space. Their targets have to be parts of tensors that stay alive. */
  add(reserved: TensorInfo, sums: readonly PartialSum[]): void {
    const { offset } = this.backend.locate(reserved)
    // A flush after the reservation has reset `used`.
    this.used = Math.max(this.used, offset + alignedSize(reserved.shape))
    for (const sum of sums) {
      const located = locateSum(this.backend, { ...sum, from: offset + sum.from })
      const adds = this.accumulators?.claim(located.offset) ?? false
      this.pending.push({ ...located, adds })
      this.targets.push(sum.to)
      this.backend.setMaterializer(sum.to, () => this.flush())
    }
  }

  /**
   * Dispatches the pending sums, and adds `written`, parts of a tensor that other kernels have
   * written, to the accumulators.
   */
  flush(written: readonly WrittenPart[] = []): void {
    const { pending, used, accumulators } = this
    this.reset()
    const all = [...pending, ...written.map(toAddition)]
    if (all.length === 0) return
    const partials = this.backend.view(this.getScratch(), 0, [Math.max(used, 1)])
    for (let at = 0; at < all.length; at += MAX_SUMS)
      sumLocated(this.backend, partials, all.slice(at, at + MAX_SUMS), accumulators?.before)
    this.backend.disposeData(partials.dataId)
  }

  /** Frees the scratch tensor and drops the pending sums. */
  close(): void {
    this.reset()
    if (this.scratch) this.backend.disposeData(this.scratch.dataId)
    this.scratch = undefined
  }

  /** Returns the tensor of the partial sums. */
  getScratch(): TensorInfo {
    return (this.scratch ??= this.backend.makeTensorInfo([this.size], 'float32'))
  }

  private reset() {
    for (const target of this.targets) this.backend.setMaterializer(target, undefined)
    this.targets = []
    this.pending = []
    this.used = 0
  }
}

/** In elements; a binding has to begin at a multiple of 256 bytes. */
const ALIGNMENT = 64

const alignedSize = (shape: readonly number[]) =>
  Math.ceil(tf.util.sizeFromShape(shape as number[]) / ALIGNMENT) * ALIGNMENT
