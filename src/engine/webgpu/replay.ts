// Work that is done again and again, given to the device without doing it: a network is evaluated at every step, and what its
// layers ask of the GPU depends on the shapes of tensors alone. It is done and written down (recording.ts) until two recordings
// say the same; from then on the recording is given to the device in its place, and so is the one of its way back.
//
// This holds for work that is a function of its tensors: shapes, places in buffers and `key` tell which recording is meant. What
// cannot be said again (numbers that are new at every step, tensors that it was not given) is found while recording, and done.
import type { TapeNode } from '../differentiate.ts'
import { addToTape, backward, isTapeOn, isTaping, onTape } from '../differentiate.ts'
import { tidied } from '../plan/memory.ts'
import type { Tensor, TensorInfo } from '../tf.ts'
import { tf } from '../tf.ts'
import { homeFor, homesNow, placeFor } from './arena.ts'
import type { Backend } from './backend.ts'
import { ownKernels, tensorOf } from './own.ts'
import { KEPT_FOR } from './pool.ts'
import type { Command } from './recording.ts'
import { alike, Recorder, sameNumbers } from './recording.ts'

interface Work {
  /** Says, with shapes, all that the work depends on but for the numbers in tensors. */
  key: object
  /** By their names; they stay alive until the way back is done. */
  weights: Readonly<Record<string, Tensor>>
  inputs: readonly Tensor[]
  /** Has to use these inputs and not others like them. */
  run: (inputs: readonly Tensor[]) => Tensor
  /** Why it is not to be given again, if it is not. */
  unless?: string | undefined
}

/** How often networks were given again, how often they were evaluated, and why they were once a recording could have been there. */
export interface Tally {
  again: number
  anew: number
  why: Set<string>
}

export const newTally = (): Tally => ({ again: 0, anew: 0, why: new Set() })

/** What `work.run` gives; on webgpu by giving its commands again, where they are known. */
export function replayed(work: Work): Tensor {
  const backend = ownKernels()
  const direct = () => work.run(work.inputs)
  if (!backend?.replays || backend.isRecording || backend.isRehearsing) return direct()
  const taping = isTaping()
  const { tally } = backend
  const evaluated = (why: string) => {
    tally.anew++
    tally.why.add(why)
    return direct()
  }
  if (work.unless !== undefined) return evaluated(work.unless)
  if (isTapeOn() && !taping) return evaluated('it is part of a gradient of a gradient')
  const given = givenOf(backend, work)
  const known = recordingsFor(backend, work.key, given, taping)
  if (isHopeless(known)) return evaluated(whyOf(known))
  return taping ? taped(backend, work, given, known) : untaped(backend, work, given, known)
}

// ---- what tells recordings apart

/** Which tensors there are, and where: `at[i]` says which of the buffers, `offset[i]` where in it. */
interface Given {
  buffers: GPUBuffer[]
  at: number[]
  offsets: number[]
  sizes: number[]
  shapes: (readonly number[])[]
  /** Of the weights, which are the last of them. */
  names: string[]
}

function givenOf(backend: Backend, work: Work): Given {
  const tensors = tensorsOf(work)
  const places = new Map<GPUBuffer, number>()
  const given: Given = {
    buffers: [],
    at: [],
    offsets: [],
    sizes: [],
    shapes: tensors.map(({ shape }) => shape),
    names: Object.keys(work.weights),
  }
  for (const tensor of tensors) {
    const { buffer, offset, size } = backend.storedAt(tensor)
    let place = places.get(buffer)
    if (place === undefined) places.set(buffer, (place = given.buffers.push(buffer) - 1))
    given.at.push(place)
    given.offsets.push(offset)
    given.sizes.push(size)
  }
  return given
}

const sameGiven = (a: Given, b: Given) =>
  sameNumbers(a.at, b.at) &&
  sameNumbers(a.offsets, b.offsets) &&
  sameNumbers(a.sizes, b.sizes) &&
  a.names.length === b.names.length &&
  a.names.every((name, i) => name === b.names[i]) &&
  a.shapes.every((shape, i) => sameNumbers(shape, b.shapes[i]!))

/** All recordings of one piece of work with tensors of these shapes at these places. */
interface Recordings {
  given: Given
  onTape: boolean
  forward: Series<Forward>
  /** By which gradients are wanted. */
  backward: { about: WayBack; series: Series<Backward> }[]
  /** The submit before which they were last asked for. */
  used: number
}

const isHopeless = ({ forward, backward }: Recordings) =>
  forward.hopeless || (backward.length > 0 && backward.every(({ series }) => series.hopeless))

const whyOf = ({ forward, backward }: Recordings) =>
  [forward, ...backward.map(({ series }) => series)].find(({ hopeless }) => hopeless)?.why ?? ''

