// The second stage of sums in two: in the first, each of several groups of workgroups has added up some of the terms (split-K),
// and what they found is added here, always in the same order. One dispatch does so for many sums, by a table: gradients of
// weights are many, and all of them belong into one vector.
import type { TensorInfo } from '../../tf.ts'
import { tf } from '../../tf.ts'
import type { Backend } from '../backend.ts'
import { bindings, MOST_WORKGROUPS, programOf } from '../wgsl.ts'

/** Some rows of the splits, added up. */
export interface PartialSum {
  /** Where they belong, close together: a tensor or a part of one. */
  to: TensorInfo
  /** Where the first split has them. */
  from: number
  /** Numbers of a row, and from one row to the next. */
  columns: number
  stride: number
  splits: number
  /** From one split to the next. */
  apart: number
}

/** The same, with where in a buffer it goes. */
interface Placed extends Omit<PartialSum, 'to'> {
  whole: TensorInfo
  at: number
  count: number
}

/** Each invocation of a workgroup adds up so many numbers, which are far apart. */
const THREADS = 64
const EACH = 4

/** Words that the table has for a sum, two vectors of four. */
const WORDS = 8
/** There is a program for each power of two of sums from here on; with the most of them every device has room for the table. */
const FEWEST_SUMS = 8
const MOST_SUMS = 512

/**
 * Adds up what a first stage has left in `partials`: one dispatch for all that goes into one buffer. Reads the partials, writes the
 * sums. At most `MOST_SUMS`.
 */
export const sumPartials = (backend: Backend, partials: TensorInfo, sums: readonly PartialSum[]): void =>
  sumPlaced(
    backend,
    partials,
    sums.map((sum) => placed(backend, sum)),
  )

const placed = (backend: Backend, { to, ...sum }: PartialSum): Placed => ({
  ...sum,
  ...backend.placeOf(to),
  count: tf.util.sizeFromShape(to.shape),
})

function sumPlaced(backend: Backend, partials: TensorInfo, sums: readonly Placed[]) {
  const buffers = new Map<object, Placed[]>()
  for (const sum of sums) {
    const { dataId } = sum.whole
    if (!buffers.get(dataId)?.push(sum)) buffers.set(dataId, [sum])
  }
  for (const intoOne of buffers.values()) sumInto(backend, partials, intoOne)
}

function sumInto(backend: Backend, partials: TensorInfo, sums: readonly Placed[]) {
  const begin = sums.reduce((least, { at }) => Math.min(least, at), Infinity)
  const end = sums.reduce((most, { at, count }) => Math.max(most, at + count), 0)
  const entries = Math.max(FEWEST_SUMS, 2 ** Math.ceil(Math.log2(sums.length)))
  // What is not used begins at no workgroup.
  const table = new Uint32Array(WORDS * entries).fill(2 ** 32 - 1)
  let groups = 0
  sums.forEach(({ from, at, count, columns, stride, splits, apart }, i) => {
    table.set([groups, from, at - begin, count, columns, stride, splits, apart], WORDS * i)
    groups += Math.ceil(count / (THREADS * EACH))
  })
  const workgroups = [Math.min(groups, MOST_WORKGROUPS), Math.ceil(groups / MOST_WORKGROUPS), 1] as const
  const target = backend.view(sums[0]!.whole, begin, [end - begin])
  backend.dispatch({ ...tableProgram(entries), workgroups }, [partials], [target], table)
  backend.disposeData(target.dataId)
}

const tableProgram = (entries: number) =>
  programOf(`sums of partial sums, ${entries} or fewer`, () => ({
    workgroups: [1, 1, 1],
    code: `${bindings([{ name: 'sums', of: 'f32' }], [{ name: 'partials', of: 'f32' }])}
/** Of each: first workgroup, from, to, count; columns, stride, splits, apart. */
@group(0) @binding(2) var<uniform> table: array<vec4u, ${2 * entries}>;
@compute @workgroup_size(${THREADS}) fn main(
  @builtin(workgroup_id) workgroup: vec3u,
  @builtin(local_invocation_index) thread: u32,
) {
  let group = workgroup.x + workgroup.y * ${MOST_WORKGROUPS}u;
  // The last one that begins at this workgroup or before.
  var found = 0u;
  for (var step = ${entries / 2}u; step > 0u; step /= 2u) {
    if (table[2u * (found + step)].x <= group) { found += step; }
  }
  let place = table[2u * found];
  let lying = table[2u * found + 1u];
  for (var e = 0u; e < ${EACH}u; e++) {
    let i = ((group - place.x) * ${EACH}u + e) * ${THREADS}u + thread;
    if (i >= place.w) { return; }
    let first = place.y + i / lying.x * lying.y + i % lying.x;
    var sum = 0f;
    for (var split = 0u; split < lying.z; split++) { sum += partials[first + split * lying.w]; }
    sums[place.z + i] = sum;
  }
}`,
  }))

/**
 * Partial sums that wait to be added up together. Whoever reads what they are of before has them added up first
 * ({@link Backend.whenRead}).
 */
export class WaitingSums {
  private room: TensorInfo | undefined
  private used = 0
  private waiting: Placed[] = []
  private targets: TensorInfo[] = []

  constructor(
    private readonly backend: Backend,
    /** Numbers that there is room for. */
    private readonly size: number,
  ) {}

  /** A tensor for partial sums, of which so many sums are to be told to {@link add} next; undefined if it is too large to wait. */
  make(shape: readonly number[], sums: number): TensorInfo | undefined {
    const count = roomFor(shape)
    if (count > this.size) return undefined
    if (this.used + count > this.size || this.waiting.length + sums > MOST_SUMS) this.flush()
    this.room ??= this.backend.makeTensorInfo([this.size], 'float32')
    const made = this.backend.view(this.room, this.used, shape)
    this.used += count
    return made
  }

  /** What {@link make} has made holds these sums. They go into parts of tensors that stay. */
  add(partials: TensorInfo, sums: readonly PartialSum[]): void {
    const { at } = this.backend.placeOf(partials)
    // In between others may have been added up, and the room be free for what comes.
    this.used = Math.max(this.used, at + roomFor(partials.shape))
    for (const sum of sums) {
      this.waiting.push(placed(this.backend, { ...sum, from: at + sum.from }))
      this.targets.push(sum.to)
      this.backend.whenRead(sum.to, () => this.flush())
    }
  }

  /** Adds up what waits, and gives the tensor that is the room for more. */
  ready(): TensorInfo {
    this.flush()
    return (this.room ??= this.backend.makeTensorInfo([this.size], 'float32'))
  }

  /** Adds up what waits. */
  flush(): void {
    const [waiting, used] = [this.waiting, this.used]
    this.forget()
    if (waiting.length === 0) return
    const partials = this.backend.view(this.room!, 0, [used])
    sumPlaced(this.backend, partials, waiting)
    this.backend.disposeData(partials.dataId)
  }

  /** Gives back the memory; what waits is not added up. */
  close(): void {
    this.forget()
    if (this.room) this.backend.disposeData(this.room.dataId)
    this.room = undefined
  }

  private forget() {
    for (const target of this.targets) this.backend.whenRead(target, undefined)
    this.targets = []
    this.waiting = []
    this.used = 0
  }
}

/** In elements: what is bound begins at multiples of 256 bytes. */
const APART = 64

const roomFor = (shape: readonly number[]) => Math.ceil(tf.util.sizeFromShape(shape as number[]) / APART) * APART
