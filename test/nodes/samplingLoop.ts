// Both forms of sampling: the closed Sampler, and an open loop around a step node. The caller adds
// the nodes `model`, `schedule`, `noise` and, for the loop, `list`.
import type { GraphNode } from '../../src/engine/plan/graph.ts'
import { node } from './evaluate.ts'

type Params = Record<string, unknown>

export const closedSampler = (params: Params, id = 'sampler'): GraphNode =>
  node(
    id,
    'Sampler',
    { model: 'model.model', x_T: 'noise.noise', schedule: 'schedule.schedule' },
    params,
  )

interface LoopOptions {
  /** Connects the model to the step, which evaluates it, instead of a Predict node. */
  asks?: boolean
  xT?: string
  /** The node that makes the list of timesteps. */
  list?: string | undefined
  /** Suffix of all node ids, for graphs with several loops. */
  suffix?: string
}

/** Sampling loop from `xT` to `end.x_0`. */
export function openLoop(
  step: string,
  params: Params,
  { asks = false, xT = 'noise.noise', list = 'list', suffix = '' }: LoopOptions = {},
) {
  const [start, predict, own, end] = ['start', 'predict', 'step', 'end'].map(
    (id) => id + suffix,
  ) as [string, string, string, string]
  return [
    node(start, 'SamplingStart', { x_T: xT, timesteps: `${list}.timesteps` }),
    ...(asks
      ? []
      : [node(predict, 'Predict', { model: 'model.model', x_t: `${start}.x_t`, t: `${start}.t` })]),
    node(
      own,
      step,
      {
        x_t: `${start}.x_t`,
        ...(asks ? { model: 'model.model' } : { prediction: `${predict}.prediction` }),
        t: `${start}.t`,
        t_prev: `${start}.t_prev`,
        schedule: 'schedule.schedule',
      },
      params,
    ),
    node(end, 'SamplingEnd', { loop: `${start}.loop`, x_prev: `${own}.x_prev` }),
  ]
}
