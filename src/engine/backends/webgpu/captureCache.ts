// Cache of captured forward and backward passes. A capture is replayed once two captures in a row
// are identical, and only while its uniform buffers are certain to be still cached.
import { type MessageText, englishText } from '../../base/catalogue.ts'
import type { HalfStorage } from './halfStorage.ts'
import type { CapturableWork } from '../../base/backend.ts'
import type { DataType } from '../../base/tf.ts'
import { MAX_IDLE_SUBMITS } from './bufferPool.ts'
import type { CapturedCommand } from './commandCapture.ts'
import { sameCommands, sameNumbers } from './commandCapture.ts'
import { replayMessages } from '../../messages/backends.ts'

/** Statistics of network evaluations on one backend. */
export interface ReplayCounts {
  replayed: number
  /** Evaluations that ran the JavaScript of the layers. */
  executed: number
  /** Why evaluations could not be replayed. */
  reasons: Map<string, MessageText>
}

/** Counts an evaluation of a network: the work that has weights. */
export function countEvaluation(
  { replayCounts }: { replayCounts: ReplayCounts },
  { weights }: Pick<CapturableWork, 'weights'>,
  how: 'replayed' | 'executed',
  reason?: MessageText,
) {
  for (const _ in weights) {
    replayCounts[how]++
    if (reason !== undefined) replayCounts.reasons.set(englishText(reason), reason)
    return
  }
}

export const newReplayCounts = (): ReplayCounts => ({
  replayed: 0,
  executed: 0,
  reasons: new Map(),
})

/** Shapes, types and buffer positions of tensors. */
export interface TensorsLayout {
  /** For each tensor, which of the external buffers it is in. */
  buffers: number[]
  /** For each tensor, its offset in that buffer and its size, in bytes. */
  offsets: number[]
  sizes: number[]
  shapes: (readonly number[])[]
  /** The type of each tensor, and that of its data: a cast of tfjs may change the first alone. */
  types: DataType[]
  /** Names of weights; none of inputs. */
  names: readonly string[]
}

/** The layout of all tensors that a piece of work is given. */
export interface InputLayout {
  weights: TensorsLayout
  inputs: TensorsLayout
}

const sameTensors = (a: TensorsLayout, b: TensorsLayout) =>
  a === b ||
  (sameNumbers(a.buffers, b.buffers) &&
    sameNumbers(a.offsets, b.offsets) &&
    sameNumbers(a.sizes, b.sizes) &&
    a.types.every((type, i) => type === b.types[i]) &&
    a.names.length === b.names.length &&
    a.names.every((name, i) => name === b.names[i]) &&
    a.shapes.every((shape, i) => sameNumbers(shape, b.shapes[i])))

const sameLayout = (a: InputLayout, b: InputLayout) =>
  sameTensors(a.inputs, b.inputs) && sameTensors(a.weights, b.weights)

// ---- captures

/** A tensor that fills one buffer acquired during the capture. */
export interface OwnedTensor {
  slot: number
  half: HalfStorage
}

const sameOwned = (a: OwnedTensor, b: OwnedTensor) => a.slot === b.slot && a.half === b.half

/** A result of captured work. */
export interface CapturedResult extends OwnedTensor {
  shape: readonly number[]
}

const sameResult = (a: CapturedResult, b: CapturedResult) =>
  sameOwned(a, b) && sameNumbers(a.shape, b.shape)

export interface ForwardCapture {
  commands: readonly CapturedCommand[]
  results: readonly CapturedResult[]
  /** Slots that the backward pass needs, and releases. */
  saved: readonly number[]
  /** Indices of the input tensors that the tape refers to. */
  differentiable: readonly number[]
}

const sameForward = (a: ForwardCapture, b: ForwardCapture) =>
  a.results.length === b.results.length &&
  a.results.every((result, i) => sameResult(result, b.results[i])) &&
  sameNumbers(a.saved, b.saved) &&
  sameNumbers(a.differentiable, b.differentiable) &&
  sameCommands(a.commands, b.commands)

/**
 * A gradient that is written to its slot in the gradient arena, alone or added to that of earlier
 * batches, or to a buffer of its own.
 */
export type CapturedGradient = 'arena' | 'added' | OwnedTensor

export interface BackwardCapture {
  commands: readonly CapturedCommand[]
  /** Indices of the saved buffers that it does not release. */
  unreleased: readonly number[]
  /** In the order of the wanted gradients. */
  gradients: readonly CapturedGradient[]
}

const sameGradient = (a: CapturedGradient, b: CapturedGradient) =>
  typeof a === 'string' || typeof b === 'string' ? a === b : sameOwned(a, b)

const sameBackward = (a: BackwardCapture, b: BackwardCapture) =>
  a.gradients.length === b.gradients.length &&
  a.gradients.every((gradient, i) => sameGradient(gradient, b.gradients[i])) &&
  sameNumbers(a.unreleased, b.unreleased) &&
  sameCommands(a.commands, b.commands)

/** Gives up after this many captures that differ. */
const MAX_TRIES = 6

/**
 * Successive captures of the same pass. The last one may be replayed once it equals the one before.
 */
