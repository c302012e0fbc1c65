// `--nodes`: nodes of one's own on the command line.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { expect, test } from 'vitest'
import { readCheckpoint } from '../../../src/engine/checkpoint/pipeline.ts'
import { registerModels } from '../../../src/engine/models/kinds/defined/register.ts'
import { nodes } from '../../../src/nodes/table.ts'
import { toDeclaration } from '../../../src/engine/plan/op.ts'
import { mixer, mixerDeclaration, mixerGraph } from '../../mixerGraph.ts'
import { trainingGraph } from '../../trainingGraph.ts'
import { workflowOf } from '../../workflowOf.ts'
import { builtFile, useCli } from './builtCli.ts'
import { node } from '../../nodes/evaluate.ts'
import { fullTest } from '../../families.ts'

const { folder, cli } = useCli()
registerModels([mixer])
const write = (name: string, text: string) => writeFileSync(join(folder, name), text)

/** A module that refers to the package by the address of its built entry. */
const writeModule = (name: string, text: string) =>
  write(
    name,
    text.replace("'litegraph-diffusion'", `'${pathToFileURL(builtFile('index.js')).href}'`),
  )

writeModule('mirror.mjs', readFileSync(join(import.meta.dirname, '../../consumer/mine.js'), 'utf8'))
write('broken.mjs', 'throw new Error("no such planet")')
write('empty.mjs', 'export const answer = 42')
writeModule(
  'again.mjs',
  `import { defineNode } from 'litegraph-diffusion'
   export default [defineNode({ type: 'diffusion/Mix', category: 'mine', summary: 'Mixes.',
     inputs: {}, outputs: {}, params: {}, run: () => ({}) })]`,
)

const declarations = [
  ...nodes.map(toDeclaration),
  { ...toDeclaration(nodes[0]), type: 'mine/Mirror', outputs: { mirrored: {} as never } },
]
write(
  'mirror.json',
  workflowOf(
    {
      nodes: [
        ...trainingGraph(2).nodes,
        node('Mirror', 'mine/Mirror', { x: 'Samples.x_0' }),
        node('Show', 'Inspect', { value: 'Mirror.mirrored' }),
      ],
    },
    declarations,
  ),
)

test('run, check and script know the nodes of a module', async () => {
  const without = await cli(['check', 'mirror.json'])
  expect(without.status).toBe(1)
  expect(without.stderr).toContain('Unknown node type mine/Mirror')
  const checked = await cli(['check', 'mirror.json', '--nodes', 'mirror.mjs'])
  expect(checked.stderr).toContain('no faults')
  expect(checked.status).toBe(0)
  const ran = await cli([
    'run',
    'mirror.json',
    '--nodes',
    'mirror.mjs',
    '--backend',
    'cpu',
    '--quiet',
    '--out',
    'out',
  ])
  expect(ran).toMatchObject({ status: 0 })
  expect(readdirSync(join(folder, 'out'))).toContain('show.png')
  const script = await cli(['script', 'mirror.json', '--nodes', 'mirror.mjs'])
  expect(script.stdout).toContain("import * as nodes1 from './mirror.mjs'")
  expect(script.stdout).toContain('nodes: [...Object.values(nodes1)].flat()')
  expect(script.stdout).toContain("'mine/Mirror'")
})

writeModule('mixer.mjs', readFileSync(join(import.meta.dirname, '../../consumer/mixer.js'), 'utf8'))
writeModule(
  'unet.mjs',
  `import { defineModel } from 'litegraph-diffusion'
   export const unet = defineModel({ kind: 'unet', config: (json) => json, layers: () => ({}) })`,
)
write('mixer.json', workflowOf({ nodes: mixerGraph(2) }, [...declarations, mixerDeclaration]))

fullTest('run and script know the kinds of models of a module', async () => {
  const options = ['--nodes', 'mixer.mjs', '--backend', 'cpu', '--quiet', '--out', 'mixed']
  expect(await cli(['run', 'mixer.json', ...options])).toMatchObject({ status: 0 })
  expect(readdirSync(join(folder, 'mixed'))).toContain('mixer.zip')
  const { model } = readCheckpoint(readFileSync(join(folder, 'mixed/mixer.zip')))
  expect(model).toMatchObject({ kind: 'conv_mixer', config: { width: 16, depth: 2, size: 8 } })
  const script = await cli(['script', 'mixer.json', '--nodes', 'mixer.mjs'])
  expect(script.stdout).toContain('nodes: [...Object.values(nodes1)].flat()')
})

test.each([
  ['unet.mjs', 'could not be loaded: Expected a new kind of model, got "unet", which is built in.'],
  ['broken.mjs', 'could not be loaded: no such planet'],
  ['missing.mjs', 'could not be loaded'],
  [
    'empty.mjs',
    'exports no node and no model. Export the results of defineNode, defineLoop and defineModel.',
  ],
  ['again.mjs', 'declares the node type diffusion/Mix, which exists. Give it another type.'],
])('%s is an error in words', async (file, message) => {
  const { status, stderr } = await cli(['check', 'mirror.json', '--nodes', file])
  expect(status).not.toBe(0)
  expect(stderr).toContain(message)
})
