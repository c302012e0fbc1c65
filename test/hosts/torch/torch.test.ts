// Programs for PyTorch: an entry for every node, two programs in docs, and rejections.
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startBackend, stopBackend } from '../../../src/engine/backends/backends.ts'
import { MessageError } from '../../../src/engine/base/errors.ts'
import { GraphError } from '../../../src/engine/messages/fault.ts'
import type { Model } from '../../../src/engine/models/model.ts'
import { openZip } from '../../../src/engine/archive/zip.ts'
import type { Graph } from '../../../src/engine/plan/graph.ts'
import { opTable } from '../../../src/engine/plan/op.ts'
import { memoryStore } from '../../../src/engine/plan/store.ts'
import { createAssets } from '../../../src/storage/assets.ts'
import { shippedInNode } from '../../../src/storage/shippedInNode.ts'
import { createStoredFiles } from '../../../src/storage/storedFiles.ts'
import { nodes } from '../../../src/nodes/table.ts'
import { exportTorch, toScript } from '../../../src/hosts/torch/export.ts'
import { ExportFiles } from '../../../src/hosts/torch/files.ts'
import { modules } from '../../../src/hosts/torch/library.ts'
import { toPascal, toSnake } from '../../../src/hosts/program/identifiers.ts'
import { PythonNames, titleName } from '../../../src/hosts/torch/names.ts'
import { Networks } from '../../../src/hosts/torch/networks.ts'
import { packTorch } from '../../../src/hosts/torch/pack.ts'
import { breakLine, pyNumber, pyNumbers, pyString } from '../../../src/hosts/torch/python.ts'
import { torchTable } from '../../../src/hosts/torch/table.ts'
import { toGraph } from '../../../src/workflow/index.ts'
import { datasets, declarations, readWorkflow } from '../../readyWorkflows.ts'

const ops = opTable(nodes)
const checkpoints = createStoredFiles(memoryStore())
const assets = createAssets(checkpoints, datasets, shippedInNode())

beforeAll(async () => void (await startBackend({ prefer: 'cpu' })))
afterAll(() => stopBackend())

function program(name: string) {
  const workflow = readWorkflow(name)
  const { title, about } = workflow.extra.diffusion ?? {}
  const graph = toGraph(workflow, declarations)
  return exportTorch(graph, ops, assets, { title, about, name: `${name}.py` })
}

test('every node has an entry', () => {
  expect(nodes.filter(({ type }) => !torchTable.has(type)).map(({ type }) => type)).toEqual([])
  expect(torchTable.size).toBe(nodes.length)
})

describe('programs in docs', () => {
  // To update them: npx vitest run test/hosts/torch/torch.test.ts -u
  test.each(['points', 'digits-train'])('%s is current', async (name) => {
    await expect(toScript(await program(name))).toMatchFileSnapshot(
      `../../../docs/torch/${name}.py`,
    )
  })

  test('the module beside them is current', async () => {
    await expect(modules.get('support.py')).toMatchFileSnapshot('../../../docs/torch/support.py')
  })

  test('digits-train has at most 250 lines', async () => {
    const lines = toScript(await program('digits-train'))
      .trimEnd()
      .split('\n')
    expect(lines.length).toBeLessThanOrEqual(250)
  })
})

test('the files beside a program are its data, first checkpoint and modules', async () => {
  const { files } = await program('digits-train')
  expect(files.map(({ name }) => name)).toEqual([
    'data.safetensors',
    'network.start.zip',
    'support.py',
    'philox.py',
  ])
})

test('a notebook has cells for imports, definitions and statements, and the notes', async () => {
  const graph = toGraph(readWorkflow('points'), declarations)
  const zip = openZip(
    await packTorch(graph, ops, assets, { title: 'Points', notes: ['# A note'] }),
    100,
  )
  const book = JSON.parse(new TextDecoder().decode(zip.read('train.ipynb', 1e6))) as {
    nbformat: number
    cells: { cell_type: string; source: string[] }[]
  }
  expect(book.nbformat).toBe(4)
  const texts = book.cells.map(({ source }) => source.join(''))
  expect(texts[1]).toBe('# A note')
  expect(book.cells.filter(({ cell_type }) => cell_type === 'code').length).toBeGreaterThan(3)
  expect(texts.some((text) => text.includes('loss.backward()'))).toBe(true)
  expect(texts.join('\n')).not.toContain('finish()')
})

