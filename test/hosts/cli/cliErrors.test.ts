// Errors of the command line: each is a sentence with a cure, and an exit status.
import { spawnSync } from 'node:child_process'
import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { zipSync } from 'fflate'
import { describe, expect, test } from 'vitest'
import type { Graph } from '../../../src/engine/plan/graph.ts'
import { help, parseArguments } from '../../../src/hosts/cli/arguments.ts'
import { describeFailure } from '../../../src/hosts/node/failure.ts'
import { statuses } from '../../../src/hosts/node/status.ts'
import { applySettings } from '../../../src/workflow/settings.ts'
import { describeFile } from '../../../src/storage/storedFiles.ts'
import { trainingGraph } from '../../trainingGraph.ts'
import { declarations } from '../../readyWorkflows.ts'
import { workflowOf } from '../../workflowOf.ts'
import { cliArguments, useCli } from './builtCli.ts'
import { node } from '../../nodes/evaluate.ts'
import { casesOf } from '../../families.ts'

const { folder, cli } = useCli()
const brokenCheckpoint = zipSync({ 'model_index.json': Uint8Array.of(123) })

writeFileSync(join(folder, 'points.json'), workflowOf(trainingGraph(2)))
writeFileSync(join(folder, 'broken.zip'), brokenCheckpoint)
const loading = (checkpoint: unknown) =>
  workflowOf({
    nodes: [
      node('Load', 'LoadCheckpoint', {}, { checkpoint }),
      node('Look', 'Inspect', { value: 'Load.model' }),
    ],
  })
writeFileSync(join(folder, 'load.json'), loading(null))
writeFileSync(
  join(folder, 'load-two.json'),
  workflowOf({
    nodes: ['First', 'Second'].flatMap((title) => [
      node(title, 'LoadCheckpoint', {}, { checkpoint: null }),
      node(`Look ${title}`, 'Inspect', { value: `${title}.model` }),
    ]),
  }),
)
writeFileSync(
  join(folder, 'load-broken.json'),
  loading(describeFile('broken.zip', brokenCheckpoint)),
)
writeFileSync(
  join(folder, 'noise.json'),
  workflowOf({
    nodes: [
      node('x_T', 'GaussianNoise', {}, { batch_size: 5, shape: '4, 4, 3', seed: 1 }),
      node('Save', 'SaveImage', { images: 'x_T.noise' }, { name: 'noise' }),
      node('Look', 'Inspect', { value: 'x_T.noise' }),
    ],
  }),
)
mkdirSync(join(folder, 'empty'))
const hash = describeFile('', brokenCheckpoint).sha256.slice(0, 12)
const titles = trainingGraph(1)
  .nodes.map(({ id }) => id)
  .join(', ')

const message = (args: string[]) => {
  try {
    parseArguments(args)
    return undefined
  } catch (error) {
    const { text, status } = describeFailure(error)
    return `${status}: ${text.split('\n')[0]}`
  }
}

test.each([
  [[], 'Expected a command: run, check, script, torch, page, widget, onnx, import or lessons.'],
  [
    ['fly', 'a.json'],
    'There is no command fly. Use run, check, script, torch, page, widget, onnx, import or lessons.',
  ],
  [
    ['toString', 'a.json'],
    'There is no command toString. Use run, check, script, torch, page, widget, onnx, import or lessons.',
  ],
  [['widget'], 'Expected a file for the widget: --out widget.js.'],
  [
    ['widget', 'a.json', '--out', 'x.js'],
    'widget takes no workflow, got a.json. The notebook passes it as the trait workflow.',
  ],
  [['run', '--out', 'x'], 'Expected a workflow to run.'],
  [['run', 'a.json'], 'Expected a folder for the results: --out dir.'],
  [['run', 'a.json', 'b.json', '--out', 'x'], 'Expected one workflow, also got b.json.'],
  [['run', 'a.json', '--out', ''], 'Expected a value for --out, got an empty one.'],
  [['run', 'a.json', '--out'], "Option '--out <value>' argument missing"],
  [['run', 'a.json', '--out', 'x', '--stepz', '3'], "Unknown option '--stepz'."],
  [['run', 'a.json', '--out', 'x', '--grey'], 'The command run has no option --grey.'],
  [['check', 'a.json', '--out', 'x'], 'The command check has no option --out.'],
  [
    ['run', 'a.json', '--out', 'x', '--steps', '1.5'],
    'Expected an integer above 0 for --steps, got 1.5.',
  ],
  [
    ['run', 'a.json', '--out', 'x', '--set', 'steps'],
    'Expected Node.param=value for --set, got steps.',
  ],
  [
    ['run', 'a.json', '--out', 'x', '--backend', 'gpu'],
    'Expected one of wasm, webgpu, cpu, auto for --backend, got gpu.',
  ],
  [
    ['run', 'a.json', '--verify', '--state', 'x'],
    '--verify computes everything twice from the start: leave out --state.',
  ],
])('wrong usage: %j', (args, text) => expect(message(args)).toBe(`2: ${text}`))

