// Trains workflows/digits-train.json as it stands, on wasm, samples 500 digits and judges them beside what torch and diffusers
// reach with the same network: `npm run eval:digits`, with `--json` as one line of JSON, with `--steps n` for another number of
// steps, with `--checkpoint file.zip` (or a folder) without training, with `--out folder` to keep the checkpoint and a picture,
// with `--browser` to train in an isolated page of Chromium, with threads, with `--workflow file.json` for another training, with
// `--draws n` for the mean over more draws of the noise: from one to the next the Fréchet distance changes by about 0.02; with
// `--activations float16` (or float32) on webgpu, where alone there is a choice; in Node that may be a device made of software.
import { basename } from 'node:path'
import { parseArgs } from 'node:util'
import type { Judgement } from './digits-judge.ts'
import { evaluators, judge, realDigits } from './digits-judge.ts'
import type { Result } from './digits-samples.ts'
import { judged, sampled } from './digits-samples.ts'
import { checkpointAt, countOf, keepFiles, loadedBytes, startOn, trainedBy } from './evaluation.ts'
import { trainedInBrowser } from './trainedInBrowser.ts'

const FILE = 'workflows/digits-train.json'
function print(result: Result, what: string, { test, train }: Record<'test' | 'train', Judgement>) {
  const row = (name: string, { frechet, accuracy, nearest }: Partial<Judgement>) =>
    [name.padEnd(36), frechet?.toFixed(3), accuracy?.toFixed(3), nearest?.toFixed(2)]
      .map((cell, i) => (i ? (cell ?? '').padStart(i === 1 ? 12 : 10) : cell))
      .join('')
  console.log(`${''.padEnd(36)}${'Fréchet'.padStart(12)}${'accuracy'.padStart(10)}${'nearest'.padStart(10)}`)
  console.log(row(what, result))
  console.log(row('torch + diffusers, 3,000 steps', evaluators.reference.ddim50_cfg1_clip!))
  console.log(row('real digits that were kept aside', test))
  console.log(row('the training digits themselves', train))
  console.log(row('noise', evaluators.noise))
  console.log('Fréchet: distance to the training digits in 16 principal components. Accuracy: how many a linear classifier takes')
  console.log('for the digit that was asked for. Nearest: mean distance to the nearest training digit, 0 for copies.')
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
    throw new Error('In the page digits are trained on wasm, which has no --activations.')
  const here = await startOn(activations === undefined ? 'wasm' : 'webgpu')
  const say = (line: string) => values.json || console.error(line)
  const given =
    values.checkpoint === undefined
      ? trainedBy(values.workflow, {
          ...(values.steps !== undefined && { steps: countOf(values.steps) }),
          ...(activations !== undefined && { activations }),
        })
      : await loadedBytes(basename(values.checkpoint), await checkpointAt(values.checkpoint))
  const trained = values.browser && given.training !== undefined ? await trainedInBrowser(given, say) : undefined
  const source = trained?.source ?? given
  const run = await sampled(source, { draws: countOf(values.draws), keep: values.out !== undefined, say })
  if (values.out !== undefined) keepFiles(values.out, run.files)
  const result = { ...(await judged(run)), ...(trained && { seconds: trained.seconds }) }
  if (values.json) {
    console.log(JSON.stringify(result))
    return
  }
  const { test, train } = await realDigits()
  const what = basename(values.checkpoint ?? values.workflow)
  print(result, what, { test: judge(test, train), train: judge(train, train) })
  console.log(`${result.seconds.toFixed(1)} s of ${given.training ? 'training' : 'sampling'} on ${(trained ?? here).reason}`)
}
