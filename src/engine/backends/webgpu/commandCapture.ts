// Captured GPU commands: what they contain, how they are recorded and compared, and their bind
// groups.
//
// A captured command refers to buffers by slot number. The first slots are the external buffers
// that the work was given; the others are those it acquires from the buffer pool. A replay acquires
// its buffers in the same order, so it is correct whichever buffers the pool returns.
import type { MessageText } from '../../base/catalogue.ts'
import type { Scalars, ScalarsAt } from './program.ts'
import type { CachedUniform } from './uniformCache.ts'
import { replayMessages } from '../../messages/backends.ts'

/** A range of a buffer, in bytes. */
export interface BufferRange {
  slot: number
  offset: number
  size: number
}

/** A bind group and the buffers it was created for. */
interface CachedBindGroup {
  buffers: readonly GPUBuffer[]
  uniform: GPUBuffer | undefined
  group: GPUBindGroup
}

/** Scalars that depend on the training step. */
interface StepScalars {
  at: ScalarsAt
  /** The step of the capture, and the scalars there. */
  step: number
  words: Uint32Array
}

export interface DispatchCommand {
  kind: 'dispatch'
  pipeline: GPUComputePipeline
  ranges: readonly BufferRange[]
  uniform: CachedUniform | undefined
  /** The uniform of a dispatch without a cached one. */
  stepScalars?: StepScalars
  workgroups: readonly [number, number, number]
  bindGroups: CachedBindGroup[]
}

export type CapturedCommand =
  | DispatchCommand
  /** `words`: initial contents, written by the queue. */
  | { kind: 'acquire'; slot: number; bytes: number; words?: Uint32Array<ArrayBuffer> }
  | { kind: 'release'; slot: number }
  | { kind: 'constant'; slot: number; size: number; value: number }
  | { kind: 'clear'; range: BufferRange }
  | { kind: 'copy'; from: BufferRange; to: BufferRange }

/**
 * Bind groups cached for each dispatch. Double-buffered state alternates between two sets of
 * buffers, and one iteration may run the same work twice.
 */
const MAX_BIND_GROUPS = 8

type BufferBinding = Required<GPUBufferBinding>

/** Records the commands that a backend issues. */
export class CommandRecorder {
  readonly commands: CapturedCommand[] = []
  /** The buffer of each slot, external buffers first. */
  readonly buffers: GPUBuffer[]
  /** Why these commands cannot be replayed, if they cannot. */
  failure: MessageText | undefined
  /** The slots of the buffers in use. */
  private readonly slots: Map<GPUBuffer, number>

  constructor(
    external: readonly GPUBuffer[],
    /** The training step, if the work depends on it. */
    private readonly step?: number,
  ) {
    this.buffers = [...external]
    this.slots = new Map(external.map((buffer, slot) => [buffer, slot]))
  }

  /** Marks the capture as impossible to replay. The first reason is kept. */
  fail(reason: MessageText) {
    this.failure ??= reason
  }

  /** `bytes`: the size that was asked for; the buffer may be larger. */
  recordAcquire(buffer: GPUBuffer, bytes: number, words?: ArrayBufferView<ArrayBuffer>) {
    const slot = this.addSlot(buffer)
    const copy =
      words &&
      new Uint32Array(words.buffer.slice(words.byteOffset, words.byteOffset + words.byteLength))
    this.commands.push({ kind: 'acquire', slot, bytes, ...(copy && { words: copy }) })
  }

  recordRelease(buffer: GPUBuffer) {
    const slot = this.slots.get(buffer)
    if (slot === undefined) return this.fail(replayMessages.foreignRelease())
    this.slots.delete(buffer)
    this.commands.push({ kind: 'release', slot })
  }

  /** Records the use of one of the backend's cached constant tensors. */
  recordConstant(buffer: GPUBuffer, size: number, value: number) {
    if (!this.slots.has(buffer))
      this.commands.push({ kind: 'constant', slot: this.addSlot(buffer), size, value })
  }

  recordDispatch(
    pipeline: GPUComputePipeline,
    bindings: readonly BufferBinding[],
    uniform: CachedUniform | undefined,
    workgroups: DispatchCommand['workgroups'],
  ) {
    const ranges = bindings.map((binding) => this.toRange(binding))
    this.commands.push({ kind: 'dispatch', pipeline, ranges, uniform, workgroups, bindGroups: [] })
  }

  /** Records a dispatch whose scalars change: it can be replayed if they follow from the step. */
  recordTransient(
    pipeline: GPUComputePipeline,
    bindings: readonly BufferBinding[],
    { scalars, scalarsAt }: { scalars: Scalars; scalarsAt: ScalarsAt | undefined },
    workgroups: DispatchCommand['workgroups'],
  ) {
    const { step } = this
    const words = new Uint32Array(scalars.buffer, scalars.byteOffset, scalars.length).slice()
    if (step === undefined || !scalarsAt || !sameNumbers(scalarsAt(step), words))
      return this.fail(replayMessages.changingScalars())
    const ranges = bindings.map((binding) => this.toRange(binding))
    const stepScalars = { at: scalarsAt, step, words }
    const uniform = undefined
    const bindGroups: CachedBindGroup[] = []
    this.commands.push({
      kind: 'dispatch',
      pipeline,
      ranges,
      uniform,
      stepScalars,
      workgroups,
      bindGroups,
    })
  }

