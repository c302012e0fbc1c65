// Settings of Sampler and Timesteps that sample as a scheduler of diffusers does: reading its config
// restores the loop as well as the training process.
import type { MessageText } from '../base/catalogue.ts'
import { schedulerMessages as messages } from '../messages/schedulers.ts'
import type { PredictionType } from '../base/values.ts'
import { shiftLevel } from '../process/sigmas.ts'
import type { TimestepsConfig } from '../process/timesteps.ts'

type Config = Record<string, unknown>
type StepParams = Record<string, string | number | boolean>

/** Settings that give the numbers of a scheduler of diffusers. */
export interface SamplerSettings {
  /** Choice of the node Sampler; undefined if only its step, as a node, has these settings. */
  sampler: string | undefined
  /** Type of the step of an open loop, without the prefix of the package. */
  step: string
  /** Params of the step that differ from its defaults. */
  params: StepParams
  /** Params of Timesteps that differ from its defaults; without the number of steps. */
  timesteps: Omit<TimestepsConfig, 'num_inference_steps' | 'timestep_spacing'> &
    Partial<Pick<TimestepsConfig, 'timestep_spacing'>>
  /** Whatever the settings leave different, and choices that change numbers silently. */
  notices: MessageText[]
}

interface Step {
  sampler?: string
  step: string
  params?: StepParams
}

/** The settings of a scheduler, for a model that predicts `predicts`; undefined for other classes. */
export function samplerSettings(
  config: Config,
  predicts: PredictionType,
): SamplerSettings | undefined {
  const name = String(config._class_name)
  const family = families.get(name)
  if (!family) return undefined
  const { sampler, step, params } = family.step(config)
  const list = family.timesteps(config)
  return {
    sampler,
    step,
    params: { ...params, ...clipping(config, name) },
    timesteps: list,
    notices: notices(config, name, list, predicts),
  }
}

// ---- lists of timesteps

type List = SamplerSettings['timesteps']

/** Keys of curves of sigmas, and their names in Timesteps. */
const curves = [
  ['use_karras_sigmas', 'karras'],
  ['use_exponential_sigmas', 'exponential'],
  ['use_lu_lambdas', 'exponential'],
  ['use_beta_sigmas', 'beta'],
] as const

function curveParams(config: Config): List {
  const [, sigmas] = curves.find(([key]) => config[key] === true) ?? []
  return sigmas ? { sigmas } : {}
}

function spacingParams(config: Config, usual: 'leading' | 'linspace'): List {
  const spacing = (config.timestep_spacing ?? usual) as 'leading' | 'trailing' | 'linspace'
  const offset = Number(config.steps_offset ?? 0)
  return {
    ...(spacing !== 'leading' && { timestep_spacing: spacing }),
    ...(spacing === 'leading' && offset > 0 && { steps_offset: offset }),
  }
}

/** Integer timesteps, each step to the next of the list. */
const inList = (config: Config): List => spacingParams(config, 'leading')

/** Integer timesteps, steps of T // n. */
const strided =
  (usual: boolean) =>
  (config: Config): List => ({
    ...spacingParams(config, 'leading'),
    previous: 'stride',
    ...(!(config.set_alpha_to_one ?? usual) && { end: 'smallest' }),
  })

/** Levels between timesteps, which the model gets as fractions. */
const fractional = (config: Config): List => ({
  ...spacingParams(config, 'linspace'),
  ...curveParams(config),
  quantize: false,
  ...(config.final_sigmas_type === 'sigma_min' && { end: 'smallest' }),
})

/** Curves of KDPM2, whose times are rounded. */
const roundedCurves = (config: Config): List => {
  const { quantize, ...list } = fractional(config)
  return list.sigmas ? list : { ...list, quantize }
}

/** Version of diffusers whose UniPC counts the levels of a flow from 1 / T, as no other solver. */
const OTHER_UNIPC = 40

