// Writes every export of a workflow into memory, and checks what all of them promise: texts of the
// workflow are only strings, comments and names of variables, and no file has a name of its choice.
import { openZip } from '../../../src/engine/archive/zip.ts'
import { fileNameKey, isSafeFileName, safeFileName } from '../../../src/engine/base/fileName.ts'
import { GraphError, NodeError } from '../../../src/engine/messages/fault.ts'
import { onnxFileName } from '../../../src/engine/onnx/export.ts'
import type { Graph } from '../../../src/engine/plan/graph.ts'
import { opTable, type StoredFile } from '../../../src/engine/plan/op.ts'
import { fillPage } from '../../../src/hosts/page/fillPage.ts'
import { marks } from '../../../src/hosts/page/parts.ts'
import { generateScript } from '../../../src/hosts/script/write.ts'
import { nodes } from '../../../src/nodes/table.ts'
import { exportTorch, toScript, type TorchProgram } from '../../../src/hosts/torch/export.ts'
import { toNotebook } from '../../../src/hosts/torch/notebook.ts'
import { packProgram } from '../../../src/hosts/torch/pack.ts'
import { toGraph, type WorkflowFile } from '../../../src/workflow/index.ts'
import { packBundle } from '../../../src/workflow/bundle.ts'
import { checkScript } from '../scriptText.ts'
import { checkError, Violation } from '../violation.ts'
import { parseScript, savedNames, scriptForm } from './javascript.ts'
import type { Python } from './python.ts'
import { assets, declarations } from './workflow.ts'

const ops = opTable(nodes)

export interface Exports {
  script: string
  program: string
  notebook: string
  page: string
  /** Functions of the library in the program. */
  functions: readonly string[]
  /** Names in the folder of the program. */
  files: readonly string[]
}

const template = `<title>${marks.title}</title><p>${marks.bundle}</p><i>${marks.data}</i>`

const notesOf = ({ nodes: list }: WorkflowFile) =>
  list.flatMap(({ type, properties }) =>
    type === 'diffusion/Note' ? [String(properties.text)] : [],
  )

/**
 * Writes all exports. Returns undefined for a graph that is refused.
 * @throws Violation
 */
export async function writeExports(file: WorkflowFile, input = ''): Promise<Exports | undefined> {
  const graph = toGraph(file, declarations)
  const { title, about } = file.extra.diffusion ?? {}
  const texts = { title, about }
  try {
    const script = generateScript(graph, ops, texts)
    const program = await exportTorch(graph, ops, assets, texts)
    checkStoredNames(graph)
    checkFiles(program)
    const notes = notesOf(file)
    const exports = {
      script,
      program: toScript(program),
      notebook: toNotebook(program, notes),
      page: fillPage(template, { title: title ?? '', bundle: packFiles(graph) }),
      functions: program.definitions.filter((code) => code.startsWith('def ')),
      files: ['train.py', ...program.files.map(({ name }) => name)],
    }
    checkZip(program, exports)
    return exports
  } catch (error) {
    checkError(error, [GraphError, NodeError], input)
    return undefined
  }
}

const storedFiles = (graph: Graph): StoredFile[] =>
  graph.nodes.flatMap(({ params }) =>
    params.checkpoint ? [params.checkpoint as unknown as StoredFile] : [],
  )

/** The ZIP of the workflow with its files. */
function packFiles(graph: Graph): Uint8Array {
  const files = storedFiles(graph).map((file) => ({
    what: 'checkpoint' as const,
    file,
    bytes: new Uint8Array(),
  }))
  const zip = packBundle('{}', files)
  const paths = [...openZip(zip, 1e4).entries.keys()]
  for (const path of paths) path.split('/').forEach(checkName)
  return zip
}

/** Stored files of a graph without faults have names without separators and controls. */
function checkStoredNames(graph: Graph) {
  for (const { name } of storedFiles(graph))
    if (name.length > 255 || /[\\/\p{Cc}]/u.test(name))
      throw new Violation('names', `A stored file is named ${JSON.stringify(name)}`)
}

