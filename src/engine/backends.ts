// Which backend computes: finds what this machine has, tests that its gradients are right, takes the fastest, says why.
//
// The order is known where it is certain (a real GPU through WebGPU first; a software adapter loses to wasm by a factor
// of ten) and measured where it is not.
import { broadcastSumGradients, fusedSoftmaxGradient } from './gradients.ts'
import { messageOf } from './plan/fault.ts'
import type { BackendName, BackendReport, WasmPaths } from './protocol.ts'
import { gradientSelfTest, trainingStepSeconds } from './selftest.ts'
import { tf } from './tf.ts'
import { quickerOnWasm } from './wasm/kernels.ts'
import { softwareNames } from './webgpu/device.ts'
import { replaceKernels } from './webgpu/kernels.ts'
import { watchErrors } from './webgpu/memory.ts'
import { ownKernels } from './webgpu/own.ts'
import type { TuningOptions } from './webgpu/tuner.ts'
import { tune } from './webgpu/tuner.ts'
import { refuseWhenFull } from './wasm/memory.ts'
import { startOwnFunctions } from './wasm/module.ts'
import { keepThreadsForLarge } from './wasm/pool.ts'
import { coresHere, repairThreadScript, reportCores, threadFailure, threadsFor } from './wasm/threads.ts'

export interface BackendOptions {
  /** `auto` takes the fastest; a name is tried before all others. */
  prefer?: BackendName | 'auto'
  /** Unset: beside the script, or in Node in the package of tfjs-backend-wasm. */
  wasm?: WasmPaths
  /** Where it is kept which kernels are the quickest on a GPU. Without it none are measured, and the usual ones compute. */
  tuning?: TuningOptions
  /** The GPU device is gone (driver restart, sleep, too long a kernel), or has failed: nothing on it can be relied on any more. */
  onLost?: (message: string) => void
}

/** What was found without starting it. */
interface Candidate {
  name: BackendName
  device: string
  /** Lower is tried first; equals are measured against each other. */
  tier: number
  /** Why it is where it is, to be said if another one is taken. */
  remark: string
  /** Makes it the active backend of tfjs, or throws. */
  start(): Promise<void>
}

type Probe = (options: BackendOptions) => Promise<Candidate>

const names: BackendName[] = ['webgpu', 'wasm', 'webgl', 'cpu']

/**
 * Starts the best backend and makes it the active one of tfjs. All tensors of an earlier backend have to be disposed
 * before. Throws only if not even plain JavaScript computes rightly.
 */
export async function startBackend(options: BackendOptions = {}): Promise<BackendReport> {
  prepareTfjs()
  const prefer = options.prefer ?? 'auto'
  const rejected: BackendReport['rejected'] = []
  const found = await findCandidates(options, rejected)
  for (const tier of inOrder(found, prefer)) {
    const started: Candidate[] = []
    for (const candidate of tier) {
      const failure = await tryToStart(candidate)
      if (failure === undefined) started.push(candidate)
      else rejected.push({ name: candidate.name, reason: failure })
    }
    if (started.length === 0) continue
    const { best, reason, slower } = await fastest(started)
    rejected.push(...slower)
    const kernels = best.name === 'webgpu' && options.tuning ? await tuneGPU(options.tuning) : undefined
    if (best.name === 'webgpu') watchGPU(options.onLost)
    const tried = new Set([best.name, ...rejected.map(({ name }) => name)])
    rejected.push(
      ...found
        .filter(({ name }) => !tried.has(name))
        .map(({ name, remark }) => ({ name, reason: best.name === prefer ? `${prefer} was chosen` : remark })),
    )
    return {
      name: best.name,
      device: best.device,
      reason: explain(best, prefer, reason, rejected),
      ...(kernels !== undefined && { kernels }),
      rejected,
    }
  }
  throw new Error(`No backend computes rightly here. ${rejected.map(({ name, reason }) => `${name}: ${reason}.`).join(' ')}`)
}

/** The same without self-test and choice: for a device that does not compute. Throws if the backend is not here. */
export async function startUntested(name: BackendName, options: BackendOptions = {}): Promise<void> {
  prepareTfjs()
  const candidate = await probes[name](options)
  await candidate.start()
}

function prepareTfjs() {
  tf.enableProdMode() // no banner about tfjs-node
  broadcastSumGradients()
  fusedSoftmaxGradient()
}

/** Stops the active backend and gives its memory and device back. */
export async function stopBackend(): Promise<void> {
  const name = tf.getBackend() as BackendName | undefined
  if (name) await release(name)
}

