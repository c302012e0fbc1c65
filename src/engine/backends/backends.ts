// Chooses the backend: finds those that this machine has, tests their gradients, takes the fastest,
// and reports why.
//
// The order is fixed where it is certain (a real GPU through WebGPU is first; a software adapter is
// ten times slower than wasm) and measured where it is not.
import { joinSentences, faultMessages } from '../messages/faults.ts'
import { type MessageText, textFields, getText } from '../base/catalogue.ts'
import { MessageError } from '../base/errors.ts'
import { registerOperations } from '../base/backend.ts'
import { broadcastSumGradients, fusedSoftmaxGradient } from './gradients.ts'
import { getErrorText } from '../messages/fault.ts'
import type { ArithmeticOption, BackendName, BackendReport, WasmPaths } from '../protocol.ts'
import { importBackend } from './importBackend.ts'
import { gradientSelfTest, trainingStepSeconds } from './selftest.ts'
import { tf } from '../base/tf.ts'
import { memoryStore } from '../plan/store.ts'
import { overrideWasmKernels } from './wasm/kernelOverrides.ts'
import { MATRIX_FEATURE, softwareNames } from './webgpu/device.ts'
import type { TuningOptions } from './tuningOptions.ts'
import { chooseArithmetic } from './wasm/arithmetic.ts'
import { describeMeasurement, describeWasm } from './wasm/describe.ts'
import { guardHeap } from './wasm/heapLimit.ts'
import { wasmOperations } from './wasm/operations.ts'
import { startWasmFunctions } from './wasm/wasmFunctions.ts'
import { activateWasm } from './wasm/start.ts'
import { backendMessages } from '../messages/backends.ts'

export interface BackendOptions {
  /** `auto` takes the fastest; a name is tried before the others. */
  prefer?: BackendName | 'auto'
  /** Takes no other backend than the preferred one. */
  only?: boolean
  /** Default: beside the script; in Node in the package tfjs-backend-wasm. */
  wasm?: WasmPaths
  /**
   * Number of threads of the wasm backend, up to 8, in Node and on isolated pages. Default: the
   * number of cores, but one less if there are more than 4; in Node the environment variable
   * LITEGRAPH_DIFFUSION_THREADS comes first. Threads do not affect the bits of results.
   */
  threads?: number | undefined
  /** The store of measured choices, and what they may be. */
  tuning?: TuningOptions | undefined
  /** Default: `portable`. */
  arithmetic?: ArithmeticOption | undefined
  /**
   * Called when the GPU device is lost (driver restart, sleep, a kernel that took too long) or has
   * failed, so that its results cannot be trusted.
   */
  onLost?: (message: string, text: MessageText) => void
}

/** An available backend that is not started yet. */
interface Candidate {
  name: BackendName
  device: MessageText
  /** A sentence about measured kernels, once it has started. */
  kernels?: MessageText | undefined
  /** wasm uses relaxed SIMD. */
  relaxedSimd?: boolean
  /** Lower tiers are tried first; within a tier the fastest is taken. */
  tier: number
  /** The reason to report if another one is taken. */
  remark: MessageText
  /** Makes it tfjs's active backend, or throws. */
  start(): Promise<void>
}

type Probe = (options: BackendOptions) => Promise<Candidate>

const names: BackendName[] = ['webgpu', 'wasm', 'webgl', 'cpu']

/**
 * Starts the best backend and makes it tfjs's active one. All tensors of an earlier backend have to
 * be disposed before. Throws if the only backend does not work, or if none does: not even the
 * JavaScript backend passes the self-test.
 */
export async function startBackend(options: BackendOptions = {}): Promise<BackendReport> {
  prepareTfjs()
  const prefer = options.prefer ?? 'auto'
  const rejected: BackendReport['rejected'] = []
  const found = await findCandidates(options, rejected)
  for (const tier of groupByTier(found, prefer)) {
    const started: Candidate[] = []
    for (const candidate of tier) {
      const failure = await tryToStart(candidate)
      if (failure === undefined) started.push(candidate)
      else rejected.push({ name: candidate.name, ...textFields({ reason: failure }) })
    }
    if (started.length === 0) continue
    const { best, reason, slower } = await pickFastest(started, options.tuning)
    rejected.push(...slower.map(({ name, reason }) => ({ name, ...textFields({ reason }) })))
    const kernels = best.name === 'webgpu' ? await tuneGPU(options) : best.kernels
    if (best.name === 'webgpu') await watchGPU(options.onLost)
    const tried = new Set([best.name, ...rejected.map(({ name }) => name)])
    rejected.push(
      ...found
        .filter(({ name }) => !tried.has(name))
        .map(({ name, remark }) => ({
          name,
          ...textFields({
            reason:
              best.name === prefer ? backendMessages.otherPreferred({ name: prefer }) : remark,
          }),
        })),
    )
    return {
      name: best.name,
      ...textFields({
        device: best.device,
        reason: explainChoice(best, prefer, reason, rejected),
        ...(kernels !== undefined && { kernels }),
      }),
      ...(best.relaxedSimd && { relaxedSimd: true as const }),
      rejected,
    }
  }
  if (options.only) throw new MessageError(getText(rejected[0], 'reason'))
  throw new MessageError(
    backendMessages.noneWorks({
      reasons: joinSentences(
        ...rejected.map((each) =>
          faultMessages.atStop({ place: each.name, problem: getText(each, 'reason') }),
        ),
      ),
    }),
  )
}

