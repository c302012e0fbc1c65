// A small workflow with everything that an export names: data sets, networks, checkpoints, pictures,
// tables, charts and saved files.
import { wire, type Graph, type GraphNode } from '../../../src/engine/plan/graph.ts'
import { toDeclaration, type StoredFile } from '../../../src/engine/plan/op.ts'
import { memoryStore } from '../../../src/engine/plan/store.ts'
import { createAssets } from '../../../src/storage/assets.ts'
import { shippedInNode } from '../../../src/storage/shippedInNode.ts'
import { createStoredFiles } from '../../../src/storage/storedFiles.ts'
import { nodes } from '../../../src/nodes/table.ts'
import { createWorkflow, stringifyWorkflow } from '../../../src/workflow/index.ts'
import { pointCheckpoint } from '../binarySeeds.ts'

export const declarations = nodes.map(toDeclaration)

const checkpoints = createStoredFiles(memoryStore())

/** Data of the exports: the checkpoint that the workflow loads. */
export const assets = createAssets(checkpoints, createStoredFiles(memoryStore()), shippedInNode())

const node = (
  id: string,
  op: string,
  params: Record<string, unknown> = {},
  inputs: Record<string, string> = {},
): GraphNode => ({
  id,
  op: `diffusion/${op}`,
  title: `Node ${id}`,
  params,
  inputs: Object.fromEntries(
    Object.entries(inputs).map(([slot, from]) => {
      const [source, output] = from.split('.')
      return [slot, wire(source, output)]
    }),
  ),
})

const training = [
  node('1', 'Points', { count: 16 }),
  node('2', 'NoiseSchedule', { num_train_timesteps: 10 }),
  node('3', 'MLP', { hidden: 4, layers: 1 }),
  node('4', 'Optimizer'),
  node('5', 'EMA'),
  node(
    '6',
    'TrainingStart',
    { steps: 1, batch_size: 4 },
    { model: '3.model', dataset: '1.dataset', optimizer: '4.optimizer', ema: '5.ema' },
  ),
  node('7', 'GaussianNoise', { shape: '2' }, { like: '6.x_0' }),
  node('8', 'RandomTimesteps', {}, { like: '6.x_0', schedule: '2.schedule' }),
  node(
    '9',
    'ForwardNoise',
    {},
    { x_0: '6.x_0', t: '8.t', noise: '7.noise', schedule: '2.schedule' },
  ),
  node('10', 'Predict', {}, { model: '6.model', x_t: '9.x_t', t: '8.t' }),
  node(
    '11',
    'Target',
    {},
    {
      model: '6.model',
      x_0: '6.x_0',
      noise: '7.noise',
      t: '8.t',
      schedule: '2.schedule',
    },
  ),
  node('12', 'Loss', {}, { prediction: '10.prediction', target: '11.target' }),
  node('13', 'TrainingEnd', {}, { loop: '6.loop', loss: '12.loss' }),
  node('14', 'Chart', { names: 'loss' }, { values_1: '13.history' }),
  node('15', 'SaveCheckpoint', { name: 'trained' }, { model: '13.ema' }),
]

const sampling = (checkpoint: StoredFile) => [
  node('20', 'LoadCheckpoint', { checkpoint }),
  node('21', 'GaussianNoise', { shape: '2', batch_size: 4 }),
  node(
    '22',
    'Sampler',
    { num_inference_steps: 2 },
    { model: '20.model', x_T: '21.noise', schedule: '20.schedule' },
  ),
  node('23', 'Scatter', { names: 'data, samples' }, { samples_1: '1.x_0', samples_2: '22.x_0' }),
  node('24', 'SaveTable', { name: 'table' }, { points: '22.x_0' }),
  node('25', 'SlicedWasserstein', {}, { samples: '22.x_0', reference: '1.x_0' }),
  node('26', 'Points', { count: 8 }),
  node(
    '27',
    'Distances',
    { names: 'first, second' },
    { samples_1: '22.x_0', samples_2: '1.x_0', reference: '26.x_0' },
  ),
  node('30', 'GaussianNoise', { shape: '4, 4, 1', batch_size: 4 }),
  node('31', 'SaveImage', { name: 'pictures' }, { images: '30.noise' }),
  node('32', 'Preview', { names: 'one, two' }, { images_1: '30.noise', images_2: '30.noise' }),
  node('33', 'FilmStrip', {}, { trajectory: '22.trajectory' }),
]

/** The text of the workflow. */
export async function exportedWorkflow(): Promise<string> {
  const checkpoint = await checkpoints.put('model.zip', pointCheckpoint())
  const graph: Graph = { nodes: [...training, ...sampling(checkpoint)] }
  const texts = { title: 'Title', about: 'A description' }
  return stringifyWorkflow(await createWorkflow(graph, declarations, texts))
}
