// Node search by the words of ComfyUI, diffusers, PyTorch and the papers.
import { describe, expect, test } from 'vitest'
import { readUsage } from '../../../src/build/usage.ts'
import { findNodes } from '../../../src/editor/graph/nodeSearch.ts'
import { matchTitle, splitSearch } from '../../../src/editor/graph/textMatch.ts'
import { toDeclaration } from '../../../src/engine/plan/op.ts'
import { nodes } from '../../../src/nodes/table.ts'

const declarations = nodes.map(toDeclaration)
const usage = readUsage()
const findTitles = (query: string, among = declarations) =>
  findNodes(among, { query, usage }).map(({ declaration }) => declaration.title)

/** Words of each vocabulary, and the node that its users expect first. */
const vocabularies: Record<string, Record<string, string>> = {
  ComfyUI: {
    KSampler: 'Sampler',
    cfg: 'Guidance',
    'CLIP Text Encode': 'Prompt',
    clip: 'Prompt',
    conditioning: 'Prompt',
    'negative prompt': 'Prompt',
    'Empty Latent Image': 'Gaussian Noise',
    'VAE Decode': 'Decode',
    'VAE Encode': 'Encode',
    vae: 'Autoencoder',
    'Load Image': 'Images',
    'Preview Image': 'Preview',
    viewer: 'Preview',
    'Load Checkpoint': 'Load Checkpoint',
    CheckpointLoaderSimple: 'Load Checkpoint',
    BasicScheduler: 'Timesteps',
    karras: 'Timesteps',
    sigmas: 'Timesteps',
    img2img: 'Split Timesteps',
    'denoise strength': 'Split Timesteps',
    inpaint: 'RePaint Step',
    primitive: 'Number',
    'dpm++': 'DPM-Solver Multistep Step',
    'dpm++ 2m': 'DPM-Solver Multistep Step',
    euler: 'Euler Step',
    'euler ancestral': 'Euler Ancestral Step',
    'Image Scale': 'Resize',
  },
  diffusers: {
    scheduler: 'Noise Schedule',
    DDPMScheduler: 'Noise Schedule',
    schedule: 'Noise Schedule',
    betas: 'Noise Schedule',
    alphas_cumprod: 'Noise Schedule',
    add_noise: 'Forward Noise',
    set_timesteps: 'Timesteps',
    num_inference_steps: 'Timesteps',
    guidance_scale: 'Guidance',
    eta: 'DDIM Step',
    ddim: 'DDIM Step',
    ddpm: 'DDPM Step',
    heun: 'Heun Step',
    UNet2DModel: 'UNet',
    AutoencoderKL: 'Autoencoder',
    EMAModel: 'EMA',
    ema: 'EMA',
    from_pretrained: 'Load Checkpoint',
    save_pretrained: 'Save Checkpoint',
    pred_original_sample: 'Convert Prediction',
    x0: 'Convert Prediction',
    'v-prediction': 'Target',
    pipeline: 'Sampler',
    LCMScheduler: 'LCM Step',
    DiTTransformer2DModel: 'DiT',
  },
  PyTorch: {
    adam: 'Optimizer',
    adamw: 'Optimizer',
    lr: 'Optimizer',
    'learning rate': 'Optimizer',
    'weight decay': 'Optimizer',
    mse: 'Loss',
    'mse loss': 'Loss',
    l1: 'Loss',
    CrossEntropyLoss: 'Cross Entropy',
    dataloader: 'Batch',
    batch: 'Batch',
    epochs: 'Training Start',
    'nn.Linear': 'Linear',
    dense: 'Linear',
    Conv2d: 'Conv',
    GroupNorm: 'Group Norm',
    batchnorm: 'Group Norm',
    LayerNorm: 'Layer Norm',
    dropout: 'Dropout',
    relu: 'ReLU',
    silu: 'SiLU',
    swish: 'SiLU',
    gelu: 'GELU',
    AvgPool2d: 'Avg Pool',
    'torch.cat': 'Concat',
    MultiheadAttention: 'Self Attention',
    'nn.Embedding': 'Token Embedding',
    randn_like: 'Gaussian Noise',
    detach: 'Stop Gradient',
    autograd: 'Gradient Start',
    torchinfo: 'Model Summary',
    csv: 'Point Table',
    print: 'Inspect',
    'loss curve': 'Chart',
    tensorboard: 'Chart',
    histogram: 'Histogram',
  },
  papers: {
    cosine: 'Noise Schedule',
    fid: 'Fréchet Distance',
    kid: 'Kernel Distance',
    elbo: 'VLB Loss',
    kl: 'KL Divergence',
    'score matching': 'Loss',
    ode: 'Euler Step',
    sde: 'DPM++ SDE Step',
    'reverse sde': 'Reverse Diffusion Step',
    'rectified flow': 'Flow Schedule',
    'flow matching': 'Flow Schedule',
    'variance exploding': 'Sigma Schedule',
    'variance preserving': 'VP Schedule',
    'classifier-free guidance': 'Guidance',
    'optimal transport': 'Optimal Transport Coupling',
    'sinusoidal embedding': 'Time Embedding',
    'adaLN-Zero': 'DiT Block',
    rope: 'Rotary Embedding',
    sdedit: 'Split Timesteps',
    'ddim inversion': 'Flip Timesteps',
    'mode collapse': 'Mode Coverage',
    memorization: 'Nearest Neighbours',
    'swiss roll': 'Points',
    reparameterization: 'Reparametrize',
  },
}

describe('the words of other tools', () => {
  for (const [name, words] of Object.entries(vocabularies))
    test.each(Object.entries(words))(`${name}: “%s” finds %s first`, (word, title) =>
      expect(findTitles(word)[0]).toBe(title),
    )

  test('are at least 100', () =>
    expect(Object.values(vocabularies).flatMap(Object.keys).length).toBeGreaterThanOrEqual(100))

  test('are found while they are typed', () => {
    expect(findTitles('ksam')[0]).toBe('Sampler')
    expect(findTitles('tensorb')[0]).toBe('Chart')
  })

  test('count in every spelling', () => {
    const found = ['v_prediction', 'V-Prediction', 'v prediction', 'vprediction'].map(
      (query) => findTitles(query)[0],
    )
    expect(found).toEqual(Array(4).fill('Target'))
  })

  test('are reported with the node, unless its title has them', () => {
    const first = (query: string) => findNodes(declarations, { query })[0]
    expect(first('adam').alias).toBe('adam')
    expect(first('mean squared').alias).toBe('mean squared error')
    expect(first('scatter')).not.toHaveProperty('alias')
  })
})

describe('other names of nodes', () => {
  const compact = (text: string) => text.toLowerCase().replaceAll(/[\s_.-]/g, '')

  test('belong to one node each, and are no title', () => {
    const names = declarations.flatMap(({ title, aliases = [] }) =>
      [title, ...aliases].map(compact),
    )
    expect(names.filter((name, i) => names.indexOf(name) !== i)).toEqual([])
  })

  test('rank the same in any order of the nodes', () => {
    const reversed = declarations.toReversed()
    for (const query of Object.values(vocabularies).flatMap(Object.keys))
      expect(findTitles(query, reversed)).toEqual(findTitles(query))
  })

  test('find nodes of a graph, before nodes that only mention the word', () => {
    const words = splitSearch('adam')
    const named = matchTitle('Optimizer', words, '', ['adam'])
    const mentioned = matchTitle('Note', words, 'trained by Adam')
    expect(named?.score).toBeGreaterThan(mentioned?.score ?? Infinity)
  })
})
