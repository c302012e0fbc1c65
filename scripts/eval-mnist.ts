// Samples 100 digits of the MNIST checkpoint that comes with the product, ten of each class, and counts how many a classifier
// takes for the digit that was asked for; the classifier is trained first, on the real digits: `npm run eval:mnist`. Fails if
// fewer than 80 are recognised, or if the classifier is right about fewer than 0.97 of the real test images.
//   --checkpoint file.zip   another checkpoint (or a folder) whose network works on patches, 14 x 14 x 4
//   --train                 workflows/mnist-train.json as it stands, trained and timed first; --workflow file.json for another
//   --steps n               with --train, for another number of steps
//   --classifier file.zip   one that --out kept, in place of a new one
//   --draws n               more draws of the noise, 100 digits each: 5 for a Fréchet distance that says something
//   --out folder            keep the classifier, the picture and what was trained
//   --picture file.png      the picture alone: a column a class
//   --json                  one line of JSON
import { readdirSync, writeFileSync } from 'node:fs'
import { basename } from 'node:path'
import { parseArgs } from 'node:util'
import { startBackend } from '../src/engine/backends.ts'
import type { GraphNode } from '../src/engine/plan/graph.ts'
import { wire } from '../src/engine/plan/graph.ts'
import type { OutputFile } from '../src/engine/plan/op.ts'
import { gridOf, picturesOf } from '../src/engine/pictures.ts'
import { encodePng } from '../src/engine/png.ts'
import { infoOf } from '../src/nodes/kept.ts'
import type { Source, Took } from './evaluation.ts'
import {
  assetsWith,
  checkpointAt,
  countOf,
  keepFiles,
  loadedBytes,
  loadedFrom,
  look,
  node,
  nothingKept,
  partsOf,
  runParts,
  timed,
  trainedBy,
} from './evaluation.ts'
import type { Judge, Judgement } from './mnist-judge.ts'
import {
  accuracyOn,
  CLASSES,
  inTurn,
  judge,
  judgeTraining,
  openJudge,
  PIXELS,
  realMnist,
  SIDE,
  trainJudge,
} from './mnist-judge.ts'

const WORKFLOW = 'workflows/mnist-train.json'
const SHIPPED = 'assets/checkpoints'
/** In a draw of the noise: ten of each class. */
const COUNT = 100
const SEED = 7
const GUIDANCE = 2
/** As workflows sample MNIST, but in 50 steps. */
const SAMPLING = { sampler: 'ddim', num_inference_steps: 50, eta: 0, clip: 'on', clip_range: 1, rederive: true }
/** What is asked of the classifier, as a share of the test images, and of the samples. */
const LEAST = { classifier: 0.97, recognised: 0.8 }
/** Bytes of a picture for the README. */
const MOST = 60_000

/** Samples of one draw of the noise, whole images in [-1, 1]. */
const samplingNodes = ({ schedule }: Source, draw: number): GraphNode[] => [
  node(`noise ${draw}`, 'diffusion/GaussianNoise', {}, { batch_size: COUNT, shape: '14, 14, 4', seed: SEED + draw }),
  node(`labels ${draw}`, 'diffusion/Labels', {}, { batch_size: COUNT, num_classes: CLASSES, label: -1 }),
  node(
    `patches ${draw}`,
    'diffusion/Sampler',
    {
      model: wire('guided', 'model'),
      schedule,
      x_T: wire(`noise ${draw}`, 'noise'),
      condition: wire(`labels ${draw}`, 'labels'),
    },
    { ...SAMPLING, seed: SEED, keep_every: SAMPLING.num_inference_steps },
  ),
  node(`samples ${draw}`, 'diffusion/DepthToSpace', { samples: wire(`patches ${draw}`, 'x_0') }, { block_size: 2 }),
]

/** What was trained, if anything was. */
const keptNodes = ({ model, schedule, training }: Source): GraphNode[] =>
  training === undefined ? [] : [node('checkpoint', 'diffusion/SaveCheckpoint', { model, schedule }, { name: 'mnist' })]

