// Observers and output nodes: views and files of given values.
import { createCanvas, loadImage } from '@napi-rs/canvas'
import { describe, expect, test } from 'vitest'
import { unzipSync } from 'fflate'
import { readCheckpoint, computeSha256 } from '../../src/engine/checkpoint/pipeline.ts'
import { mlp } from '../../src/engine/models/kinds/mlp/mlp.ts'
import type {
  ObserverContext,
  ObserverOp,
  OutputFile,
  OutputOp,
  RunOp,
} from '../../src/engine/plan/op.ts'
import { opTable } from '../../src/engine/plan/op.ts'
import type {
  ChartView,
  FilmView,
  ImagesView,
  NumbersView,
  ScatterView,
  StatisticsView,
  View,
} from '../../src/engine/base/view.ts'
import { createSession } from '../../src/engine/plan/session.ts'
import { memoryStore } from '../../src/engine/plan/store.ts'
import { createRandom } from '../../src/engine/base/random.ts'
import { noiseSchedule } from '../../src/engine/process/schedule.ts'
import type { Tensor } from '../../src/engine/base/tf.ts'
import { tf } from '../../src/engine/base/tf.ts'
import type { Prediction, Samples } from '../../src/engine/base/values.ts'
import type { Dataset } from '../../src/engine/datasets/dataset.ts'
import type { Model } from '../../src/engine/models/model.ts'
import type { Value } from '../../src/engine/plan/slotValues.ts'
import { mapTensors, collectTensors } from '../../src/engine/base/values.ts'
import { createAssets } from '../../src/storage/assets.ts'
import { loadCheckpoint } from '../../src/nodes/files/loadCheckpoint.ts'
import { saveCheckpoint } from '../../src/nodes/files/saveCheckpoint.ts'
import { saveImage } from '../../src/nodes/files/saveImage.ts'
import { createStoredFiles } from '../../src/storage/storedFiles.ts'
import { shippedInNode } from '../../src/storage/shippedInNode.ts'
import { nodes } from '../../src/nodes/table.ts'
import { chart } from '../../src/nodes/observers/chart.ts'
import { compare } from '../../src/nodes/observers/compare.ts'
import { denoisingPreview } from '../../src/nodes/observers/denoisingPreview.ts'
import { filmStrip } from '../../src/nodes/observers/filmStrip.ts'
import { inspect } from '../../src/nodes/observers/inspect.ts'
import { numbers } from '../../src/nodes/observers/numbers.ts'
import { preview } from '../../src/nodes/observers/preview.ts'
import { scatter } from '../../src/nodes/observers/scatter.ts'
import { spectrum } from '../../src/nodes/observers/spectrum.ts'
import { onCpu, onEachBackend } from '../backends.ts'
import { trainingGraph } from '../trainingGraph.ts'
import { node } from './evaluate.ts'

const NOWHERE: ObserverContext = {
  index: undefined,
  label: undefined,
  series: [],
  earlier: [],
  keepLine: () => {},
  items: [],
  allRounds: () => undefined,
}

/** Returns the view of an observer; `params` overrides the defaults. Disposes the inputs. */
async function view<V extends View>(
  op: ObserverOp,
  inputs: Record<string, Value>,
  params: object = {},
  context: Partial<ObserverContext> = {},
) {
  const defaults = Object.fromEntries(
    Object.entries(op.params).map(([name, param]) => [name, param.default]),
  )
  try {
    return (await op.view(inputs as never, { ...defaults, ...params } as never, {
      ...NOWHERE,
      ...context,
    })) as V
  } finally {
    tf.dispose(collectTensors(inputs))
  }
}

const samples = (values: number[], shape: number[] = [values.length / 2, 2]): Samples => ({
  type: 'samples',
  tensor: tf.tensor(values, shape),
  space: shape.length === 2 ? 'point' : 'image',
})
const predicted = (
  values: number[],
  predicts: Prediction['predicts'] = 'epsilon',
  shape?: number[],
): Prediction => ({
  ...samples(values, shape),
  type: 'prediction',
  predicts,
})
const dataset: Dataset = {
  type: 'dataset',
  data: Float32Array.of(0, 1, 2, 3),
  shape: [2],
  size: 2,
  space: 'point',
  labels: Int32Array.of(1, 0),
  classes: 2,
}
const number = (value: number): Value => ({ type: 'number', tensor: tf.scalar(value) })

