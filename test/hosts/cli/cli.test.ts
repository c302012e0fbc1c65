// Command line run as a child process: output files, standard error and exit status.
import { execFile, spawn } from 'node:child_process'
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { createCanvas } from '@napi-rs/canvas'
import { unzipSync, zipSync } from 'fflate'
import { beforeAll, describe, expect, test } from 'vitest'
import { parseArguments } from '../../../src/hosts/cli/arguments.ts'
import { openStore } from '../../../src/hosts/cli/run.ts'
import { describeFile } from '../../../src/storage/storedFiles.ts'
import { computeSha256 } from '../../../src/engine/checkpoint/pipeline.ts'
import { readImages } from '../../../src/engine/datasets/file.ts'
import { packBundle } from '../../../src/workflow/bundle.ts'
import { trainingGraph } from '../../trainingGraph.ts'
import { workflowOf } from '../../workflowOf.ts'
import { builtFile, cliArguments, useCli, type Ended } from './builtCli.ts'
import { node } from '../../nodes/evaluate.ts'
import { readPngWorkflow } from '../../../src/workflow/pngRead.ts'
import { casesOf, fullTest } from '../../families.ts'

const { folder, cli: runCli } = useCli()
const cli = (...args: string[]) => runCli(args)
writeFileSync(join(folder, 'points.json'), workflowOf(trainingGraph(40)))

const file = (...path: string[]) => readFileSync(join(folder, ...path))
const summary = (out: string) => JSON.parse(file(out, 'summary.json').toString())
/** The first step in the lines of progress. */
const firstStep = (stderr: string) => Number(/Start (\d+) of 40/.exec(stderr)?.[1])
const rows = (out: string, name: string) => file(out, name).toString().trim().split('\r\n')

describe('script', () => {
  test('writes a program that runs in Node and matches the results of `run`', async () => {
    expect(await cli('script', 'points.json', '--steps', '12', '--out', 'script.ts')).toMatchObject(
      { status: 0, stdout: '' },
    )
    const text = file('script.ts').toString()
    expect((await cli('script', 'points.json', '--steps', '12')).stdout).toBe(text)
    writeFileSync(
      join(folder, 'script.mjs'),
      text.replace('litegraph-diffusion/script', builtFile('script.js')),
    )
    const ran = await new Promise<Ended>((resolve) => {
      execFile(
        process.execPath,
        ['script.mjs', 'scripted'],
        { cwd: folder },
        (error, stdout, stderr) =>
          resolve({ status: error ? Number(error.code) : 0, stdout, stderr }),
      )
    })
    expect(ran).toMatchObject({ status: 0, stderr: '' })
    expect(ran.stdout).toContain('Training 12 of 12, loss')
    expect(readdirSync(join(folder, 'scripted')).sort()).toEqual([
      'moons.zip',
      'numbers.png',
      'picture.png',
    ])
    await cli('run', 'points.json', '--steps', '12', '--out', 'compared')
    const { mean } = summary('compared').statistics.Numbers as { mean: number }
    expect(ran.stdout).toContain(`mean ${Number(mean.toPrecision(5))}`)
  })

  test('reports the faults of an invalid workflow', async () => {
    writeFileSync(join(folder, 'broken.json'), workflowOf({ nodes: [node('See', 'Inspect')] }))
    const { status, stdout, stderr } = await cli('script', 'broken.json')
    expect([status, stdout]).toEqual([1, ''])
    expect(stderr).toContain('There is nothing to run')
  })
})