interface Run {
  /** Draw after draw, classes in turn. */
  images: Float32Array
  files: OutputFile[]
  /** Of the training, if there was one, and of the sampling. */
  training?: Took
  sampling: Took
}

/** Trains if there is something to train, and samples with guidance. The backend has to be there. Throws GraphError. */
export async function sampled(source: Source, draws: number, say: (line: string) => void = () => {}): Promise<Run> {
  const guided = node('guided', 'diffusion/GuidedModel', { model: source.model }, { scale: GUIDANCE })
  const numbers = Array.from({ length: draws }, (_, draw) => draw)
  const looks = numbers.map((draw) => look(`look ${draw}`, wire(`samples ${draw}`, 'samples')))
  const making = [guided, ...numbers.flatMap((draw) => samplingNodes(source, draw))]
  const { seen, files, took } = await runParts(partsOf(source, making, [...looks, ...keptNodes(source)]), source.assets, say)
  const [sampling, training] = took.toReversed()
  const images = Float32Array.from(looks.flatMap(({ id }) => [...seen.get(id)!]))
  return { images, files, sampling: sampling!, ...(training && { training }) }
}

/** The checkpoint of MNIST that comes with the product, by its SHA-256. */
export async function shippedMnist(): Promise<Source> {
  const [name, ...more] = readdirSync(SHIPPED).filter((file) => /^mnist\.[0-9a-f]{64}\.zip$/.test(file))
  if (name === undefined || more.length) {
    throw new Error(
      `Expected one file mnist.<sha256>.zip in ${SHIPPED}, got ${more.length + (name ? 1 : 0)}; name one with --checkpoint, or --train.`,
    )
  }
  const bytes = await checkpointAt(`${SHIPPED}/${name}`)
  return loadedFrom(infoOf('mnist.zip', bytes), assetsWith(nothingKept()))
}

interface Result extends Judgement {
  /** The share of the 10,000 test images that the classifier is right about. */
  classifier: number
  /** As many test images, judged in the same way. */
  test: Judgement
  seconds: { classifier?: Took; training?: Took; sampling: Took }
}

/** How samples, classes in turn, fare beside as many test images. */
async function judged(by: Judge, images: Float32Array): Promise<Omit<Result, 'seconds'>> {
  const [train, test] = [await realMnist('train'), await realMnist('test')]
  const twins = inTurn(test, images.length / PIXELS)
  return {
    ...(await judge(by, { images, labels: twins.labels }, train)),
    classifier: await accuracyOn(by, test),
    test: await judge(by, twins, train),
  }
}

function print(what: string, { classifier, test, seconds, ...samples }: Result) {
  const row = (...[name, ...cells]: string[]) => console.log(name!.padEnd(36) + cells.map((cell) => cell.padStart(12)).join(''))
  const numbers = ({ recognised, count, nearest, frechet }: Judgement) => [
    `${recognised} of ${count}`,
    nearest.toFixed(2),
    frechet.toFixed(2),
  ]
  row('', 'recognised', 'nearest', 'Fréchet')
  row(what, ...numbers(samples))
  row('real test images', ...numbers(test))
  console.log(`\nOf each digit, 0 to 9: ${samples.byClass.join(', ')} of ${samples.count / CLASSES}.`)
  console.log(`The classifier is right about ${(100 * classifier).toFixed(2)} % of the 10,000 test images.`)
  console.log(
    'Nearest: mean distance to the nearest of 60,000 training images, 0 for copies. Fréchet: distance to 10,000 of them in',
  )
  console.log('the features of the classifier; few pictures, real ones too, are never at 0.')
  for (const [part, took] of Object.entries(seconds)) {
    if (took) console.log(`${part}: ${took.wall.toFixed(1)} s, ${took.cpu.toFixed(1)} s of CPU`)
  }
}