onEachBackend(() => {
  test('Inspect counts NaN and excludes it from statistics', async () => {
    const { nan, mean, min, max } = await view<StatisticsView>(inspect, {
      value: samples([1, NaN, 3, NaN]),
    })
    expect({ nan, mean, min, max }).toEqual({ nan: 2, mean: 2, min: 1, max: 3 })
  })

  test('clouds of Scatter have the given names, or those of their types', async () => {
    const { clouds } = await view<ScatterView>(
      scatter,
      { samples_1: dataset, samples_2: samples([1, 2]), samples_3: samples([3, 4]) },
      { names: 'data, , learned' },
    )
    expect(clouds.map(({ name }) => name)).toEqual(['data', 'samples', 'learned'])
  })

  test('Scatter shows clouds, paths, a field and ellipses', async () => {
    const shown = await view<ScatterView>(
      scatter,
      {
        samples_2: samples([5, 6]),
        samples_1: dataset,
        trajectory: {
          type: 'trajectory',
          t: Float64Array.of(1, 0),
          frames: [
            tf.tensor2d([
              [1, 2],
              [3, 4],
            ]),
            tf.tensor2d([
              [5, 6],
              [7, 8],
            ]),
          ],
          space: 'point',
        },
        field_at: samples([0, 0, 1, 1]),
        field: predicted([0, 2, 0, 1]),
        mean: samples([1, 1]),
        variance: samples([4, 9]),
      },
      { extent: 2 },
      { label: 't = 7' },
    )
    expect(
      shown.clouds.map(({ name, points, labels }) => [name, [...points], labels && [...labels]]),
    ).toEqual([
      ['dataset', [0, 1, 2, 3], [1, 0]],
      ['samples', [5, 6], undefined],
    ])
    expect(shown.paths.map((path) => [...path])).toEqual([
      [1, 2, 5, 6],
      [3, 4, 7, 8],
    ])
    expect([...shown.t!]).toEqual([1, 0])
    // The longest arrow has the length of the grid spacing, 4 / sqrt(2), and is reversed.
    expect([...shown.field!].map((value) => Number(value.toFixed(2)) + 0)).toEqual([
      0, 0, 0, -2.83, 1, 1, 0, -1.41,
    ])
    expect([...shown.ellipses!]).toEqual([1, 1, 2, 3])
    expect(shown).toMatchObject({ extent: [-2, 2, -2, 2], caption: 't = 7' })
  })
})

onEachBackend(() => {
  test('Preview shows the first images as bytes, with one grid per input', async () => {
    const grey = samples([-1, 1, 0, -2, 2, 0.5], [3, 1, 2, 1])
    const rgb = predicted([-1, 0, 1, 1, 0, -1], 'sample', [1, 1, 2, 3])
    const shown = await view<ImagesView>(
      preview,
      { images_2: rgb, images_1: grey },
      { count: 2, names: 'x_t' },
      { label: 't = 412' },
    )
    expect(shown).toMatchObject({ columns: 0, caption: 't = 412' })
    expect(shown.groups.map(({ pixels, ...rest }) => [[...pixels], rest])).toEqual([
      // 127.5 is rounded half to even.
      [[0, 255, 128, 0], { name: 'x_t', width: 2, height: 1, channels: 1, count: 2 }],
      [
        [0, 128, 255, 255, 128, 0],
        { name: 'predicted x_0', width: 2, height: 1, channels: 3, count: 1 },
      ],
    ])
  })
})

onEachBackend(() => {
  test('FilmStrip shows the first images of every frame with its t', async () => {
    const frame = (...values: number[]) => tf.tensor4d(values, [3, 1, 1, 1])
    const trajectory: Value = {
      type: 'trajectory',
      t: Float64Array.of(9, 4, -1),
      frames: [frame(-1, 1, 9), frame(-3, 3, 9), frame(0, 0.5, 9)],
      space: 'image',
    }
    const inputs = () => ({ trajectory: mapTensors(trajectory, (tensor) => tensor.clone()) })
    const film = await view<FilmView>(filmStrip, inputs(), { count: 2, columns: 1 })
    expect(film).toMatchObject({ kind: 'film', columns: 1, t: Float64Array.of(9, 4, -1) })
    expect(film.frames.map(({ pixels, ...rest }) => [[...pixels], rest])).toEqual(
      [
        [0, 255],
        [0, 255],
        [128, 191],
      ].map((pixels) => [pixels, { width: 1, height: 1, channels: 1, count: 2 }]),
    )
    // The range covers the minimum and maximum of all frames.
    const auto = await view<FilmView>(filmStrip, inputs(), { count: 2, range: 'auto' })
    expect(auto.frames.map(({ pixels }) => [...pixels])).toEqual([
      [85, 170],
      [0, 255],
      [128, 149],
    ])
    tf.dispose(collectTensors(trajectory))
  })
})

