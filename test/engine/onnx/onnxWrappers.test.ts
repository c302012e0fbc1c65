// Exported models around a network, and in closed form: preconditioning, guidance, mixtures of
// Gaussians. What ONNX cannot express.
import { describe, expect, test } from 'vitest'
import { createRandom } from '../../../src/engine/base/random.ts'
import { tf } from '../../../src/engine/base/tf.ts'
import type { Model } from '../../../src/engine/models/model.ts'
import { collectTensors } from '../../../src/engine/base/values.ts'
import { classifierGuidedModel } from '../../../src/engine/models/kinds/classifierGuided/classifierGuided.ts'
import { exactModel } from '../../../src/engine/models/kinds/exact/exact.ts'
import { gaussianModel } from '../../../src/engine/models/kinds/gaussian/gaussian.ts'
import { guidedModel } from '../../../src/engine/models/kinds/guided/guided.ts'
import { mlp } from '../../../src/engine/models/kinds/mlp/mlp.ts'
import { withPreconditioning } from '../../../src/engine/models/kinds/precondition/precondition.ts'
import { preconditionings } from '../../../src/engine/models/kinds/precondition/config.ts'
import { flowSchedule, sigmaSchedule, vpSchedule } from '../../../src/engine/process/continuous.ts'
import { noiseSchedule } from '../../../src/engine/process/schedule.ts'
import { checkSize, exportOnnx } from '../../../src/engine/onnx/export.ts'
import { OnnxError } from '../../../src/engine/onnx/error.ts'
import { onCpu } from '../../backends.ts'
import { readGoldenModel } from '../../goldenNetworks.ts'
import { disposeArguments, drawArguments, expectPrediction, exportModel } from '../../onnx.ts'
import type { MlpConfig } from '../../../src/engine/models/kinds/mlp/config.ts'

const network = (changes: Partial<MlpConfig> = {}, seed = 1): Model =>
  mlp(
    {
      dim: 2,
      hidden: 16,
      layers: 2,
      time_embedding_dim: 8,
      num_classes: 0,
      activation: 'silu',
      fourier_features: 0,
      ...changes,
    },
    'epsilon',
    createRandom(seed),
  )

const table = noiseSchedule({ name: 'linear', T: 1000 })
const schedules = {
  table: { schedule: table, times: [0, 311, 999] },
  'table between timesteps': { schedule: table, times: [0.5, 311.25, 998.75] },
  flow: { schedule: flowSchedule(1000), times: [0, 250.5, 999] },
  sigma: { schedule: sigmaSchedule({ sigmaMin: 0.002, sigmaMax: 80 }), times: [0.002, 1.5, 80] },
  vp: { schedule: vpSchedule({}), times: [1, 400, 1000] },
}

async function expectEqual(model: Model, times: readonly number[]) {
  const [file] = await exportModel(model)
  for (const count of [1, times.length]) {
    const given = drawArguments(model, count, undefined, (i) => Math.fround(times[i]))
    await expectPrediction(model, file, given)
    disposeArguments(given)
  }
  tf.dispose(collectTensors(model))
}

