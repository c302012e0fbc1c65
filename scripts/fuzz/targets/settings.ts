// What edits from outside must withstand: settings of links, messages of host pages and values of
// tools. An accepted edit prints, saves and opens again with equal text; a refused one changes nothing.
import { englishText } from '../../../src/engine/base/catalogue.ts'
import { SettingError } from '../../../src/workflow/settings.ts'
import type { Param } from '../../../src/engine/plan/op.ts'
import { problemWith } from '../../../src/engine/plan/params.ts'
import { readAddress } from '../../../src/editor/drops/address.ts'
import { setParams } from '../../../src/editor/drops/workflowSettings.ts'
import { allParams } from '../../../src/editor/figure/choices.ts'
import { readHostMessage } from '../../../src/editor/figure/messages.ts'
import { findParam, readParamValue } from '../../../src/editor/figure/values.ts'
import { ownTypes } from '../../../src/editor/graph/declarations.ts'
import { listNodes, withValue } from '../../../src/editor/graph/nodePaths.ts'
import { findPackingProblem, packNodes } from '../../../src/editor/graph/pack.ts'
import { parseWorkflow, stringifyWorkflow, WorkflowError } from '../../../src/workflow/index.ts'
import type { NodeId, WorkflowFile } from '../../../src/workflow/file.ts'
import type { Json } from '../../../src/workflow/json.ts'
import { HeadlessDocument } from '../headlessDocument.ts'
import { HeadlessEditor } from '../headlessEditor.ts'
import { readJsonSeeds } from '../jsonSeeds.ts'
import type { Rng } from '../random.ts'
import type { SingleTarget, Timed } from '../target.ts'
import { checkMessage, Violation } from '../violation.ts'

/** An input: a workflow, and edits of it. Nodes and params are chosen by numbers. */
interface Input {
  seed: number
  /** Packs a node into a subgraph and opens it. */
  inside: boolean
  edits: Edit[]
}

interface Edit {
  by: (typeof sources)[number]
  node: number
  param: number
  /** JSON, since it may be nested deeper than the input may be. */
  value: string
  /** Lists around the value. */
  levels: number
}

const sources = ['link', 'message', 'tool', 'whole', 'title', 'place', 'property'] as const

// ---- inputs

const values: ((rng: Rng) => unknown)[] = [
  (rng) => rng.pick([0, -0, 1, 7, 1e7, 9_999_999.6, 1e308, -1e308, 2 ** 53, 0.1, -1]),
  (rng) => rng.pick(['', '5', 'NaN', 'Infinity', '1e999', 'true', 'null', '{', '[[0,1]]', 'a.b:c']),
  (rng) =>
    rng.pick(['<b>', '\u0000', '\ud800', '\u202ex', '__proto__', 'constructor', 'x_t', '=1']),
  (rng) => 'x'.repeat(rng.pick([119, 299, 300, 301, 400, 20_001])),
  (rng) => rng.pick([true, false, null]),
  (rng) => Array.from({ length: rng.below(4) }, () => [rng.below(9), rng.below(9)]),
  () => ({ name: 'a', size: 1, sha256: '0'.repeat(64) }),
  (rng) => ({ name: 'a', size: 1, sha256: '0'.repeat(64), more: [{ [rng.pick(keys)]: 1 }] }),
  (rng) => JSON.parse(`{"${rng.pick(keys)}":{"a":[1]},"b":2}`) as unknown,
  (rng) => rng.pick([{}, [], [[]], [null], { a: {} }]),
]

const keys = ['__proto__', 'constructor', 'prototype', 'toString', 'a', '', '<', 'toJSON']

/** Often close to the limits of a value at the top level and inside a subgraph. */
const nesting = (rng: Rng) =>
  rng.chance(0.5) ? 0 : rng.pick([1, 3, 36, 38, 39, 40, 41, 42, 43, 44, 45, 46, 48, 60, 600])

function generate(rng: Rng): Input {
  const edit = (): Edit => ({
    by: rng.pick(sources),
    node: rng.below(8),
    param: rng.below(12),
    value: JSON.stringify(rng.pick(values)(rng)),
    levels: nesting(rng),
  })
  return {
    seed: rng.below(1000),
    inside: rng.chance(0.3),
    edits: Array.from({ length: rng.count(4) }, edit),
  }
}

function editValue({ value, levels }: Edit): Json {
  let nested = JSON.parse(value) as Json
  for (let i = 0; i < levels; i++) nested = i % 3 === 2 ? { a: nested } : [nested]
  return nested
}

// ---- checks

