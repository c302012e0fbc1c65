// Chooses, once for a device, which kernels compute its convolutions and products: candidates take turns on work like that of a
// UNet, and the quickest are kept in storage under the device's name. Other tiles can give other last bits, so they are
// measured only where there is a storage to keep the choice in, and never again until it is forgotten.
import type { StateStore } from '../plan/store.ts'
import type { Backend } from './backend.ts'
import type { Choice, Choices } from './choices.ts'
import { useChoices } from './choices.ts'
import { isSoftware } from './device.ts'
import type { Bench, Candidate, Trial } from './trials.ts'
import { benchOn, candidateName, trialsFor } from './trials.ts'

/** To be raised when kernels have changed so that another one may be the quickest: what was kept is then measured anew. */
const KERNELS = 1

/** Nothing more is measured after so many milliseconds; for the rest the rules hold. */
const BUDGET = 1200

/** Of them, so many are not for compiling: what is not compiled by then is left out. */
const FOR_MEASURING = 400

/** What is not quicker than the rules' choice by this factor is not worth being another one. */
const WORTH = 0.95

/** What is slower than the best by this factor in its first run has no second one. */
const HOPELESS = 1.5

/** A turn takes about so many seconds, in at most so many runs. */
const TURN = 2e-3
const MOST_RUNS = 32
const TURNS = 2

export interface TuningOptions {
  /** Where choices are kept. */
  store: StateStore
  /** What was kept of this device is forgotten, and it is measured again. */
  again?: boolean
}

/**
 * Lets the device compute by what is quickest on it. Returns a sentence for people, or undefined where nothing is to choose:
 * devices made of software have rules of their own. Storage that fails is as if it were empty.
 */
export async function tune(
  backend: Backend,
  { store, again = false }: TuningOptions,
  bench: () => Bench = () => benchOn(backend),
): Promise<string | undefined> {
  const { device } = backend
  const key = keyOf(device)
  if (key === undefined || isSoftware(device)) return undefined
  if (again) await store.delete(key).catch(() => {})
  const trials = trialsFor(device)
  const bytes = await store.get(key).catch(() => undefined)
  const kept = bytes && parseChoices(bytes, trials)
  const choices = kept ?? (await measured(trials, bench()))
  if (!kept) await store.put(key, bytesOf(choices)).catch(() => {})
  useChoices(device, choices)
  return sentence(choices)
}

/** All that is known of a device, and of our kernels; undefined if nothing is. */
function keyOf({ adapterInfo }: GPUDevice): string | undefined {
  if (!adapterInfo) return undefined
  const { vendor, architecture, device, description } = adapterInfo
  return ['kernels', KERNELS, vendor, architecture, device, description].join('/')
}

function sentence(choices: Choices): string {
  const others = Object.entries(choices).map(([name, { tile, squares }]) => `${name}: ${candidateName(squares ?? tile)}`)
  return others.length > 0 ? `Measured here: ${others.join(', ')}` : 'Measured here: the usual kernels are the quickest'
}

// ---- what is kept: names, by which only candidates of today are found

function bytesOf(choices: Choices): Uint8Array {
  const names = Object.entries(choices).map(([name, { tile, squares }]) => [
    name,
    { tile: candidateName(tile), ...(squares && { squares: candidateName(squares) }) },
  ])
  return new TextEncoder().encode(JSON.stringify({ choices: Object.fromEntries(names) }))
}

type Names = Record<string, { tile: unknown; squares?: unknown }>

/** Undefined for anything that is not of candidates that there are. */
function parseChoices(bytes: Uint8Array, trials: readonly Trial[]): Choices | undefined {
  const named = <C extends Candidate>(candidates: readonly C[], name: unknown): C => {
    const found = candidates.find((one) => candidateName(one) === name)
    if (!found) throw new TypeError(`There is no ${String(name)}.`)
    return found
  }
  try {
    const { choices: names } = JSON.parse(new TextDecoder().decode(bytes)) as { choices: Names }
    const choices: Choices = {}
    for (const [name, { tile, squares }] of Object.entries(names)) {
      const trial = trials.find((each) => each.name === name)
      if (!trial) return undefined
      choices[trial.name] = {
        tile: named(trial.tiles, tile),
        ...(squares !== undefined && { squares: named(trial.squares, squares) }),
      }
    }
    return choices
  } catch {
    return undefined
  }
}

// ---- measuring

async function measured(trials: readonly Trial[], bench: Bench): Promise<Choices> {
  const until = bench.now() + BUDGET
  const choices: Choices = {}
  try {
    for (const trial of trials) {
      if (bench.now() > until) break
      const choice = await choiceOf(trial, await secondsOf(trial, bench, until), bench)
      if (choice) choices[trial.name] = choice
    }
    return choices
  } finally {
    bench.close()
  }
}

type Seconds = ReadonlyMap<Candidate, number>

/** Seconds of a run of each, the least of its turns. Those that the device refuses, or that came too late, are not there. */
async function secondsOf(trial: Trial, bench: Bench, until: number): Promise<Seconds> {
  const candidates = [...trial.tiles, ...trial.squares]
  const isLate = () => bench.now() > until
  const late = bench.pause(Math.max(0, until - FOR_MEASURING - bench.now())).then(() => false)
  const ready = await Promise.all(candidates.map((one) => Promise.race([bench.ready(trial, one), late])))
  const found = new Map<Candidate, number>()
  for (const one of candidates.filter((_, i) => ready[i])) {
    if (isLate()) return found
    found.set(one, await bench.seconds(trial, one, 1))
  }
  const most = HOPELESS * Math.min(...found.values())
  for (let turn = 0; turn < TURNS; turn++) {
    for (const [one, before] of found) {
      if (before > most) continue
      if (isLate()) return found
      const runs = Math.min(MOST_RUNS, Math.max(1, Math.round(TURN / before)))
      found.set(one, Math.min(before, await bench.seconds(trial, one, runs)))
    }
  }
  return found
}

/** What is worth it, in the place of the rules' tile; undefined if nothing is. */
async function choiceOf(trial: Trial, seconds: Seconds, bench: Bench): Promise<Choice | undefined> {
  const rule = trial.tiles[0]!
  if (!seconds.has(rule)) return undefined
  const timeOf = (one: Candidate) => seconds.get(one) ?? Infinity
  const better = async <C extends Candidate>(candidates: readonly C[], than: Candidate) => {
    const quicker = candidates.filter((one) => timeOf(one) < WORTH * timeOf(than)).sort((a, b) => timeOf(a) - timeOf(b))
    for (const one of quicker) if (await bench.agree(trial, rule, one)) return one
    return undefined
  }
  const tile = (await better(trial.tiles, rule)) ?? rule
  const squares = await better(trial.squares, tile)
  return tile === rule && !squares ? undefined : { tile, ...(squares && { squares }) }
}
