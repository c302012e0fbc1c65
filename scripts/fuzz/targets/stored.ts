// What stored data must withstand: records of all stores, training states and files, with flipped
// bits, missing parts, swapped keys and hostile values. Readers leave out what is damaged, keep the
// rest, and throw only their own errors.
import type { MessageText } from '../../../src/engine/base/catalogue.ts'
import { NodeError } from '../../../src/engine/messages/fault.ts'
import { pack } from '../../../src/engine/plan/pack.ts'
import { RECORD_HEADER, sealRecord } from '../../../src/engine/plan/record.ts'
import { StoredStates, stateName } from '../../../src/engine/plan/storedStates.ts'
import { guardStore } from '../../../src/engine/plan/store.ts'
import { decodeRecord, encodeRecord } from '../../../src/editor/backup/records.ts'
import { loadProgress, progress } from '../../../src/editor/lessons/progress.ts'
import { runChangesText, seedsText } from '../../../src/editor/runs/runText.ts'
import { createRunStore } from '../../../src/editor/runs/runStore.ts'
import { defaultSettings, type Settings } from '../../../src/editor/storage/settings.ts'
import { forgetDamaged, type StoreName } from '../../../src/editor/storage/stores.ts'
import { createSavedNodeLibrary } from '../../../src/editor/subgraph/savedNodes.ts'
import { createLibrary } from '../../../src/editor/workspace/library.ts'
import { ownTypes } from '../../../src/editor/graph/declarations.ts'
import { lightTheme, paintView } from '../../../src/painters/paint.ts'
import type { View } from '../../../src/engine/base/view.ts'
import { createEntryStore } from '../../../src/storage/database.ts'
import { createMemoryValues, type Change } from '../../../src/storage/keyValues.ts'
import { createStoredFiles } from '../../../src/storage/storedFiles.ts'
import { parseWorkflow, WorkflowError } from '../../../src/workflow/index.ts'
import { mutateBytes } from '../../../test/hostile/binaries.ts'
import { createMemoryBrowser } from '../memoryBrowser.ts'
import type { Rng } from '../random.ts'
import { storedSeeds } from '../storedSeeds.ts'
import type { SingleTarget, Timed } from '../target.ts'
import { refusalOrResult, Violation } from '../violation.ts'

// ---- inputs

/** A damaged record: its value as JSON of encodeRecord. */
interface RecordInput {
  kind: 'record'
  store: StoreName
  key: string
  value: string
}

/** A damaged entry of the engine's stores: bytes in hexadecimal digits, or another value. */
interface EntryInput {
  kind: 'entry'
  key: string
  bytes: string
  value?: string
  meta?: string
}

type Input = RecordInput | EntryInput

const hostile: unknown[] = [
  null,
  true,
  0,
  -1,
  1e300,
  '',
  'x',
  'NaN',
  '__proto__',
  [],
  [null],
  {},
  { toString: 1 },
  { length: 5 },
  { $array: 'Float64Array', base64: 'AAAAAAAA8D8=' },
]

type Json = { [key: string]: Json } | Json[] | string | number | boolean | null

/** Paths of all values in JSON. */
function* paths(value: Json, path: (string | number)[] = []): Generator<(string | number)[]> {
  yield path
  if (typeof value === 'object' && value !== null)
    for (const key of Object.keys(value))
      yield* paths((value as Record<string, Json>)[key], [...path, key])
}

/** Replaces or removes a value, or changes a letter of the text. */
function mutateValue(text: string, rng: Rng): string {
  if (rng.chance(0.1)) return flipLetter(text, rng)
  const root = { value: JSON.parse(text) as Json }
  for (let i = rng.count(3); i > 0; i--) {
    const path = ['value', ...rng.pick([...paths(root.value)])]
    const last = path[path.length - 1]
    let parent: Record<string, unknown> = root
    for (const key of path.slice(0, -1)) parent = parent[key] as Record<string, unknown>
    if (rng.chance(0.25) && path.length > 1) delete parent[last]
    else parent[last] = structuredClone(rng.pick(hostile))
    if (root.value === undefined) root.value = null
  }
  const printed = JSON.stringify(root.value)
  return rng.chance(0.1) ? printed.replace(/"(\w+)":/, '"__proto__":') : printed
}

function flipLetter(text: string, rng: Rng): string {
  const at = rng.below(text.length)
  const flipped = String.fromCharCode(text.charCodeAt(at) ^ (1 << rng.below(7)))
  const changed = text.slice(0, at) + flipped + text.slice(at + 1)
  try {
    JSON.parse(changed)
    return changed
  } catch {
    return text
  }
}

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex')

const KEY = 'abc'
const GOOD = stateName(KEY, 10, true)
const LATER = stateName(KEY, 20, true)

/** A state as the engine stores it. */
async function makeState(index: number): Promise<Uint8Array> {
  const state = { weights: Float32Array.of(1, 2, index), step: index, deep: { loss: [Number.NaN] } }
  const record = await pack({ index, state, seconds: 3 }, { offset: RECORD_HEADER })
  sealRecord(stateName(KEY, index, true), record)
  return record
}