describe('run', () => {
  test('trains, samples and writes images, tables, checkpoints and a summary', async () => {
    const { status, stderr, stdout } = await cli('run', 'points.json', '--out', 'first')
    expect(stderr).toContain('Start 40 of 40')
    expect(stdout).toBe('')
    expect(status).toBe(0)
    expect(readdirSync(join(folder, 'first')).sort()).toEqual(
      ['end.csv', 'end.png', 'moons.zip', 'numbers.png', 'picture.png', 'summary.json'].sort(),
    )
    expect(rows('first', 'end.csv')[0]).toBe('step,loss')
    expect(rows('first', 'end.csv')).toHaveLength(41)
    const last = Number(rows('first', 'end.csv')[40].split(',')[1])
    expect(summary('first').losses).toEqual({ Start: expect.closeTo(last, 6) })
    expect(stderr).toContain(`Start 40 of 40, loss ${last.toPrecision(4)}, `)
    expect(summary('first')).toMatchObject({
      workflow: 'points.json',
      backend: { name: 'wasm' },
      stopped: false,
      faults: [],
      statistics: { Numbers: { shape: [64, 2], nan: 0 } },
    })
    expect(JSON.parse(readPngWorkflow(file('first', 'picture.png'))).nodes).toHaveLength(
      trainingGraph(1).nodes.length,
    )
  })

  test('opens an image of an earlier run and sets values by title, id and --steps', async () => {
    await cli('run', 'points.json', '--out', 'before', '--steps', '3')
    const { status } = await cli(
      'run',
      'before/numbers.png',
      '--out',
      'set',
      '--steps',
      '7',
      '--set',
      'x_T.batch_size=5',
      '--set',
      '3.hidden=8',
    )
    expect(status).toBe(0)
    expect(rows('set', 'end.csv')).toHaveLength(8)
    expect(summary('set').statistics.Numbers.shape).toEqual([5, 2])
  })

  test('embeds the params in images, so that running an image reproduces it', async () => {
    const graph = {
      nodes: [
        node('x_T', 'GaussianNoise', {}, { batch_size: 5, shape: '4, 4, 3', seed: 1 }),
        node('Save', 'SaveImage', { images: 'x_T.noise' }, { name: 'noise' }),
      ],
    }
    writeFileSync(join(folder, 'noise.json'), workflowOf(graph))
    await cli('run', 'noise.json', '--out', 'plain')
    await cli('run', 'noise.json', '--out', 'other', '--set', 'x_T.seed=2')
    const { status, stderr } = await cli('run', 'other/noise.png', '--out', 'again')
    expect(status, stderr).toBe(0)
    expect(file('again', 'noise.png').equals(file('other', 'noise.png'))).toBe(true)
    expect(file('other', 'noise.png').equals(file('plain', 'noise.png'))).toBe(false)
  })

  test('embeds the workflow only in the first of separate images', async () => {
    const args = ['run', 'noise.json', '--set', 'Save.separate=true', '--out', 'separate']
    expect((await cli(...args)).status).toBe(0)
    const names = Array.from({ length: 5 }, (_, i) => `noise-${i}.png`)
    expect(readdirSync(join(folder, 'separate')).sort()).toEqual([...names, 'summary.json'])
    const sizes = names.map((name) => file('separate', name).length)
    expect(JSON.parse(readPngWorkflow(file('separate', names[0]))).nodes).toHaveLength(2)
    expect(sizes[0]).toBeGreaterThan(1000)
    // 4 x 4 pixels.
    for (const size of sizes.slice(1)) expect(size).toBeLessThan(200)
    // The other ones are images without a workflow, not broken ones.
    expect(() => readPngWorkflow(file('separate', names[1]))).toThrow(
      /Expected a workflow in this image, got none/,
    )
  })

  test('writes evaluation results to the summary and as an image', async () => {
    const graph = {
      nodes: [
        node('Points', 'Points', {}, { count: 50 }),
        node('Distance', 'FrechetDistance', { samples: 'Points.x_0', reference: 'Points.dataset' }),
      ],
    }
    writeFileSync(join(folder, 'distance.json'), workflowOf(graph))
    const { status, stderr } = await cli(
      'run',
      'distance.json',
      '--out',
      'distance',
      '--backend',
      'cpu',
    )
    expect(status, stderr).toBe(0)
    const { numbers } = summary('distance')
    expect(numbers.Distance).toMatchObject({ samples: 50, reference: 50 })
    expect(Math.abs(numbers.Distance['Fréchet distance'])).toBeLessThan(1e-6)
    expect(readdirSync(join(folder, 'distance'))).toContain('distance.png')
  })

  test('runs only a target node and its dependencies', async () => {
    const { status } = await cli(
      'run',
      'points.json',
      '--out',
      'target',
      '--target',
      'x_T',
      '--backend',
      'cpu',
      '--quiet',
    )
    expect(status).toBe(0)
    expect(summary('target').backend.name).toBe('cpu')
    expect(summary('target').losses).toEqual({})
  })

  const arithmetics = [
    { arithmetic: 'portable', device: 'SIMD, 1 thread' },
    { arithmetic: 'fused', device: 'relaxed SIMD, 1 thread' },
  ]
  describe.each(casesOf(arithmetics, ({ arithmetic }) => arithmetic === 'portable'))(
    'with $arithmetic arithmetic',
    ({ arithmetic, device }) => {
      const options = ['--arithmetic', arithmetic]
      const names = ['half', 'continued', 'stored', 'plain'].map((name) => `${arithmetic}-${name}`)
      const [half, continued, stored, plain] = names

      test('has the same bytes with and without --state, in one go and resumed', async () => {
        const state = [...options, '--state', `${arithmetic}-states`]
        await cli('run', 'points.json', '--out', half, '--steps', '20', ...state)
        const { stderr } = await cli('run', 'points.json', '--out', continued, ...state)
        expect(firstStep(stderr)).toBeGreaterThan(20)
        const another = [...options, '--state', `${arithmetic}-others`]
        await cli('run', 'points.json', '--out', stored, ...another)
        await cli('run', 'points.json', '--out', plain, ...options)
        expect(summary(plain).backend.device).toBe(device)
        for (const name of [continued, stored]) {
          for (const each of ['end.csv', 'moons.zip', 'picture.png'])
            expect(file(name, each).equals(file(plain, each)), `${name} ${each}`).toBe(true)
          expect(summary(name).statistics).toEqual(summary(plain).statistics)
        }
      })

      fullTest('is the default only if it is portable, whatever was measured', async () => {
        const [states, out] = [`${arithmetic}-measured`, `${arithmetic}-default`]
        const store = await openStore(join(folder, states), new Set())
        await store.put('wasm arithmetic/1', new TextEncoder().encode(arithmetic))
        await cli('run', 'points.json', '--out', out, '--steps', '3', '--state', states)
        expect(summary(out).backend.device).toBe('SIMD, 1 thread')
        const measured = ['--arithmetic', 'measured', '--state', states]
        await cli('run', 'points.json', '--out', `${out}-2`, '--steps', '3', ...measured)
        expect(summary(`${out}-2`).backend.device).toBe(device)
      })
    },
  )

  fullTest('continues no training with other arithmetic, and says so', async () => {
    const train = (out: string, steps: string, arithmetic: string) =>
      cli(
        'run',
        'points.json',
        '--out',
        out,
        '--steps',
        steps,
        '--state',
        'mixed',
        '--arithmetic',
        arithmetic,
      )
    await train('mixed-half', '20', 'fused')
    const { stderr } = await train('mixed', '40', 'portable')
    expect(stderr).toContain('A state of step 20 of this training is stored')
    expect(firstStep(stderr)).toBeLessThan(21)
    await cli('run', 'points.json', '--out', 'unmixed')
    expect(file('mixed', 'end.csv').equals(file('unmixed', 'end.csv'))).toBe(true)
    // The state of the other arithmetic is still there.
    expect(firstStep((await train('mixed-rest', '40', 'fused')).stderr)).toBeGreaterThan(20)
  })

  fullTest('gives the same results for a checkpoint as ZIP, folder or in a bundle', async () => {
    await cli('run', 'points.json', '--out', 'trained')
    const checkpoint = file('trained', 'moons.zip')
    mkdirSync(join(folder, 'pipeline'))
    for (const [path, bytes] of Object.entries(unzipSync(checkpoint))) {
      mkdirSync(join(folder, 'pipeline', dirname(path)), { recursive: true })
      writeFileSync(join(folder, 'pipeline', path), bytes)
    }
    const named = describeFile('moons.zip', checkpoint)
    const samplingGraph = {
      nodes: [
        node('Load', 'LoadCheckpoint', {}, { checkpoint: named }),
        node('x_T', 'GaussianNoise', {}, { batch_size: 64, shape: '2', seed: 5 }),
        node(
          'Samples',
          'Sampler',
          { model: 'Load.model', x_T: 'x_T.noise', schedule: 'Load.schedule' },
          { num_inference_steps: 5 },
        ),
        node('Numbers', 'Inspect', { value: 'Samples.x_0' }),
      ],
    }
    const text = workflowOf(samplingGraph)
    writeFileSync(join(folder, 'sample.json'), text)
    writeFileSync(
      join(folder, 'sample.zip'),
      packBundle(text, [{ what: 'checkpoint', file: named, bytes: checkpoint }]),
    )
    const unchosen = samplingGraph.nodes.map((each) => ({
      ...each,
      params: each.id === 'Load' ? {} : each.params,
    }))
    writeFileSync(join(folder, 'unchosen.json'), workflowOf({ nodes: unchosen }))
    const runs = [
      ['sample.json', '--checkpoint', 'trained/moons.zip'],
      ['sample.json', '--checkpoint', 'pipeline'],
      ['sample.json', '--checkpoint', 'pipeline', '--set', 'Load.checkpoint=pipeline.zip'],
      ['unchosen.json', '--checkpoint', 'trained/moons.zip'],
      ['sample.zip'],
    ]
    for (const [i, args] of runs.entries()) {
      const { status, stderr } = await cli('run', ...args, '--out', `sampled-${i}`)
      expect(status, stderr).toBe(0)
      expect(summary(`sampled-${i}`).statistics).toEqual(summary('trained').statistics)
    }
    const without = await cli('run', 'sample.json', '--out', 'without')
    expect([without.status, without.stderr]).toEqual([
      1,
      expect.stringContaining('The checkpoint "moons.zip"'),
    ])
  })

  test('reports every fault with its node, slot and cure', async () => {
    const graph = trainingGraph(1)
    const broken = {
      nodes: graph.nodes.map((node) => (node.id === 'Forward' ? { ...node, inputs: {} } : node)),
    }
    writeFileSync(join(folder, 'broken.json'), workflowOf(broken))
    const run = await cli('run', 'broken.json', '--out', 'broken')
    const checked = await cli('check', 'broken.json')
    expect([run.status, checked.status]).toEqual([1, 1])
    expect(checked.stderr).toMatch(/fault: Forward, noise: .+\n {2}\S/)
    expect(run.stderr).toContain(checked.stderr.split('\n')[0])
    expect(summary('broken').faults.length).toBeGreaterThan(0)
  })
})

