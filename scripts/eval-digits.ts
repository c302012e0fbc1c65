// Trains workflows/digits-train.json on wasm, samples 500 digits and compares them with torch and
// diffusers on the same network: `npm run eval:digits`.
//   --json                  one line of JSON
//   --steps n               another number of steps
//   --checkpoint file.zip   (or a folder) no training
//   --out folder            writes the checkpoint and an image
//   --browser               trains in an isolated page of Chromium, with threads
//   --workflow file.json    another training
//   --draws n               mean over n draws of the noise; the Fréchet distance varies by about 0.02
//   --activations float16   (or float32) on webgpu, which in Node may be a software device
import { basename } from 'node:path'
import { parseArgs } from 'node:util'
import type { Judgement } from './digits-judge.ts'
import { evaluators, judge, realDigits } from './digits-judge.ts'
import type { Result } from './digits-samples.ts'
import { judgeRun, sampleDigits } from './digits-samples.ts'
import {
  checkpointAt,
  parseCount,
  keepFiles,
  loadedBytes,
  startOn,
  trainedBy,
} from './evaluation.ts'
import { trainedInBrowser } from './trainedInBrowser.ts'

const FILE = 'workflows/digits-train.json'
function print(result: Result, what: string, { test, train }: Record<'test' | 'train', Judgement>) {
  const row = (name: string, { frechet, accuracy, nearest }: Partial<Judgement>) =>
    [name.padEnd(36), frechet?.toFixed(3), accuracy?.toFixed(3), nearest?.toFixed(2)]
      .map((cell, i) => (i ? (cell ?? '').padStart(i === 1 ? 12 : 10) : cell))
      .join('')
  console.log(
    `${''.padEnd(36)}${'Fréchet'.padStart(12)}${'accuracy'.padStart(10)}${'nearest'.padStart(10)}`,
  )
  console.log(row(what, result))
  console.log(row('torch + diffusers, 3,000 steps', evaluators.reference.ddim50_cfg1_clip))
  console.log(row('held-out real digits', test))
  console.log(row('training digits', train))
  console.log(row('noise', evaluators.noise))
  console.log(
    'Fréchet: distance to the training digits in 16 principal components.\n' +
      'Accuracy: share that a linear classifier assigns to the requested digit.\n' +
      'Nearest: mean distance to the nearest training digit, 0 for copies.',
  )
}

export async function main(args: readonly string[]) {
  const { values } = parseArgs({
    args: [...args],
    options: {
      workflow: { type: 'string', default: FILE },
      steps: { type: 'string' },
      checkpoint: { type: 'string' },
      out: { type: 'string' },
      draws: { type: 'string', default: '1' },
      activations: { type: 'string' },
      browser: { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
    },
  })
  const { activations } = values
  if (activations !== undefined && values.browser)
    throw new Error('--browser trains on wasm, which does not support --activations.')
  const here = await startOn(activations === undefined ? 'wasm' : 'webgpu')
  const say = (line: string) => values.json || console.error(line)
  const given =
    values.checkpoint === undefined
      ? trainedBy(values.workflow, {
          ...(values.steps !== undefined && { steps: parseCount(values.steps) }),
          ...(activations !== undefined && { activations }),
        })
      : await loadedBytes(basename(values.checkpoint), await checkpointAt(values.checkpoint))
  const trained =
    values.browser && given.training !== undefined ? await trainedInBrowser(given, say) : undefined
  const source = trained?.source ?? given
  const run = await sampleDigits(source, {
    draws: parseCount(values.draws),
    keep: values.out !== undefined,
    say,
  })
  if (values.out !== undefined) keepFiles(values.out, run.files)
  const result = { ...(await judgeRun(run)), ...(trained && { seconds: trained.seconds }) }
  if (values.json) {
    console.log(JSON.stringify(result))
    return
  }
  const { test, train } = await realDigits()
  const what = basename(values.checkpoint ?? values.workflow)
  print(result, what, { test: judge(test, train), train: judge(train, train) })
  console.log(
    `${result.seconds.toFixed(1)} s of ${given.training ? 'training' : 'sampling'} on ${(trained ?? here).reason}`,
  )
}