async function findCandidates(options: BackendOptions, rejected: BackendReport['rejected']): Promise<Candidate[]> {
  const found = await Promise.all(
    names.map(async (name) => {
      try {
        return await probes[name](options)
      } catch (error) {
        rejected.push({ name, reason: messageOf(error) })
        return undefined
      }
    }),
  )
  return found.filter((candidate) => candidate !== undefined)
}

/** The preferred one alone first, then the others tier by tier. */
function inOrder(found: Candidate[], prefer: BackendName | 'auto'): Candidate[][] {
  const tierOf = (candidate: Candidate) => (candidate.name === prefer ? -1 : candidate.tier)
  const tiers = [...new Set(found.map(tierOf))].sort((a, b) => a - b)
  return tiers.map((tier) => found.filter((candidate) => tierOf(candidate) === tier))
}

async function tryToStart(candidate: Candidate): Promise<string | undefined> {
  try {
    await candidate.start()
    const wrong = await gradientSelfTest()
    if (wrong === undefined) return undefined
    await release(candidate.name)
    return `failed the self-test of gradients: ${wrong}`
  } catch (error) {
    await release(candidate.name)
    return `did not start: ${messageOf(error)}`
  }
}

async function fastest(started: Candidate[]) {
  if (started.length === 1) return { best: started[0]!, reason: undefined, slower: [] }
  const timed: { candidate: Candidate; seconds: number }[] = []
  for (const candidate of started) {
    await activate(candidate.name)
    timed.push({ candidate, seconds: await trainingStepSeconds() })
  }
  const [first, ...others] = timed.sort((a, b) => a.seconds - b.seconds)
  const slower = others.map(({ candidate: { name }, seconds }) => ({
    name,
    reason: `a training step took ${milliseconds(seconds)}, with ${first!.candidate.name} ${milliseconds(first!.seconds)}`,
  }))
  for (const { name } of slower) await release(name)
  await activate(first!.candidate.name)
  return { best: first!.candidate, reason: `measured: a training step in ${milliseconds(first!.seconds)}`, slower }
}

const milliseconds = (seconds: number) => `${(seconds * 1000).toPrecision(2)} ms`

function explain(
  best: Candidate,
  prefer: BackendName | 'auto',
  measured: string | undefined,
  rejected: BackendReport['rejected'],
) {
  if (best.name === prefer) return `${best.name} as chosen (${best.device})`
  const refusal = rejected.find(({ name }) => name === prefer)
  if (refusal) return `${best.name} (${best.device}), because ${prefer} ${becauseOf(refusal.reason)}`
  if (measured) return `${best.name} (${best.device}), ${measured}`
  const gpu = rejected.find(({ name }) => name === 'webgpu')
  return gpu ? `${best.name} (${best.device}): for webgpu, ${gpu.reason}` : `${best.name} (${best.device}), the fastest here`
}

const becauseOf = (reason: string) => (/^(failed|did not)/.test(reason) ? reason : `cannot be used: ${reason}`)

// ---- what there is

const probes: Record<BackendName, Probe> = { webgpu: probeWebGPU, wasm: probeWasm, webgl: probeWebGL, cpu: probeCPU }

/** Features that kernels can use; each is asked for only where the adapter has it. */
const features = ['timestamp-query', 'shader-f16', 'subgroups'] as const

/** Limits that tfjs or larger models run into; the adapter's values are asked for instead of the guaranteed ones. */
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
  if (!gpu) throw new Error('there is no WebGPU here')
  const adapter = await gpu.requestAdapter({ powerPreference: 'high-performance' })
  if (!adapter) throw new Error('WebGPU found no graphics adapter')
  const { info } = adapter
  const device = info.description || [info.vendor, info.architecture, info.device].filter(Boolean).join(' ') || 'GPU'
  const software = softwareNames.test([device, info.vendor, info.architecture].join(' ')) || isFallback(adapter)
  return {
    name: 'webgpu',
    device,
    tier: software ? 2 : 0,
    remark: software ? `the adapter is software (${device}), about ten times slower than wasm` : 'another one was chosen',
    start: () => startWebGPU(adapter, options),
  }
}

/** Where the flag is has moved from the adapter to its info. */
const isFallback = (adapter: GPUAdapter) =>
  Boolean(
    (adapter.info as { isFallbackAdapter?: boolean }).isFallbackAdapter ??
    (adapter as { isFallbackAdapter?: boolean }).isFallbackAdapter,
  )

let gpuDevice: GPUDevice | undefined