onCpu(() => {
  test('FilmStrip shows all points at each t, and fits its extent to the last frame', async () => {
    const t = Float64Array.of(80, 1, -1)
    const frames = [
      tf.tensor2d([
        [90, 0],
        [0, -70],
      ]),
      tf.tensor2d([
        [2, 3],
        [4, 5],
      ]),
      tf.tensor2d([
        [1, 0],
        [0, -4],
      ]),
    ]
    const shown = await view<ScatterView>(
      filmStrip,
      { trajectory: { type: 'trajectory', t, frames, space: 'point' } },
      { count: 1 },
    )
    expect(shown.moving!.map((points) => [...points])).toEqual([
      [90, 0, 0, -70],
      [2, 3, 4, 5],
      [1, 0, 0, -4],
    ])
    expect([...shown.t!]).toEqual([80, 1, -1])
    expect(shown).toMatchObject({ kind: 'scatter', clouds: [], paths: [] })
    expect(shown.extent[1]).toBeCloseTo(1.5 * 1.05 * 4)
  })

  test('FilmStrip omits frames if there are too many, but never the first or last', async () => {
    const filmOf = (shape: [number, number, number, number], count: number) => {
      const frame = tf.zeros(shape)
      const t = Float64Array.from({ length: count }, (_, i) => count - 2 - i)
      return view<FilmView>(filmStrip, {
        trajectory: {
          type: 'trajectory',
          t,
          frames: new Array<Tensor>(count).fill(frame),
          space: 'image',
        },
      })
    }
    const long = await filmOf([1, 1, 1, 1], 1001)
    expect([long.frames.length, long.t.length, long.t[0], long.t[199]]).toEqual([200, 200, 999, -1])
    const steps = new Set(Array.from(long.t.subarray(1), (t, i) => long.t[i] - t))
    expect([...steps].sort()).toEqual([5, 6])
    const large = await filmOf([1, 800, 800, 3], 11)
    expect([...large.t]).toEqual([9, 6, 2, -1])
    expect((await filmOf([1, 1, 1, 1], 1)).frames).toHaveLength(1)
    await expect(filmOf([1, 1, 1, 2], 2)).rejects.toThrow(/Expected 1 channel/)
  })

  describe('DenoisingPreview', () => {
    const schedule: Value = {
      type: 'schedule',
      schedule: noiseSchedule({ name: 'linear', T: 100 }),
    }
    const answer = (values: number[], shape: number[]): Prediction => ({
      type: 'prediction',
      tensor: tf.tensor(values, shape),
      space: shape.length === 2 ? 'point' : 'image',
      predicts: 'sample',
    })
    const at = (...t: number[]): Value => ({ type: 'timestep', t: Float64Array.from(t) })

    test('shows points with lines from x_t to the prediction, x_0 at the back', async () => {
      const shown = await view<ScatterView>(denoisingPreview, {
        x_0: samples([5, 5], [1, 2]),
        x_t: samples([0, 1], [1, 2]),
        prediction: answer([2, 3], [1, 2]),
        t: at(40),
        schedule,
      })
      expect(shown.clouds.map(({ name, points }) => [name, ...points])).toEqual([
        ['x_0', 5, 5],
        ['x_t', 0, 1],
        ['predicted x_0', 2, 3],
      ])
      expect(shown.paths.map((path) => [...path])).toEqual([[0, 1, 2, 3]])
    })

    test('labels images with t if it differs, and converts patches to images', async () => {
      const shown = await view<ImagesView>(
        denoisingPreview,
        {
          x_t: samples([-1, 1, -1, 1, 1, 1, 1, 1], [2, 1, 1, 4]),
          prediction: answer([1, 1, 1, 1, -1, -1, -1, -1], [2, 1, 1, 4]),
          t: at(40, 3),
          schedule,
        },
        { block_size: 2 },
      )
      const [first, second] = shown.groups
      expect(first).toMatchObject({
        name: 'x_t',
        width: 2,
        height: 2,
        channels: 1,
        count: 2,
        labels: ['t = 40', 't = 3'],
      })
      expect([...first.pixels]).toEqual([0, 255, 0, 255, 255, 255, 255, 255])
      expect([...second.pixels]).toEqual([255, 255, 255, 255, 0, 0, 0, 0])
    })

    test('rejects values that are not images', async () => {
      const four = (block_size: number) =>
        view(
          denoisingPreview,
          {
            x_t: samples([1, 1], [1, 1, 1, 2]),
            prediction: answer([1, 1], [1, 1, 1, 2]),
            t: at(1),
            schedule,
          },
          { block_size },
        )
      await expect(four(1)).rejects.toThrow(/Expected 1 channel/)
      await expect(four(2)).rejects.toThrow(/c a multiple of 4/)
    })
  })

  describe('Preview', () => {
    const pixelsOf = ({ groups }: ImagesView) => groups.map(({ pixels }) => [...pixels])

    test('scales to the minimum and maximum with range auto, and reports NaN', async () => {
      const values = [2, 4, NaN, 3]
      const shown = await view<ImagesView>(
        preview,
        { images_1: samples(values, [1, 2, 2, 1]) },
        { range: 'auto' },
        { label: 't = 1' },
      )
      expect(pixelsOf(shown)).toEqual([[0, 255, 0, 128]])
      expect(shown.caption).toBe('t = 1, 1 value is NaN or infinite')
      expect(
        pixelsOf(
          await view(preview, { images_1: samples([7, 7], [1, 1, 2, 1]) }, { range: 'auto' }),
        ),
      ).toEqual([[0, 0]])
    })

    test('shows the connected labels, or those of a data set', async () => {
      const set: Dataset = {
        type: 'dataset',
        data: Float32Array.of(1, 1, 1, -1),
        shape: [1, 1, 1],
        size: 4,
        space: 'image',
        labels: Int32Array.of(1, 1, 1, 0),
        classNames: ['cat', 'dog'],
      }
      const batch = () => samples([1, 1, 1], [3, 1, 1, 1])
      const labelsOf = async (inputs: Record<string, Value>) =>
        (await view<ImagesView>(preview, inputs, { count: 2 })).groups.map(({ labels }) => labels)
      // Evenly spaced items of a data set are shown, so that both classes are included.
      expect(pixelsOf(await view(preview, { images_1: set }, { count: 2 }))).toEqual([[255, 0]])
      const given = (...numbers: number[]): Value => ({
        type: 'labels',
        labels: Int32Array.from(numbers),
      })
      expect(await labelsOf({ images_1: set, images_2: batch() })).toEqual([
        ['dog', 'cat'],
        undefined,
      ])
      expect(await labelsOf({ images_1: set, images_2: batch(), labels: given(4, -1, 5) })).toEqual(
        [
          ['dog', 'cat'],
          ['4', 'none'],
        ],
      )
      expect(await labelsOf({ images_1: batch(), labels: given(9) })).toEqual([['9', '9']])
      await expect(
        labelsOf({ images_1: batch(), labels: given(1, 2) }),
      ).rejects.toThrowErrorMatchingInlineSnapshot(
        `[NodeError: Expected one label for each of 3 images, or one for all, got 2. Connect the labels of these images.]`,
      )
    })

    test('rejects values that are not images, with a cure', async () => {
      const refusal = (value: Value) => view(preview, { images_1: value }).then(String, String)
      expect([
        await refusal(samples([1, 2])),
        await refusal(dataset),
        await refusal(samples([1, 2, 3, 4], [1, 1, 1, 4])),
        await refusal(samples([1, 2, 3], [1, 1, 3])),
      ]).toMatchInlineSnapshot(`
        [
          "NodeError: Expected images [b, h, w, c], got points [1,2]. Connect images. For points, use Scatter.",
          "NodeError: Expected images [b, h, w, c], got points [2,2]. Connect images. For points, use Scatter.",
          "NodeError: Expected 1 channel (grey) or 3 (red, green, blue), got 4: [1,1,1,4]. Turn channels into pixels with DepthToSpace, or use Inspect.",
          "NodeError: Expected images [b, h, w, c], got [1,1,3]. Connect images, or use Inspect.",
        ]
      `)
    })
  })

  describe('Scatter', () => {
    test('fits its extent to the points, ignoring NaN', async () => {
      const { extent } = await view<ScatterView>(
        scatter,
        { samples_1: samples([1, -4, NaN, 2]) },
        { extent: 0 },
      )
      expect(extent[1]).toBeCloseTo(4.2)
      expect((await view<ScatterView>(scatter, {}, { extent: 0 })).extent).toEqual([-1, 1, -1, 1])
    })

    test('draws arrows to predicted clean data, or away from it', async () => {
      const fieldOf = (field: Prediction, params: object) =>
        view<ScatterView>(
          scatter,
          { field_at: samples([1, 1]), field },
          { field_scale: 1, ...params },
        ).then(({ field }) => [...field!])
      expect(await fieldOf(predicted([3, 0], 'sample'), {})).toEqual([1, 1, 2, -1])
      expect(await fieldOf(predicted([3, 0], 'sample'), { reverse_field: false })).toEqual([
        1, 1, -2, 1,
      ])
      expect(await fieldOf(predicted([NaN, 0]), {})).toEqual([])
    })

    test('rejects what it cannot plot', async () => {
      await expect(
        view(scatter, { samples_1: samples([1, 2, 3, 4], [1, 4]) }),
      ).rejects.toThrowErrorMatchingInlineSnapshot(
        `[NodeError: Expected points with one to three coordinates, which are items of shape [1], [2] or [3], got items of shape [4]. Connect such points, or use Inspect.]`,
      )
      await expect(
        view(scatter, { samples_1: samples([1, 2]), samples_2: samples([1, 2, 3], [1, 3]) }),
      ).rejects.toThrow('Expected items of shape [2], as in the first cloud, got [3].')
      await expect(
        view(scatter, {
          trajectory: {
            type: 'trajectory',
            t: Float64Array.of(1),
            frames: [tf.tensor2d([[1]])],
            space: 'point',
          },
        }),
      ).rejects.toThrow('Connect the trajectory to DensityOverTime.')
      await expect(
        view(scatter, { field: predicted([1, 2]) }),
      ).rejects.toThrowErrorMatchingInlineSnapshot(
        `[NodeError: Expected both ends of the arrows, got one. Connect to field_at the points that the prediction was made for.]`,
      )
      await expect(
        view(scatter, { field_at: samples([1, 2]), field: predicted([1, 2, 3, 4]) }),
      ).rejects.toThrow(/Expected the shape of field_at/)
    })

    test('draws at most 8000 points', async () => {
      const many = new Array<number>(20_000).fill(0)
      const { clouds } = await view<ScatterView>(scatter, { samples_1: samples(many) })
      expect(clouds[0].points).toHaveLength(8000)
    })
  })

  test('Chart shows lines of this run, a history and earlier runs', async () => {
    const line = (slot: string, ...y: number[]) => ({
      slot,
      x: Float64Array.from(y.keys()),
      y: Float64Array.from(y),
    })
    const shown = await view<ChartView>(
      chart,
      {
        values_1: number(3),
        values_2: { type: 'history', losses: [tf.tensor1d([9, 8]), tf.scalar(7)] },
      },
      { names: 'loss, all', keep: 1 },
      {
        series: [line('values_1', 1, 2, 3)],
        earlier: [[line('values_1', 4, 5)], [line('values_1', 6)]],
      },
    )
    expect(shown.lines.map(({ name, y, kept }) => [name, [...y], kept])).toEqual([
      ['loss', [4, 5], true],
      ['loss', [1, 2, 3], undefined],
      ['all', [9, 8, 7], undefined],
    ])
    expect(shown).toMatchObject({ xLabel: 'step', yLabel: '', yLog: false })
    const overTime = await view<ChartView>(chart, {
      x: { type: 'timestep', t: Float64Array.of(4) },
    })
    expect(overTime.xLabel).toBe('t')
  })

  test('Chart keeps the history of an earlier run', async () => {
    let shown: ChartView | undefined
    const session = createSession({
      ops: opTable(nodes),
      assets: createAssets(
        createStoredFiles(memoryStore()),
        createStoredFiles(memoryStore()),
        shippedInNode(),
      ),
      onEvent: (event) => void (event.type === 'view' && (shown = event.view as ChartView)),
    })
    const curve = node('Curve', 'Chart', { values_1: 'End.history' })
    for (const [run, steps, lr] of [
      [1, 3, 0.01],
      [2, 4, 0.01],
      [3, 2, 0.02],
    ] as const) {
      const training = trainingGraph(steps).nodes.map((each) =>
        each.id === 'Adam' ? { ...each, params: { lr } } : each,
      )
      await session.run({
        type: 'run',
        run,
        graph: { nodes: [...training, curve] },
        targets: ['Curve'],
      })
    }
    await session.dispose()
    // A resumed training extends its line instead of adding one.
    expect(shown!.lines.map(({ y, kept }) => [y.length, kept])).toEqual([
      [4, true],
      [2, undefined],
    ])
  })

  test('Chart plots a history with timesteps over ascending t', async () => {
    const terms: Value = {
      type: 'history',
      losses: [tf.scalar(1), tf.tensor1d([4, 9])],
      t: Float64Array.of(20, 10, 0),
    }
    const shown = await view<ChartView>(chart, { values_1: terms })
    expect(shown.lines.map(({ x, y }) => [[...x], [...y]])).toEqual([
      [
        [0, 10, 20],
        [9, 4, 1],
      ],
    ])
    expect(shown.xLabel).toBe('t')
  })

  test('Numbers shows the given names', async () => {
    const shown = await view<NumbersView>(
      numbers,
      { numbers_1: number(3), numbers_3: number(0.5) },
      { names: 'learned' },
    )
    expect(shown.rows).toEqual([
      { name: 'learned', value: 3 },
      { name: 'numbers_3', value: 0.5 },
    ])
  })

  test('Inspect describes values of every type', async () => {
    const model = mlp(
      {
        dim: 2,
        hidden: 4,
        layers: 1,
        time_embedding_dim: 4,
        num_classes: 0,
        activation: 'silu',
        fourier_features: 0,
      },
      'epsilon',
      createRandom(1),
    )
    const values: Value[] = [
      samples([1, 2, 3, 4]),
      predicted([1, 2]),
      number(4),
      { type: 'timestep', t: Float64Array.of(3, -1) },
      { type: 'timesteps', t: Float64Array.of(9, 4), tPrev: Float64Array.of(4, -1) },
      { type: 'schedule', schedule: noiseSchedule({ name: 'linear', T: 10 }) },
      model,
      { type: 'labels', labels: Int32Array.of(0, 0, -1) },
      dataset,
      { type: 'trajectory', t: Float64Array.of(0), frames: [tf.zeros([1, 2])], space: 'point' },
      { type: 'history', losses: [tf.scalar(0.5), tf.tensor1d([0.25])] },
      {
        type: 'ema',
        configs: [
          { kind: 'half_life', half_life: 100, ema_rampup_ratio: 0 },
          { kind: 'constant', decay: 0.9 },
        ],
      },
    ]
    const lines: string[] = []
    for (const value of values) {
      const { type, shape, notes, mean } = await view<StatisticsView>(inspect, { value })
      lines.push(
        `${type} [${shape}] ${Number(mean.toFixed(3))}: ${notes.map(([name, text]) => `${name} ${text}`).join(', ')}`,
      )
    }
    expect(lines).toMatchInlineSnapshot(`
      [
        "samples [2,2] 2.5: space point",
        "prediction [1,2] 1.5: predicts epsilon, space point",
        "number [] 4: ",
        "timestep [2] 1: ",
        "timesteps [2] 6.5: first 9 to 4, last 4 to -1",
        "schedule [10] 0.964: name linear, alpha-bar, first 0.9999, alpha-bar, last 0.9037",
        "model [82] -0.05: kind mlp, predicts epsilon, weights 82 in 10",
        "labels [3] -0.333: no label 1, label 0 2",
        "dataset [2,2] 1.5: space point, label 0 1, label 1 1",
        "trajectory [1,2] 0: frames 1, last t 0",
        "history [2] 0.375: last 0.25",
        "ema [2] NaN: kind half_life, half_life 100, ema_rampup_ratio 0, kind constant, decay 0.9",
      ]
    `)
  })

  test('Compare shows distances between two sets of points', async () => {
    const { type, notes } = await view<StatisticsView>(compare, {
      a: samples([0, 0, 1, 1]),
      b: samples([0, 2, 1, 3]),
    })
    expect({ type, notes }).toMatchInlineSnapshot(`
      {
        "notes": [
          [
            "mean, a | b",
            "0.5 | 1.5",
          ],
          [
            "std, a | b",
            "0.5 | 1.118",
          ],
          [
            "min, a | b",
            "0 | 0",
          ],
          [
            "max, a | b",
            "1 | 3",
          ],
          [
            "largest |a - b|",
            "2",
          ],
          [
            "KS distance, x",
            "0",
          ],
          [
            "KS distance, y",
            "1",
          ],
          [
            "sliced Wasserstein",
            "1.269",
          ],
        ],
        "type": "samples against samples",
      }
    `)
    const broken = await view<StatisticsView>(compare, {
      a: samples([0, NaN, 1, 1]),
      b: samples([0, 2, 1, 3]),
    })
    expect(Object.fromEntries(broken.notes)).toMatchObject({ 'largest |a - b|': 'NaN' })
    const numbers = await view<StatisticsView>(compare, { a: number(1), b: number(3) })
    expect(Object.fromEntries(numbers.notes)).toMatchObject({
      'largest |a - b|': '2',
      'KS distance': '1',
    })
  })

  test('Spectrum averages over images and channels, and rejects other shapes', async () => {
    // Two channels with waves of 2 and 4 cycles.
    const wave = Array.from({ length: 256 }, (_, i) =>
      [2, 4].map((cycles) => Math.cos((2 * Math.PI * cycles * (i % 16)) / 16)),
    ).flat()
    const { lines } = await view<ChartView>(
      spectrum,
      { samples_1: samples(wave, [1, 16, 16, 2]), samples_2: samples(wave.slice(0, 200)) },
      { names: 'waves' },
    )
    expect(lines.map(({ name }) => name)).toEqual(['waves', 'samples_2'])
    const [two, four] = [lines[0].y[1], lines[0].y[3]]
    for (const [ring, power] of lines[0].y.entries())
      if (ring !== 1 && ring !== 3) expect(power).toBeLessThan(1e-6 * Math.min(two, four))
    await expect(view(spectrum, { samples_1: samples([1, 2, 3], [1, 3]) })).rejects.toThrow(
      /Expected images/,
    )
  })

  describe('SaveImage', () => {
    const save = async (
      values: number[],
      shape: number[],
      params: object = {},
    ): Promise<OutputFile[]> => {
      const images = samples(values, shape)
      const defaults = Object.fromEntries(
        Object.entries(saveImage.params).map(([name, param]) => [name, param.default]),
      )
      try {
        return await (saveImage as OutputOp).files(
          { images } as never,
          { ...defaults, ...params } as never,
        )
      } finally {
        images.tensor.dispose()
      }
    }
    /** Decodes an image with an independent decoder: its size, and RGB values row by row. */
    async function decoded({ bytes }: OutputFile) {
      const image = await loadImage(Buffer.from(bytes))
      const ctx = createCanvas(image.width, image.height).getContext('2d')
      ctx.drawImage(image, 0, 0)
      const { data } = ctx.getImageData(0, 0, image.width, image.height)
      return {
        width: image.width,
        height: image.height,
        data: Array.from(data).filter((_, i) => i % 4 !== 3),
      }
    }
    const threeTimes = (...greys: number[]) => greys.flatMap((grey) => [grey, grey, grey])

    test('saves an enlarged grid with black gaps and empty cells', async () => {
      const values = [-1, 1, 0, -0.5, 0.5, 2]
      const [file, none] = await save(values, [3, 1, 2, 1], {
        columns: 2,
        gap: 1,
        scale: 2,
        name: 'x',
      })
      expect(none).toBeUndefined()
      expect(file).toMatchObject({ name: 'x.png', mime: 'image/png' })
      const { width, height, data } = await decoded(file)
      const row = [0, 0, 255, 255, 0, 128, 128, 64, 64]
      const last = [191, 191, 255, 255, 0, 0, 0, 0, 0]
      expect([width, height]).toEqual([9, 5])
      expect(data).toEqual(
        threeTimes(...row, ...row, ...new Array<number>(9).fill(0), ...last, ...last),
      )
      expect((await save(values, [3, 1, 2, 1], { columns: 2, gap: 1, scale: 2 }))[0].bytes).toEqual(
        file.bytes,
      )
    })

    test('saves one file per image with `separate`, also in colour', async () => {
      const values = Array.from({ length: 12 * 5 * 7 * 3 }, (_, i) => Math.sin(i * i))
      const files = await save(values, [12, 5, 7, 3], { separate: true, name: 'digit' })
      expect(files.map(({ name }) => name).slice(8)).toEqual([
        'digit-08.png',
        'digit-09.png',
        'digit-10.png',
        'digit-11.png',
      ])
      const size = 5 * 7 * 3
      for (const [i, file] of files.entries()) {
        const expected = values
          .slice(i * size, (i + 1) * size)
          .map((value) => Math.round((value + 1) * 127.5))
        expect(await decoded(file)).toEqual({ width: 7, height: 5, data: expected })
      }
    })

    test('saves a grid of about 512 pixels width by default', async () => {
      const widthOf = async (count: number, side: number) => {
        const [file] = await save(new Array<number>(count * side * side).fill(0), [
          count,
          side,
          side,
          1,
        ])
        return new DataView(file.bytes.buffer).getUint32(16)
      }
      expect([
        await widthOf(64, 8),
        await widthOf(16, 28),
        await widthOf(1, 8),
        await widthOf(1, 600),
      ]).toEqual([526, 454, 512, 600])
    })

    test('rejects values that it cannot save', async () => {
      const refusal = (...args: Parameters<typeof save>) => save(...args).then(String, String)
      expect([
        await refusal([1, 2], [1, 2]),
        await refusal([], [0, 2, 2, 1]),
        await refusal(new Array<number>(1001).fill(0), [1001, 1, 1, 1], { separate: true }),
        await refusal(new Array<number>(300 * 300).fill(0), [1, 300, 300, 1], { scale: 64 }),
      ]).toMatchInlineSnapshot(`
        [
          "NodeError: Expected images [b, h, w, c], got points [1,2]. Connect images. For points, use Scatter.",
          "NodeError: Expected at least one image, got none. Connect a batch of at least one image.",
          "NodeError: Expected at most 1000 separate images, got 1001. Save a grid, or fewer images.",
          "NodeError: Expected an image of at most 67108864 pixels, got 368716804. Lower scale, or save fewer images.",
        ]
      `)
    })
  })

  describe('checkpoints', () => {
    const params = {
      hidden: 4,
      layers: 1,
      time_embedding_dim: 4,
      num_classes: 0,
      activation: 'silu' as const,
      dim: 2,
      fourier_features: 0,
    }
    const schedule = noiseSchedule({ name: 'squaredcos_cap_v2', T: 30 })

    async function saved(): Promise<Uint8Array> {
      const model = mlp(params, 'epsilon', createRandom(1))
      const [file] = await (saveCheckpoint as OutputOp).files(
        { model, schedule: { type: 'schedule', schedule } } as never,
        { name: 'moons' } as never,
      )
      tf.dispose(collectTensors(model))
      expect(file).toMatchObject({ name: 'moons.zip', mime: 'application/zip' })
      return file.bytes
    }

    const load = loadCheckpoint as RunOp
    const prepare = (bytes: Uint8Array | undefined, sha256: string | null) =>
      load.prepare!(
        { checkpoint: sha256 === null ? null : { name: 'moons.zip', size: 1, sha256 } } as never,
        {
          checkpoint: async () => bytes,
          dataset: async () => undefined,
          shipped: async () => new Uint8Array(),
        },
      )

    test('are loaded as saved', async () => {
      const bytes = await saved()
      expect(Object.keys(unzipSync(bytes))).toContain('mlp/config.json')
      const { key, data } = await prepare(bytes, computeSha256(bytes))
      expect(key).toBe(computeSha256(bytes))
      const outputs = load.run({} as never, {} as never, {
        prepared: data,
        random: createRandom(0),
      })
      expect((outputs.model as Model).config).toEqual(params)
      expect(outputs.schedule).toEqual({
        type: 'schedule',
        schedule: readCheckpoint(bytes).schedule,
      })
      tf.dispose(collectTensors(outputs))
    })

    test('are rejected if missing, changed or invalid', async () => {
      const bytes = await saved()
      const none = new Uint8Array(10)
      await expect(prepare(bytes, null)).rejects.toThrowErrorMatchingInlineSnapshot(
        `[NodeError: No checkpoint is chosen. Drop one on the node, or choose a stored one.]`,
      )
      await expect(
        prepare(undefined, computeSha256(none)),
      ).rejects.toThrowErrorMatchingInlineSnapshot(
        `[NodeError: The checkpoint "moons.zip" (SHA-256 01d448afd928...) is not stored here. Drop it here, or choose another checkpoint.]`,
      )
      await expect(prepare(bytes, computeSha256(none))).rejects.toThrow(
        /^Expected the file .* with the SHA-256/,
      )
      await expect(prepare(none, computeSha256(none))).rejects.toThrowErrorMatchingInlineSnapshot(
        `[NodeError: The file "moons.zip" cannot be read as a checkpoint. The file is not a ZIP, or it is damaged. Download or copy the file again: it was cut short or changed.]`,
      )
    })
  })
})