test('--help and the documents list every exit status', () => {
  const page = readFileSync('docs/command-line.md', 'utf8')
  for (const { code, about } of Object.values(statuses)) {
    expect(help).toContain(`  ${String(code).padEnd(4)} ${about}\n`)
    expect(page).toContain(`| ${code} | ${about} |\n`)
  }
})

const settingError = (graph: Graph, key: string, value: string) => {
  try {
    return applySettings(graph, { [key]: value }, declarations)
  } catch (error) {
    const { text, status } = describeFailure(error)
    return `${status}: ${text.split('\n')[0]}`
  }
}

test.each([
  ['Nobody.seed', '1', /^2: There is no node Nobody\. The graph has Points, Noise Schedule, /],
  ['Net.size', '1', /^2: MLP has no param size\. It has hidden, layers, /],
  ['GaussianNoise.seed', '1', /^2: Expected one node, got 2 .* Use an id: Noise, x_T\.$/],
  ['Data.distribution', 'suns', /^2: Expected one of .* for Data\.distribution, got suns\.$/],
  ['Net.layers', 'two', /^2: Expected a number for Net\.layers, got two\.$/],
  ['Wired.t', '1', /^2: Wired\.t is connected to Number, which sets it\./],
  ['Net', '1', /^2: Expected a setting of the form Node\.param, got Net\.$/],
  ['Load.checkpoint', 'x.zip', /^2: Expected the name of a file .* The files of this run: none\.$/],
])('a wrong value of --set: %s=%s', (key, value, text) => {
  const more = [
    node('Load', 'LoadCheckpoint'),
    node('Const', 'Number'),
    node('Wired', 'Timestep', { t: 'Const.number' }),
  ]
  const graph = { nodes: [...trainingGraph(1).nodes, ...more] }
  expect(settingError(graph, key, value)).toMatch(text)
})

const run = (file: string, ...args: string[]) => [
  'run',
  file,
  ...'--backend cpu --quiet --out results'.split(' '),
  ...args,
]
const seeHelp = 'litegraph-diffusion --help lists all commands and options.\n'

/** Arguments, exit status, and standard error. */
const failing: [args: string[], status: number, stderr: string][] = [
  [
    run('points.json', '--set', 'Nobody.seed=1'),
    2,
    `There is no node Nobody. The graph has ${titles}.\n${seeHelp}`,
  ],
  [
    run('load-two.json', '--checkpoint', 'broken.zip'),
    2,
    `No node uses the checkpoint broken.zip (SHA-256 ${hash}...). Files that the workflow names: none. Choose it with --set "Node.checkpoint=broken.zip", or leave it out.\n${seeHelp}`,
  ],
  [
    run('load-broken.json', '--checkpoint', 'load.json', '--target', 'Load'),
    2,
    `No node uses the checkpoint load.json (SHA-256 ${describeFile('', readFileSync(join(folder, 'load.json'))).sha256.slice(0, 12)}...). Files that the workflow names: broken.zip (SHA-256 ${hash}...). Choose it with --set "Node.checkpoint=load.json", or leave it out.\n${seeHelp}`,
  ],
  [
    run('load-two.json', '--checkpoint', 'broken.zip', '--set', 'First.checkpoint=broken.zip'),
    1,
    'fault: First, checkpoint: The file "broken.zip" cannot be read as a checkpoint. Expected a model in the ZIP, got no config.json of one.\n  Choose a ZIP that this program saved, or the folder of a UNet2DModel of diffusers.\nfault: Second, checkpoint: No checkpoint is chosen.\n  Choose one with --checkpoint file --set "Node.checkpoint=file".\n1 files in results, 0.0 s on cpu (plain JavaScript), as chosen\n',
  ],
  [
    // The only node without a checkpoint takes the file.
    run('load.json', '--checkpoint', 'broken.zip'),
    1,
    'fault: Load, checkpoint: The file "broken.zip" cannot be read as a checkpoint. Expected a model in the ZIP, got no config.json of one.\n  Choose a ZIP that this program saved, or the folder of a UNet2DModel of diffusers.\n1 files in results, 0.0 s on cpu (plain JavaScript), as chosen\n',
  ],
  [
    run('load.json', '--checkpoint', 'broken.zip', '--set', 'Load.checkpoint=broken.zip'),
    1,
    'fault: Load, checkpoint: The file "broken.zip" cannot be read as a checkpoint. Expected a model in the ZIP, got no config.json of one.\n  Choose a ZIP that this program saved, or the folder of a UNet2DModel of diffusers.\n1 files in results, 0.0 s on cpu (plain JavaScript), as chosen\n',
  ],
  [
    run('load-broken.json'),
    1,
    `fault: Load, checkpoint: The checkpoint "broken.zip" (SHA-256 ${hash}...) is not stored here.\n  Run it with --checkpoint and the path of that file.\n1 files in results, 0.0 s on cpu (plain JavaScript), as chosen\n`,
  ],
  [
    run('points.json', '--checkpoint', 'missing.zip'),
    1,
    'There is no file or folder missing.zip. Check the path.\n',
  ],
  [
    run('points.json', '--dataset', 'broken.zip'),
    2,
    `No node of the workflow reads a data set: leave out broken.zip.\n${seeHelp}`,
  ],
  [
    run('points.json', '--out', 'points.json'),
    1,
    'Expected a folder, but points.json is a file. Choose another name.\n',
  ],
  [
    run('points.json', '--out', 'points.json/x'),
    1,
    'A part of points.json/x is a file, not a folder. Choose another path.\n',
  ],
  [
    run('points.json', '--state', 'points.json'),
    1,
    'Expected a folder, but points.json is a file. Choose another name.\n',
  ],
  [['import', 'missing', '--out', 'x'], 1, 'There is no file or folder missing. Check the path.\n'],
  [['import', 'empty', '--out', 'x'], 1, 'Expected at least one image, got none.\n'],
  [
    ['script', 'points.json', '--out', 'missing/x.ts'],
    1,
    'There is no file or folder missing. Check the path.\n',
  ],
]

