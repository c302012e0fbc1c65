// Source of networks in PyTorch: its form, shared helpers, and what is refused. Needs no Python;
// models.torch.test.ts runs it.
import { describe, expect, test } from 'vitest'
import { defineModel } from '../../../src/engine/models/kinds/defined/definition.ts'
import { registerModels } from '../../../src/engine/models/kinds/defined/register.ts'
import type { ClassifierConfig } from '../../../src/engine/models/kinds/classifier/config.ts'
import { classifierGraph } from '../../../src/engine/models/kinds/classifier/graph.ts'
import type { DitConfig } from '../../../src/engine/models/kinds/dit/config.ts'
import { parseDitConfig } from '../../../src/engine/models/kinds/dit/config.ts'
import { ditGraph } from '../../../src/engine/models/kinds/dit/graph.ts'
import { GraphBuilder } from '../../../src/engine/models/graph/builder.ts'
import type { LayerGraph } from '../../../src/engine/models/graph/layer.ts'
import { layerOps } from '../../../src/engine/models/graph/ops/table.ts'
import type { JitConfig } from '../../../src/engine/models/kinds/defined/jit.ts'
import { mlpGraph } from '../../../src/engine/models/kinds/mlp/graph.ts'
import type { UnetConfig } from '../../../src/engine/models/kinds/unet/config.ts'
import { unetConfig } from '../../../src/engine/models/kinds/unet/config.ts'
import { unetGraph } from '../../../src/engine/models/kinds/unet/graph.ts'
import { parseKlConfig } from '../../../src/engine/models/kinds/vae/klConfig.ts'
import { parseTinyConfig } from '../../../src/engine/models/kinds/vae/tinyConfig.ts'
import { layerCodes } from '../../../src/hosts/torch/models/layerCode.ts'
import type { ModelDescription } from '../../../src/hosts/torch/models/forms.ts'
import { writeModule } from '../../../src/hosts/torch/models/writeModule.ts'
import { HELPERS } from '../../../src/hosts/torch/names.ts'
import { dits, mlps, point, unets } from '../../nodes/closedModels.ts'

const opened = ({ layers, functions }: LayerGraph): ModelDescription => ({
  kind: 'layers',
  config: { format: 1, layers, functions },
})

/** The file of one network. */
function source(model: ModelDescription, name: string): string {
  const { imports, definitions } = writeModule(model, name)
  return `${imports.join('\n')}\n\n\n${definitions.map(({ code }) => code).join('\n\n\n')}\n`
}

const digits = unetConfig({
  sample_size: 8,
  in_channels: 1,
  out_channels: 1,
  block_out_channels: [16, 32],
  down_block_types: ['DownBlock2D', 'AttnDownBlock2D'],
  up_block_types: ['AttnUpBlock2D', 'UpBlock2D'],
  layers_per_block: 1,
  norm_num_groups: 8,
  num_class_embeds: 11,
})
const unetOf = (config: UnetConfig, zeroInit = false): ModelDescription => ({
  kind: 'unet',
  config: { ...config },
  zeroInit,
})
const small = (config: Partial<UnetConfig>) =>
  unetConfig({ ...digits, num_class_embeds: null, ...config, sample_size: 8 })
const ditOf = (config: Partial<DitConfig>) =>
  parseDitConfig({
    sample_size: 8,
    in_channels: 1,
    num_layers: 2,
    num_attention_heads: 2,
    attention_head_dim: 8,
    ...config,
  })

const classifier: ClassifierConfig = {
  height: 8,
  width: 8,
  in_channels: 1,
  block_out_channels: [8, 16],
  num_classes: 4,
  norm_num_groups: 4,
  activation: 'silu',
  time_embedding_dim: 8,
}

/** A classifier opened into layers, with two functions. */
const classifierLayers = opened(classifierGraph(classifier))