test('an interrupt saves the training state, and the next run resumes from it', async () => {
  const args = [
    'run',
    'points.json',
    '--out',
    'interrupted',
    '--steps',
    '1000000',
    '--state',
    'kept',
  ]
  const child = spawn(process.execPath, cliArguments(args), { cwd: folder })
  const status = await new Promise((resolve) => {
    child.on('close', resolve)
    child.stderr.on('data', (text) => {
      if (String(text).includes('of 1000000')) child.kill('SIGINT')
    })
  })
  expect(status).toBe(130)
  expect(summary('interrupted')).toMatchObject({ stopped: true, faults: [] })
  // Beside the states there may be the measured choice of wasm's instructions.
  const reached = readdirSync(join(folder, 'kept'))
    .filter((name) => name.includes('%40'))
    .map((name) => Number.parseInt(name.split('%40')[1], 10))
  const made = Math.max(...reached)
  expect(made).toBeGreaterThan(0)
  await cli(
    'run',
    'points.json',
    '--out',
    'gone-on',
    '--steps',
    String(made + 1),
    '--state',
    'kept',
  )
  expect(rows('gone-on', 'end.csv')).toHaveLength(made + 2)
})

describe('import', () => {
  const painted = (width: number, height: number, colour: string) => {
    const canvas = createCanvas(width, height)
    const context = canvas.getContext('2d')
    context.fillStyle = colour
    context.fillRect(0, 0, width, height)
    return canvas.toBuffer('image/png')
  }
  const write = (path: string, bytes: Uint8Array) => {
    mkdirSync(dirname(join(folder, path)), { recursive: true })
    writeFileSync(join(folder, path), bytes)
  }
  beforeAll(() => {
    write('pictures/red/10.png', painted(6, 4, 'rgb(200, 0, 0)'))
    write('pictures/red/9.png', painted(3, 3, 'rgb(100, 0, 0)'))
    write('pictures/red/.DS_Store', Uint8Array.of(1))
    write('pictures/notes.txt', Uint8Array.of(65))
    write(
      'pictures/more.zip',
      zipSync({ 'blue/1.png': new Uint8Array(painted(2, 2, 'rgb(0, 0, 255)')) }),
    )
    write('texts/a.txt', Uint8Array.of(65))
  })

  test('creates a data set from a folder for use in a run', async () => {
    const { status, stderr } = await cli(
      'import',
      'pictures',
      '--size',
      '2x1',
      '--labels',
      '--out',
      'set.safetensors',
    )
    expect(stderr).toContain('skipped: notes.txt: it is not an image of a known kind')
    expect(stderr).toContain('3 images of 2 classes: blue (1), red (2) in set.safetensors')
    expect(status).toBe(0)
    const bytes = new Uint8Array(file('set.safetensors'))
    const { images, ...rest } = readImages(bytes)
    expect(rest).toEqual({
      name: 'pictures',
      shape: [3, 1, 2, 3],
      max: 255,
      labels: Int32Array.of(0, 1, 1),
      classNames: ['blue', 'red'],
    })
    expect([...images]).toEqual([0, 0, 255, 0, 0, 255, 100, 0, 0, 100, 0, 0, 200, 0, 0, 200, 0, 0])
    expect(stderr).toContain(`SHA-256 ${computeSha256(bytes)}`)

    const chosen = { name: 'pictures', size: bytes.length, sha256: computeSha256(bytes) }
    const graph = (images: unknown) => ({
      nodes: [
        node('data', 'Images', {}, { images }),
        node('noise', 'GaussianNoise', { like: 'data.dataset' }),
        node('Look', 'Inspect', { value: 'noise.noise' }),
      ],
    })
    writeFileSync(join(folder, 'own.json'), workflowOf(graph(chosen)))
    const run = await cli(
      'run',
      'own.json',
      '--out',
      'own',
      '--dataset',
      'set.safetensors',
      '--backend',
      'cpu',
    )
    expect(run.status).toBe(0)
    expect(summary('own').statistics.Look.shape).toEqual([3, 1, 2, 3])
    const without = await cli('run', 'own.json', '--out', 'without', '--backend', 'cpu')
    expect(without.status).toBe(1)
    expect(without.stderr).toContain(
      `The data set "pictures" (SHA-256 ${chosen.sha256.slice(0, 12)}...) is not stored here.`,
    )
  })

  test('creates one channel with --grey, and no classes without --labels', async () => {
    const { status } = await cli(
      'import',
      'pictures',
      '--size',
      '1',
      '--grey',
      '--name',
      'mine',
      '--out',
      'grey.safetensors',
      '--quiet',
    )
    expect(status).toBe(0)
    expect(readImages(new Uint8Array(file('grey.safetensors')))).toEqual({
      name: 'mine',
      images: Uint8Array.of(29, 30, 60), // 0.114 of 255, 0.299 of 100 and 200
      shape: [3, 1, 1, 1],
      max: 255,
    })
  })

  test('reports why no image could be imported', async () => {
    const { status, stderr } = await cli('import', 'texts', '--out', 'x', '--quiet')
    expect(status).toBe(1)
    expect(stderr).toBe(
      'Expected at least one image, got none. a.txt: it is not an image of a known kind (PNG, JPEG, WebP, GIF, BMP, AVIF).\n',
    )
  })

  test.each([
    [['import', 'pictures'], '--out data.safetensors'],
    [['import', '--out', 'x'], 'Expected a folder to import'],
    [['import', 'pictures', '--out', 'x', '--size', 'large'], 'Expected pixels for --size'],
    [
      ['import', 'pictures', '--out', 'x', '--fit', 'cut'],
      'Expected one of crop, pad, stretch for --fit, got cut',
    ],
    [
      ['import', 'pictures', '--out', 'x', '--position', '1,2'],
      'Expected two numbers from 0 to 1 for --position',
    ],
  ])('rejects the arguments %j', (args, words) => expect(() => parseArguments(args)).toThrow(words))
})

