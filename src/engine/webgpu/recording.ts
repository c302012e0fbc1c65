// Commands of a piece of work, written down so that they can be given again without the JavaScript that led to them.
//
// Buffers are slots in it: those that were given, and those that the work took from the pool. Said again, it takes its own from
// the pool in the same order, so it is right whatever buffers it gets; a bind group is made for those it has not met before.
import type { Kept } from './uniforms.ts'

/** A range of a buffer, in bytes. */
export interface Bound {
  slot: number
  offset: number
  size: number
}

/** A bind group, and the buffers it is for. */
interface Group {
  buffers: readonly GPUBuffer[]
  group: GPUBindGroup
}

export interface Dispatch {
  kind: 'dispatch'
  pipeline: GPUComputePipeline
  bound: readonly Bound[]
  uniform: Kept | undefined
  workgroups: readonly [number, number, number]
  groups: Group[]
}

export type Command =
  | Dispatch
  /** `words`: what is written into it at once. */
  | { kind: 'acquire'; slot: number; bytes: number; words?: Uint32Array<ArrayBuffer> }
  | { kind: 'release'; slot: number }
  | { kind: 'constant'; slot: number; size: number; value: number }
  | { kind: 'clear'; bound: Bound }
  | { kind: 'copy'; from: Bound; to: Bound }

/** A way to bind groups that are kept: two for a state that is written beside the one before, twice in one iteration. */
const MOST_GROUPS = 8

/** Writes down what a backend does. */
export class Recorder {
  readonly commands: Command[] = []
  /** The buffer of each slot; those that were given come first. */
  readonly buffers: GPUBuffer[]
  /** Why it cannot be said again, if it cannot. */
  failure: string | undefined
  /** Where each buffer is that is in use. */
  private readonly slots: Map<GPUBuffer, number>

  constructor(given: readonly GPUBuffer[]) {
    this.buffers = [...given]
    this.slots = new Map(given.map((buffer, slot) => [buffer, slot]))
  }

  fail(why: string) {
    this.failure ??= why
  }

  acquired(buffer: GPUBuffer, words?: ArrayBufferView<ArrayBuffer>) {
    const slot = this.add(buffer)
    const copy = words && new Uint32Array(words.buffer.slice(words.byteOffset, words.byteOffset + words.byteLength))
    this.commands.push({ kind: 'acquire', slot, bytes: buffer.size, ...(copy && { words: copy }) })
  }

  released(buffer: GPUBuffer) {
    const slot = this.slots.get(buffer)
    if (slot === undefined) return this.fail('it gives back what it was not given')
    this.slots.delete(buffer)
    this.commands.push({ kind: 'release', slot })
  }

  /** One of the backend's own tensors of a single number. */
  constant(buffer: GPUBuffer, size: number, value: number) {
    if (!this.slots.has(buffer)) this.commands.push({ kind: 'constant', slot: this.add(buffer), size, value })
  }

  dispatched(
    pipeline: GPUComputePipeline,
    bindings: readonly Required<GPUBufferBinding>[],
    uniform: Kept | undefined,
    workgroups: Dispatch['workgroups'],
  ) {
    const bound = bindings.map((binding) => this.bound(binding))
    this.commands.push({ kind: 'dispatch', pipeline, bound, uniform, workgroups, groups: [] })
  }

  cleared(binding: Required<GPUBufferBinding>) {
    this.commands.push({ kind: 'clear', bound: this.bound(binding) })
  }

  copied(from: Required<GPUBufferBinding>, to: Required<GPUBufferBinding>) {
    this.commands.push({ kind: 'copy', from: this.bound(from), to: this.bound(to) })
  }

  /** The slot of a buffer that is in use; undefined of one that it does not know. */
  slotOf = (buffer: GPUBuffer): number | undefined => this.slots.get(buffer)

  /** Slots of its own that are still in use. */
  held(): number[] {
    const made = new Set(this.commands.flatMap((command) => (command.kind === 'acquire' ? [command.slot] : [])))
    return [...this.slots.values()].filter((slot) => made.has(slot))
  }

  private add(buffer: GPUBuffer): number {
    const slot = this.buffers.push(buffer) - 1
    this.slots.set(buffer, slot)
    return slot
  }

  private bound({ buffer, offset, size }: Required<GPUBufferBinding>): Bound {
    const slot = this.slots.get(buffer)
    if (slot === undefined) this.fail('it reads what it was not given')
    return { slot: slot ?? -1, offset, size }
  }
}

/** Whether two recordings say the same. */
export const alike = (a: readonly Command[], b: readonly Command[]): boolean =>
  a.length === b.length && a.every((command, i) => sameCommand(command, b[i]!))

function sameCommand(a: Command, b: Command): boolean {
  switch (a.kind) {
    case 'dispatch':
      return (
        b.kind === 'dispatch' &&
        a.pipeline === b.pipeline &&
        a.uniform === b.uniform &&
        sameNumbers(a.workgroups, b.workgroups) &&
        a.bound.length === b.bound.length &&
        a.bound.every((bound, i) => sameBound(bound, b.bound[i]!))
      )
    case 'acquire':
      return b.kind === 'acquire' && a.slot === b.slot && a.bytes === b.bytes && sameNumbers(a.words ?? [], b.words ?? [])
    case 'release':
      return b.kind === 'release' && a.slot === b.slot
    case 'constant':
      return b.kind === 'constant' && a.slot === b.slot && a.size === b.size && Object.is(a.value, b.value)
    case 'clear':
      return b.kind === 'clear' && sameBound(a.bound, b.bound)
    case 'copy':
      return b.kind === 'copy' && sameBound(a.from, b.from) && sameBound(a.to, b.to)
    default:
      return a satisfies never
  }
}

const sameBound = (a: Bound, b: Bound) => a.slot === b.slot && a.offset === b.offset && a.size === b.size

export const sameNumbers = (a: ArrayLike<number>, b: ArrayLike<number>): boolean => {
  if (a.length !== b.length) return false
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false
  return true
}

/** The bind group of a dispatch for the buffers there are. */
export function groupFor(device: GPUDevice, dispatch: Dispatch, buffers: readonly GPUBuffer[]): GPUBindGroup {
  const { groups, bound, uniform, pipeline } = dispatch
  const fits = ({ buffers: those }: Group) => {
    for (let i = 0; i < those.length; i++) if (those[i] !== buffers[bound[i]!.slot]) return false
    return true
  }
  const known = groups.find(fits)
  if (known) return known.group
  const ranges: GPUBufferBinding[] = bound.map(({ slot, offset, size }) => ({ buffer: buffers[slot]!, offset, size }))
  if (uniform) ranges.push({ buffer: uniform.buffer, offset: 0, size: uniform.buffer.size })
  const entries = ranges.map((resource, binding) => ({ binding, resource }))
  const group = device.createBindGroup({ layout: pipeline.getBindGroupLayout(0), entries })
  if (groups.length >= MOST_GROUPS) groups.shift()
  groups.push({ buffers: bound.map(({ slot }) => buffers[slot]!), group })
  return group
}
