// English texts of the page of measurements, loaded with it.
import { plural } from '../counts.ts'

export const bench = {
  title: 'Measure this device',
  about:
    'Tests the kernels of each backend, and then times training and sampling steps of two UNets, ' +
    'next to the same steps in stock tfjs. It takes about two minutes. Nothing is sent anywhere.',
  advice:
    'For fair figures, close other programs and tabs, connect the charger, and keep this page ' +
    'visible until it ends.',
  start: 'Start',
  again: 'Measure again',
  stop: 'Stop',
  toEditor: 'Open the editor',
  copyMarkdown: 'Copy as Markdown',
  copyJson: 'Copy as JSON',
  copied: 'Copied.',
  notCopied: (problem: string) =>
    `The browser did not copy it: ${problem}. Select the text below and copy it yourself.`,
  asText: 'Results as text',
  progress: (done: number, total: number) => `${done} of ${total} measured`,
  testing: (backend: string) => `Starting and testing ${backend}`,
  measuring: (backend: string, what: string, side: string) => `${backend}: ${what}, ${side}`,
  ended: (rows: number, time: string) => `${plural(rows, 'measurement')} in ${time}.`,
  stopped: (rows: number) => `Stopped after ${plural(rows, 'measurement')}.`,

  machine: 'This machine',
  graphics: 'Graphics',
  processor: 'Processor',
  cores: (count: number) => plural(count, 'core'),
  threads: (count: number) => plural(count, 'thread'),
  browser: 'Browser',
  app: 'Version',
  commit: (commit: string) => `commit ${commit}`,
  unknown: 'not reported by the browser',

  tests: 'Self-test',
  backend: 'Backend',
  device: 'Device',
  result: 'Result',
  passed: (count: number, deviation: string, tolerance: string) =>
    `${plural(count, 'kernel family', 'kernel families')} passed; largest deviation ${deviation}, of at most ${tolerance}`,
  failed: (families: string) => `Failed: ${families}`,
  failure: (family: string, deviation: string) => `${family} (deviation ${deviation})`,
  reference: 'The reference of the self-test',
  notAvailable: (reason: string) => `Not available: ${reason}`,

  steps: 'Time of a step',
  model: 'Model',
  step: 'Step',
  ours: 'This program',
  stock: 'Stock tfjs',
  ratio: 'Times as fast',
  times: (ratio: string) => `${ratio} ×`,
  images: (count: number) => plural(count, 'image'),
  models: {
    tiny: 'tiny UNet, 8 × 8',
    digits: 'small UNet, 8 × 8, 177 thousand parameters',
    small: 'UNet, 16 × 16, 368 thousand parameters',
    reference: 'reference UNet, 32 × 32, 6.5 million parameters',
    cifar10: 'UNet of DDPM for CIFAR-10, 32 × 32, 35.7 million parameters',
  },
  tasks: { train: 'training', sample: 'sampling' },
  timing: (median: string, low: string, high: string) => `${median} (${low} to ${high})`,
  stepCount: (count: number) => plural(count, 'step'),
  legend:
    'Median of all steps, and the quartiles. Both sides compute the same step, in turns; their ' +
    'results are compared. A training step is all gradients and Adam, and its loss is read; a ' +
    'sampling step is a DDIM step, and its images are read.',

  problems: {
    failed: (message: string) => message,
    late: (seconds: string) => `no result within ${seconds}`,
    kernel: (name: string) => `not possible, tfjs has no kernel ${name} here`,
    differs: (gap: string) => `not compared, its results differ by ${gap} of the largest value`,
    skipped: 'not tried, a smaller step took too long',
    noTime: 'not measured, the time was over',
  },
  notices: {
    notIsolated:
      'This page is not cross-origin isolated, so WebAssembly has one thread. The server has to ' +
      'send the headers COOP and COEP.',
    hidden: 'The page was hidden during the measurement, so figures may be too slow.',
    software: (device: string) =>
      `The graphics adapter is emulated in software (${device}). Its figures are not those of a GPU.`,
    fewerThreads: (backend: string, threads: number) =>
      `${backend}: only ${plural(threads, 'thread')} started. Check that the server sends all files of the build.`,
    failedTest: (backend: string) =>
      `${backend} failed the self-test: its results are wrong on this device. Use another backend.`,
    broken: (problem: string) => `The measurement ended early: ${problem}`,
  },
  families: {
    linear: 'linear layer',
    largeProduct: 'large matrix product',
    convolution: 'convolution',
    stridedConvolution: 'convolution with stride 2',
    upsampling: 'upsampling convolution',
    groupNorm: 'group norm with SiLU',
    layerNorm: 'layer norm',
    elementwise: 'SiLU',
    softmax: 'softmax',
    attention: 'attention',
    residualBlock: 'residual block',
    attentionBlock: 'attention block',
    sums: 'sums over channels',
    weightedSum: 'weighted sum',
    optimizer: 'AdamW with clipping',
    average: 'moving average of weights',
    random: 'random numbers',
  },
}

export type BenchTexts = typeof bench