/** Starts a backend without choice or self-test. Throws if it is not available. */
export async function startUntested(
  name: BackendName,
  options: BackendOptions = {},
): Promise<void> {
  prepareTfjs()
  const candidate = await probes[name](options)
  await candidate.start()
}

function prepareTfjs() {
  tf.enableProdMode() // no banner about tfjs-node
  broadcastSumGradients()
  fusedSoftmaxGradient()
}

/** Stops the active backend, and frees its memory and device. */
export async function stopBackend(): Promise<void> {
  const name = tf.getBackend() as BackendName | undefined
  if (name) await releaseBackend(name)
}

async function findCandidates(
  options: BackendOptions,
  rejected: BackendReport['rejected'],
): Promise<Candidate[]> {
  const tried = names.filter((name) => !options.only || name === options.prefer)
  const found = await Promise.all(
    tried.map(async (name) => {
      try {
        return await probes[name](options)
      } catch (error) {
        rejected.push({ name, ...textFields({ reason: getErrorText(error) }) })
        return undefined
      }
    }),
  )
  return found.filter((candidate) => candidate !== undefined)
}

/** Groups candidates by tier; the preferred one comes first, alone. */
function groupByTier(found: Candidate[], prefer: BackendName | 'auto'): Candidate[][] {
  const effectiveTier = (candidate: Candidate) => (candidate.name === prefer ? -1 : candidate.tier)
  const tiers = [...new Set(found.map(effectiveTier))].sort((a, b) => a - b)
  return tiers.map((tier) => found.filter((candidate) => effectiveTier(candidate) === tier))
}

async function tryToStart(candidate: Candidate): Promise<MessageText | undefined> {
  try {
    await candidate.start()
    const wrong = await gradientSelfTest()
    if (wrong === undefined) return undefined
    await releaseBackend(candidate.name)
    return backendMessages.selfTest({ problem: wrong })
  } catch (error) {
    await releaseBackend(candidate.name)
    return backendMessages.notStarted({ problem: getErrorText(error) })
  }
}

/** The name under which the fastest of several backends is stored. */
const FASTEST_BACKEND = 'fastest backend/1'

/**
 * Returns the backend of the fastest training step. With a store it is measured once, since another
 * backend would change the bits of the next session.
 */
async function pickFastest(started: Candidate[], tuning: TuningOptions | undefined) {
  if (started.length === 1) return { best: started[0], reason: undefined, slower: [] }
  const bytes = tuning?.remeasure
    ? undefined
    : await tuning?.store.get(FASTEST_BACKEND).catch(() => undefined)
  const stored = bytes && new TextDecoder().decode(bytes)
  const best = started.find(({ name }) => name === stored)
  if (!best) {
    const picked = await measureFastest(started)
    const name = new TextEncoder().encode(picked.best.name)
    await tuning?.store.put(FASTEST_BACKEND, name).catch(() => {})
    return picked
  }
  const others = started.filter((candidate) => candidate !== best)
  for (const { name } of others) await releaseBackend(name)
  await activate(best.name)
  const reason = backendMessages.slowerBefore({ name: best.name })
  return { best, reason: undefined, slower: others.map(({ name }) => ({ name, reason })) }
}