/** What no file name may have, independently of the function that makes them. */
const unsafe = [
  /[\\/:*?"<>|\p{Cc}\p{Cs}\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/u,
  /^\.|^$|[. ]$/,
  /^(?:con|prn|aux|nul|com\d|lpt\d) *(?:\.|$)/i,
  /^.{160}/u,
]

function checkName(name: string) {
  if (!isSafeFileName(name) || unsafe.some((pattern) => pattern.test(name)))
    throw new Violation('names', `A file is named ${JSON.stringify(name)}`)
}

/** Companions have the names of the program: no texts of the workflow. */
const companion =
  /^(?:data(?:-\d+)?\.safetensors|network(?:-\d+)?\.start\.zip|checkpoint-[0-9a-f]{8}(?:-\d+)?\.zip|support\.py|philox\.py)$/

function checkFiles({ files, body }: TorchProgram) {
  const names = files.map(({ name }) => String(name))
  for (const name of names) {
    checkName(name)
    if (!companion.test(name)) throw new Violation('names', `A companion is named ${name}`)
  }
  const results = resultNames(body.join('\n'))
  results.forEach(checkName)
  const all = ['train.py', 'train.ipynb', ...names, ...new Set(results)].map(fileNameKey)
  if (new Set(all).size < all.length)
    throw new Violation('names', `Two files have one name: ${all.join(', ')}`)
}

/** Names of the files that a program writes. */
const resultNames = (code: string): string[] =>
  [...code.matchAll(/(?:\bsave_(?!checkpoint)\w+\(\s*|\bout \/ )("(?:[^"\\]|\\.)*")/g)].map(
    ([, literal]) => JSON.parse(literal) as string,
  )

/** The ZIP of the editor contains the same program, which nothing replaced. */
function checkZip(written: TorchProgram, { program, files }: Exports) {
  const zip = openZip(packProgram(written), 100)
  const names = [...zip.entries.keys()]
  if (names.toSorted().join() !== files.toSorted().join())
    throw new Violation('names', `The ZIP has ${names.join(', ')}`)
  if (new TextDecoder().decode(zip.read('train.py', 1e8)) !== program)
    throw new Violation('names', 'The program of the ZIP was replaced')
}

/** Characters that make code look like other code, or that no source may contain. */
const unseen = /[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\u2028\u2029\p{Cs}]|(?!\n)\p{Cc}/u

function checkUnseen(where: string, text: string) {
  const found = unseen.exec(text)
  if (found) throw new Violation('unseen', `The ${where} has ${JSON.stringify(found[0])} as it is`)
}

/** Code of the cells of a notebook. */
function notebookCode(notebook: string): string {
  const { cells } = JSON.parse(notebook) as { cells: { cell_type: string; source: string[] }[] }
  return cells
    .filter(({ cell_type }) => cell_type === 'code')
    .map(({ source }) => source.join(''))
    .join('\n')
}

const withoutSpace = (code: string) =>
  code
    .split('\n')
    .filter((line) => line.trim() !== '' && line !== 'finish()')
    .join('\n')

/** Compares exports with those of the same workflow with harmless texts. */
export class ExportChecks {
  private readonly script: string
  private readonly tags: number

  private constructor(
    private readonly harmless: Exports,
    private readonly python: Python | undefined,
    private readonly hash: string | undefined,
  ) {
    this.script = scriptForm(parseScript(harmless.script))
    this.tags = harmless.page.split(/[<>]/).length
  }

  static async create(harmless: Exports, python: Python | undefined): Promise<ExportChecks> {
    const [form] = (await python?.forms([harmless.program], harmless.functions)) ?? []
    if (form?.error !== undefined) throw new Error(form.error)
    return new ExportChecks(harmless, python, form?.hash)
  }

  /** @throws Violation */
  async check({ script, program, notebook, page, files }: Exports) {
    if (files.join() !== this.harmless.files.join())
      throw new Violation('names', `Texts change the files: ${files.join(', ')}`)
    this.checkScript(script)
    checkUnseen('program', program)
    const code = program.slice(program.indexOf('\n"""\n') + 5)
    if (withoutSpace(notebookCode(notebook)) !== withoutSpace(code))
      throw new Violation('statements', 'The cells of the notebook are not the program')
    if (page.split(/[<>]/).length !== this.tags)
      throw new Violation('markup', 'A text became markup of the page')
    await this.checkProgram(program)
  }

  private checkScript(script: string) {
    checkUnseen('script', script)
    checkScript(script)
    const parsed = parseScript(script)
    // An empty name stands for that of the node.
    savedNames(parsed)
      .filter((name) => name !== '')
      .forEach(checkName)
    if (scriptForm(parsed) !== this.script)
      throw new Violation('statements', 'A text changes the statements of the script')
  }

  private async checkProgram(program: string) {
    const [form] = (await this.python?.forms([program])) ?? []
    if (!form) return
    if (form.error !== undefined)
      throw new Violation('syntax', `The program is no Python: ${form.error}`)
    if (form.hash !== this.hash)
      throw new Violation('statements', `A text changes the program: ${form.imports?.join('; ')}`)
  }
}

/** Names that the writers make of a text: of an ONNX file, and of files in a folder. */
export function checkWriters(text: string) {
  for (const part of ['', 'encode']) checkName(onnxFileName(text, part))
  checkName(safeFileName(text))
  checkName(safeFileName(`${text}.png`))
}
