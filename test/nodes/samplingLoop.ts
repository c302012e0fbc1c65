// Sampling in both of its forms: the closed Sampler, and the loop wired by hand around a step. The caller brings `model`, `schedule`,
// `noise` and, for the loop, `list`.
import type { GraphNode } from '../../src/engine/plan/graph.ts'
import { node } from './evaluate.ts'

type Params = Record<string, unknown>

export const closedSampler = (params: Params, id = 'sampler'): GraphNode =>
  node(id, 'Sampler', { model: 'model.model', x_T: 'noise.noise', schedule: 'schedule.schedule' }, params)

interface LoopOptions {
  /** The step takes the model, and asks it itself. */
  asks?: boolean
  xT?: string
  /** After the ids of all nodes, where a graph has several loops. */
  suffix?: string
}

/** From `xT` to `end.x_0`. */
export function openLoop(step: string, params: Params, { asks = false, xT = 'noise.noise', suffix = '' }: LoopOptions = {}) {
  const [start, predict, own, end] = ['start', 'predict', 'step', 'end'].map((id) => id + suffix) as [
    string,
    string,
    string,
    string,
  ]
  return [
    node(start, 'SamplingStart', { x_T: xT, timesteps: 'list.timesteps' }),
    ...(asks ? [] : [node(predict, 'Predict', { model: 'model.model', x_t: `${start}.x_t`, t: `${start}.t` })]),
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
