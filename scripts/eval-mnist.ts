// Samples 100 digits from the shipped MNIST checkpoint, ten per class, and counts how many a
// classifier recognises; the classifier is first trained on the real digits: `npm run eval:mnist`.
// Also samples 500 digits without guidance by DPM++ 2M in 20 steps. Fails if fewer than 80 of the
// 100 are recognised, if the classifier's test accuracy is below 0.97, if the Fréchet distance of
// the 500 is above 1.3 times that of 500 random test images, or if the mean of their corner pixels,
// which are black in real images, is above 0.5 of 255.
//   --checkpoint file.zip   another checkpoint (or a folder) whose network works on patches, 14 x 14 x 4
//   --train                 trains workflows/mnist-train.json first, and times it
//   --workflow file.json    with --train: another workflow
//   --steps n               with --train: another number of steps
//   --browser               with --train: trains in an isolated page of Chromium, with threads
//   --ship                  replaces the checkpoint in assets, in float16, and docs/mnist.png if
//                           nothing failed
//   --classifier file.zip   a classifier that --out wrote, instead of a new one
//   --classifier-steps n    training steps of a new classifier (1,500)
//   --draws n               draws of the noise with guidance, 100 digits each
//   --unguided n            draws of 100 digits without guidance (5)
//   --out folder            writes the classifier, the image and the trained checkpoint
//   --picture file.png      writes the image only: one column per class
//   --json                  one line of JSON
import { readdirSync, writeFileSync } from 'node:fs'
import { basename } from 'node:path'
import { parseArgs } from 'node:util'
import { startBackend } from '../src/engine/backends/backends.ts'
import { arrangeGrid, toPictures } from '../src/engine/images/pixels.ts'
import { encodePng } from '../src/engine/images/png.ts'
import { describeFile } from '../src/storage/storedFiles.ts'
import type { Source, Elapsed } from './evaluation.ts'
import {
  assetsWith,
  checkpointAt,
  parseCount,
  keepFiles,
  loadedBytes,
  loadedFrom,
  nothingKept,
  measureTime,
  trainedBy,
} from './evaluation.ts'
import type { Judge, Judgement, Quality } from './mnist-judge.ts'
import type { Run } from './mnist-samples.ts'
import { COUNT, sampleMnist } from './mnist-samples.ts'
import { toHalfPrecision } from './half-precision.ts'
import { shipMnist } from './ship-mnist.ts'
import { trainedInBrowser } from './trainedInBrowser.ts'
import {
  accuracyOn,
  CLASSES,
  inTurn,
  judge,
  judgeTraining,
  measureQuality,
  openJudge,
  PIXELS,
  realMnist,
  SIDE,
  trainJudge,
} from './mnist-judge.ts'

const WORKFLOW = 'workflows/mnist-train.json'
const SHIPPED = 'assets/checkpoints'
/** Required accuracy on test images, and required share of recognised samples. */
const LEAST = { classifier: 0.97, recognised: 0.8 }
/** Largest Fréchet distance, in those of real images, and largest mean of the corner pixels. */
const LARGEST = { frechet: 1.3, corner: 0.5 }
/** Size limit of the README's image in bytes. */
const MOST = 60_000

/** The shipped MNIST checkpoint, by SHA-256. */
export async function shippedMnist(): Promise<Source> {
  const [name, ...more] = readdirSync(SHIPPED).filter((file) =>
    /^mnist\.[0-9a-f]{64}\.zip$/.test(file),
  )
  if (name === undefined || more.length) {
    throw new Error(
      `Expected one file mnist.<sha256>.zip in ${SHIPPED}, got ${more.length + (name ? 1 : 0)}. Use --checkpoint or --train.`,
    )
  }
  const bytes = await checkpointAt(`${SHIPPED}/${name}`)
  return loadedFrom(describeFile('mnist.zip', bytes), assetsWith(nothingKept()))
}

interface Result extends Judgement {
  /** Accuracy on the 10,000 test images. */
  classifier: number
  /** Scores of as many test images. */
  test: Judgement
  unguided: Quality
  seconds: {
    classifier?: Elapsed | undefined
    training?: Pick<Elapsed, 'wall'> | undefined
    sampling: Elapsed
  }
}