test('--arithmetic is portable unless it is set, for run and onnx', () => {
  const args = ['a.json', '--out', 'x']
  for (const command of ['run', 'onnx']) {
    const parse = (...more: string[]) => parseArguments([command, ...args, ...more])
    expect(parse()).toMatchObject({ arithmetic: 'portable' })
    expect(parse('--arithmetic', 'measured')).toMatchObject({ arithmetic: 'measured' })
    expect(() => parse('--arithmetic', 'fast')).toThrow(
      '--arithmetic is one of portable, fused, measured; got fast.',
    )
  }
})

test('--measure requires --state, the folder that stores the measurements', () => {
  const args = ['run', 'a.json', '--out', 'x', '--measure']
  expect(parseArguments([...args, '--state', 's'])).toMatchObject({ measure: true, state: 's' })
  expect(() => parseArguments(args)).toThrow('--state dir')
})

test('--float16-products requires --state', () => {
  for (const command of ['run', 'onnx']) {
    const args = [command, 'a.json', '--out', 'x', '--float16-products']
    expect(parseArguments(args.slice(0, -1))).toMatchObject({ float16Products: false })
    expect(parseArguments([...args, '--state', 's'])).toMatchObject({ float16Products: true })
    expect(() => parseArguments(args)).toThrow('--state dir')
  }
})

