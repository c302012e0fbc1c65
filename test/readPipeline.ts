// Independent reader of checkpoints for tests, as strict as diffusers and safetensors, without code
// from src, to find mistakes that writer and reader share.
import { inflateRawSync } from 'node:zlib'
import { expect } from 'vitest'

/** A tensor as stored in the file. */
export interface FileTensor {
  dtype: string
  shape: number[]
  values: Float32Array
}

/**
 * Files of a ZIP (APPNOTE 6.3: end record, central directory, local headers), with verified CRC-32.
 */
export function readZip(bytes: Uint8Array): Map<string, Buffer> {
  const buffer = Buffer.from(bytes)
  const end = buffer.length - 22
  expect(buffer.readUInt32LE(end), 'end of central directory').toBe(0x06054b50)
  const files = new Map<string, Buffer>()
  let at = buffer.readUInt32LE(end + 16)
  for (let left = buffer.readUInt16LE(end + 10); left > 0; left--) {
    expect(buffer.readUInt32LE(at), 'central header').toBe(0x02014b50)
    const [method, crc, packed, size] = [10, 16, 20, 24].map((offset) =>
      offset === 10 ? buffer.readUInt16LE(at + offset) : buffer.readUInt32LE(at + offset),
    ) as [number, number, number, number]
    const [nameLength, extra, comment] = [28, 30, 32].map((offset) =>
      buffer.readUInt16LE(at + offset),
    ) as [number, number, number]
    const name = buffer.toString('utf8', at + 46, at + 46 + nameLength)
    const local = buffer.readUInt32LE(at + 42)
    expect(buffer.readUInt32LE(local), 'local header').toBe(0x04034b50)
    expect(buffer.toString('utf8', local + 30, local + 30 + buffer.readUInt16LE(local + 26))).toBe(
      name,
    )
    const start = local + 30 + buffer.readUInt16LE(local + 26) + buffer.readUInt16LE(local + 28)
    const data = buffer.subarray(start, start + packed)
    const content = method === 8 ? inflateRawSync(data) : data
    expect([0, 8], `method of ${name}`).toContain(method)
    expect(content.length, `size of ${name}`).toBe(size)
    expect(crc32(content), `CRC of ${name}`).toBe(crc)
    expect(files.has(name), `${name} once`).toBe(false)
    files.set(name, content)
    at += 46 + nameLength + extra + comment
  }
  return files
}

function crc32(bytes: Uint8Array): number {
  let crc = ~0
  for (const byte of bytes) {
    crc ^= byte
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (0xedb88320 & -(crc & 1))
  }
  return ~crc >>> 0
}

/** Tensors of a safetensors file as PyTorch writes it, without gaps or overlaps. */
export function readTensors(file: Uint8Array): Map<string, FileTensor> {
  const buffer = Buffer.from(file)
  const headerLength = Number(buffer.readBigUInt64LE(0))
  const header = JSON.parse(buffer.toString('utf8', 8, 8 + headerLength))
  expect(header.__metadata__).toEqual({ format: 'pt' })
  delete header.__metadata__
  const data = buffer.subarray(8 + headerLength)
  const owners = new Uint8Array(data.length)
  const tensors = new Map<string, FileTensor>()
  for (const [name, entry] of Object.entries<{
    dtype: string
    shape: number[]
    data_offsets: [number, number]
  }>(header)) {
    const { dtype, shape, data_offsets: offsets } = entry
    expect(Object.keys(entry).sort()).toEqual(['data_offsets', 'dtype', 'shape'])
    const count = shape.reduce((product, size) => product * size, 1)
    expect(dtype, name).toBe('F32')
    expect(offsets[1] - offsets[0], name).toBe(4 * count)
    for (let i = offsets[0]; i < offsets[1]; i++) owners[i]++
    tensors.set(name, {
      dtype,
      shape,
      values: Float32Array.from({ length: count }, (_, i) => data.readFloatLE(offsets[0] + 4 * i)),
    })
  }
  expect(
    owners.every((count) => count === 1),
    'every byte belongs to one tensor',
  ).toBe(true)
  return tensors
}

