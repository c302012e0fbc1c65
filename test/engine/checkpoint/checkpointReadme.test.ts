// README.md of a checkpoint, and pipelines that diffusers may build from it.
import { spawnSync } from 'node:child_process'
import { strFromU8, unzipSync } from 'fflate'
import { expect, test } from 'vitest'
import type { Checkpoint } from '../../../src/engine/checkpoint/checkpoint.ts'
import { storeModel, writeCheckpoint } from '../../../src/engine/checkpoint/pipeline.ts'
import type { TrainedOn } from '../../../src/engine/checkpoint/trainedOn.ts'
import { createRandom } from '../../../src/engine/base/random.ts'
import { tf } from '../../../src/engine/base/tf.ts'
import { collectTensors } from '../../../src/engine/base/values.ts'
import type { Model } from '../../../src/engine/models/model.ts'
import { withPreconditioning } from '../../../src/engine/models/kinds/precondition/precondition.ts'
import { unetConfig, type UnetConfig } from '../../../src/engine/models/kinds/unet/config.ts'
import { unet } from '../../../src/engine/models/kinds/unet/init.ts'
import { sigmaSchedule } from '../../../src/engine/process/continuous.ts'
import { noiseSchedule } from '../../../src/engine/process/schedule.ts'
import { onCpu } from '../../backends.ts'

const small = (changes: Partial<UnetConfig> = {}) =>
  unetConfig({
    sample_size: 4,
    in_channels: 4,
    out_channels: 4,
    block_out_channels: [4, 8],
    layers_per_block: 1,
    norm_num_groups: 2,
    down_block_types: ['DownBlock2D', 'DownBlock2D'],
    up_block_types: ['UpBlock2D', 'UpBlock2D'],
    add_attention: false,
    ...changes,
  })
const linear = noiseSchedule({ name: 'linear', T: 1000 })
const digits: TrainedOn = {
  space: 'image',
  range: [-1, 1],
  size: 10,
  classes: 3,
  shape: [8, 8, 1],
  classNames: ['zero', 'one', 'two'],
}

async function filesOf(model: Model, more: Partial<Checkpoint> = {}) {
  const bytes = writeCheckpoint({ model: await storeModel(model), schedule: linear, ...more })
  tf.dispose(collectTensors(model))
  const files = unzipSync(bytes)
  expectPython(strFromU8(files['README.md']))
  return { readme: strFromU8(files['README.md']), index: files['model_index.json'] }
}

/** Compiles the script of a README, on machines with Python. */
function expectPython(readme: string) {
  const [, code] = /```python\n([^]*?)```/.exec(readme) ?? []
  if (code === undefined) return
  const compile = 'import sys; compile(sys.stdin.read(), "README.md", "exec")'
  const { error, status, stderr } = spawnSync('python3', ['-c', compile], { input: code })
  if (!error) expect(status, String(stderr)).toBe(0)
}

const network = (changes: Partial<UnetConfig> = {}, variance?: 'learned_range') =>
  unet(small(changes), 'epsilon', createRandom(1), {
    zero_init: false,
    ...(variance && { variance }),
  })

onCpu(() => {
  test('an unconditional model of images is a DDPMPipeline of three lines', async () => {
    const { readme, index } = await filesOf(network())
    expect(JSON.parse(strFromU8(index))).toMatchObject({ _class_name: 'DDPMPipeline' })
    expect(readme).toContain(
      'from diffusers import DDPMPipeline\n\npipeline = DDPMPipeline.from_pretrained(".")',
    )
  })

  test('a model with classes names the row of "no class" and the patches', async () => {
    const { readme, index } = await filesOf(network({ num_class_embeds: 4 }), {
      trainedOn: digits,
    })
    expect(index).toBeUndefined()
    expect(readme).toContain('Label 3, the last row of the table, means "no class"')
    expect(readme).toContain('labels 0 to 2 (zero, one, two)')
    expect(readme).toContain('blocks of 2 x 2 pixels of images of 8 x 8 x 1')
    expect(readme).toContain('none = torch.full_like(labels, 3)')
    expect(readme).toContain('x.view(-1, 2, 2, 1, 4, 4).permute(0, 3, 4, 1, 5, 2)')
  })

  test('patches and latents are no DDPMPipeline, which would show them as pictures', async () => {
    expect((await filesOf(network(), { trainedOn: digits })).index).toBeUndefined()
    const latents = { ...digits, space: 'latent' as const, shape: [4, 4, 4] }
    expect((await filesOf(network(), { trainedOn: latents })).index).toBeUndefined()
  })

  test('EDM loads by its parts alone, with the scaling that it needs', async () => {
    const edm = { preconditioning: 'edm', sigma_data: 0.5, sigma_min: 0.002 } as const
    const schedule = sigmaSchedule()
    const { readme, index } = await filesOf(withPreconditioning(network(), { ...edm, schedule }), {
      schedule,
    })
    expect(index).toBeUndefined()
    expect(readme).toContain('scheduler = EDMEulerScheduler.from_pretrained')
    expect(readme).toContain('* scheduler.init_noise_sigma')
    expect(readme).toContain('scheduler.scale_model_input(x, t)')
  })

  test('tokens, further channels and a variance are in the script', async () => {
    const { readme } = await filesOf(
      network(
        {
          in_channels: 7,
          out_channels: 8,
          extra_channels: 3,
          num_class_embeds: 5,
          down_block_types: ['DownBlock2D', 'CrossAttnDownBlock2D'],
          up_block_types: ['CrossAttnUpBlock2D', 'UpBlock2D'],
          mid_block_type: 'UNetMidBlock2DCrossAttn',
          add_attention: true,
          attention_head_dim: 4,
          cross_attention_dim: 6,
        },
        'learned_range',
      ),
    )
    expect(readme).toContain('One token of zeros means "no tokens"')
    expect(readme).toContain('torch.cat([scheduler.scale_model_input(x, t), extra], 1)')
    expect(readme).toContain('class_labels=labels, encoder_hidden_states=tokens')
    expect(readme).toContain('output[:, :4] = ')
  })

  test('what diffusers lacks has the reason instead of a script', async () => {
    const { readme, index } = await filesOf(network({ attention_head_dim: [4, 4, 2] }))
    expect(index).toBeUndefined()
    expect(readme).not.toContain('```python')
    expect(readme).toContain('one attention_head_dim for all levels')
  })
})