async function measureFastest(started: Candidate[]) {
  const timed: { candidate: Candidate; seconds: number }[] = []
  for (const candidate of started) {
    await activate(candidate.name)
    timed.push({ candidate, seconds: await trainingStepSeconds() })
  }
  const [first, ...others] = timed.sort((a, b) => a.seconds - b.seconds)
  const slower = others.map(({ candidate: { name }, seconds }) => ({
    name,
    reason: backendMessages.slowerStep({
      own: milliseconds(seconds),
      other: milliseconds(first.seconds),
      name: first.candidate.name,
    }),
  }))
  for (const { name } of slower) await releaseBackend(name)
  await activate(first.candidate.name)
  return {
    best: first.candidate,
    reason: backendMessages.stepTime({ milliseconds: milliseconds(first.seconds) }),
    slower,
  }
}

const milliseconds = (seconds: number) => (seconds * 1000).toPrecision(2)

function explainChoice(
  best: Candidate,
  prefer: BackendName | 'auto',
  measured: MessageText | undefined,
  rejected: BackendReport['rejected'],
) {
  if (best.name === prefer) return backendMessages.chosen({ name: best.name, device: best.device })
  const { name, device } = best
  const chosen = rejected.find((other) => other.name === prefer)
  if (!chosen && measured) return backendMessages.measured({ name, device, reason: measured })
  const other = chosen ?? rejected.find((other) => other.name === 'webgpu')
  return other
    ? backendMessages.insteadOf({ name, device, preferred: other.name, reason: other.reason })
    : backendMessages.fastest({ name, device })
}

// ---- probes

const probes: Record<BackendName, Probe> = {
  webgpu: probeWebGPU,
  wasm: probeWasm,
  webgl: probeWebGL,
  cpu: probeCPU,
}

/** Features that kernels can use; requested where the adapter has them. */
const features = [
  'timestamp-query',
  'shader-f16',
  'subgroups',
  MATRIX_FEATURE as GPUFeatureName,
] as const

/**
 * Limits that tfjs or larger models reach; the adapter's values are requested, not the defaults.
 */
const limits = [
  'maxBufferSize',
  'maxStorageBufferBindingSize',
  'maxStorageBuffersPerShaderStage',
  'maxComputeWorkgroupStorageSize',
  'maxComputeWorkgroupsPerDimension',
  'maxComputeInvocationsPerWorkgroup',
  'maxComputeWorkgroupSizeX',
  'maxComputeWorkgroupSizeY',
  'maxComputeWorkgroupSizeZ',
] as const

async function probeWebGPU(options: BackendOptions): Promise<Candidate> {
  const gpu = (globalThis.navigator as Navigator | undefined)?.gpu
  if (!gpu) throw new MessageError(backendMessages.noWebGPU())
  const adapter = await gpu.requestAdapter({ powerPreference: 'high-performance' })
  if (!adapter) throw new MessageError(backendMessages.noAdapter())
  const { info } = adapter
  const device =
    info.description ||
    [info.vendor, info.architecture, info.device].filter(Boolean).join(' ') ||
    'GPU'
  const software =
    softwareNames.test([device, info.vendor, info.architecture].join(' ')) || isFallback(adapter)
  return {
    name: 'webgpu',
    device,
    tier: software ? 2 : 0,
    remark: software ? backendMessages.softwareAdapter({ device }) : backendMessages.otherChosen(),
    start: () => startWebGPU(adapter, options),
  }
}

/** Reads the flag, which the specification moved from the adapter to its info. */
const isFallback = (adapter: GPUAdapter) =>
  Boolean(
    (adapter.info as { isFallbackAdapter?: boolean }).isFallbackAdapter ??
    (adapter as { isFallbackAdapter?: boolean }).isFallbackAdapter,
  )

let gpuDevice: GPUDevice | undefined
/** Reason for the loss of the last device, if it was lost. */
let gpuLoss: string | undefined

/** Time in which the loss of a device follows the errors it causes, in milliseconds. */
const LOSS_DELAY = 300

/** Returns the reason if the GPU device is lost, or about to be reported as lost. */
export async function findDeviceLoss(): Promise<string | undefined> {
  if (gpuLoss !== undefined || !gpuDevice) return gpuLoss
  const delay = new Promise<undefined>((resolve) => setTimeout(resolve, LOSS_DELAY, undefined))
  return Promise.race([gpuDevice.lost.then(({ message }) => message), delay])
}

/**
 * Creates the device itself, not through tfjs, to request features and limits and to observe its
 * loss.
 */
async function startWebGPU(adapter: GPUAdapter, { onLost }: BackendOptions): Promise<void> {
  const { registerWebGPU, measureCompletion } = await import('./webgpu/start.ts')
  const device = await adapter.requestDevice({
    requiredFeatures: features.filter((feature) => adapter.features.has(feature)),
    requiredLimits: Object.fromEntries(limits.map((limit) => [limit, adapter.limits[limit]])),
  })
  registerWebGPU(device, adapter.info)
  gpuDevice = device
  gpuLoss = undefined
  void device.lost.then(({ message }) => {
    if (gpuDevice !== device) return // destroyed on purpose
    gpuDevice = undefined
    gpuLoss = message
    onLost?.(message, message)
  })
  await activate('webgpu')
  await measureCompletion()
}