/** Scores samples with cycling classes, beside as many test images. */
async function judgeSamples(
  by: Judge,
  { images, unguided }: Pick<Run, 'images' | 'unguided'>,
): Promise<Omit<Result, 'seconds'>> {
  const [train, test] = [await realMnist('train'), await realMnist('test')]
  const twins = inTurn(test, images.length / PIXELS)
  return {
    ...(await judge(by, { images, labels: twins.labels }, train)),
    classifier: await accuracyOn(by, test),
    test: await judge(by, twins, train),
    unguided: await measureQuality(by, unguided, { train, test }),
  }
}

function print(what: string, { classifier, test, seconds, unguided, ...samples }: Result) {
  const row = (...[name, ...cells]: string[]) =>
    console.log(name.padEnd(36) + cells.map((cell) => cell.padStart(12)).join(''))
  const numbers = ({ recognised, count, nearest, frechet }: Judgement) => [
    `${recognised} of ${count}`,
    nearest.toFixed(2),
    frechet.toFixed(2),
  ]
  row('', 'recognised', 'nearest', 'Fréchet')
  row(what, ...numbers(samples))
  row('real test images', ...numbers(test))
  console.log(
    `\nRecognised by digit, 0 to 9: ${samples.byClass.join(', ')} of ${samples.count / CLASSES}.`,
  )
  console.log(
    `Accuracy of the classifier on the 10,000 test images: ${(100 * classifier).toFixed(2)} %.`,
  )
  console.log(
    `Without guidance: Fréchet ${unguided.frechet.toFixed(2)}, ${(unguided.frechet / unguided.test).toFixed(2)} times that of as many test images (${unguided.test.toFixed(2)}); corner pixels ${unguided.corner.toFixed(2)} of 255.`,
  )
  console.log(
    'Nearest: mean distance to the nearest of 60,000 training images, 0 for copies.\n' +
      'Fréchet: distance to 10,000 of them in features of the classifier; above 0 for a small set of\n' +
      'images, even of real ones.',
  )
  for (const [part, took] of Object.entries(seconds)) {
    const cpu = took && 'cpu' in took ? `, ${(took as Elapsed).cpu.toFixed(1)} s of CPU` : ''
    if (took) console.log(`${part}: ${took.wall.toFixed(1)} s${cpu}`)
  }
}

/** Prints unmet requirements and sets the exit code. Returns true if there are none. */
function check({ classifier, recognised, count, unguided }: Result): boolean {
  const ratio = unguided.frechet / unguided.test
  const fails = [
    classifier < LEAST.classifier &&
      `Expected a classifier accuracy of at least ${LEAST.classifier}, got ${classifier}.`,
    recognised < LEAST.recognised * count &&
      `Expected at least ${LEAST.recognised * count} of ${count} digits recognised, got ${recognised}.`,
    ratio > LARGEST.frechet &&
      `Expected a Fréchet distance without guidance of at most ${LARGEST.frechet} times that of test images, got ${ratio.toFixed(2)} times.`,
    unguided.corner > LARGEST.corner &&
      `Expected a mean of the corner pixels of at most ${LARGEST.corner} of 255, got ${unguided.corner.toFixed(2)}.`,
  ].filter((line) => line !== false)
  for (const line of fails) console.error(line)
  if (fails.length) process.exitCode = 1
  return fails.length === 0
}

/**
 * Image of a draw, one column per class, each pixel 2 x 2; 16 greys look the same in half the
 * bytes.
 */
function renderPicture(images: Float32Array): Uint8Array {
  const pictures = toPictures(images.subarray(0, COUNT * PIXELS), [COUNT, SIDE, SIDE, 1])
  const pixels = pictures.pixels.map((grey) => 17 * Math.round(grey / 17))
  return encodePng(arrangeGrid({ ...pictures, pixels }, { columns: CLASSES, gap: 2, scale: 2 }))
}