export function createSettingsTarget(): SingleTarget {
  const checks = new EditChecks(readJsonSeeds().parts)
  return {
    isJson: true,
    share: 1,
    generate: (rng) => new TextEncoder().encode(JSON.stringify(generate(rng))),
    check: (bytes, timed) => checks.check(JSON.parse(new TextDecoder().decode(bytes)), timed),
  }
}

interface AnyParam {
  key: string
  node: string
  name: string
  param: Param
  value: Json | undefined
}

/** Params of all kinds at all depths. */
const listParams = (file: WorkflowFile): AnyParam[] =>
  listNodes(file, ownTypes).flatMap(({ id, node, declaration }) =>
    Object.entries(declaration?.params ?? {}).map(([name, param]) => ({
      key: `${id}.${name}`,
      node: id,
      name,
      param,
      value: node.properties[name],
    })),
  )

const at = <T>(items: readonly T[], i: number): T | undefined =>
  items[i % Math.max(1, items.length)]

class EditChecks {
  private readonly editor = new HeadlessDocument()
  private readonly other = new HeadlessEditor()

  constructor(private readonly seeds: readonly string[]) {}

  /** @throws Violation */
  async check(input: Input, timed: Timed): Promise<'accepted' | 'refused'> {
    if (!isInput(input)) return 'refused'
    const { editor } = this
    const file = parseWorkflow(at(this.seeds, input.seed) ?? '', ownTypes).workflow
    const packed = input.inside ? packOne(file) : undefined
    let done = 0
    try {
      await editor.open(packed?.file ?? file)
      if (packed) await editor.openInside(packed.node)
      for (const edit of input.edits) if (await this.checkEdit(edit, timed)) done++
      await this.checkReopening()
    } finally {
      editor.close()
    }
    return done ? 'accepted' : 'refused'
  }

  /** Returns false if the edit was refused, or did not match the workflow. */
  private async checkEdit(edit: Edit, timed: Timed): Promise<boolean> {
    const { editor } = this
    const before = editor.document.present.text
    const { canUndo, canRedo } = editor.document
    const count = editor.refusals.length
    const accepted = await timed(edit.by, () => this.apply(edit))
    const { present } = editor.document
    if (editor.canvasText() !== present.text)
      throw new Violation('consistent', `The canvas differs from the document after ${edit.by}`)
    if (editor.refusals.length === count) {
      requireEqualText(present.text)
      return accepted
    }
    checkRefusal(editor.refusals.at(-1), edit, before)
    if (withoutSizes(present.text) !== withoutSizes(before))
      throw new Violation(
        'unchanged',
        `A refused edit changed it: ${describe(before, present.text)}`,
      )
    if (editor.document.canUndo !== canUndo || editor.document.canRedo !== canRedo)
      throw new Violation('unchanged', `A refused edit changed the history: ${edit.by}`)
    return false
  }

  private async apply(edit: Edit): Promise<boolean> {
    const { editor } = this
    const { file } = editor.document.present
    const value = editValue(edit)
    const params = listParams(file)
    const param = at(params, edit.node * 5 + edit.param)
    switch (edit.by) {
      case 'link':
        return param ? this.setByLink(param, value) : false
      case 'message':
        return param ? this.setByMessage(param, value) : false
      case 'whole':
        return param
          ? editor.editWhole((whole) => withValue(whole, param.node, param.name, value))
          : false
      default: {
        const node = at(editor.graph._nodes, edit.node)
        return node ? editor.edit(() => changeNode(node, edit, value)) : false
      }
    }
  }

  private async setByLink(param: AnyParam, value: Json): Promise<boolean> {
    const { editor } = this
    const text = typeof value === 'string' ? value : JSON.stringify(value)
    const query = new URLSearchParams([['set', `${param.key}:${text}`]])
    const { set } = readAddress(`?${query}`)
    const { file } = editor.document.present
    const done = setParams(file, set, ownTypes)
    for (const problem of done.problems) checkMessage(englishText(problem), text)
    if (done.file === file) return false
    const before = new Set(listParams(file).map(({ value: was }) => was))
    for (const { name, param: spec, value: now } of listParams(done.file)) {
      if (before.has(now)) continue
      const problem = problemWith(now, spec)
      if (problem !== undefined)
        throw new Violation('valid', `Set ${name}, expected ${englishText(problem)}`)
    }
    return editor.editWhole(() => done.file)
  }