const all = new WeakMap<Backend, Map<object, Recordings[]>>()

function recordingsFor(backend: Backend, key: object, given: Given, onTape: boolean): Recordings {
  let ofBackend = all.get(backend)
  if (!ofBackend) all.set(backend, (ofBackend = new Map()))
  let ofKey = ofBackend.get(key)
  if (!ofKey) ofBackend.set(key, (ofKey = []))
  let found = ofKey.find((each) => each.onTape === onTape && sameGiven(each.given, given))
  if (!found) {
    // Not the buffers, which would be held by it.
    found = { given: { ...given, buffers: [] }, onTape, forward: new Series(sameForward), backward: [], used: 0 }
    ofKey.push(found)
    if (ofKey.length > MOST_SHAPES) ofKey.shift()
  }
  found.used = backend.bufferManager.submits
  return found
}

/** Drops the recordings of a backend that were not asked for since submit number `since`. */
export function forgetRecordings(backend: Backend, since: number) {
  const ofBackend = all.get(backend)
  for (const [key, recordings] of ofBackend ?? []) {
    const left = recordings.filter(({ used }) => used >= since)
    if (left.length > 0) ofBackend!.set(key, left)
    else ofBackend!.delete(key)
  }
}

/** Of one piece of work, recordings for so many sets of shapes are kept. */
const MOST_SHAPES = 16

// ---- recordings

/** After so many that differ there will hardly be two that do not. */
const MOST_TRIES = 6

/** Recordings of the same, one after the other, until two are alike. */
class Series<R extends { commands: readonly Command[] }> {
  private last: R | undefined
  private proven: R | undefined
  private used = 0
  private tries = 0
  /** Why the last one cannot be given again. */
  why = ''

  constructor(private readonly same: (a: R, b: R) => boolean) {}

  get hopeless() {
    return this.tries >= MOST_TRIES
  }

  /** Takes a recording; one that cannot be given again says why. */
  add(recording: R | undefined, submits: number, why = 'its commands are others every time') {
    this.tries++
    this.why = why
    this.proven = undefined
    if (recording && this.last && this.same(this.last, recording)) {
      this.proven = recording
      this.used = submits
      this.tries = 0
    }
    this.last = recording
  }

  /** Whether there is a recording that may be given again: its numbers are still on the device. */
  isReady = (submits: number): boolean => this.proven !== undefined && submits - this.used < KEPT_FOR / 2

  /** That recording, which is given now. */
  take(submits: number): R | undefined {
    if (!this.isReady(submits)) this.proven = this.last = undefined
    this.used = submits
    return this.proven
  }
}

/** Where a tensor came to be that takes all of a buffer. */
interface Result {
  slot: number
  half: boolean
}

const sameResult = (a: Result, b: Result) => a.slot === b.slot && a.half === b.half

interface Forward {
  commands: readonly Command[]
  result: Result
  shape: readonly number[]
  /** Slots that the way back needs, and gives back. */
  held: readonly number[]
  /** Which of the tensors it uses, where it ran on a tape. */
  used: readonly number[]
}

const sameForward = (a: Forward, b: Forward) =>
  sameResult(a.result, b.result) &&
  sameNumbers(a.shape, b.shape) &&
  sameNumbers(a.held, b.held) &&
  sameNumbers(a.used, b.used) &&
  alike(a.commands, b.commands)

/** Runs the work and writes it down; undefined in the place of a recording that cannot be given again. */
function recordForward(backend: Backend, work: Work, given: Given, run: () => { value: Tensor; tape: TapeNode[] }) {
  const recorder = new Recorder(given.buffers)
  const { value, tape } = backend.recorded(recorder, run)
  const result = resultOf(backend, recorder, value)
  const isAlone = tape.length > 0 || backend.owners(value) === 1
  const held = recorder.held().filter((slot) => slot !== result?.slot)
  const used = usedOf(work, tape)
  const isSound = recorder.failure === undefined && result !== undefined && isAlone
  const forward: Forward | undefined = isSound
    ? { commands: recorder.commands, result, shape: value.shape, held, used }
    : undefined
  const why = recorder.failure ?? (isSound ? undefined : 'its result is not its own')
  return { value, tape, used, forward, why, buffers: held.map((each) => recorder.buffers[each]!) }
}

const tensorsOf = ({ inputs, weights }: Work): Tensor[] => [...inputs, ...Object.values(weights)]

function usedOf(work: Work, tape: readonly TapeNode[]): number[] {
  const used = new Set(tape.flatMap(({ inputs }) => Object.values(inputs).map(({ id }) => id)))
  return tensorsOf(work).flatMap(({ id }, i) => (used.has(id) ? [i] : []))
}