const countsFromFirst = ({ _class_name, _diffusers_version }: Config) =>
  _class_name === 'UniPCMultistepScheduler' &&
  Number(/^0\.(\d+)/.exec(String(_diffusers_version))?.[1] ?? 0) >= OTHER_UNIPC

/** Levels of a flow in the solvers. They leave out the last, and never start at pure noise. */
const flowIntervals = (config: Config): List => ({
  timestep_spacing: 'linspace',
  count: 'intervals',
  ...(config.flow_shift !== 1 && { shift: Number(config.flow_shift ?? 1) }),
  ...(!countsFromFirst(config) && { sigma_max: 0.999, sigma_min: 1e-12 }),
  ...curveParams(config),
})

/** Intervals between n + 1 levels. */
const intervals =
  (usual: 'zero' | 'sigma_min') =>
  (config: Config): List => {
    if (config.use_flow_sigmas === true) return flowIntervals(config)
    const curve = curveParams(config)
    const lambda = config.lambda_min_clipped
    return {
      ...spacingParams(config, 'linspace'),
      ...curve,
      ...(!curve.sigmas && { count: 'intervals' }),
      ...(Number.isFinite(lambda) && { lambda_min_clipped: lambda as number }),
      ...((config.final_sigmas_type ?? usual) === 'sigma_min' && { end: 'smallest' }),
    }
  }

/** Levels of a flow; the smallest sigma of diffusers is shifted twice. */
const flowLevels = (config: Config): List => {
  const shift = Number(config.shift ?? 1)
  return {
    timestep_spacing: 'linspace',
    ...(shift !== 1 && config.use_dynamic_shifting !== true
      ? { shift, sigma_min: shiftLevel(1e-3, shift) }
      : {}),
    ...(Number(config.shift_terminal ?? 0) > 0 && {
      shift_terminal: Number(config.shift_terminal),
    }),
    ...curveParams(config),
  }
}

const edmLevels = ({ sigma_schedule, final_sigmas_type }: Config): List => ({
  sigmas: sigma_schedule === 'exponential' ? 'exponential' : 'karras',
  ...(final_sigmas_type === 'sigma_min' && { end: 'smallest' }),
})

/** A subset of the steps of a distilled solver. */
const distilled = ({ original_inference_steps: steps }: Config): List => ({
  timestep_spacing: 'lcm',
  ...(Number.isInteger(steps) && steps !== 50 && { original_inference_steps: steps as number }),
})

// ---- steps

const plain =
  (sampler: string, step: string, params: StepParams = {}) =>
  (): Step => ({ sampler, step, params })

/** Variances of DDPM by their names in diffusers. The logarithm of `_log` is undone there. */
const variances: Readonly<Record<string, string>> = {
  fixed_large: 'fixed_large',
  fixed_large_log: 'fixed_large',
  learned: 'learned',
  learned_range: 'learned',
}

const ddpm = ({ variance_type }: Config): Step => {
  const variance = variances[String(variance_type)]
  return { sampler: 'ddpm', step: 'DDPMStep', params: variance ? { variance } : {} }
}

/** Without use_clipped_model_output, which its pipelines leave off. */
const ddim = plain('ddim', 'DDIMStep', { rederive: false })

const pndm = ({ skip_prk_steps }: Config): Step => ({
  sampler: 'pndm',
  step: 'PNDMStep',
  params: { combines: 'output', ...(skip_prk_steps === true && { skip_prk_steps: true }) },
})

/** Entries of a config that differ from the defaults of the step. */
const given = (config: Config, defaults: StepParams): StepParams =>
  Object.fromEntries(
    Object.entries(defaults).flatMap(([key, usual]) => {
      const value = config[key] as StepParams[string] | null | undefined
      return value === undefined || value === null || value === usual ? [] : [[key, value]]
    }),
  )

const solverDefaults = {
  algorithm_type: 'dpmsolver++',
  solver_order: 2,
  solver_type: 'midpoint',
  lower_order_final: true,
  euler_at_final: false,
}

