// Folders that diffusers wrote: each loads and gives its numbers, or is rejected with a cure.
import { describe, expect, test } from 'vitest'
import { readFileSync } from 'node:fs'
import { packFolder } from '../../../src/engine/checkpoint/archive.ts'
import { describeCheckpoint } from '../../../src/engine/checkpoint/describe.ts'
import * as steps from '../../../src/nodes/sampling/steps/index.ts'
import { timesteps } from '../../../src/nodes/sampling/timesteps.ts'
import { onCpu } from '../../backends.ts'
import { DIFFUSERS_FILE, updateDiffusersTables } from '../../diffusersTable.ts'
import {
  besideModel,
  filesOf,
  pipelineFolders,
  readOrReason,
  readPipelineFolder,
  recordedSchedules,
  scheduleGap,
  schedulerFile,
} from '../../diffusersFolders.ts'
import { pipelineGaps } from '../../diffusersPipelines.ts'

const encode = (value: object) => new TextEncoder().encode(JSON.stringify(value))
const read = (config: object, outputs?: number) => {
  const result = readOrReason(besideModel(encode(config), outputs))
  if ('message' in result) throw new Error(`${result.message} ${result.cure}`)
  return result
}

onCpu(() => {
  test.each(pipelineFolders())('%s gives the outputs and samples of diffusers', (name) => {
    for (const { name: tensor, gap, tolerance } of pipelineGaps(name))
      expect(gap, tensor).toBeLessThanOrEqual(tolerance)
  })

  test('the tables of the documentation are current', async () => {
    const text = await updateDiffusersTables(readFileSync(DIFFUSERS_FILE, 'utf8'))
    await expect(text).toMatchFileSnapshot(`../../../${DIFFUSERS_FILE}`)
  })
})

describe('schedulers', () => {
  const results = recordedSchedules().map((record) => {
    const outputs = String(record.given.variance_type).startsWith('learned') ? 2 : 1
    return { record, result: readOrReason(besideModel(schedulerFile(record.folder), outputs)) }
  })

  test('all folders load or are rejected by name', () => {
    expect(results).toHaveLength(58)
    const rejected = results.flatMap(({ record, result }) =>
      'message' in result ? [{ folder: record.folder, ...result }] : [],
    )
    expect(rejected.map(({ folder }) => folder)).toEqual([
      'CMStochasticIterativeScheduler',
      'CogVideoXDDIMScheduler',
      'CogVideoXDPMScheduler',
      'ConsistencyDecoderScheduler',
      'CosineDPMSolverMultistepScheduler',
      'DDPMWuerstchenScheduler',
      'IPNDMScheduler',
      'KarrasVeScheduler',
      'SCMScheduler',
      'ScoreSdeVeScheduler',
      'ScoreSdeVpScheduler',
    ])
    for (const { folder, message, cure } of rejected) {
      expect(message).toContain(folder)
      expect(cure).not.toBe('')
    }
  })

  const loaded = results.flatMap(({ record, result }) =>
    'message' in result || !result.sampling ? [] : [{ record, result, folder: record.folder }],
  )
  test.each(loaded)('$folder visits the levels of diffusers', ({ record, result }) => {
    const { t, sigma } = scheduleGap(result, record)
    // Solvers of flows pass whole timesteps, which their notice states.
    const isFlow = record.given.use_flow_sigmas === true
    if (t !== undefined) expect(t).toBeLessThanOrEqual(isFlow ? 1 : 1e-2)
    // 1 - alpha_bar of the first timesteps has four digits in float32.
    if (sigma !== undefined) expect(sigma).toBeLessThanOrEqual(2e-4)
  })

  test.each(loaded)('$folder names steps and params that exist', ({ result }) => {
    const { sampler, step, params, timesteps: list } = result.sampling!
    const op = Object.values(steps).find(({ type }) => type === `diffusion/${step}`)
    expect(op, step).toBeDefined()
    for (const name of Object.keys(params)) expect(op!.params, name).toHaveProperty(name)
    if (sampler) expect(op!.samplers.map(({ name }) => name)).toContain(sampler)
    for (const name of Object.keys(list).filter((key) => key !== 'lambda_min_clipped'))
      expect(timesteps.params, name).toHaveProperty(name)
  })

  test('a scheduler alone is rejected with a cure', () => {
    expect(readOrReason(packFolder(filesOf('schedulers/DDPMScheduler')))).toEqual({
      message: 'Expected a model, got the scheduler "DDPMScheduler" alone.',
      cure: 'Drop the folder of its pipeline, or put it as scheduler/ beside the folder unet/ or transformer/ of a model.',
    })
  })

  test('settings that change what the model gets are rejected', () => {
    expect(
      readOrReason(
        besideModel(encode({ _class_name: 'EulerDiscreteScheduler', timestep_type: 'continuous' })),
      ),
    ).toMatchObject({ message: expect.stringContaining('ln(sigma) / 4') })
    expect(
      readOrReason(
        besideModel(
          encode({ _class_name: 'FlowMatchEulerDiscreteScheduler', invert_sigmas: true }),
        ),
      ),
    ).toMatchObject({ message: expect.stringContaining('invert_sigmas') })
  })

  test('numbers that are not finite are rejected where the training needs them', () => {
    const text = '{"_class_name": "DDPMScheduler", "beta_end": Infinity}'
    expect(readOrReason(besideModel(new TextEncoder().encode(text)))).toMatchObject({
      message: 'Expected beta_end of the schedule to be a number, got Infinity.',
    })
  })

  test('choices of diffusers that change numbers silently are notices', () => {
    const noticesOf = (config: object, outputs?: number) => read(config, outputs).notices.join(' ')
    const ddpm = { _class_name: 'DDPMScheduler', steps_offset: 1 }
    expect(noticesOf({ ...ddpm, variance_type: 'fixed_large' })).toContain('noise_to_clean')
    expect(noticesOf(ddpm)).toBe('')
    const pndm = { _class_name: 'PNDMScheduler', timestep_spacing: 'linspace' }
    expect(noticesOf(pndm)).toContain('previous of Timesteps to stride')
    expect(noticesOf({ ...pndm, prediction_type: 'v_prediction' })).toContain('combines')
    expect(noticesOf({ _class_name: 'LMSDiscreteScheduler' })).toContain('full_order')
    expect(noticesOf({ _class_name: 'FlowMatchEulerDiscreteScheduler', shift: 3 })).toContain(
      'sigma_min of Timesteps to 0.00299401',
    )
  })
})

test('the description names the sampler and its timesteps', () => {
  const { rows } = describeCheckpoint(
    packFolder(filesOf('pipelines/DDPMPipeline__DPMSolverMultistep')),
  )
  expect(rows).toContainEqual(['sampler', 'dpmpp_2m, clip off'])
  expect(rows).toContainEqual(['Timesteps', 'timestep_spacing linspace, count intervals'])
  expect(readPipelineFolder('DiTPipeline__learned_sigma').notices).toContain(
    'Of the pipeline, transformer/ was read, and vae ignored.',
  )
})
