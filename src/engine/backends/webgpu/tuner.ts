// Autotuner: chooses, once for each device, the kernels for convolutions and matrix products.
// Candidates run in turns on work like that of a UNet, and the fastest are stored under the
// device's name, until that is deleted. Most change the last bits of results, and are candidates
// only if the user asks for them.
import type { MessageText } from '../../base/catalogue.ts'
import type { WebGPUBackend } from './backend.ts'
import type { TuningOptions } from '../tuningOptions.ts'
import { isSoftware } from './device.ts'
import type { Reductions, Tile } from './kernels/gemm/tiles.ts'
import type { TrialName, TunedChoice, TunedChoices } from './tunedChoices.ts'
import { hasEqualBits, setTunedChoices } from './tunedChoices.ts'
import { hasHardwareChoices, passesTunedSelfTest, withoutHardwareChoices } from './tunedSelfTest.ts'
import type { Trial, TrialRunner, TunerCandidate } from './tunerTrials.ts'
import { candidateName, createTrialRunner, createTrials } from './tunerTrials.ts'
import { backendMessages } from '../../messages/backends.ts'

/**
 * Increase this when kernels change so that another one may be the fastest: devices are measured
 * again.
 */
const KERNEL_VERSION = 2

/** Milliseconds after which nothing more is measured; the default tiles are used for the rest. */
const TIME_BUDGET = 1200
/** The same for kernels that need features of the device. */
const HARDWARE_BUDGET = 800

/**
 * The part of the budget that is reserved for measuring; kernels not compiled by then are left out.
 */
const MEASURING_TIME = 400

/** A candidate has to be faster than the default by this factor to be chosen. */
const REQUIRED_RATIO = 0.95

/** A candidate slower than the best by this factor in its first run is not measured again. */
const GIVE_UP_RATIO = 1.5

/** Approximate length of a round in seconds, and the most runs in it. */
const ROUND_SECONDS = 2e-3
const MAX_RUNS = 32
const ROUNDS = 2

export interface TunerOptions extends TuningOptions {
  /** Candidates may change the last bits of results. */
  changesBits?: boolean
}

/**
 * Makes the device use its fastest kernels. Returns a sentence for users, or undefined where there
 * is no choice: software devices have rules of their own. A store that fails is treated as empty.
 */
export async function tune(
  backend: WebGPUBackend,
  { store, remeasure = false, float16Products = false, changesBits = false }: TunerOptions,
  createRunner: () => TrialRunner = () => createTrialRunner(backend),
  passesSelfTest: typeof passesTunedSelfTest = passesTunedSelfTest,
): Promise<MessageText | undefined> {
  const { device } = backend
  const identity = storageKey(device)
  if (identity === undefined || isSoftware(device)) return undefined
  const kind = float16Products ? '/float16' : ''
  const key = identity + (changesBits ? kind : '/equal bits')
  if (remeasure) await store.delete(key).catch(() => {})
  const trials = createTrials(device, { float16: float16Products }).filter(
    ({ name }) => changesBits || hasEqualBits(name),
  )
  if (trials.length === 0) return undefined
  const bytes = await store.get(key).catch(() => undefined)
  const stored = bytes && decodeChoices(bytes, trials)
  const choices = stored ?? (await measureChoices(trials, createRunner()))
  if (!stored) await store.put(key, encodeChoices(choices)).catch(() => {})
  if (!hasHardwareChoices(choices) || (await passesSelfTest(backend, choices))) {
    setTunedChoices(device, choices)
    return describeChoices(choices)
  }
  const others = withoutHardwareChoices(choices)
  setTunedChoices(device, others)
  return backendMessages.tunedRejected({ choices: describeChoices(others) })
}

/**
 * Returns a key of the device's identity and the kernel version; undefined if the device has none.
 */
function storageKey({ adapterInfo }: GPUDevice): string | undefined {
  if (!adapterInfo) return undefined
  const { vendor, architecture, device, description } = adapterInfo
  return ['kernels', KERNEL_VERSION, vendor, architecture, device, description].join('/')
}

/** Returns the choices on which the last bits of results depend, if there are any. */
export function arithmeticOf(choices: TunedChoices): string | undefined {
  const names = Object.entries(choices)
    .filter(([name]) => !hasEqualBits(name as TrialName))
    .map(([name, { tile, winograd }]) =>
      [name, candidateName(tile), winograd ? candidateName(winograd) : ''].join(),
    )
  return names.length > 0 ? names.sort().join('; ') : undefined
}

function describeChoices(choices: TunedChoices): MessageText {
  const others = Object.entries(choices).map(
    ([name, { tile, winograd }]) => `${name}: ${candidateName(winograd ?? tile)}`,
  )
  return others.length > 0
    ? backendMessages.tuned({ choices: others.join(', ') })
    : backendMessages.tunedDefault()
}

// ---- storage: candidates are stored by name, so that one that no longer exists is not found