export class CaptureHistory<Capture> {
  private last: Capture | undefined
  private confirmed: Capture | undefined
  private lastUsed = 0
  private tries = 0
  /** Why the last capture cannot be replayed. */
  reason: MessageText = ''

  constructor(private readonly isSame: (a: Capture, b: Capture) => boolean) {}

  get hasGivenUp() {
    return this.tries >= MAX_TRIES
  }

  /** Adds a capture, or undefined with the reason if it cannot be replayed. */
  add(
    capture: Capture | undefined,
    submits: number,
    reason: MessageText = replayMessages.differingCommands(),
  ) {
    this.tries++
    this.reason = reason
    this.confirmed = undefined
    if (capture && this.last && this.isSame(this.last, capture)) {
      this.confirmed = capture
      this.lastUsed = submits
      this.tries = 0
    }
    this.last = capture
  }

  /** Returns whether there is a confirmed capture whose uniforms are still on the device. */
  isReady = (submits: number): boolean =>
    this.confirmed !== undefined && submits - this.lastUsed < MAX_IDLE_SUBMITS / 2

  /** Returns the confirmed capture for a replay that follows at once. */
  take(submits: number): Capture | undefined {
    if (!this.isReady(submits)) this.confirmed = this.last = undefined
    this.lastUsed = submits
    return this.confirmed
  }
}

// ---- the cache

/** The dependencies of a backward pass, besides the forward pass. */
export interface BackwardKey {
  /** Indices of the tensors whose gradients are wanted. */
  wanted: readonly number[]
  /** The offset of each gradient in the gradient arena; -1 if it has no slot there. */
  arenaOffsets: readonly number[]
  /**
   * 1 for each gradient that may be added to that of earlier batches as it is written, 0 for others;
   * empty if there are no earlier ones.
   */
  adds: readonly number[]
  /**
   * The buffer of the gradient of each result, among those of the forward pass and of the gradients
   * before; -1 for missing ones. Commands cannot tell apart what was in one buffer when captured.
   */
  dyBuffers: readonly number[]
  /** The offset of the gradient of each result in its buffer, in bytes; -1 for missing ones. */
  dyOffsets: readonly number[]
  /** Their sizes in bytes, which depend on how they are stored. */
  dySizes: readonly number[]
}

const sameKey = (a: BackwardKey, b: BackwardKey) =>
  sameNumbers(a.dyBuffers, b.dyBuffers) &&
  sameNumbers(a.dyOffsets, b.dyOffsets) &&
  sameNumbers(a.dySizes, b.dySizes) &&
  sameNumbers(a.wanted, b.wanted) &&
  sameNumbers(a.arenaOffsets, b.arenaOffsets) &&
  sameNumbers(a.adds, b.adds)

/** All captures of one piece of work with one input layout. */
export class CaptureEntry {
  readonly forward = new CaptureHistory<ForwardCapture>(sameForward)
  readonly backward: { key: BackwardKey; history: CaptureHistory<BackwardCapture> }[] = []
  /** The number of the submit before which it was last looked up. */
  lastUsed = 0
  /** A replayed forward pass had no captured backward pass, so the next one is captured. */
  lacksBackward = false

  constructor(
    readonly layout: InputLayout,
    readonly onTape: boolean,
  ) {}

  get hasGivenUp() {
    const { forward, backward } = this
    return (
      forward.hasGivenUp ||
      (backward.length > 0 && backward.every(({ history }) => history.hasGivenUp))
    )
  }

  /** Returns why the work cannot be replayed, once {@link hasGivenUp}. */
  get reason() {
    return (
      [this.forward, ...this.backward.map(({ history }) => history)].find(
        ({ hasGivenUp }) => hasGivenUp,
      )?.reason ?? ''
    )
  }

  findBackward = (key: BackwardKey): CaptureHistory<BackwardCapture> | undefined =>
    this.backward.find((each) => sameKey(each.key, key))?.history

  addBackward(key: BackwardKey): CaptureHistory<BackwardCapture> {
    const history = new CaptureHistory<BackwardCapture>(sameBackward)
    this.backward.push({ key, history })
    return history
  }
}

/** Input layouts that are cached for one piece of work. */
const MAX_LAYOUTS = 16

/** The captures of one backend. */
export class CaptureCache {
  private readonly entries = new Map<object, CaptureEntry[]>()

  /** Finds or adds the entry for this work; `submits`: the number of submits so far. */
  lookUp(key: object, layout: InputLayout, onTape: boolean, submits: number): CaptureEntry {
    let entries = this.entries.get(key)
    if (!entries) this.entries.set(key, (entries = []))
    let found = entries.find((entry) => entry.onTape === onTape && sameLayout(entry.layout, layout))
    if (!found) {
      found = new CaptureEntry(layout, onTape)
      entries.push(found)
      if (entries.length > MAX_LAYOUTS) entries.shift()
    }
    found.lastUsed = submits
    return found
  }

  /** Drops the entries that were not looked up since submit number `since`. */
  evict(since: number) {
    for (const [key, entries] of this.entries) {
      const recent = entries.filter(({ lastUsed }) => lastUsed >= since)
      if (recent.length > 0) this.entries.set(key, recent)
      else this.entries.delete(key)
    }
  }
}