export async function createStoredTarget(): Promise<SingleTarget> {
  const seeds = await storedSeeds()
  const encoded = await Promise.all(
    seeds.map(async ({ store, key, value }) => ({ store, key, value: await encodeRecord(value) })),
  )
  const states = { good: await makeState(10), later: await makeState(20) }
  const checks = new StoredChecks(seeds, states)
  const generateEntry = (rng: Rng): EntryInput => ({
    kind: 'entry',
    key: rng.chance(0.1) ? rng.pick([GOOD, 'x', 'state/', `state/${KEY}@x`, '']) : LATER,
    bytes: hex(
      rng.chance(0.2)
        ? // A record of an earlier version has no checksum.
          mutateBytes(states.later.slice(RECORD_HEADER), rng)
        : mutateBytes(states.later, rng),
    ),
    ...(rng.chance(0.2) && { value: JSON.stringify(rng.pick(hostile)) }),
    ...(rng.chance(0.3) && {
      meta: JSON.stringify(rng.pick([...hostile, { size: -1, used: 1 }, { size: 1, used: 'x' }])),
    }),
  })
  const generateRecord = (rng: Rng): RecordInput => {
    const { store, key, value } = rng.pick(encoded)
    const otherKey = rng.pick([...encoded.map((each) => each.key), 'constructor', '__proto__', ''])
    return {
      kind: 'record',
      store,
      key: rng.chance(0.15) ? otherKey : key,
      value: rng.chance(0.9) ? mutateValue(value, rng) : rng.pick(encoded).value,
    }
  }
  return {
    isJson: true,
    share: 1,
    generate: (rng) => {
      const input: Input = rng.chance(0.7) ? generateRecord(rng) : generateEntry(rng)
      return new TextEncoder().encode(JSON.stringify(input))
    },
    check: (bytes, timed) =>
      checks.check(JSON.parse(new TextDecoder().decode(bytes)) as Input, timed),
  }
}

// ---- checks

type Seeds = Awaited<ReturnType<typeof storedSeeds>>

class StoredChecks {
  constructor(
    private readonly seeds: Seeds,
    private readonly states: { good: Uint8Array; later: Uint8Array },
  ) {}

  /** @throws Violation */
  async check(input: Input, timed: Timed): Promise<'accepted' | 'refused'> {
    if (input?.kind === 'record' && typeof input.value === 'string')
      return timed('start', () => this.checkRecord(input))
    if (input?.kind === 'entry' && typeof input.bytes === 'string' && input.key !== GOOD)
      return timed('states', () => this.checkEntry(input))
    return 'refused'
  }

  private async checkRecord({ store, key, value }: RecordInput) {
    const seed = this.seeds.find((each) => each.store === store)
    const decoded = decodeOrSkip(value)
    if (!seed || decoded === undefined) return 'refused' as const
    const kept = this.seeds.filter((each) => each.store !== store || each.key !== key)
    const initial: Partial<Record<StoreName, Change[]>> = {}
    for (const each of kept) (initial[each.store] ??= []).push([each.key, each.value])
    ;(initial[store] ??= []).push([key, decoded.value])
    try {
      const browser = createMemoryBrowser(initial)
      const isRead = await startPage(browser, kept)
      await useAll(browser)
      await requireSameKeys(browser, initial)
      return isRead ? ('accepted' as const) : ('refused' as const)
    } finally {
      await Promise.resolve()
      forgetDamaged()
    }
  }

  private async checkEntry({ key, bytes, value, meta }: EntryInput) {
    const data = value === undefined ? new Uint8Array(Buffer.from(bytes, 'hex')) : parse(value)
    const metaOf = (size: number) => ({ size, used: 1 })
    const values = createMemoryValues([
      [`data/${GOOD}`, this.states.good],
      [`meta/${GOOD}`, metaOf(this.states.good.length)],
      [`data/${key}`, data],
      [`meta/${key}`, meta === undefined ? metaOf(bytes.length / 2) : parse(meta)],
    ])
    const store = createEntryStore(values, 2 ** 20)
    const troubles: MessageText[] = []
    const states = new StoredStates(
      guardStore(store, (message) => void troubles.push(message)),
      (message) => void troubles.push(message),
      Date.now,
    )
    const listed = await states.list(KEY)
    if (!listed.some(({ name }) => name === GOOD))
      throw new Violation('kept', 'A sound state is not listed beside a damaged one')
    for (const each of listed) {
      const stored = await states.load(each)
      if (each.name === GOOD) requireState(stored, 10)
      else if (isSealed(data)) requireStateOrNone(stored)
    }
    await checkFiles(createStoredFiles(store))
    await states.removeOrphans()
    const [trouble] = troubles
    if (trouble !== undefined) throw new Violation('kept', `The store failed: ${trouble}`)
    requireState(await states.load({ name: GOOD, index: 10, isPassing: true }), 10)
    return listed.length > 1 ? ('accepted' as const) : ('refused' as const)
  }
}