const isWhole = Number.isInteger
const isNumber = (value: unknown) => typeof value === 'number'
const isBoolean = (value: unknown) => typeof value === 'boolean'
const orNull = (test: (value: never) => boolean) => (value: unknown) =>
  value === null || test(value as never)
const isList = (test: (value: unknown) => boolean) => (value: unknown) =>
  Array.isArray(value) && value.length > 0 && value.every(test)
const among =
  (...values: unknown[]) =>
  (value: unknown) =>
    values.includes(value)

type Keys = Record<string, (value: unknown) => boolean>

/** Arguments of UNet2DModel in diffusers 0.40. */
const unetKeys: Keys = {
  _class_name: among('UNet2DModel'),
  _diffusers_version: (value) => /^0\.\d+\.\d+/.test(String(value)),
  act_fn: among('silu', 'swish', 'mish', 'gelu', 'relu'),
  add_attention: isBoolean,
  attention_head_dim: orNull(isWhole),
  attn_norm_num_groups: orNull(isWhole),
  block_out_channels: isList(isWhole),
  center_input_sample: isBoolean,
  class_embed_type: among(null, 'timestep', 'identity'),
  down_block_types: isList(among('DownBlock2D', 'AttnDownBlock2D', 'ResnetDownsampleBlock2D')),
  downsample_padding: isWhole,
  downsample_type: among('conv', 'resnet'),
  dropout: isNumber,
  flip_sin_to_cos: isBoolean,
  freq_shift: isNumber,
  in_channels: isWhole,
  layers_per_block: isWhole,
  mid_block_scale_factor: isNumber,
  mid_block_type: among('UNetMidBlock2D', null),
  norm_eps: isNumber,
  norm_num_groups: isWhole,
  num_class_embeds: orNull(isWhole),
  num_train_timesteps: orNull(isWhole),
  out_channels: isWhole,
  resnet_time_scale_shift: among('default', 'scale_shift'),
  sample_size: isWhole,
  time_embedding_dim: orNull(isWhole),
  time_embedding_type: among('positional'),
  up_block_types: isList(among('UpBlock2D', 'AttnUpBlock2D', 'ResnetUpsampleBlock2D')),
  upsample_type: among('conv', 'resnet'),
}

/** Arguments of UNet2DConditionModel in diffusers 0.40, shared and specific. */
const conditionKeys: Keys = {
  ...Object.fromEntries(
    Object.entries(unetKeys).filter(
      ([key]) =>
        ![
          'add_attention',
          'attn_norm_num_groups',
          'downsample_type',
          'num_train_timesteps',
          'upsample_type',
        ].includes(key),
    ),
  ),
  _class_name: among('UNet2DConditionModel'),
  down_block_types: isList(
    among('CrossAttnDownBlock2D', 'DownBlock2D', 'AttnDownBlock2D', 'ResnetDownsampleBlock2D'),
  ),
  mid_block_type: among('UNetMidBlock2DCrossAttn', null),
  up_block_types: isList(
    among('CrossAttnUpBlock2D', 'UpBlock2D', 'AttnUpBlock2D', 'ResnetUpsampleBlock2D'),
  ),
  attention_head_dim: (value) => isWhole(value) || isList(isWhole)(value),
  cross_attention_dim: isWhole,
  encoder_hid_dim: orNull(isWhole),
  encoder_hid_dim_type: among(null, 'text_proj'),
  transformer_layers_per_block: (value) => isWhole(value) || isList(isWhole)(value),
  use_linear_projection: isBoolean,
  addition_embed_type: among(null),
  addition_embed_type_num_heads: isWhole,
  addition_time_embed_dim: among(null),
  attention_type: among('default'),
  class_embeddings_concat: among(false),
  conv_in_kernel: among(3),
  conv_out_kernel: among(3),
  cross_attention_norm: among(null),
  dual_cross_attention: among(false),
  mid_block_only_cross_attention: among(null),
  num_attention_heads: among(null),
  only_cross_attention: among(false),
  projection_class_embeddings_input_dim: among(null),
  resnet_out_scale_factor: among(1),
  resnet_skip_time_act: among(false),
  reverse_transformer_layers_per_block: among(null),
  time_cond_proj_dim: among(null),
  time_embedding_act_fn: among(null),
  timestep_post_act: among(null),
  upcast_attention: isBoolean,
}

