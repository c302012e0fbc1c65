// `onnx` as a process: models of checkpoints and of workflows as ONNX files.
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { InferenceSession } from 'onnxruntime-node'
import { describe, expect, test } from 'vitest'
import { storeModel, writeCheckpoint } from '../../../src/engine/checkpoint/pipeline.ts'
import { createRandom } from '../../../src/engine/base/random.ts'
import { tf } from '../../../src/engine/base/tf.ts'
import { mlp } from '../../../src/engine/models/kinds/mlp/mlp.ts'
import { noiseSchedule } from '../../../src/engine/process/schedule.ts'
import { parseArguments } from '../../../src/hosts/cli/arguments.ts'
import { readGoldenModel } from '../../goldenNetworks.ts'
import {
  drawArguments,
  disposeArguments,
  expectPrediction,
  expectFeed,
  runOnnx,
  toFeed,
} from '../../onnx.ts'
import { decodeLatents } from '../../../src/engine/models/kinds/vae/autoencoder.ts'
import { trainingGraph } from '../../trainingGraph.ts'
import { workflowOf } from '../../workflowOf.ts'
import { useCli } from './builtCli.ts'
import { node } from '../../nodes/evaluate.ts'
import { fullTest } from '../../families.ts'

const { folder, cli } = useCli()
const write = (name: string, content: string | Uint8Array) =>
  writeFileSync(join(folder, name), content)
const read = (name: string) => new Uint8Array(readFileSync(join(folder, name)))
const fileOf = (name: string, inputs: string[], outputs: string[]) => ({
  part: '',
  bytes: new Uint8Array(read(name)),
  inputs,
  outputs,
})

await tf.setBackend('cpu')

describe('of a checkpoint', () => {
  test('writes the model with its schedule', async () => {
    const config = {
      dim: 2,
      hidden: 8,
      layers: 1,
      time_embedding_dim: 8,
      num_classes: 3,
      activation: 'silu',
      fourier_features: 0,
    } as const
    const model = mlp(config, 'v_prediction', createRandom(1))
    const schedule = noiseSchedule({ name: 'linear', T: 100 })
    write('points.zip', writeCheckpoint({ model: await storeModel(model), schedule }))
    const ended = await cli(['onnx', 'points.zip', '--out', 'points.onnx'])
    expect(ended.stderr).toMatch(
      /^points\.onnx: 0\.\d\d MB, inputs x, t, classes, outputs prediction\n$/,
    )
    expect(ended.status).toBe(0)
    const given = drawArguments(model, 3, undefined, (i) => 30 * i)
    await expectPrediction(model, fileOf('points.onnx', ['x', 't', 'classes'], []), given)
    disposeArguments(given)
    const text = new TextDecoder('latin1').decode(read('points.onnx'))
    for (const part of ['litegraph-diffusion', 'prediction_type', 'v_prediction', 'DDPMScheduler'])
      expect(text).toContain(part)
  })

  fullTest('writes the parts of an autoencoder beside each other, for a size', async () => {
    const model = readGoldenModel('vae/vae_a')
    write('vae.zip', writeCheckpoint({ model: await storeModel(model), schedule: undefined }))
    const ended = await cli(['onnx', 'vae.zip', '--out', 'vae.onnx', '--size', '16x8'])
    expect(ended.stderr).toMatch(/vae\.encode\.onnx: .*\n.*vae\.decode\.onnx: /)
    const z = tf.tensor(createRandom(1).normal(2 * 4 * 8 * 4), [2, 4, 8, 4])
    const { image } = await runOnnx(read('vae.decode.onnx'), { x: await toFeed(z) })
    await expectFeed(image, decodeLatents(model, z), 'image')
  })

  fullTest('states what does not fit', async () => {
    const size = await cli(['onnx', 'points.zip', '--out', 'a.onnx', '--size', '8'])
    expect(size).toEqual({
      status: 1,
      stdout: '',
      stderr:
        'Expected no image size for this model, which has one of its own, got 8 x 8. Leave out --size.\n',
    })
    const { stderr } = await cli(['onnx', 'points.zip', '--out', 'a.onnx', '--node', 'Net'])
    expect(stderr).toContain('A checkpoint is written as it is: leave out --node.')
    expect(() => parseArguments(['onnx', 'points.zip'])).toThrow(
      'Expected a file for the model: --out model.onnx.',
    )
  })
})

describe('of a workflow', () => {
  const { nodes } = trainingGraph(3)
  write('train.json', workflowOf({ nodes }))

  test('trains and writes the model of a node', async () => {
    const ended = await cli(['onnx', 'train.json', '--out', 'net.onnx', '--node', 'Net', '--quiet'])
    expect(ended).toMatchObject({ status: 0 })
    const first = await InferenceSession.create(read('net.onnx'))
    expect(first.inputNames).toEqual(['x', 't'])
    const end = nodes.find(({ op }) => op === 'diffusion/TrainingEnd')!.id
    const trained = await cli(['onnx', 'train.json', '--out', 'end.onnx', '--node', `${end}.model`])
    expect(trained.status).toBe(0)
    expect(read('end.onnx').length).toBe(read('net.onnx').length)
    expect(Buffer.compare(read('end.onnx'), read('net.onnx'))).not.toBe(0)
  })

  test('states which models there are', async () => {
    const wrong = await cli(['onnx', 'train.json', '--out', 'a.onnx', '--node', 'Data'])
    expect(wrong.status).toBe(2)
    expect(wrong.stderr).toMatch(/^Data has no model\. Name one of .*Net.* with --node\./)
    write('noise.json', workflowOf({ nodes: [node('x_T', 'GaussianNoise')] }))
    const none = await cli(['onnx', 'noise.json', '--out', 'a.onnx'])
    expect(none.stderr).toContain('Expected a node with a model, got none.')
  })
})
