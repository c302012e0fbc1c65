// Networks in PyTorch: they load our weights strictly and give the recorded numbers, those of
// diffusers and of this engine.
import { startUntested, stopBackend } from '../../../src/engine/backends/backends.ts'
import { tf } from '../../../src/engine/base/tf.ts'
import type { DitConfig } from '../../../src/engine/models/kinds/dit/config.ts'
import { ditGraph } from '../../../src/engine/models/kinds/dit/graph.ts'
import type { UnetConfig } from '../../../src/engine/models/kinds/unet/config.ts'
import { unetGraph } from '../../../src/engine/models/kinds/unet/graph.ts'
import { dits, mlps } from '../../nodes/closedModels.ts'
import { describeGolden, goldenAutoencoder, goldenDenoisers } from './networkCases.ts'
import type { NetworkCase } from './networkCases.ts'
import { hasTorch, needsTorch } from './python.ts'
import { runNetworks } from './runNetworks.ts'
import type { Gap, NetworkAnswer } from './runNetworks.ts'
import { beforeAll, describe, expect, test } from 'vitest'
import { closed, others, ready, started, variedUnets, workflows } from './engineCases.ts'
import { recordedLayers } from './recordedLayers.ts'

const goldenUnets = [
  'a_ddpm_style',
  'attention_maps_a',
  'b_class_cond',
  'c_scale_shift',
  'd_resnet_updown_3lvl',
  'fourier_6to3',
  'g_cross_attention_cond',
  'learned_4to1',
].map((name) => `unet/${name}`)
const goldenDits = ['dit_a', 'dit_b_learned_sigma', 'dit_c_other_sizes'].map(
  (name) => `dit/${name}`,
)

const recorded = (): NetworkCase[] => [
  ...goldenUnets.flatMap((folder) => {
    const { config } = describeGolden(folder)
    return goldenDenoisers(folder, unetGraph(config as unknown as UnetConfig))
  }),
  ...goldenDits.flatMap((folder) => {
    const { config } = describeGolden(folder)
    return goldenDenoisers(folder, ditGraph(config as unknown as DitConfig))
  }),
  ...['vae_a', 'vae_b_3lvl_no_quant', 'vae_tiny_a'].map((name) => goldenAutoencoder(`vae/${name}`)),
]

/** Largest differences of results, relative to the largest number. */
const OUTPUT = 1e-5
/** The same of gradients, and of those whose true value is 0, of the largest of all gradients. */
const [GRADIENT, ROUNDING] = [1e-4, 5e-7]

function expectGaps(gaps: Record<string, Gap>, most = OUTPUT) {
  expect(Object.keys(gaps)).not.toEqual([])
  for (const [name, [difference, size]] of Object.entries(gaps))
    expect(difference, name).toBeLessThan(most * size)
}

function expectGradients(gradients: Record<string, Gap>) {
  const rounding = ROUNDING * Math.max(1, ...Object.values(gradients).map(([, size]) => size))
  for (const [name, [difference, size]] of Object.entries(gradients))
    expect(difference, name).toBeLessThan(size < rounding ? rounding : GRADIENT * size)
}

interface Suite {
  names: readonly string[]
  create: () => Promise<NetworkCase[]>
}
const suites: Suite[] = []

/** Answers of all suites: Python, whose start takes seconds, runs once. */
const answerAll = once(async (): Promise<Map<string, NetworkAnswer>> => {
  await startUntested('wasm')
  const cases: NetworkCase[] = []
  for (const { names, create } of suites) {
    const created = await create()
    expect(created.map(({ name }) => name)).toEqual(names)
    cases.push(...created)
  }
  await stopBackend()
  await tf.setBackend('cpu')
  return runNetworks(cases)
})

function once<T>(compute: () => T): () => T {
  let computed: { value: T } | undefined
  return () => (computed ??= { value: compute() }).value
}

function suite(title: string, names: readonly string[], create: () => Promise<NetworkCase[]>) {
  suites.push({ names, create })
  describe(title, () => {
    let answers = new Map<string, NetworkAnswer>()
    beforeAll(async () => {
      if (hasTorch) answers = await answerAll()
    })
    needsTorch()
    test.each(names)('%s', (name) => {
      const { error, gaps, gradients, start, autocast, compiled } = answers.get(name)!
      expect(error).toBeUndefined()
      expectGaps(gaps)
      if (gradients) expectGradients(gradients)
      expect(start ?? []).toEqual([])
      if (compiled) expectGaps(compiled)
      if (autocast !== undefined) expect(autocast).toBeLessThan(0.05)
    })
  })
}

suite(
  'networks of diffusers give the recorded numbers',
  [
    ...[...goldenUnets, ...goldenDits].flatMap((name) => [name, `${name}, opened`]),
    'vae/vae_a',
    'vae/vae_b_3lvl_no_quant',
    'vae/vae_tiny_a',
  ],
  async () => recorded(),
)

suite(
  'layers of diffusers give the recorded numbers and gradients',
  [
    'group_norm',
    'conv3x3',
    'downsample_pad0',
    'downsample_pad1',
    'upsample',
    'time_mlp',
    'cross_attention',
    'self_attention',
    'resnet_default',
    'resnet_scale_shift',
    'resnet_down',
    'resnet_up',
  ].map((name) => `${name} (layer)`),
  async () => recordedLayers(),
)

suite(
  'closed networks give the numbers of the engine',
  [
    ...variedUnets.flatMap(([name]) => [`UNet: ${name}`, `UNet: ${name}, opened`]),
    ...mlps.flatMap(([name]) => [`MLP: ${name}`, `MLP: ${name}, opened`]),
    'MLP: a learned variance',
    ...dits.map(([name]) => `DiT: ${name}`),
  ],
  closed,
)

suite(
  'other networks give the numbers of the engine',
  [
    'Classifier',
    'Classifier of noised images',
    'JiT',
    'AutoencoderKL',
    'AutoencoderTiny',
    'layers of every kind',
    'layers of points',
  ],
  others,
)

suite(
  'networks compile, and run in bfloat16',
  ['UNet that starts at zero', 'DiT that compiles', 'layers that compile'],
  started,
)

suite(
  'networks of the ready workflows give the numbers of the engine',
  Object.keys(workflows).map((name) => `${name}.json`),
  ready,
)