function dpmSolver(config: Config): Step {
  const params = given(config, solverDefaults)
  const { algorithm_type: algorithm = 'dpmsolver++', solver_order: order = 2, ...rest } = params
  const sampler =
    algorithm === 'dpmsolver++'
      ? { 2: 'dpmpp_2m', 3: 'dpmpp_3m' }[Number(order)]
      : algorithm === 'dpmsolver'
        ? 'dpm_solver'
        : undefined
  const step = 'DPMSolverMultistepStep'
  if (sampler === undefined) return { step, params }
  return {
    sampler,
    step,
    params: { ...rest, ...(sampler === 'dpm_solver' && order !== 2 && { solver_order: order }) },
  }
}

function dpmSolverSinglestep(config: Config): Step {
  const { euler_at_final: _, ...defaults } = solverDefaults
  const params = given(config, defaults)
  const { algorithm_type: algorithm = 'dpmsolver++', solver_order: order = 2, ...rest } = params
  const hasChoice = algorithm === 'dpmsolver++' && order !== 1 && !rest.solver_type
  const step = 'DPMSolverSinglestepStep'
  return hasChoice
    ? { sampler: order === 2 ? 'dpmpp_2s' : 'dpmpp_3s', step, params: rest }
    : { step, params }
}

function unipc(config: Config): Step {
  const { solver_type: type, ...params } = given(config, {
    solver_type: 'bh2',
    solver_order: 2,
    predict_x0: true,
    lower_order_final: true,
  })
  const first = config.disable_corrector
  if (Array.isArray(first) && first.length > 0) params.disable_corrector = first.length
  return type
    ? { step: 'UniPCStep', params: { solver_type: type, ...params } }
    : { sampler: 'unipc', step: 'UniPCStep', params }
}

const deis = (config: Config): Step => ({
  sampler: 'deis',
  step: 'DEISStep',
  params: given(config, { solver_order: 2, lower_order_final: true }),
})

const saSolver = (config: Config): Step => ({
  sampler: 'sa_solver',
  step: 'SASolverStep',
  params: given(config, { predictor_order: 2, corrector_order: 2, lower_order_final: true }),
})

/** The first steps differ only in a loop that begins midway. */
const lms = plain('lms', 'LMSStep')

interface Family {
  step: (config: Config) => Step
  timesteps: (config: Config) => List
}

const families: ReadonlyMap<string, Family> = new Map<string, Family>([
  ['DDPMScheduler', { step: ddpm, timesteps: inList }],
  ['DDPMParallelScheduler', { step: ddpm, timesteps: inList }],
  ['UnCLIPScheduler', { step: ddpm, timesteps: () => ({ timestep_spacing: 'linspace' }) }],
  ['RePaintScheduler', { step: () => ({ step: 'RePaintStep' }), timesteps: inList }],
  ['DDIMScheduler', { step: ddim, timesteps: strided(true) }],
  ['DDIMParallelScheduler', { step: ddim, timesteps: strided(true) }],
  ['DDIMInverseScheduler', { step: ddim, timesteps: strided(true) }],
  ['PNDMScheduler', { step: pndm, timesteps: strided(false) }],
  ['EulerDiscreteScheduler', { step: plain('euler', 'EulerStep'), timesteps: fractional }],
  [
    'EulerAncestralDiscreteScheduler',
    { step: plain('euler_ancestral', 'EulerAncestralStep'), timesteps: fractional },
  ],
  ['HeunDiscreteScheduler', { step: plain('heun', 'HeunStep'), timesteps: fractional }],
  ['LMSDiscreteScheduler', { step: lms, timesteps: fractional }],
  ['KDPM2DiscreteScheduler', { step: plain('kdpm2', 'KDPM2Step'), timesteps: roundedCurves }],
  [
    'KDPM2AncestralDiscreteScheduler',
    { step: plain('kdpm2_ancestral', 'KDPM2AncestralStep'), timesteps: roundedCurves },
  ],
  ['DPMSolverMultistepScheduler', { step: dpmSolver, timesteps: intervals('zero') }],
  ['DPMSolverMultistepInverseScheduler', { step: dpmSolver, timesteps: intervals('sigma_min') }],
  ['DPMSolverSinglestepScheduler', { step: dpmSolverSinglestep, timesteps: intervals('zero') }],
  ['UniPCMultistepScheduler', { step: unipc, timesteps: intervals('zero') }],
  ['DEISMultistepScheduler', { step: deis, timesteps: intervals('sigma_min') }],
  ['SASolverScheduler', { step: saSolver, timesteps: intervals('sigma_min') }],
  ['LCMScheduler', { step: plain('lcm', 'LCMStep'), timesteps: distilled }],
  ['TCDScheduler', { step: plain('tcd', 'TCDStep'), timesteps: distilled }],
  ['EDMEulerScheduler', { step: plain('euler', 'EulerStep'), timesteps: edmLevels }],
  ['EDMDPMSolverMultistepScheduler', { step: dpmSolver, timesteps: edmLevels }],
  ['FlowMatchEulerDiscreteScheduler', { step: plain('euler', 'EulerStep'), timesteps: flowLevels }],
  ['FlowMatchHeunDiscreteScheduler', { step: plain('heun', 'HeunStep'), timesteps: flowLevels }],
  [
    'FlowMatchLCMScheduler',
    { step: plain('lcm', 'LCMStep', { sigma_data: 0 }), timesteps: flowLevels },
  ],
])