onCpu(() => {
  describe('preconditioned networks', () => {
    test.each(
      preconditionings.flatMap((kind) =>
        Object.entries(schedules).map(([name, given]) => [kind, name, given] as const),
      ),
    )('%s on %s', async (preconditioning, _, { schedule, times }) => {
      const config = { preconditioning, sigma_data: 0.5, sigma_min: 0.002, schedule }
      await expectEqual(withPreconditioning(network(), config), times)
    })
  })

  describe('guided networks', () => {
    test('away from the null label, within an interval', () =>
      expectEqual(
        guidedModel(network({ num_classes: 3 }), 4, { low: 100, high: 700 }),
        [50, 300, 700, 900],
      ))
    test('with rescale, of images', () =>
      expectEqual(
        guidedModel(readGoldenModel('unet/b_class_cond'), 3, { rescale: 0.7 }),
        [7, 300, 999],
      ))
    test('away from a worse model', () =>
      expectEqual(guidedModel(network(), 2, { worse: network({ hidden: 8 }, 2) }), [7, 300, 999]))
    test('away from tokens of zeros', () =>
      expectEqual(guidedModel(readGoldenModel('unet/g_cross_attention_cond'), 2), [7, 300]))
    test('away from channels of zeros', () =>
      expectEqual(guidedModel(network({ extra_dim: 2 }), 2), [7, 300]))
    test('preconditioned', () =>
      expectEqual(
        guidedModel(
          withPreconditioning(network({ num_classes: 2 }), {
            preconditioning: 'edm',
            sigma_data: 0.5,
            sigma_min: 0.002,
            schedule: table,
          }),
          2,
        ),
        [7, 300, 999],
      ))
  })

  describe('models in closed form', () => {
    const predictions = ['epsilon', 'sample', 'v_prediction', 'flow_prediction'] as const
    test.each(predictions)('a Gaussian that predicts %s', (predicts) =>
      expectEqual(
        gaussianModel({ dim: 3, mean: 0.5, std: 0.7, schedule: table }, predicts),
        [3, 300, 999],
      ),
    )
    test.each(predictions)('a mixture with classes that predicts %s', (predicts) =>
      expectEqual(
        exactModel(
          Float32Array.of(0, 1, 1, 0, -1, 0.5, 0.2, -0.8),
          {
            dim: 2,
            std: 0.1,
            num_classes: 2,
            labels: Int32Array.of(0, 0, 1, 1),
            schedule: table,
          },
          predicts,
        ),
        [200, 500, 999],
      ),
    )
  })

  describe('rejected', () => {
    /** Message and cure of the error. */
    async function rejection(work: () => Promise<unknown>): Promise<string> {
      const error = await work().then(
        () => undefined,
        (error: unknown) => error,
      )
      expect(error).toBeInstanceOf(OnnxError)
      const { message, cure } = error as OnnxError
      return `${message} ${cure}`
    }

    test('classifier guidance', async () => {
      const model = classifierGuidedModel(network(), network(), { scale: 1, schedule: table })
      expect(await rejection(() => exportModel(model))).toMatchInlineSnapshot(
        `"Expected a model that ONNX can express, got one of kind "classifier_guided", which differentiates its classifier. Export the denoiser and the classifier on their own, and apply the guidance in your own loop."`,
      )
      tf.dispose(collectTensors(model))
    })

    test('unknown kinds, and sizes that do not fit', async () => {
      const model = { ...network(), kind: 'mine' }
      expect(await rejection(() => exportModel(model))).toMatchInlineSnapshot(
        `"Expected a model of a known kind, got "mine". Export it where that kind is defined, or pass its definition in a module of --nodes."`,
      )
      const own = { ...model, kind: 'mlp' }
      expect(await rejection(() => exportModel(own, { size: [8, 8] }))).toMatchInlineSnapshot(
        `"Expected no image size for this model, which has one of its own, got 8 x 8. Leave out --size."`,
      )
      tf.dispose(collectTensors(model))
      const vae = readGoldenModel('vae/vae_a')
      expect(await rejection(() => exportModel(vae, { size: [9, 8] }))).toMatchInlineSnapshot(
        `"Expected images whose height and width are multiples of 2, got 9 x 8. Choose another --size."`,
      )
      tf.dispose(collectTensors(vae))
    })

    test('files above 2 GB', async () => {
      expect(await rejection(async () => checkSize({ length: 2 ** 31 }))).toMatchInlineSnapshot(
        `"Expected an ONNX file of at most 2 GB, the limit of its format, got 2.1 GB. Reduce the channels or layers of the network, or save it as a checkpoint instead."`,
      )
      expect(() => checkSize({ length: 2 ** 31 - 1 })).not.toThrow()
      // Pages of zeros that nothing touches take no memory.
      const weights = new Map([
        ['linear.weight', { shape: [1, 2 ** 29], data: new Float32Array(2 ** 29) }],
        ['linear.bias', { shape: [1], data: new Float32Array(1) }],
      ])
      expect(() =>
        exportOnnx({
          kind: 'layers',
          config: {
            format: 1,
            layers: [
              { op: 'x', in: [], attrs: { shape: [1] } },
              { op: 'linear', name: 'linear', in: [0], attrs: { out: 1, bias: true } },
            ],
            functions: { predict: 1 },
          },
          predicts: 'epsilon',
          weights,
          children: {},
        }),
      ).toThrow(OnnxError)
    })
  })
})