/** Arguments of DDPMScheduler in diffusers 0.40. */
const schedulerKeys: Keys = {
  _class_name: among('DDPMScheduler'),
  _diffusers_version: (value) => /^0\.\d+\.\d+/.test(String(value)),
  beta_end: isNumber,
  beta_schedule: among('linear', 'scaled_linear', 'squaredcos_cap_v2', 'sigmoid'),
  beta_start: isNumber,
  clip_sample: isBoolean,
  clip_sample_range: isNumber,
  dynamic_thresholding_ratio: isNumber,
  num_train_timesteps: isWhole,
  prediction_type: among('epsilon', 'sample', 'v_prediction'),
  rescale_betas_zero_snr: isBoolean,
  sample_max_value: isNumber,
  steps_offset: isWhole,
  thresholding: isBoolean,
  timestep_spacing: among('leading', 'linspace', 'trailing'),
  trained_betas: orNull(isList(isNumber)),
  variance_type: among('fixed_small', 'fixed_large'),
}

/** Expects exactly these keys in diffusers' (sorted) order, each with a value of its type. */
function expectKeys(json: Record<string, unknown>, keys: Keys) {
  expect(Object.keys(json)).toEqual(Object.keys(keys).sort())
  for (const [key, holds] of Object.entries(keys))
    expect(holds(json[key]), `${key}: ${JSON.stringify(json[key])}`).toBe(true)
}

export interface Pipeline {
  unet: Record<string, unknown>
  scheduler: Record<string, unknown>
  weights: Map<string, FileTensor>
}

/**
 * Reads a pipeline that `DDPMPipeline.from_pretrained` could load, or the parts of a model with
 * conditions, which no pipeline passes on; fails an expectation for anything else.
 */
export function readPipeline(zip: Uint8Array): Pipeline {
  const files = readZip(zip)
  const json = (path: string) =>
    JSON.parse(files.get(path)!.toString('utf8')) as Record<string, unknown>
  const [unet, scheduler] = [json('unet/config.json'), json('scheduler/scheduler_config.json')]
  const attends = unet._class_name === 'UNet2DConditionModel'
  const conditioned = attends || unet.num_class_embeds !== null || unet.class_embed_type !== null
  expect([...files.keys()].filter((path) => path !== 'litegraph_diffusion.json').sort()).toEqual([
    'README.md',
    ...(conditioned ? [] : ['model_index.json']),
    'scheduler/scheduler_config.json',
    'unet/config.json',
    'unet/diffusion_pytorch_model.safetensors',
  ])
  if (!conditioned) {
    const { _diffusers_version, ...index } = json('model_index.json')
    expect(_diffusers_version).toMatch(/^0\.\d+\.\d+/)
    expect(index).toEqual({
      _class_name: 'DDPMPipeline',
      scheduler: ['diffusers', 'DDPMScheduler'],
      unet: ['diffusers', 'UNet2DModel'],
    })
  }
  expectKeys(unet, attends ? conditionKeys : unetKeys)
  expectKeys(scheduler, schedulerKeys)
  return {
    unet,
    scheduler,
    weights: readTensors(files.get('unet/diffusion_pytorch_model.safetensors')!),
  }
}