// ---- clipping and notices

/** Schedulers that clip only if their config says so, where the nodes clip images by default. */
function clipping(config: Config, name: string): StepParams {
  if (config.thresholding === true)
    return {
      clip: 'dynamic',
      threshold_quantile: Number(config.dynamic_thresholding_ratio ?? 0.995),
      threshold_max: Number(config.sample_max_value ?? 1),
    }
  const usual = /^(DDPM|DDIM|RePaint|UnCLIP)/.test(name)
  if (!(config.clip_sample ?? usual)) return { clip: 'off' }
  const range = Number(config.clip_sample_range ?? 1)
  return { clip: 'on', ...(range !== 1 && { clip_range: range }) }
}

/** Differences that change numbers and that the settings of the nodes do not show. */
function notices(
  config: Config,
  name: string,
  list: List,
  predicts: PredictionType,
): MessageText[] {
  const offset = list.steps_offset ?? 0
  const isNoisy = name.startsWith('DDPM') && variances[String(config.variance_type)] !== undefined
  const isStrided = list.previous === 'stride' && list.timestep_spacing === 'linspace'
  const isShortCurve =
    list.sigmas !== undefined &&
    list.timestep_spacing !== 'linspace' &&
    /^(Euler|Heun|LMS|KDPM2)/.test(name)
  return [
    ...(isNoisy && offset > 0 ? [messages.lastNoise({ offset })] : []),
    ...(name.startsWith('FlowMatch') && list.shift !== undefined && list.sigma_min !== undefined
      ? [messages.shiftedTwice({ sigma: Number(list.sigma_min.toPrecision(6)) })]
      : []),
    ...(list.lambda_min_clipped === undefined
      ? []
      : [messages.clippedLambda({ lambda: list.lambda_min_clipped })]),
    ...(isShortCurve
      ? [messages.curveRange({ name, spacing: list.timestep_spacing ?? 'leading' })]
      : []),
    ...(isStrided ? [messages.oddStride({ name, spacing: 'linspace' })] : []),
    ...(name === 'PNDMScheduler' && predicts !== 'epsilon'
      ? [messages.rawOutput({ predicts })]
      : []),
    ...(name === 'LMSDiscreteScheduler' ? [messages.lmsMidway()] : []),
    ...(config.use_flow_sigmas === true ? [messages.wholeTimes({ name })] : []),
    ...(name.includes('Inverse') ? [messages.inverse({ name })] : []),
  ]
}