/** Of a tensor that was made while recording; undefined of others. */
function resultOf(backend: Backend, recorder: Recorder, tensor: Tensor): Result | undefined {
  const { buffer } = backend.storedAt(tensor)
  const slot = recorder.slotOf(buffer)
  const isOwn = slot !== undefined && recorder.held().includes(slot)
  const { half } = backend.stored(tensor)
  return isOwn && tensor.dtype === 'float32' && !backend.baseOf(tensor) ? { slot, half } : undefined
}

// ---- without gradients

function untaped(backend: Backend, work: Work, given: Given, { forward }: Recordings): Tensor {
  const { run, inputs } = work
  const submits = () => backend.bufferManager.submits
  const ready = forward.isReady(submits()) ? forward.take(submits()) : undefined
  if (ready) {
    backend.tally.again++
    const buffers = backend.replay(ready.commands, given.buffers)
    return tensorOf(backend.adopt(buffers[ready.result.slot]!, ready.shape, ready.result.half))
  }
  backend.tally.anew++
  const made = recordForward(backend, work, given, () => ({ value: tf.tidy(() => run(inputs)), tape: [] }))
  forward.add(made.forward?.held.length === 0 ? made.forward : undefined, submits(), made.why)
  return made.value
}

// ---- with gradients

/** What a way back depends on: which gradients are wanted, and which of them have a home. */
interface WayBack {
  wanted: readonly number[]
  /** -1 where there is none. */
  homes: readonly number[]
  dy: { offset: number }
}

const sameWay = (a: WayBack, b: WayBack) =>
  a.dy.offset === b.dy.offset && sameNumbers(a.wanted, b.wanted) && sameNumbers(a.homes, b.homes)

interface Backward {
  commands: readonly Command[]
  /** Of the buffers that were held, those that it leaves. */
  left: readonly number[]
  /** In the order of the wanted gradients. */
  results: readonly ('home' | Result)[]
}

const sameBackward = (a: Backward, b: Backward) =>
  a.results.length === b.results.length &&
  a.results.every((result, i) => {
    const other = b.results[i]!
    return result === 'home' || other === 'home' ? result === other : sameResult(result, other)
  }) &&
  sameNumbers(a.left, b.left) &&
  alike(a.commands, b.commands)

/** One evaluation on the tape, between the way there and the way back. */
interface Passed {
  backend: Backend
  work: Work
  given: Given
  known: Recordings
  /** What the way there left for the way back. */
  held: readonly GPUBuffer[]
  /** Stays until then as well: some operations remember what they gave. */
  value: Tensor
}

function taped(backend: Backend, work: Work, given: Given, known: Recordings): Tensor {
  const submits = backend.bufferManager.submits
  const isKnown = known.forward.isReady(submits) && known.backward.some(({ series }) => series.isReady(submits))
  const ready = isKnown ? known.forward.take(submits) : undefined
  backend.tally[ready ? 'again' : 'anew']++
  return ready ? repeatTaped(backend, work, given, known, ready) : recordTaped(backend, work, given, known)
}

function recordTaped(backend: Backend, work: Work, given: Given, known: Recordings): Tensor {
  const run = () => onTape(() => work.run(work.inputs))
  const { value, tape, used, forward, why, buffers } = recordForward(backend, work, given, run)
  known.forward.add(forward, backend.bufferManager.submits, why)
  const isSound = forward !== undefined
  // Only to stay until the way back is done.
  const kept = [value, ...work.inputs].map((tensor) => tf.keep(tensor.clone()))
  const passed = { backend, work, given, known, held: buffers, value: kept[0]! }
  addToTape({
    kernelName: 'Replayed',
    inputs: named(work, used),
    outputs: [value],
    saved: [...kept, ...tape.flatMap(({ saved }) => saved ?? [])],
    gradient([dy]) {
      const wanted = this.inputs
      const back = () => gradients(tape, value, dy!, Object.values(wanted))
      return thunks(wanted, isSound ? recordBackward(passed, indicesOf(wanted), dy!, back) : back())
    },
  })
  return value
}

function repeatTaped(backend: Backend, work: Work, given: Given, known: Recordings, ready: Forward): Tensor {
  const slots = backend.replay(ready.commands, given.buffers)
  const value = tensorOf(backend.adopt(slots[ready.result.slot]!, ready.shape, ready.result.half))
  const held = ready.held.map((slot) => slots[slot]!)
  const holder = tf.keep(tensorOf(backend.holder(held)))
  const [kept, ...inputs] = [value, ...work.inputs].map((tensor) => tf.keep(tensor.clone()))
  const passed = { backend, work: { ...work, inputs }, given, known, held, value: kept! }
  addToTape({
    kernelName: 'Replayed',
    inputs: named(work, ready.used),
    outputs: [value],
    saved: [holder, kept!, ...inputs],
    gradient([dy]) {
      const wanted = this.inputs
      const indices = indicesOf(wanted)
      return thunks(wanted, repeatBackward(passed, indices, dy!, holder) ?? doneAgain(passed.work, indices, dy!))
    },
  })
  return value
}

