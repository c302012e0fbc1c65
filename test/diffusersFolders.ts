// Folders that diffusers wrote, read as the editor reads dropped ones, and what came of them.
import { createFault } from '../src/engine/messages/fault.ts'
import { readdirSync, readFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { zipSync } from 'fflate'
import { packFolder, type FolderFile } from '../src/engine/checkpoint/archive.ts'
import type { ReadCheckpoint } from '../src/engine/checkpoint/checkpoint.ts'
import { CheckpointError } from '../src/engine/archive/checkpointError.ts'
import { readCheckpoint } from '../src/engine/checkpoint/read.ts'
import type { SamplerSettings } from '../src/engine/checkpoint/samplerSettings.ts'
import { writeSafetensors } from '../src/engine/archive/safetensors.ts'
import { torchShapes } from '../src/engine/models/graph/weights.ts'
import { unetConfig } from '../src/engine/models/kinds/unet/config.ts'
import { unetLayers } from '../src/engine/models/kinds/unet/graph.ts'
import { getRatios, levelsAt } from '../src/engine/process/schedule.ts'
import { flipTimesteps, timesteps, type Transitions } from '../src/engine/process/timesteps.ts'
import { stepEntries, type SchedulerCase } from './schedulers.ts'

export const FOLDERS = join(import.meta.dirname, 'fixtures/diffusers')

/** Files of a folder of the fixtures, with paths inside it. */
export function filesOf(folder: string): FolderFile[] {
  const root = join(FOLDERS, folder)
  return readdirSync(root, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name))
    .map((path) => ({ path: relative(root, path), bytes: new Uint8Array(readFileSync(path)) }))
}

export const pipelineFolders = () => readdirSync(join(FOLDERS, 'pipelines')).sort()

/** A schedule that diffusers made from the config of a folder. */
interface RecordedSchedule {
  folder: string
  cls: string
  given: Record<string, unknown>
  set_timesteps_kwargs: { num_inference_steps: number; mu?: number }
  timesteps?: number[]
  sigmas?: number[]
}

export const recordedSchedules = (): RecordedSchedule[] =>
  (
    JSON.parse(readFileSync(join(FOLDERS, 'schedulers/index.json'), 'utf8')) as {
      schedulers: RecordedSchedule[]
    }
  ).schedulers

export const schedulerFile = (folder: string): Uint8Array =>
  new Uint8Array(readFileSync(join(FOLDERS, 'schedulers', folder, 'scheduler_config.json')))

/** A pipeline of a small UNet with this scheduler; `outputs` 2 for a learned variance. */
export function besideModel(scheduler: Uint8Array, outputs = 1): Uint8Array {
  const config = unetConfig({
    sample_size: 4,
    in_channels: 1,
    out_channels: outputs,
    block_out_channels: [4],
    layers_per_block: 1,
    norm_num_groups: 2,
    down_block_types: ['DownBlock2D'],
    up_block_types: ['UpBlock2D'],
    add_attention: false,
  })
  const weights = [...torchShapes(unetLayers(config))].map(([name, shape]) => {
    const data = new Float32Array(shape.reduce((product, size) => product * size, 1))
    return [name, { shape, data }] as const
  })
  const json = { _class_name: 'UNet2DModel', ...config }
  return zipSync({
    'unet/config.json': new TextEncoder().encode(JSON.stringify(json)),
    'unet/diffusion_pytorch_model.safetensors': writeSafetensors(new Map(weights)),
    'scheduler/scheduler_config.json': scheduler,
  })
}

/** What reading gave: the checkpoint, or the message and the cure. */
export function readOrReason(zip: Uint8Array): ReadCheckpoint | { message: string; cure: string } {
  try {
    return readCheckpoint(zip)
  } catch (error) {
    if (!(error instanceof CheckpointError)) throw error
    return createFault({ message: error.message, cure: error.cure })
  }
}

export const readPipelineFolder = (name: string): ReadCheckpoint =>
  readCheckpoint(packFolder(filesOf(`pipelines/${name}`)))

/** The transitions of a foreign file with n steps. */
export function transitionsOf(
  { schedule, sampling }: ReadCheckpoint,
  n: number,
  more: Partial<SamplerSettings['timesteps']> = {},
): Transitions {
  return timesteps(schedule!, {
    num_inference_steps: n,
    timestep_spacing: 'leading',
    ...sampling!.timesteps,
    ...more,
  })
}

interface ScheduleGap {
  /** Largest difference of a timestep; undefined where diffusers counts another time. */
  t: number | undefined
  /** Largest difference of a sigma, as a share of it. */
  sigma: number | undefined
}

/** The range of a curve over a list that does not span the schedule, as its notice asks for. */
function curveRange({ schedule, sampling }: ReadCheckpoint, cls: string, n: number) {
  const { sigmas, timestep_spacing: spacing, steps_offset = 0 } = sampling!.timesteps
  if (!sigmas || spacing === 'linspace' || !/^(Euler|Heun|LMS|KDPM2)/.test(cls)) return {}
  const { t } = timesteps(schedule!, {
    num_inference_steps: n,
    timestep_spacing: spacing ?? 'leading',
    steps_offset,
  })
  const [most, least] = getRatios(levelsAt(schedule!, { t: Float64Array.of(t[0], t.at(-1)!) }))
  return { sigma_max: most, sigma_min: least }
}

/** Compares the levels that a loaded scheduler visits with those that diffusers recorded. */
export function scheduleGap(
  checkpoint: ReadCheckpoint,
  { cls, given, set_timesteps_kwargs: { num_inference_steps: n, mu }, ...record }: RecordedSchedule,
): ScheduleGap {
  const schedule = checkpoint.schedule!
  const shift = mu === undefined ? {} : { shift: Math.exp(mu) }
  const down = transitionsOf(checkpoint, n, { ...shift, ...curveRange(checkpoint, cls, n) })
  const list = cls.includes('Inverse') ? flipTimesteps(down) : down
  const recorded = {
    id: `${cls}/`,
    num_inference_steps: n,
    config_given: given,
    steps: record.timesteps!.map((t) => ({ t })),
  } as unknown as SchedulerCase
  const places = stepEntries(recorded).map(({ first }) => first)
  const isFlow = schedule.kind === 'flow'
  const levels = levelsAt(schedule, { t: list.t, ...(list.ratio && { ratio: list.ratio }) })
  // diffusers replaces a signal of 0 by 2^-24.
  const ratios = isFlow ? levels.sigma : getRatios(levels).map((ratio) => Math.min(ratio, 2 ** 12))
  const most = (wanted: (place: number, i: number) => number) =>
    places.slice(0, list.t.length).reduce((worst, place, i) => Math.max(worst, wanted(place, i)), 0)
  return {
    t:
      schedule.kind === 'sigma'
        ? undefined
        : most((place, i) => Math.abs(list.t[i] - record.timesteps![place])),
    sigma: record.sigmas
      ? most((place, i) => Math.abs(ratios[i] - record.sigmas![place]) / record.sigmas![place])
      : undefined,
  }
}