function encodeChoices(choices: TunedChoices): Uint8Array {
  const names = Object.entries(choices).map(([name, { tile, winograd }]) => [
    name,
    { tile: candidateName(tile), ...(winograd && { squares: candidateName(winograd) }) },
  ])
  return new TextEncoder().encode(JSON.stringify({ choices: Object.fromEntries(names) }))
}

type StoredNames = Record<string, { tile: unknown; squares?: unknown }>

/** Returns undefined if a stored choice no longer names a known candidate. */
function decodeChoices(bytes: Uint8Array, trials: readonly Trial[]): TunedChoices | undefined {
  const findByName = <C extends TunerCandidate>(candidates: readonly C[], name: unknown): C => {
    const found = candidates.find((candidate) => candidateName(candidate) === name)
    if (!found) throw new TypeError(`There is no ${String(name)}.`)
    return found
  }
  try {
    const stored = JSON.parse(new TextDecoder().decode(bytes)) as { choices: StoredNames }
    const choices: TunedChoices = {}
    for (const [name, { tile, squares }] of Object.entries(stored.choices)) {
      const trial = trials.find((each) => each.name === name)
      if (!trial) return undefined
      Object.assign(choices, {
        [trial.name]: {
          tile: findByName(trial.tiles, tile),
          ...(squares !== undefined && { winograd: findByName(trial.winogradTiles, squares) }),
        },
      })
    }
    return choices
  } catch {
    return undefined
  }
}

// ---- measuring

async function measureChoices(
  trials: readonly Trial[],
  runner: TrialRunner,
): Promise<TunedChoices> {
  const budget = TIME_BUDGET + (trials.some(hasHardwareCandidates) ? HARDWARE_BUDGET : 0)
  const deadline = runner.now() + budget
  const choices: TunedChoices = {}
  try {
    for (const trial of trials) {
      if (runner.now() > deadline) break
      const seconds = await measureTrial(trial, runner, deadline)
      const choice = await pickChoice(trial, seconds, runner)
      if (choice) Object.assign(choices, { [trial.name]: choice })
    }
    return choices
  } finally {
    runner.close()
  }
}

const hasHardwareCandidates = ({ tiles }: Trial) =>
  tiles.some(
    (tile) => tile.shape === 'reductions' || (tile.shape === 'tiled' && (tile.half ?? tile.matrix)),
  )

type Seconds = ReadonlyMap<TunerCandidate, number>

/**
 * Returns the seconds of one run of each candidate, the shortest of its rounds. Candidates that the
 * device rejects, or that were compiled too late, are missing.
 */
async function measureTrial(trial: Trial, runner: TrialRunner, deadline: number): Promise<Seconds> {
  const candidates = [...trial.tiles, ...trial.winogradTiles]
  const isLate = () => runner.now() > deadline
  const timeout = runner
    .pause(Math.max(0, deadline - MEASURING_TIME - runner.now()))
    .then(() => false)
  const ready = await Promise.all(
    candidates.map((candidate) => Promise.race([runner.prepare(trial, candidate), timeout])),
  )
  const found = new Map<TunerCandidate, number>()
  for (const candidate of candidates.filter((_, i) => ready[i])) {
    if (isLate()) return found
    found.set(candidate, await runner.time(trial, candidate, 1))
  }
  const limit = GIVE_UP_RATIO * Math.min(...found.values())
  for (let round = 0; round < ROUNDS; round++) {
    for (const [candidate, best] of found) {
      if (best > limit) continue
      if (isLate()) return found
      const runs = Math.min(MAX_RUNS, Math.max(1, Math.round(ROUND_SECONDS / best)))
      found.set(candidate, Math.min(best, await runner.time(trial, candidate, runs)))
    }
  }
  return found
}

/** Returns what to use instead of the default tile; undefined if nothing is enough faster. */
async function pickChoice(
  trial: Trial,
  seconds: Seconds,
  runner: TrialRunner,
): Promise<TunedChoice<Tile | Reductions> | undefined> {
  const defaultTile = trial.tiles[0]
  if (!seconds.has(defaultTile)) return undefined
  const getSeconds = (candidate: TunerCandidate) => seconds.get(candidate) ?? Infinity
  const findFaster = async <C extends TunerCandidate>(
    candidates: readonly C[],
    reference: TunerCandidate,
  ) => {
    const faster = candidates
      .filter((candidate) => getSeconds(candidate) < REQUIRED_RATIO * getSeconds(reference))
      .sort((a, b) => getSeconds(a) - getSeconds(b))
    for (const candidate of faster)
      if (await runner.agree(trial, defaultTile, candidate)) return candidate
    return undefined
  }
  const tile = (await findFaster(trial.tiles, defaultTile)) ?? defaultTile
  const winograd = await findFaster(trial.winogradTiles, tile)
  return tile === defaultTile && !winograd ? undefined : { tile, ...(winograd && { winograd }) }
}