/** The device is made here and not by tfjs, so that features and limits are ours to ask for and its loss is seen. */
async function startWebGPU(adapter: GPUAdapter, { onLost }: BackendOptions): Promise<void> {
  const { Backend } = await import('./webgpu/backend.ts')
  replaceKernels()
  const device = await adapter.requestDevice({
    requiredFeatures: features.filter((feature) => adapter.features.has(feature)),
    requiredLimits: Object.fromEntries(limits.map((limit) => [limit, adapter.limits[limit]])),
  })
  if (tf.findBackendFactory('webgpu')) tf.removeBackend('webgpu')
  tf.registerBackend('webgpu', () => new Backend(device, adapter.info) as never)
  gpuDevice = device
  void device.lost.then(({ message }) => {
    if (gpuDevice !== device) return // we destroyed it ourselves
    gpuDevice = undefined
    onLost?.(message)
  })
  await activate('webgpu')
}

/** What is quickest cannot be known if measuring fails; the usual kernels compute all the same. */
const tuneGPU = (options: TuningOptions) =>
  tune(ownKernels()!, options).catch((error) => `Kernels could not be measured: ${messageOf(error)}`)

/** After the self-tests: what fails in them is another reason not to take this backend. */
function watchGPU(onLost: BackendOptions['onLost']) {
  const device = gpuDevice
  if (!device) return
  watchErrors(device, (message) => {
    if (gpuDevice === device) onLost?.(`it could not compute: ${message}`)
  })
}

async function probeWasm({ wasm }: BackendOptions): Promise<Candidate> {
  if (typeof WebAssembly === 'undefined') throw new Error('there is no WebAssembly here')
  const candidate: Candidate = {
    name: 'wasm',
    device: '',
    tier: 1,
    remark: 'slower than a GPU through WebGPU',
    start: async () => {
      const { getThreadsCount, setThreadsCount, setWasmPaths } = await import('@tensorflow/tfjs-backend-wasm')
      quickerOnWasm()
      if (wasm !== undefined && !tf.engine().registry.wasm) setWasmPaths(wasm)
      await activateWasm(setThreadsCount)
      refuseWhenFull(tf.backend())
      const threads = (await hasThreads()) ? getThreadsCount() : 1
      await startOwnFunctions(tf.backend(), threads)
      candidate.device = await describeWasm(threads)
    },
  }
  return candidate
}

const THREADS = 'WASM_HAS_MULTITHREAD_SUPPORT'

/** Where threads do not start (a content security policy may forbid their script), one has to do. */
async function activateWasm(setThreadsCount: (count: number) => void): Promise<void> {
  const threads = threadsFor(coresHere())
  if (threads > 1 && (await tf.env().getAsync(THREADS))) {
    setThreadsCount(threads)
    if (await activateThreads(threads)) return
    await release('wasm')
  }
  tf.env().set(THREADS, false)
  await activate('wasm')
}

async function activateThreads(threads: number): Promise<boolean> {
  const failure = threadFailure()
  const undo = [failure.forget, repairThreadScript(), reportCores(2 * threads)]
  const started = activate('wasm')
  started.catch(() => {}) // it may never settle, or settle long after
  const failed = await Promise.race([started.then(() => false), failure.happened]).finally(() => undo.forEach((one) => one()))
  return !failed && keepThreadsForLarge(tf.backend())
}

const hasSimd = () => tf.env().getAsync('WASM_HAS_SIMD_SUPPORT')

const hasThreads = async () => Boolean((await hasSimd()) && (await tf.env().getAsync(THREADS)))

async function describeWasm(threads: number): Promise<string> {
  return `${(await hasSimd()) ? 'SIMD' : 'no SIMD'}, ${threads} thread${threads === 1 ? '' : 's'}`
}

async function probeWebGL(): Promise<Candidate> {
  const renderer = webglRenderer()
  if (renderer === undefined) throw new Error('there is no WebGL 2 here')
  const software = softwareNames.test(renderer)
  return {
    name: 'webgl',
    device: renderer,
    tier: software ? 3 : 1,
    remark: software ? `the renderer is software (${renderer})` : 'slower than a GPU through WebGPU',
    start: () => activate('webgl'),
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
  return { name: 'cpu', device: 'plain JavaScript', tier: 4, remark: 'by far the slowest', start: () => activate('cpu') }
}

// ---- tfjs

async function activate(name: BackendName): Promise<void> {
  if (!(await tf.setBackend(name))) throw new Error('tfjs could not initialise it')
}

/** Disposes a backend but leaves it registered, to be started again. */
async function release(name: BackendName): Promise<void> {
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