test('failing commands print a sentence and exit with a status', async () => {
  // In `npm test` each sixth one, which have both statuses.
  for (const [args, status, text] of casesOf(failing, (each) => failing.indexOf(each) % 6 === 0)) {
    const ended = await cli(args)
    const stderr = ended.stderr.replace(/\d+\.\d s on/, '0.0 s on')
    expect({ args, status: ended.status, stdout: ended.stdout, stderr }).toEqual({
      args,
      status,
      stdout: '',
      stderr: text,
    })
  }
})

const disk = (values: object) => ({
  preload: join(import.meta.dirname, 'brokenDisk.mjs'),
  env: { DISK: JSON.stringify(values) },
})

describe('a disk that fails', () => {
  test.each([
    [
      'is read-only',
      { code: 'EROFS', within: 'results' },
      'results is on a read-only file system.',
    ],
    [
      'is full',
      { code: 'ENOSPC', within: 'results' },
      'The disk is full: results was not written.',
    ],
  ])('%s: the run does not start', async (_, values, text) => {
    const { status, stderr } = await cli(run('noise.json'), disk(values))
    expect({ status, stderr: stderr.split(/(?<=\.) /)[0] }).toEqual({ status: 1, stderr: text })
  })

  test('is full during the run: complete files stay, none is partial', async () => {
    await cli(['run', 'noise.json', '--backend', 'cpu', '--out', 'complete'])
    const sizes = (name: string) =>
      readdirSync(join(folder, name)).map((file) => statSync(join(folder, name, file)).size)
    const [image] = readdirSync(join(folder, 'complete')).filter((name) => name === 'noise.png')
    const after = statSync(join(folder, 'complete', image)).size + 100
    const ended = await cli(
      ['run', 'noise.json', '--backend', 'cpu', '--out', 'full'],
      disk({ code: 'ENOSPC', after, within: 'full' }),
    )
    expect(ended.status).toBe(1)
    expect(ended.stderr).toContain('The disk is full: full/look.png was not written. Free space')
    expect(ended.stderr).toContain('The disk is full: full/summary.json was not written. Free')
    expect(readdirSync(join(folder, 'full'))).toEqual(['noise.png'])
    expect(sizes('full')).toEqual([after - 100])
  })

  test('refuses training states during the run: the results are written, status 1', async () => {
    const { status, stderr } = await cli(
      ['run', 'points.json', '--backend', 'cpu', '--out', 'kept', '--state', 'states'],
      disk({ code: 'ENOSPC', after: 100, within: 'states' }),
    )
    expect(status).toBe(1)
    expect(stderr).toContain('notice: The disk is full: states was not written.')
    expect(readdirSync(join(folder, 'kept'))).toContain('summary.json')
    expect(readdirSync(join(folder, 'states'))).toEqual([])
  })
  // Needs the right to mount; elsewhere the simulated disk above has to suffice.
  const canMount =
    spawnSync('unshare', ['-m', 'mount', '-t', 'tmpfs', 'tmpfs', '/mnt']).status === 0
  if (canMount)
    test('is a full tmpfs, then a read-only one', () => {
      mkdirSync(join(folder, 'tmpfs'))
      const program = [process.execPath, ...cliArguments(run('noise.json', '--quiet'))].join(' ')
      const commands = [
        'mount -t tmpfs -o size=4k tmpfs tmpfs',
        `${program} --out tmpfs; ls tmpfs`,
        'mount -o remount,ro tmpfs',
        `${program} --out tmpfs/new; ls -A tmpfs`,
      ]
      const { stdout, stderr } = spawnSync('unshare', ['-m', 'sh', '-c', commands.join('\n')], {
        cwd: folder,
        encoding: 'utf8',
      })
      expect(stderr).toContain('The disk is full: tmpfs/look.png was not written.')
      expect(stderr).toContain('tmpfs/new is on a read-only file system.')
      // Each file that fits is complete.
      const listed = stdout.trim().split('\n')
      expect(listed.slice(0, listed.length / 2)).toEqual(listed.slice(listed.length / 2))
      expect(listed).not.toContain('look.png')
    })
})
