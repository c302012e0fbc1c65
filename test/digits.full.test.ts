// End to end on digits: samples of a diffusers UNet by our samplers are evaluated.
import { readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { evaluators } from '../scripts/digits-judge.ts'
import { judgeCheckpoint } from '../scripts/digits-samples.ts'
import { packFolder } from '../src/engine/checkpoint/archive.ts'
import { onEachBackend } from './backends.ts'

const golden = (name: string) =>
  readFileSync(new URL(`golden/digits-model/${name}`, import.meta.url))
const text = (value: unknown) => new TextEncoder().encode(JSON.stringify(value))

/** The pipeline folder as torch and diffusers save it. */
const pipeline = () =>
  packFolder([
    { path: 'unet/config.json', bytes: golden('config.json') },
    {
      path: 'unet/diffusion_pytorch_model.safetensors',
      bytes: gunzipSync(golden('diffusion_pytorch_model.safetensors.gz')),
    },
    {
      path: 'scheduler/scheduler_config.json',
      bytes: text({
        _class_name: 'DDPMScheduler',
        num_train_timesteps: 1000,
        beta_schedule: 'squaredcos_cap_v2',
        prediction_type: 'v_prediction',
      }),
    },
    {
      path: 'model_index.json',
      bytes: text({
        _class_name: 'DDPMPipeline',
        scheduler: ['diffusers', 'DDPMScheduler'],
        unet: ['diffusers', 'UNet2DModel'],
      }),
    },
  ])

onEachBackend(() => {
  test('digits of a model trained by torch and diffusers are as good as those of their sampler', async () => {
    const { frechet, accuracy, nearest } = await judgeCheckpoint('digits.zip', pipeline(), {
      draws: 3,
    })
    const expected = evaluators.reference.ddim50_cfg1_clip
    // The distance varies by 0.02 between draws, its mean over three by 0.01.
    expect(Math.abs(frechet - expected.frechet)).toBeLessThan(0.03)
    expect(Math.abs(accuracy - expected.accuracy)).toBeLessThan(0.02)
    // Neither copies nor outliers: held-out real digits are at 2.1.
    expect(Math.abs(nearest - 2.1)).toBeLessThan(0.4)
  }, 600_000)
}, ['wasm'])
