// What diffusers' own tests of its schedulers expect of whole loops, as cases that our samplers can be driven over.
import { levelsAt, ratiosOf } from '../src/engine/schedule.ts'
import { endsOf } from '../src/engine/timesteps.ts'
import { golden } from './golden.ts'
import type { SchedulerCase, SchedulerConfig } from './schedulers.ts'
import { schedulerOf, transitionsOf } from './schedulers.ts'
import { torchNormals } from './torchRandom.ts'

type Quantity = 'result_sum' | 'result_mean'

/** What a function of the test was seen to do. */
interface Observed extends Partial<Record<Quantity, number>> {
  scheduler?: string
  config?: Record<string, unknown>
  timesteps?: number[]
  num_inference_steps?: number
  t_start?: number
  eta?: number
}

export interface Expectation {
  file: string
  cls: string
  test: string
  /** Several for one quantity are those of other devices. */
  expected: { quantity: `${Quantity}.item()`; expected: number; tolerance: number }[]
  ran: 'pass' | 'FAIL'
  observed: Observed[]
}

const { tests } = golden<{ tests: Expectation[] }>('expectations')

/** As pytest names it. */
export const nameOf = ({ file, cls, test }: Expectation) => `${file.split('/').at(-1)}::${cls}::${test}`

const reasonOf = (one: Expectation): string | undefined => {
  if (one.ran !== 'pass')
    return 'did not run where it was recorded: it draws from a Brownian tree of torchsde, which was not there'
  if (nameOf(one) === 'test_scheduler_ddpm.py::DDPMSchedulerTest::test_full_loop_with_noise') {
    return 'rounding decides: its two steps near clean data have coefficients of 1 - ᾱ in float32. In float64 its formulas give 387.967, as ours do, for the 387.947 that is expected to 0.01'
  }
  return undefined
}

/** Those that are not checked, and why. */
export const leftOut: { [name: string]: string } = Object.fromEntries(
  tests.flatMap((one) => {
    const reason = reasonOf(one)
    return reason ? [[nameOf(one), reason]] : []
  }),
)

export const expectations = tests.filter((one) => !reasonOf(one))

/** What the run itself came to. */
export const resultOf = ({ observed }: Expectation) => observed.at(-1)!

/** The numbers for the device of the record: those that the run itself met. */
export function wantedOf(one: Expectation): { quantity: Quantity; expected: number; tolerance: number }[] {
  return one.expected
    .map(({ quantity, ...rest }) => ({ quantity: quantity.split('.')[0] as Quantity, ...rest }))
    .filter(({ quantity, expected, tolerance }) => Math.abs(resultOf(one)[quantity]! - expected) < tolerance)
}

/** Of those that the test ran the last with steps, which are all alike. */
const runOf = ({ observed }: Expectation) => observed.filter(({ scheduler }) => scheduler).at(-1)!

/** The test as a case like those recorded, without anything to compare a step with. */
export function caseOf(one: Expectation): SchedulerCase {
  const run = runOf(one)
  const scheduler = run.scheduler!.replace('Parallel', '')
  const timesteps = one.observed.find((each) => each.timesteps)?.timesteps ?? []
  const entries = timesteps.length || 1000
  const recorded: SchedulerCase = {
    id: `${scheduler}/${one.test}`,
    config_given: configOf(run),
    num_inference_steps: /Heun|KDPM2/.test(scheduler)
      ? (entries + 1) / 2
      : (one.observed.find((each) => each.num_inference_steps)?.num_inference_steps ?? entries),
    set_timesteps_kwargs: {},
    step_kwargs: run.eta === undefined ? {} : { eta: run.eta },
    model: 'dummy',
    initial: 'dummy_sample_deter',
    shape: one.cls.includes('1D') ? [4, 3, 8] : [4, 3, 8, 8],
    init_noise_sigma: 1,
    timesteps,
    steps: Array.from({ length: entries }, (_, i) => ({ t: timesteps[i]! })),
    ...(run.t_start !== undefined && { begins: run.t_start }),
    ...(/^(Euler|Heun|KDPM2|LMS)/.test(scheduler) && { scaling: 'into_step' }),
    ...(scheduler.startsWith('EDMDPM') && { scaling: 'none' }),
    ...(scheduler === 'IPNDMScheduler' && { rounds: 2 }),
    float32: true,
    final_f64: [],
    max_abs_diff_f32_vs_f64: 0,
    max_abs_value: 0,
  }
  return { ...recorded, init_noise_sigma: initNoiseSigmaOf(recorded) }
}

const configOf = ({ config }: Observed): SchedulerConfig =>
  Object.fromEntries(Object.entries(config!).filter(([, value]) => value !== null && value !== '-inf'))

/** What the tests multiply x by; those of EDM's DPM-Solver, and those that scale nothing, do not. */
function initNoiseSigmaOf(recorded: SchedulerCase): number {
  const scheduler = schedulerOf(recorded)
  const { sigma_max } = recorded.config_given as { sigma_max?: number }
  if (scheduler === 'CMStochasticIterativeScheduler') return sigma_max!
  if (scheduler === 'EDMEulerScheduler') return Math.hypot(sigma_max!, 1)
  if (!/Euler|Heun|KDPM2|LMS/.test(scheduler)) return 1
  const { schedule, transitions } = transitionsOf(recorded)
  return ratiosOf(levelsAt(schedule, endsOf(transitions, 0).from))[0]!
}

/** Which entries draw noise, where some do. */
const draws: { [scheduler: string]: (entry: number, count: number) => boolean } = {
  CMStochasticIterativeScheduler: () => true,
  DDPMScheduler: (entry, count) => entry < count - 1,
  EulerAncestralDiscreteScheduler: () => true,
  KDPM2AncestralDiscreteScheduler: (entry) => entry % 2 === 1,
  LCMScheduler: (entry, count) => entry < count - 1,
  SASolverScheduler: () => true,
}

/** The same case with what it draws after torch.manual_seed(0). */
export function withNoise(recorded: SchedulerCase): SchedulerCase {
  const { begins = 0, shape, steps } = recorded
  const scheduler = schedulerOf(recorded)
  const draw = torchNormals(0)
  const size = shape.reduce((product, side) => product * side)
  const first = scheduler.startsWith('KDPM2') ? 2 * begins : begins
  const entries = [...steps.keys()].slice(first).filter((entry) => draws[scheduler]?.(entry, steps.length))
  return { ...recorded, noise_by_step: Object.fromEntries(entries.map((entry) => [entry, [draw(size)]])) }
}