function keepPicture(file: string, bytes: Uint8Array) {
  writeFileSync(file, bytes)
  console.error(
    `${file}  ${(bytes.length / 1000).toFixed(1)} kB${bytes.length > MOST ? ', too large' : ''}`,
  )
}

const options = {
  checkpoint: { type: 'string' },
  train: { type: 'boolean', default: false },
  workflow: { type: 'string' },
  steps: { type: 'string' },
  browser: { type: 'boolean', default: false },
  ship: { type: 'boolean', default: false },
  classifier: { type: 'string' },
  'classifier-steps': { type: 'string' },
  draws: { type: 'string', default: '1' },
  unguided: { type: 'string', default: '5' },
  out: { type: 'string' },
  picture: { type: 'string' },
  json: { type: 'boolean', default: false },
} as const

export async function main(args: readonly string[]) {
  const { values } = parseArgs({ args: [...args], options })
  const { what, source: given } = await selectSource(values)
  const { reason } = await startBackend({ prefer: 'wasm' })
  const say = (line: string) => values.json || console.error(line)
  const trained = values.browser ? await trainedInBrowser(given, say) : undefined
  say(`${what} on ${trained?.reason ?? reason}`)
  const { files, training, sampling, ...samples } = await sampleMnist(
    trained?.source ?? given,
    { draws: parseCount(values.draws), unguided: parseCount(values.unguided) },
    say,
  )
  const picture = renderPicture(samples.images)
  if (values.picture !== undefined) keepPicture(values.picture, picture)
  say('The classifier')
  const { bytes, took } = await classifierFrom(values, say)
  if (values.out !== undefined) {
    keepFiles(values.out, [
      ...files,
      { name: 'mnist-classifier.zip', mime: 'application/zip', bytes },
      { name: 'mnist.png', mime: 'image/png', bytes: new Uint8Array(picture) },
    ])
  }
  const by = openJudge(bytes)
  const result: Result = {
    ...(await judgeSamples(by, samples)),
    seconds: {
      classifier: took,
      training: trained ? { wall: trained.seconds } : training,
      sampling,
    },
  }
  by.dispose()
  if (values.json) console.log(JSON.stringify(result))
  else print(what, result)
  if (check(result) && values.ship) {
    keepPicture('docs/mnist.png', picture)
    const [checkpoint] = files.filter(({ name }) => name === 'mnist.zip')
    for (const path of shipMnist(toHalfPrecision(checkpoint.bytes))) console.error(path)
  }
}

type Values = ReturnType<typeof parseArgs<{ options: typeof options }>>['values']

/** The evaluated model by name. Throws Error for conflicting options. */
async function selectSource({
  checkpoint,
  train,
  workflow,
  steps,
  browser,
  ship,
}: Values): Promise<{ what: string; source: Source }> {
  if (!train && ((workflow ?? steps) !== undefined || browser))
    throw new Error('--workflow, --steps and --browser require --train.')
  if (!train && ship && checkpoint === undefined)
    throw new Error('--ship requires --train or --checkpoint.')
  if (train && checkpoint !== undefined)
    throw new Error('Expected either --train or --checkpoint, got both.')
  if (train) {
    const source = trainedBy(
      workflow ?? WORKFLOW,
      steps === undefined ? {} : { steps: parseCount(steps) },
    )
    return { what: basename(workflow ?? WORKFLOW), source }
  }
  if (checkpoint === undefined)
    return { what: 'the shipped checkpoint', source: await shippedMnist() }
  return {
    what: basename(checkpoint),
    source: await loadedBytes(basename(checkpoint), await checkpointAt(checkpoint)),
  }
}

/** Trains and times a classifier, or reads it from a file. */
async function classifierFrom(
  { classifier: file, 'classifier-steps': steps }: Values,
  say: (line: string) => void,
): Promise<{ bytes: Uint8Array; took?: Elapsed }> {
  if (file !== undefined) return { bytes: await checkpointAt(file) }
  const training = { ...judgeTraining, ...(steps !== undefined && { steps: parseCount(steps) }) }
  let bytes = new Uint8Array()
  const took = await measureTime(async () => {
    bytes = new Uint8Array(await trainJudge(training, say))
  })
  return { bytes, took }
}