test('--threads takes an integer from 1 to 8', () => {
  const args = ['run', 'a.json', '--out', 'x']
  expect(parseArguments(args)).toMatchObject({ threads: undefined })
  expect(parseArguments([...args, '--threads', '8'])).toMatchObject({ threads: 8 })
  for (const wrong of ['0', '9', '1.5', 'all'])
    expect(() => parseArguments([...args, '--threads', wrong])).toThrow(
      `Expected an integer from 1 to 8 for --threads, got ${wrong}.`,
    )
})

test('finds the shipped data sets', async () => {
  const graph = {
    nodes: [
      node('data', 'Digits'),
      node('noise', 'GaussianNoise', { like: 'data.dataset' }, { batch_size: 2 }),
      node('Look', 'Inspect', { value: 'noise.noise' }),
    ],
  }
  writeFileSync(join(folder, 'digits.json'), workflowOf(graph))
  expect((await cli('run', 'digits.json', '--out', 'digits', '--backend', 'cpu')).status).toBe(0)
  expect(summary('digits').statistics.Look.shape).toEqual([2, 8, 8, 1])
})

test('check succeeds for a valid workflow', async () => {
  expect((await cli('check', 'points.json')).status).toBe(0)
})

test.each([
  [[], 2, 'Expected a command'],
  [['fly', 'points.json'], 2, 'There is no command fly'],
  [['run', 'points.json'], 2, '--out dir'],
  [['run', 'points.json', '--out', 'x', '--backend', 'gpu'], 2, 'got gpu'],
  [
    ['run', 'points.json', '--out', 'x', '--steps', 'many'],
    2,
    'Expected an integer above 0 for --steps',
  ],
  [
    ['run', 'points.json', '--out', 'x', '--set', 'Nobody.seed=1'],
    2,
    'There is no node Nobody. The graph has Data, Schedule',
  ],
  [
    ['run', 'points.json', '--out', 'x', '--set', 'Net.size=1'],
    2,
    'Net has no param size. It has hidden, layers',
  ],
  [
    ['run', 'points.json', '--out', 'x', '--set', 'GaussianNoise.seed=1'],
    2,
    'got 2 with the name GaussianNoise. Use an id: 6, 13',
  ],
  [['run', 'points.json', '--out', 'x', '--set', 'Data.distribution=suns'], 2, 'got suns'],
  [['run', 'nothing.json', '--out', 'x'], 1, 'nothing.json'],
  [['run', '.', '--out', 'x'], 1, 'Expected a file, got a folder'],
  [
    ['run', 'points.json', '--out', 'points.json'],
    1,
    'Expected a folder, but points.json is a file',
  ],
  [['run', 'points.json', '--out', 'points.json/x'], 1, 'A part of points.json/x is a file'],
  [['--help'], 0, ''],
])('%j exits with status %i', async (args, status, words) => {
  const ended = await cli(...args)
  expect(ended.status).toBe(status)
  expect(ended.stderr).toContain(words)
})
