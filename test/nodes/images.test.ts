// Image views in full graphs: Preview inside a sampling loop, and FilmStrip of its trajectory.
import { expect, test } from 'vitest'
import { opTable } from '../../src/engine/plan/op.ts'
import { createSession } from '../../src/engine/plan/session.ts'
import type { FilmView, ImagesView, View } from '../../src/engine/base/view.ts'
import type { Fault } from '../../src/engine/messages/fault.ts'
import { nodes } from '../../src/nodes/table.ts'
import { onCpu } from '../backends.ts'
import { node } from './evaluate.ts'

onCpu(() => {
  test('Preview shows x_t and predicted x_0 at every t, FilmStrip the same frames', async () => {
    const views: [string, View][] = []
    const faults: Fault[] = []
    let clock = 0
    const session = createSession({
      ops: opTable(nodes),
      // Advances the clock by a frame per call, so that no view is throttled.
      now: () => (clock += 20),
      onEvent: (event) => {
        if (event.type === 'view') views.push([event.node, event.view])
        if (event.type === 'faults') faults.push(...event.faults)
      },
    })
    const graph = {
      nodes: [
        node('schedule', 'NoiseSchedule', {}, { beta_schedule: 'squaredcos_cap_v2' }),
        node(
          'net',
          'UNet',
          {},
          { block_out_channels: '4', norm_num_groups: 2, sample_size: 4, channels: 3 },
        ),
        node('noise', 'GaussianNoise', {}, { batch_size: 3, shape: '4, 4, 3' }),
        node('list', 'Timesteps', { schedule: 'schedule.schedule' }, { num_inference_steps: 4 }),
        node('start', 'SamplingStart', { x_T: 'noise.noise', timesteps: 'list.timesteps' }),
        node('predict', 'Predict', { model: 'net.model', x_t: 'start.x_t', t: 'start.t' }),
        node(
          'x_0',
          'ConvertPrediction',
          {
            prediction: 'predict.prediction',
            x_t: 'start.x_t',
            t: 'start.t',
            schedule: 'schedule.schedule',
          },
          { to: 'sample' },
        ),
        node('step', 'DDIMStep', {
          x_t: 'start.x_t',
          prediction: 'predict.prediction',
          t: 'start.t',
          t_prev: 'start.t_prev',
          schedule: 'schedule.schedule',
        }),
        node('end', 'SamplingEnd', { loop: 'start.loop', x_prev: 'step.x_prev' }),
        node(
          'both',
          'Preview',
          { images_1: 'start.x_t', images_2: 'x_0.prediction' },
          { names: 'x_t', count: 2 },
        ),
        node('film', 'FilmStrip', { trajectory: 'end.trajectory' }, { count: 2 }),
        node(
          'live',
          'DenoisingPreview',
          {
            x_t: 'start.x_t',
            prediction: 'predict.prediction',
            t: 'start.t',
            schedule: 'schedule.schedule',
          },
          { count: 2 },
        ),
        node('done', 'Preview', { images_1: 'end.x_0' }, { count: 2 }),
      ],
    }
    await session.run({ type: 'run', run: 1, graph })
    await session.dispose()
    expect(faults.filter(({ notice }) => !notice)).toEqual([])
    const of = <V extends View>(name: string) =>
      views.filter(([id]) => id === name).map(([, view]) => view as V)
    const looks = of<ImagesView>('both')
    expect(looks.map(({ caption }) => caption)).toEqual(['t = 750', 't = 500', 't = 250', 't = 0'])
    expect(
      looks.at(-1)!.groups.map(({ name, count, channels }) => [name, count, channels]),
    ).toEqual([
      ['x_t', 2, 3],
      ['predicted x_0', 2, 3],
    ])
    // DenoisingPreview shows the same without a ConvertPrediction node.
    expect(of<ImagesView>('live')).toEqual(looks)
    const film = of<FilmView>('film').at(-1)!
    expect([...film.t]).toEqual([750, 500, 250, 0, -1])
    // FilmStrip frames match the previews at the same t.
    for (const { caption, groups } of looks) {
      const frame = [...film.t].findIndex((t) => `t = ${t}` === caption)
      expect([...groups[0].pixels]).toEqual([...film.frames[frame].pixels])
    }
    expect([...of<ImagesView>('done').at(-1)!.groups[0].pixels]).toEqual([
      ...film.frames.at(-1)!.pixels,
    ])
    // The last DDIM step outputs the predicted x_0.
    expect([...looks.at(-1)!.groups[1].pixels]).toEqual([...film.frames.at(-1)!.pixels])
  })
})