describe('rejections name the node and the cure, before anything is written', () => {
  const refusal = async (graph: Graph) => {
    const error: unknown = await exportTorch(graph, ops, assets).catch((reason: unknown) => reason)
    expect(error).toBeInstanceOf(GraphError)
    return (error as GraphError).faults
  }

  test('a node without a form in PyTorch', async () => {
    const graph = toGraph(readWorkflow('words-masked'), declarations)
    const [fault] = await refusal(graph)
    expect(graph.nodes.some(({ id }) => id === fault.node)).toBe(true)
    expect(fault.message).toMatch(
      /cannot be exported to PyTorch: Models of words and tokens are not exported\.$/,
    )
    expect(fault.cure).toBe('Remove it or bypass it, or run the graph here.')
  })

  test('a training that cannot be written', async () => {
    const [fault] = await refusal(toGraph(readWorkflow('early-stopping'), declarations))
    expect(fault.message).toContain('Trainings with again connected are not exported.')
  })
})

test('a formula like a timestep gives levels', async () => {
  const graph = toGraph(readWorkflow('no-time-embedding'), declarations)
  const formula = graph.nodes.find(({ params }) => params.output === 'timestep')!
  formula.params.output = 'like a'
  formula.title = 'Half'
  expect(toScript(await exportTorch(graph, ops, assets))).toContain('half = Levels(half_formula(')
})

test('only reasons for users become faults of a node', () => {
  const networks = new Networks(new PythonNames(), new ExportFiles([]))
  const write = (kind: string) =>
    networks.write({ kind, config: {} } as unknown as Model, 'Network', {}, undefined)
  expect(() => write('exact')).toThrow(MessageError)
  expect(() => write('unet')).toThrow(TypeError)
})

describe('names and literals', () => {
  test('titles become names of Python', () => {
    expect(toSnake('Noise schedule')).toBe('noise_schedule')
    expect(toSnake('UNet')).toBe('unet')
    expect(toSnake('8 x 8')).toBe('value_8_x_8')
    expect(toPascal('a small UNet')).toBe('ASmallUNet')
    const names = new PythonNames()
    expect([names.take('lambda'), names.take('x'), names.take('x')]).toEqual([
      'lambda_2',
      'x',
      'x_2',
    ])
  })

  test('titles hide no name that programs use', () => {
    const names = new PythonNames()
    const titles = ['isinstance', 'named', 'weight', 'Attend', 'x', 't']
    expect(titles.map((title) => names.take(titleName(title)))).toEqual([
      'isinstance_2',
      'named_2',
      'weight_2',
      'attend_2',
      'value_x',
      'value_t',
    ])
    expect(names.take(toPascal('resnet Block'))).toBe('ResnetBlock_2')
  })

  test('strings have escapes for what nobody sees, and no lone surrogates', () => {
    expect(pyString('a"\\\u0000\u007f\u202e\u2066\u2028')).toBe(
      String.raw`"a\"\\\u0000\u007f\u202e\u2066\u2028"`,
    )
    expect(pyString('\ud800x🌊')).toBe('"\ufffdx🌊"')
  })

  test('a string that ends with a backslash ends where it ends', () => {
    const text = pyString('folder\\')
    const call = breakLine(`x = f(${text}, ${'argument, '.repeat(12)}"b", (c))`)
    expect(call.split('\n').length).toBeGreaterThan(2)
    expect(call.split('\n')[1]).toContain(`${text}, argument`)
    const quoted = pyString(`a", ${'(b, '.repeat(30)}`)
    expect(breakLine(`x = f(${quoted}, ${'argument, '.repeat(12)}c)`)).toContain(quoted)
    // Taken for an escaped quote, this would be one string up to the next quote.
    const split = breakLine(`x = f(${text}, "${'a, '.repeat(50)}")`)
    expect(split).toContain(`"${'a, '.repeat(50)}"`)
  })

  test('numbers have the digits of Python', () => {
    expect([1e-7, 0.002, 5, Infinity, 1e21].map(pyNumber)).toEqual([
      '1.0e-7',
      '0.002',
      '5',
      'math.inf',
      '1.0e+21',
    ])
    expect(pyNumbers([960, 920, 880, 840, 800, -1])).toBe('[*range(960, 799, -40), -1]')
    expect(pyNumbers([0.5, 1, 2.25])).toBe('[0.5, 1, 2.25]')
  })

  test('long calls continue in further lines', () => {
    const call = breakLine(`x = f(${'argument, '.repeat(14)}"a, (b")`)
    expect(call.split('\n').length).toBe(4)
    expect(call.split('\n').every((line) => line.length <= 110)).toBe(true)
    expect(call.replaceAll(/\s+/g, ' ')).toContain('"a, (b" )')
  })
})