/** Runs the autotuner. If it fails, the default kernels are used. */
async function tuneGPU({ tuning, arithmetic }: BackendOptions): Promise<MessageText | undefined> {
  const changesBits = arithmetic === 'measured' || tuning?.float16Products === true
  if (!tuning && !changesBits) return undefined
  const { tuneActive } = await import('./webgpu/start.ts')
  return tuneActive({ store: memoryStore(), ...tuning, changesBits }).catch((error) =>
    backendMessages.notTuned({ problem: getErrorText(error) }),
  )
}

/** Watches for errors of the device, after the self-tests, whose failures are handled there. */
async function watchGPU(onLost: BackendOptions['onLost']) {
  const { watchErrors } = await import('./webgpu/start.ts')
  const device = gpuDevice
  if (!device) return
  watchErrors(device, (message) => {
    if (gpuDevice === device) {
      const text = backendMessages.computationFailed({ problem: message })
      onLost?.(text.text, text)
    }
  })
}

async function probeWasm({
  wasm,
  threads,
  arithmetic = 'portable',
  tuning,
}: BackendOptions): Promise<Candidate> {
  if (typeof WebAssembly === 'undefined') throw new MessageError(backendMessages.noWasm())
  const candidate: Candidate = {
    name: 'wasm',
    device: '',
    tier: 1,
    remark: backendMessages.slowerThanGPU(),
    start: async () => {
      await importBackend('wasm')
      overrideWasmKernels()
      const started = await activateWasm({ paths: wasm, threads, activate: () => activate('wasm') })
      guardHeap(tf.backend())
      const choice = await chooseArithmetic(arithmetic, tuning)
      const functions = await startWasmFunctions(tf.backend(), started, choice.arithmetic)
      const isFused = functions !== undefined && choice.arithmetic === 'fused'
      const operations = wasmOperations(functions)
      registerOperations(tf.backend(), { ...operations, ...(isFused && { arithmetic: 'fused' }) })
      candidate.device = describeWasm(functions, choice)
      candidate.kernels = describeMeasurement(choice)
      candidate.relaxedSimd = isFused
    },
  }
  return candidate
}

async function probeWebGL(): Promise<Candidate> {
  const renderer = webglRenderer()
  if (renderer === undefined) throw new MessageError(backendMessages.noWebGL())
  const software = softwareNames.test(renderer)
  return {
    name: 'webgl',
    device: renderer,
    tier: software ? 3 : 1,
    remark: software
      ? backendMessages.softwareRenderer({ renderer })
      : backendMessages.slowerThanGPU(),
    start: async () => {
      await importBackend('webgl')
      await activate('webgl')
      registerOperations(tf.backend(), { isGPU: true, timing: 'issued' })
    },
  }
}

function webglRenderer(): string | undefined {
  if (typeof OffscreenCanvas === 'undefined') return undefined
  const gl = new OffscreenCanvas(1, 1).getContext('webgl2')
  if (!gl) return undefined
  const names = gl.getExtension('WEBGL_debug_renderer_info')
  const renderer = String(gl.getParameter(names ? names.UNMASKED_RENDERER_WEBGL : gl.RENDERER))
  gl.getExtension('WEBGL_lose_context')?.loseContext() // a page has only a few contexts
  return renderer
}

async function probeCPU(): Promise<Candidate> {
  return {
    name: 'cpu',
    device: backendMessages.plainJavaScript(),
    tier: 4,
    remark: backendMessages.slowest(),
    start: async () => {
      await importBackend('cpu')
      await activate('cpu')
    },
  }
}

// ---- tfjs

async function activate(name: BackendName): Promise<void> {
  if (!(await tf.setBackend(name))) throw new MessageError(backendMessages.notInitialised())
}

/** Disposes a backend, but leaves it registered so that it can be started again. */
async function releaseBackend(name: BackendName): Promise<void> {
  const factory = tf.findBackendFactory(name)
  if (factory) {
    tf.removeBackend(name)
    if (name !== 'webgpu') tf.registerBackend(name, factory)
  }
  if (name === 'webgpu') {
    const device = gpuDevice
    gpuDevice = undefined
    device?.destroy()
  }
}