const parse = (text: string): unknown => JSON.parse(text) as unknown

const isSealed = (data: unknown) => data instanceof Uint8Array && data[0] === 0x89

function requireState(stored: unknown, index: number) {
  const state = stored as { index: number; state: { step: number; weights: Float32Array } }
  if (state?.index !== index || state.state.step !== index || state.state.weights[2] !== index)
    throw new Violation('kept', 'A sound state was lost, or is another one')
}

/** A record with a checksum is as it was written, or none. */
function requireStateOrNone(stored: unknown) {
  if (stored !== 'damaged' && stored !== undefined) requireState(stored, 20)
}

async function checkFiles(files: ReturnType<typeof createStoredFiles>) {
  for (const { sha256 } of await files.list())
    try {
      await files.get(sha256)
    } catch (error) {
      if (!(error instanceof NodeError)) throw error
    }
}

/** JSON that encodes no value of a store is no input. */
function decodeOrSkip(text: string): { value: unknown } | undefined {
  try {
    return { value: decodeRecord(text) }
  } catch {
    return undefined
  }
}

type Browser = ReturnType<typeof createMemoryBrowser>

/** Everything that the page reads at its start. Returns true if nothing was left out. */
async function startPage({ stores }: Browser, kept: Seeds): Promise<boolean> {
  const library = createLibrary(stores)
  const settings = await library.loadSettings()
  requireSettings(settings)
  for (const { name } of [...(await library.list()), ...(await library.drafts())]) name.trim()
  await createSavedNodeLibrary(stores.nodes).list()
  const runs = createRunStore(stores)
  const { runs: listed } = await runs.list()
  await runs.sweeps(listed)
  for (const run of listed) new Date(run.when).toISOString()
  await loadProgress(stores.lessons)
  for (const { store, key } of kept)
    if ((await stores[store].get(key)) === undefined)
      throw new Violation('kept', `A sound record of ${store} is left out`)
  const counts = await Promise.all(
    kept.map(async ({ store }) => [
      (await stores[store].all()).length,
      (await stores[store].keys()).length,
    ]),
  )
  return counts.every(([all, keys]) => all === keys)
}

/** What the start of the page does with settings. */
function requireSettings(settings: Settings) {
  for (const [name, value] of Object.entries(defaultSettings) as [keyof Settings, unknown][])
    if (typeof settings[name] !== typeof value)
      throw new Violation('valid', `The setting ${name} is ${JSON.stringify(settings[name])}`)
  const { tabs = [], open, recentNodes, keys, tour } = settings
  for (const { id, name = '' } of [...tabs, ...(open ? [open] : [])]) id.concat(name.trim())
  for (const texts of [recentNodes, ...Object.values(keys)]) for (const each of texts) each.trim()
  tour?.of.trim()
}

/** Opens, shows and exports everything. */
async function useAll({ stores, parts }: Browser) {
  const library = createLibrary(stores)
  const workflows = await library.list()
  const texts = [...workflows, ...(await library.drafts())].map(({ text }) => text)
  for (const { id } of workflows)
    texts.push(...(await library.versions.list(id)).map(({ text }) => text))
  for (const text of texts)
    refusalOrResult([WorkflowError], text, () => parseWorkflow(text, ownTypes))
  const runs = createRunStore(stores)
  for (const run of (await runs.list()).runs) {
    runChangesText(run)
    seedsText(run)
    const details = await runs.details(run.id)
    for (const { x, y } of [...(details?.losses ?? []), ...(details?.charts ?? [])]) x.at(y.length)
  }
  for (const { questions, tasks } of progress.value.values())
    for (const { id } of [...questions, ...tasks]) id.trim()
  for (const { views } of await stores.views.all<{ views: { view: View }[] }>())
    for (const { view } of views) paint(view)
  for (const part of Object.values(parts)) {
    await part.items()
    for (const entry of await part.entries()) await entry.bytes()
  }
}

/** Only reads were made. */
async function requireSameKeys({ stores }: Browser, initial: Partial<Record<StoreName, Change[]>>) {
  for (const [store, changes] of Object.entries(initial) as [StoreName, Change[]][]) {
    const expected = new Set(changes.filter(([, value]) => value !== undefined).map(([key]) => key))
    const keys = await stores[store].keys()
    if (keys.length !== expected.size || !keys.every((key) => expected.has(key)))
      throw new Violation('kept', `Reading ${store} changed it`)
  }
}

/** A canvas that draws nothing. */
const nothing: unknown = new Proxy(() => {}, {
  get: (_, name) =>
    name === 'width' || name === 'height'
      ? 100
      : name === Symbol.toPrimitive
        ? () => 10
        : name === 'data'
          ? new Uint8ClampedArray(4)
          : nothing,
  set: () => true,
  apply: () => nothing,
})

function paint(view: View) {
  const context = nothing as CanvasRenderingContext2D
  const makeSheet = () => nothing as OffscreenCanvas
  paintView(context, view, { x: 0, y: 0, width: 200, height: 200 }, lightTheme, { makeSheet })
}