/** Says what falls short, as the exit code too. */
function check({ classifier, recognised, count }: Result) {
  const fails = [
    classifier < LEAST.classifier && `The classifier is right about ${classifier}, less than ${LEAST.classifier}.`,
    recognised < LEAST.recognised * count && `${recognised} of ${count} are recognised, less than ${LEAST.recognised * count}.`,
  ].filter((line) => line !== false)
  for (const line of fails) console.error(line)
  if (fails.length) process.exitCode = 1
}

/** A draw, a column a class, each pixel 2 x 2; in 16 greys, which look the same and take half of the bytes. */
function pictureOf(images: Float32Array): Uint8Array {
  const pictures = picturesOf(images.subarray(0, COUNT * PIXELS), [COUNT, SIDE, SIDE, 1])
  const pixels = pictures.pixels.map((grey) => 17 * Math.round(grey / 17))
  return encodePng(gridOf({ ...pictures, pixels }, { columns: CLASSES, gap: 2, scale: 2 }))
}

function keepPicture(file: string, bytes: Uint8Array) {
  writeFileSync(file, bytes)
  console.error(`${file}  ${(bytes.length / 1000).toFixed(1)} kB${bytes.length > MOST ? ', too large' : ''}`)
}

const options = {
  checkpoint: { type: 'string' },
  train: { type: 'boolean', default: false },
  workflow: { type: 'string' },
  steps: { type: 'string' },
  classifier: { type: 'string' },
  draws: { type: 'string', default: '1' },
  out: { type: 'string' },
  picture: { type: 'string' },
  json: { type: 'boolean', default: false },
} as const

export async function main(args: readonly string[]) {
  const { values } = parseArgs({ args: [...args], options })
  const { what, source } = await sourceOf(values)
  const { reason } = await startBackend({ prefer: 'wasm' })
  const say = (line: string) => values.json || console.error(line)
  say(`${what} on ${reason}`)
  const { images, files, training, sampling } = await sampled(source, countOf(values.draws), say)
  const picture = pictureOf(images)
  if (values.picture !== undefined) keepPicture(values.picture, picture)
  say('The classifier')
  const { bytes, took } = await classifierFrom(values.classifier, say)
  if (values.out !== undefined) {
    keepFiles(values.out, [
      ...files,
      { name: 'mnist-classifier.zip', mime: 'application/zip', bytes },
      { name: 'mnist.png', mime: 'image/png', bytes: new Uint8Array(picture) },
    ])
  }
  const by = openJudge(bytes)
  const result: Result = { ...(await judged(by, images)), seconds: { classifier: took, training, sampling } }
  by.dispose()
  if (values.json) console.log(JSON.stringify(result))
  else print(what, result)
  check(result)
}

type Values = ReturnType<typeof parseArgs<{ options: typeof options }>>['values']

/** What is judged, by its name. Throws Error for options that do not go together. */
async function sourceOf({ checkpoint, train, workflow, steps }: Values): Promise<{ what: string; source: Source }> {
  if (!train && (workflow ?? steps) !== undefined) throw new Error('--workflow and --steps are for --train.')
  if (train && checkpoint !== undefined) throw new Error('Either --train or --checkpoint.')
  if (train) {
    const source = trainedBy(workflow ?? WORKFLOW, steps === undefined ? {} : { steps: countOf(steps) })
    return { what: basename(workflow ?? WORKFLOW), source }
  }
  if (checkpoint === undefined) return { what: 'the shipped checkpoint', source: await shippedMnist() }
  return { what: basename(checkpoint), source: await loadedBytes(basename(checkpoint), await checkpointAt(checkpoint)) }
}

/** A new one, timed, unless a file is named. */
async function classifierFrom(
  file: string | undefined,
  say: (line: string) => void,
): Promise<{ bytes: Uint8Array; took?: Took }> {
  if (file !== undefined) return { bytes: await checkpointAt(file) }
  let bytes = new Uint8Array()
  const took = await timed(async () => {
    bytes = new Uint8Array(await trainJudge(judgeTraining, say))
  })
  return { bytes, took }
}
