// What the compiler demands of a new layer and of a new kind of model, in a copy of the repository.
import { execFile } from 'node:child_process'
import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { createScratchCopy, replaceOnce } from '../scripts/scratchCopy.mjs'

const folder = createScratchCopy()
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** Files of src with errors after a change of one file, which is taken back. */
async function findErrors(file: string, text: string, replacement: string): Promise<string[]> {
  const path = join(folder, file)
  const before = readFileSync(path)
  replaceOnce(folder, file, text, replacement)
  const errors = await typecheck()
  writeFileSync(path, before)
  const files = errors.matchAll(/^(src\/[^(]+)\(.*Property 'demo' is missing/gm)
  return [...files].map(([, name]) => name).sort()
}

const typecheck = () =>
  new Promise<string>((resolve) =>
    execFile(
      process.execPath,
      ['node_modules/typescript/bin/tsc', '--noEmit'],
      { cwd: folder, maxBuffer: 2 ** 26 },
      (_, stdout) => resolve(stdout),
    ),
  )

test('a layer needs its evaluation, ONNX, Python and node', async () => {
  const text = "export const softmax = elementwise('Softmax')"
  const added = `${text}\nexport const demo = elementwise('Demo')`
  expect(await findErrors('src/engine/models/graph/ops/activations.ts', text, added)).toEqual([
    'src/engine/models/graph/runs/table.ts',
    'src/engine/onnx/layers/table.ts',
    'src/hosts/torch/models/layerCode.ts',
    'src/nodes/layers/writeNetwork.ts',
  ])
})

const configs = 'src/engine/models/kinds/configs.ts'

test('a kind of network needs its definition', async () => {
  const added = 'mlp: MlpConfig\n  demo: MlpConfig'
  expect(await findErrors(configs, 'mlp: MlpConfig', added)).toEqual([
    'src/engine/models/kinds/registry.ts',
  ])
})

test('a closed form needs its evaluation and its ONNX as well', async () => {
  const added = 'exact: ExactConfig\n  demo: ExactConfig'
  expect(await findErrors(configs, 'exact: ExactConfig', added)).toEqual([
    'src/engine/models/kinds/registry.ts',
    'src/engine/models/predict.ts',
    'src/engine/onnx/kinds.ts',
  ])
})