const kl = {
  block_out_channels: [8, 16],
  down_block_types: ['DownEncoderBlock2D', 'DownEncoderBlock2D'],
  up_block_types: ['UpDecoderBlock2D', 'UpDecoderBlock2D'],
  norm_num_groups: 4,
}
const tiny = {
  encoder_block_out_channels: [8, 8],
  decoder_block_out_channels: [8, 8],
  num_encoder_blocks: [0, 2],
  num_decoder_blocks: [2, 1],
}
const jitConfig: JitConfig = {
  height: 8,
  width: 8,
  channels: 2,
  patch_size: 2,
  bottleneck: 6,
  num_layers: 2,
  num_heads: 2,
  head_dim: 8,
  num_classes: 3,
}
const others: [string, ModelDescription][] = [
  ['classifier', { kind: 'classifier', config: { ...classifier } }],
  ['JiT', { kind: 'jit', config: { ...jitConfig } }],
  ['AutoencoderKL', { kind: 'autoencoder_kl', config: { ...parseKlConfig(kl) } }],
  ['AutoencoderTiny', { kind: 'autoencoder_tiny', config: { ...parseTinyConfig(tiny) } }],
]

describe('the source', () => {
  test('of the digits UNet is the recorded one, of about 140 lines', async () => {
    const text = source(unetOf(digits), 'UNet')
    expect(text.trim().split('\n').length).toBeLessThanOrEqual(144)
    await expect(text).toMatchFileSnapshot('snapshots/digits_unet.py')
  })

  test('of an MLP is the recorded one', async () => {
    await expect(source({ kind: 'mlp', config: { ...point } }, 'MLP')).toMatchFileSnapshot(
      'snapshots/mlp.py',
    )
  })

  test.each(others)('of %s is the recorded one', async (name, model) => {
    await expect(source(model, name)).toMatchFileSnapshot(`snapshots/${name.toLowerCase()}.py`)
  })

  test('of a DiT and of a UNet that attends to tokens are the recorded ones', async () => {
    const dit = { kind: 'dit', config: { ...ditOf({}) }, zeroInit: true }
    await expect(source(dit, 'DiT')).toMatchFileSnapshot('snapshots/dit.py')
    const [, tokens] = unets.find(([name]) => name === 'tokens')!
    await expect(source(unetOf(small(tokens)), 'UNet')).toMatchFileSnapshot(
      'snapshots/tokens_unet.py',
    )
  })

  test('of a graph of layers is the recorded one', async () => {
    await expect(source(classifierLayers, 'Classifier')).toMatchFileSnapshot(
      'snapshots/classifier_layers.py',
    )
  })

  const all: [string, ModelDescription][] = [
    ...unets.flatMap(([name, config]): [string, ModelDescription][] => [
      [`UNet: ${name}`, unetOf(small(config), true)],
      [`UNet: ${name}, opened`, opened(unetGraph(small(config)))],
    ]),
    ...mlps.flatMap(([name, config]): [string, ModelDescription][] => [
      [`MLP: ${name}`, { kind: 'mlp', config: { ...config } }],
      [`MLP: ${name}, opened`, opened(mlpGraph(config))],
    ]),
    ...dits.flatMap(([name, config]): [string, ModelDescription][] => [
      [`DiT: ${name}`, { kind: 'dit', config: { ...ditOf(config) }, zeroInit: true }],
      [`DiT: ${name}, opened`, opened(ditGraph(ditOf(config)))],
    ]),
    ['Classifier, opened', classifierLayers],
    ...others,
  ]
  test.each(all)('of %s has short lines, and a docstring per definition', (_, model) => {
    const { definitions, construct } = writeModule(model, 'Network')
    expect(construct).toBe('Network()')
    expect(definitions.at(-1)!.name).toBe('Network')
    for (const { name, code } of definitions) {
      const lines = code.split('\n')
      expect(lines[0]).toMatch(new RegExp(`^(class|def) ${name}\\(`))
      expect(lines[1]).toMatch(/^ {4}""".+"""$/)
      expect(lines.filter((line) => line.length > 100 || line !== line.trimEnd())).toEqual([])
      expect(code).not.toMatch(/undefined|\[object|NaN|\bfalse\b|\btrue\b|\0/)
    }
  })
})

test('every operation of layers with weights has a module in PyTorch', () => {
  const weighted = Object.entries(layerOps).filter(([, { weights }]) => weights !== undefined)
  expect(weighted.length).toBeGreaterThan(10)
  for (const [name] of weighted) expect(layerCodes[name].module, name).toBeDefined()
})

test('a network that drops values at random says so', () => {
  expect(writeModule(unetOf(small({ dropout: 0.1 })), 'UNet').drops).toBe(true)
  expect(writeModule(unetOf(digits), 'UNet').drops).toBe(false)
})

describe('several networks of one file', () => {
  const codes = (model: ModelDescription, name: string, taken?: Map<string, string>) =>
    new Map(
      writeModule(model, name, taken).definitions.map(({ name, code }): [string, string] => [
        name,
        code,
      ]),
    )

  test('share helpers that are equal', () => {
    const first = codes(unetOf(digits), 'Teacher')
    const second = codes(unetOf(digits), 'Student', first)
    expect([...second.keys()]).toEqual([...first.keys()].slice(0, -1).concat('Student'))
    for (const [name, code] of second) if (name !== 'Student') expect(code).toBe(first.get(name))
  })

  test('rename helpers that differ, and what uses them', () => {
    const first = codes(unetOf(digits), 'Teacher')
    const second = codes(unetOf(small({ norm_num_groups: 4 })), 'Student', first)
    const names = [...second.keys()]
    expect(names).toEqual(expect.arrayContaining(['named', 'ResnetBlock2', 'Attention2', 'Level']))
    expect(names).not.toContain('ResnetBlock')
    expect(second.get('Student')).toContain('Level([ResnetBlock2(16, 32)], [Attention2(32)])')
    expect(second.get('Student')).toContain('class Student(nn.Module)')
    expect(second.get('Student')).toContain('for resnet, attention in zip(')
  })

  test('a helper gives way to a name of the file', () => {
    const taken = new Map([
      ['Attention', ''],
      ['named', ''],
    ])
    const { definitions } = writeModule(unetOf(digits), 'UNet', taken)
    const names = definitions.map(({ name }) => name)
    expect(names).toEqual(expect.arrayContaining(['Attention2', 'named_2']))
    expect(definitions.at(-1)!.code).toContain('ResnetBlock(32, 32)], [Attention2(32)])')
  })
})

describe('refused', () => {
  const refusal = (model: ModelDescription) => {
    try {
      writeModule(model, 'Network')
    } catch (error) {
      return (error as Error).message
    }
    return undefined
  }

  test.each(['exact', 'gaussian', 'guided', 'classifier_guided', 'precondition', 'other'])(
    'a model of kind %s',
    (kind) =>
      expect(refusal({ kind, config: {} })).toBe(
        `Expected a network of layers, got a model of kind ${kind}, which has no form in PyTorch.`,
      ),
  )

  test('a defined kind that computes itself', () => {
    const own = defineModel<{ dim: number }>({
      kind: 'torch_refused',
      config: () => ({ dim: 2 }),
      itemShape: () => [2],
      weights: () => ({}),
      run: ({ x }) => x,
    })
    registerModels([own as never])
    expect(refusal({ kind: 'torch_refused', config: { dim: 2 } })).toBe(
      'Expected a network of layers, got a model of kind torch_refused, whose definition computes in JavaScript.',
    )
  })

  const named = (...names: string[]) => {
    const b = new GraphBuilder()
    const predict = names.reduce((x, name) => b.linear(x, name, 2), b.source('x', { shape: [2] }))
    return refusal(opened(b.graph({ predict })))
  }

  test.each(['training', 'down._hidden', '__class__'])(
    'a layer with the name %s, which modules have for something else',
    (name) =>
      expect(named(name)).toBe(
        `Expected names of layers that PyTorch modules can have, got "${name}". Names that begin with _ and "training" belong to modules themselves.`,
      ),
  )

  test('a layer inside another', () =>
    expect(named('down', 'down.conv')).toBe(
      'Expected names of layers that do not begin with that of another layer, got "down" and "down.conv".',
    ))

  test('no layer with a keyword, a number or a method as its name', () =>
    expect(
      named('lambda', '0', 'in.1', 'down.0.class', 'double', 'up.train', 'up.keys', 'forward'),
    ).toBeUndefined())
})

test('no title has the name of a helper', () => {
  const networks = [
    ...unets.map(([, config]) => unetOf(small(config))),
    ...dits.map(([, config]) => ({ kind: 'dit', config: { ...ditOf(config) } })),
    ...mlps.map(([, config]) => ({ kind: 'mlp', config: { ...config } })),
    classifierLayers,
    ...others.map(([, model]) => model),
  ]
  const helpers = networks.flatMap((model) =>
    writeModule(model, 'Own')
      .definitions.map(({ name }) => name)
      .filter((name) => name !== 'Own'),
  )
  expect(new Set(helpers).size).toBeGreaterThan(8)
  expect([...new Set(helpers)].filter((name) => !HELPERS.has(name))).toEqual([])
})