  recordClear(binding: BufferBinding) {
    this.commands.push({ kind: 'clear', range: this.toRange(binding) })
  }

  recordCopy(from: BufferBinding, to: BufferBinding) {
    this.commands.push({ kind: 'copy', from: this.toRange(from), to: this.toRange(to) })
  }

  /** Returns the slot of a buffer in use, or undefined if the recorder has not seen the buffer. */
  getSlot = (buffer: GPUBuffer): number | undefined => this.slots.get(buffer)

  /** Returns the slots that were acquired during the capture and are still in use. */
  ownedSlots(): number[] {
    const acquired = new Set(
      this.commands.flatMap((command) => (command.kind === 'acquire' ? [command.slot] : [])),
    )
    return [...this.slots.values()].filter((slot) => acquired.has(slot))
  }

  private addSlot(buffer: GPUBuffer): number {
    const slot = this.buffers.push(buffer) - 1
    this.slots.set(buffer, slot)
    return slot
  }

  private toRange({ buffer, offset, size }: BufferBinding): BufferRange {
    const slot = this.slots.get(buffer)
    if (slot === undefined) this.fail(replayMessages.foreignRead())
    return { slot: slot ?? -1, offset, size }
  }
}

/** Returns whether two captures are identical, command by command. */
export const sameCommands = (
  a: readonly CapturedCommand[],
  b: readonly CapturedCommand[],
): boolean => a.length === b.length && a.every((command, i) => sameCommand(command, b[i]))

function sameCommand(a: CapturedCommand, b: CapturedCommand): boolean {
  switch (a.kind) {
    case 'dispatch':
      return (
        b.kind === 'dispatch' &&
        a.pipeline === b.pipeline &&
        a.uniform === b.uniform &&
        sameStepScalars(a.stepScalars, b.stepScalars) &&
        sameNumbers(a.workgroups, b.workgroups) &&
        a.ranges.length === b.ranges.length &&
        a.ranges.every((range, i) => sameRange(range, b.ranges[i]))
      )
    case 'acquire':
      return (
        b.kind === 'acquire' &&
        a.slot === b.slot &&
        a.bytes === b.bytes &&
        sameNumbers(a.words ?? [], b.words ?? [])
      )
    case 'release':
      return b.kind === 'release' && a.slot === b.slot
    case 'constant':
      return (
        b.kind === 'constant' &&
        a.slot === b.slot &&
        a.size === b.size &&
        Object.is(a.value, b.value)
      )
    case 'clear':
      return b.kind === 'clear' && sameRange(a.range, b.range)
    case 'copy':
      return b.kind === 'copy' && sameRange(a.from, b.from) && sameRange(a.to, b.to)
    default:
      return a satisfies never
  }
}

/** Returns whether the scalars of one capture predict those of the other, at its step. */
const sameStepScalars = (a: StepScalars | undefined, b: StepScalars | undefined): boolean =>
  a && b ? sameNumbers(a.at(b.step), b.words) : a === b

const sameRange = (a: BufferRange, b: BufferRange) =>
  a.slot === b.slot && a.offset === b.offset && a.size === b.size

export const sameNumbers = (a: ArrayLike<number>, b: ArrayLike<number>): boolean => {
  if (a.length !== b.length) return false
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false
  return true
}

/** Returns the bind group of a dispatch for these buffers, indexed by slot, and its uniform. */
export function getBindGroup(
  device: GPUDevice,
  dispatch: DispatchCommand,
  buffers: readonly GPUBuffer[],
  uniform: GPUBuffer | undefined,
): GPUBindGroup {
  const { bindGroups, ranges, pipeline } = dispatch
  const isFor = (cached: CachedBindGroup) => {
    if (cached.uniform !== uniform) return false
    for (let i = 0; i < cached.buffers.length; i++)
      if (cached.buffers[i] !== buffers[ranges[i].slot]) return false
    return true
  }
  const found = bindGroups.find(isFor)
  if (found) return found.group
  const resources: GPUBufferBinding[] = ranges.map(({ slot, offset, size }) => ({
    buffer: buffers[slot],
    offset,
    size,
  }))
  if (uniform) resources.push({ buffer: uniform, offset: 0, size: uniform.size })
  const entries = resources.map((resource, binding) => ({ binding, resource }))
  const group = device.createBindGroup({ layout: pipeline.getBindGroupLayout(0), entries })
  if (bindGroups.length >= MAX_BIND_GROUPS) bindGroups.shift()
  bindGroups.push({ buffers: ranges.map(({ slot }) => buffers[slot]), uniform, group })
  return group
}