function named(work: Work, used: readonly number[]): Record<string, Tensor> {
  const tensors = tensorsOf(work)
  return Object.fromEntries(used.map((index) => [index, tensors[index]!]))
}

const indicesOf = (wanted: Record<string, Tensor>) => Object.keys(wanted).map(Number)

const thunks = (wanted: Record<string, Tensor>, found: readonly Tensor[]) =>
  Object.fromEntries(Object.keys(wanted).map((name, i) => [name, () => found[i]!]))

/** The gradients of these tensors, zeros where there are none. */
const gradients = (tape: readonly TapeNode[], value: Tensor, dy: Tensor, wanted: readonly Tensor[]): Tensor[] =>
  tidied(() => backward(tape, wanted, value, dy).map((gradient, i) => gradient ?? tf.zerosLike(wanted[i]!)))

/** Does the work once more, on the tape: a way back is wanted that is not known. */
function doneAgain(work: Work, wanted: readonly number[], dy: Tensor): Tensor[] {
  const { value, tape } = onTape(() => work.run(work.inputs))
  try {
    return gradients(tape, value, dy, Object.values(named(work, wanted)))
  } finally {
    value.dispose()
  }
}

function wayBack({ backend, work }: Passed, wanted: readonly number[], dy: TensorInfo): WayBack {
  const tensors = tensorsOf(work)
  const homes = wanted.map((index) => placeFor(tensors[index]!) ?? -1)
  return { wanted, homes, dy: { offset: backend.storedAt(dy).offset } }
}

/** Buffers of the way back: those of the way there, what that left and gave, dy, and where gradients of weights go. */
function givenBack({ backend, given, held, value }: Passed, dy: TensorInfo) {
  const { whole, room } = homesNow() ?? {}
  const others = [value, dy, whole, room].flatMap((tensor) => (tensor ? [backend.storedAt(tensor).buffer] : []))
  return { buffers: [...given.buffers, ...held, ...others], whole }
}

function recordBackward(passed: Passed, wanted: readonly number[], dy: Tensor, back: () => Tensor[]): Tensor[] {
  const { backend, known } = passed
  const about = wayBack(passed, wanted, dy)
  const { buffers, whole } = givenBack(passed, dy)
  const recorder = new Recorder(buffers)
  const found = backend.recorded(recorder, () => {
    const gradients = back()
    homesNow() // adds up what waits
    return gradients
  })
  const results = found.map((gradient, i) => {
    const isHome = about.homes[i]! >= 0 && whole && backend.isPartOf(gradient, whole, about.homes[i]!)
    return isHome ? ('home' as const) : resultOf(backend, recorder, gradient)
  })
  const made = recorder.held()
  const own = results.filter((result) => result !== 'home').map((result) => result?.slot ?? -1)
  const isWhole = sameNumbers([...made].sort(byNumber), own.sort(byNumber))
  const first = passed.given.buffers.length
  const left = passed.held.map((_, i) => i).filter((i) => recorder.slotOf(buffers[first + i]!) === first + i)
  const isSound = recorder.failure === undefined && isWhole
  let series = known.backward.find((each) => sameWay(each.about, about))?.series
  if (!series) known.backward.push({ about, series: (series = new Series(sameBackward)) })
  series.add(
    isSound ? { commands: recorder.commands, left, results: results as Backward['results'] } : undefined,
    backend.bufferManager.submits,
    recorder.failure ?? (isSound ? undefined : 'its gradients are not its own'),
  )
  return found
}

const byNumber = (a: number, b: number) => a - b

/** Undefined if this way back is not known. */
function repeatBackward(passed: Passed, wanted: readonly number[], dy: Tensor, holder: Tensor): Tensor[] | undefined {
  const { backend, known, work, held } = passed
  const about = wayBack(passed, wanted, dy)
  const series = known.backward.find((each) => sameWay(each.about, about))?.series
  const { submits } = backend.bufferManager
  const ready = series?.isReady(submits) ? series.take(submits) : undefined
  if (!ready) return undefined
  const slots = backend.replay(ready.commands, givenBack(passed, dy).buffers)
  backend.hold(
    holder,
    ready.left.map((i) => held[i]!),
  )
  const tensors = tensorsOf(work)
  return wanted.map((index, i) => {
    const [tensor, result] = [tensors[index]!, ready.results[i]!]
    return tensorOf(result === 'home' ? homeFor(tensor)! : backend.adopt(slots[result.slot]!, tensor.shape, result.half))
  })
}