  /** As `set` of a message does. */
  private async setByMessage(param: AnyParam, value: Json): Promise<boolean> {
    const { editor } = this
    const data = { litegraphDiffusion: 1, id: 1, type: 'set', params: { [param.key]: value } }
    const read = readHostMessage(data)
    if (!read || !('message' in read) || read.message.type !== 'set') return false
    for (const [name, given] of Object.entries(read.message.params)) {
      const { param: found } = findParam(allParams(editor.document.present.file), name)
      const next = found && readParamValue(found.param, given)
      if (!found || next === undefined) return false
      if (!(await editor.editWhole((whole) => withValue(whole, found.node, found.name, next))))
        throw new Violation('valid', `A value of a message was refused: ${found.name}`)
    }
    return true
  }

  /** What a draft or a save has stored opens again, and has the same text then. */
  private async checkReopening() {
    const { text } = this.editor.document.present
    this.editor.close()
    try {
      const opened = await this.other.open(parseWorkflow(text, ownTypes).workflow)
      const saved = stringifyWorkflow(opened)
      if (saved === text) return
      // The first opening may complete nodes, the second one changes nothing.
      const again = await this.other.open(parseWorkflow(saved, ownTypes).workflow)
      if (stringifyWorkflow(again) !== saved)
        throw new Violation('stable', 'A saved workflow is saved differently after it was opened')
    } finally {
      this.other.close()
    }
  }
}

/** Minimised inputs may have any form. */
function isInput({ seed, edits }: Input): boolean {
  return (
    Number.isSafeInteger(seed) &&
    seed >= 0 &&
    Array.isArray(edits) &&
    edits.every(
      (edit) =>
        sources.includes(edit?.by) &&
        typeof edit.value === 'string' &&
        edit.value !== '' &&
        [edit.node, edit.param, edit.levels].every((each) => Number.isSafeInteger(each)) &&
        edit.node >= 0 &&
        edit.param >= 0 &&
        edit.levels <= 1000,
    )
  )
}

function packOne(file: WorkflowFile): { file: WorkflowFile; node: NodeId } | undefined {
  for (const { id } of file.nodes) {
    const ids = new Set([id])
    if (findPackingProblem(file, ids)) continue
    return packNodes(file, ids, { id: '6b0e5d3c-packed', name: 'Packed' }, ownTypes)
  }
  return undefined
}

type CanvasNode = HeadlessDocument['graph']['_nodes'][number]

function changeNode(node: CanvasNode, { by, param }: Edit, value: Json) {
  const text = typeof value === 'string' ? value : JSON.stringify(value)
  const number = typeof value === 'number' ? value : param
  if (by === 'title') node.title = text
  else if (by === 'place') node.pos = [number, -number]
  else if (by === 'property') node.properties[text.slice(0, 400)] = value
  else {
    const name = at(Object.keys(node.properties), param)
    if (name !== undefined) node.setProperty(name, value)
  }
}

/** Loading makes nodes with long titles wider. */
const withoutSizes = (text: string) => text.replaceAll(/"size": \[\d+, \d+\]/g, '"size"')

/** The first difference of two texts. */
function describe(before: string, after: string): string {
  const at = [...before].findIndex((letter, i) => letter !== after[i])
  return [before, after]
    .map((text) => JSON.stringify(text.slice(Math.max(0, at - 60), at + 60)))
    .join(' became ')
}

/** Reading removes further slots without a wire, which the canvas offers inside subgraphs. */
const withoutSlots = (text: string): string =>
  JSON.stringify(JSON.parse(text), (name, value: unknown) =>
    name === 'inputs' || name === 'outputs' ? undefined : value,
  )

function requireEqualText(text: string) {
  let read: WorkflowFile
  try {
    read = parseWorkflow(text, ownTypes).workflow
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error)
    throw new Violation('reopen', `An accepted edit cannot be read again: ${message}`, error)
  }
  const again = stringifyWorkflow(read)
  if (again === text) return
  const third = parseWorkflow(again, ownTypes).workflow
  if (stringifyWorkflow(third) !== again || withoutSlots(text) !== withoutSlots(again))
    throw new Violation('stable', describe(text, again))
}

/** @param before the text of the document, which the reason may quote, as it may the edit */
function checkRefusal(reason: unknown, edit: Edit, before: string) {
  const { by } = edit
  if (reason instanceof WorkflowError || reason instanceof SettingError) {
    checkMessage(reason.message, before + JSON.stringify(edit))
    if (by === 'link') throw new Violation('valid', `A setting was accepted: ${reason.message}`)
  } else if (!(reason instanceof RangeError))
    throw new Violation('errors', `An edit failed by an error of the program: ${String(reason)}`)
}
