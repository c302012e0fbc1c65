// Levels of a workflow, borders of subgraphs, and saved nodes, as changes of files.
import { expect, test } from 'vitest'
import {
  arrangeSlots,
  demoteParam,
  describeSubgraph,
  promoteParam,
  renameSlot,
} from '../../../src/editor/graph/border.ts'
import {
  savedDeclaration,
  renameSavedNode,
  toSavedNode,
  compareWithSaved,
  insertSavedNode,
} from '../../../src/editor/subgraph/savedNodes.ts'
import {
  withLevel,
  getLevel,
  NEW_SLOT,
  sortSubgraphs,
  truncatePath,
  findChangedPath,
  findSubgraphPath,
} from '../../../src/editor/graph/levels.ts'
import { packNodes } from '../../../src/editor/graph/pack.ts'
import {
  sortOpenLevelFirst,
  listNodes,
  findOuterParam,
  withValue,
} from '../../../src/editor/graph/nodePaths.ts'
import { summarizeWorkflow } from '../../../src/editor/graph/workflowText.ts'
import { nodeMeasure } from '../../../src/editor/graph/nodeMeasures.ts'
import { mergePiece, extractPiece } from '../../../src/editor/graph/fragments.ts'
import { replaceNodeType, findReplacements } from '../../../src/editor/graph/replace.ts'
import { withAdvancedSeeds } from '../../../src/litegraph/seeds.ts'
import type { WorkflowFile } from '../../../src/workflow/index.ts'
import { parseWorkflow, stringifyWorkflow, toGraph } from '../../../src/workflow/index.ts'
import { withSubgraphs } from '../../../src/workflow/subgraphDeclarations.ts'
import { INPUTS, OUTPUTS } from '../../../src/workflow/file.ts'
import { declarations, fileOf } from '../fileOf.ts'

const OUTER = 'outer-subgraph'
const INNER = 'inner-subgraph'

/** Noise, Mix and Preview in a row; Mix is a subgraph inside a subgraph. */
function nested(): WorkflowFile {
  const file = fileOf({ 1: 'GaussianNoise', 2: 'Mix', 3: 'Preview', 4: 'GaussianNoise' }, [
    [1, 'noise', 2, 'a'],
    [4, 'noise', 2, 'b'],
    [2, 'mix', 3, 'images_1'],
  ])
  const inner = packNodes(file, new Set([2]), { id: INNER, name: 'Inner' }, declarations).file
  return packNodes(
    inner,
    new Set([5, 4]),
    { id: OUTER, name: 'Outer' },
    withSubgraphs(inner, declarations),
  ).file
}

const same = (a: WorkflowFile, b: WorkflowFile) =>
  expect(stringifyWorkflow(a)).toBe(stringifyWorkflow(b))
const inner = (file: WorkflowFile) => file.subgraphs!.find(({ id }) => id === INNER)!
const slots = (file: WorkflowFile) => {
  const at = file
    .subgraphs!.find(({ id }) => id === OUTER)!
    .inside.nodes.find(({ type }) => type === INNER)!
  return [at.inputs.map(({ name }) => name), at.outputs.map(({ name }) => name)]
}
const wiredTo = (file: WorkflowFile) =>
  toGraph(file, declarations).nodes.find(({ op }) => op === 'diffusion/Mix')!.inputs

test('leaving an unedited level changes nothing, and unused subgraphs are removed', () => {
  const whole = nested()
  for (const path of [[], [6], [6, 5]]) same(withLevel(whole, path, getLevel(whole, path)), whole)
  const level = getLevel(whole, [6])
  const without = { ...level, nodes: level.nodes.filter(({ id }) => id !== 5), links: [] }
  expect(withLevel(whole, [6], without).subgraphs!.map(({ id }) => id)).toEqual([OUTER])
})

test('a wire to the + slot adds a slot inside and outside, with the type of the wire', () => {
  const whole = nested()
  const level = getLevel(whole, [6, 5])
  const from = level.nodes.find(({ id }) => id === INPUTS)!
  const mix = level.nodes.find(({ type }) => type === 'diffusion/Mix')!
  expect(from.outputs.at(-1)!.name).toBe(NEW_SLOT)
  level.links.push([99, INPUTS, from.outputs.length - 1, mix.id, 2, '*'])
  const changed = withLevel(whole, [6, 5], level)
  expect(slots(changed)).toEqual([['a', 'b', 'weight'], ['mix']])
  expect(inner(changed).inside.nodes.find(({ id }) => id === INPUTS)!.outputs[2].type).toBe(
    mix.inputs[2].type,
  )
  expect(parseWorkflow(stringifyWorkflow(changed), declarations).notices).toEqual([])
})

test('slots are renamed, moved and removed with their outer wires', () => {
  const whole = nested()
  const before = wiredTo(whole)
  const renamed = renameSlot(whole, INNER, INPUTS, 'a', 'first')!
  expect(slots(renamed)).toEqual([['first', 'b'], ['mix']])
  expect(wiredTo(renamed)).toEqual(before)
  const moved = arrangeSlots(renamed, INNER, INPUTS, ['b', 'first'])
  expect(slots(moved)).toEqual([['b', 'first'], ['mix']])
  expect(wiredTo(moved)).toEqual(before)
  expect(Object.keys(wiredTo(arrangeSlots(moved, INNER, INPUTS, ['first'])))).toEqual(['a'])
  expect(slots(arrangeSlots(moved, INNER, OUTPUTS, []))).toEqual([['b', 'first'], []])
  for (const name of ['b', 'loop', '', '__proto__', 'a\nb'])
    expect(renameSlot(whole, INNER, INPUTS, 'a', name)).toBeUndefined()
})

test('a param is promoted through two levels, and demoted again', () => {
  const one = promoteParam(nested(), INNER, 2, 'w')
  const two = promoteParam(one, OUTER, 5, 'w')
  const node = two.nodes.find(({ type }) => type === OUTER)!
  expect(withSubgraphs(two, declarations).get(OUTER)!.params.w).toMatchObject({
    kind: 'number',
    default: 0.5,
  })
  node.properties.w = 0.25
  const w = (file: WorkflowFile) =>
    toGraph(file, declarations).nodes.find(({ op }) => op === 'diffusion/Mix')!.params.w
  expect(w(two)).toBe(0.25)
  const back = demoteParam(two, OUTER, { node: 5, param: 'w', as: 'w' })
  expect([w(back), back.nodes.find(({ type }) => type === OUTER)!.properties]).toEqual([0.5, {}])
  expect(inner(describeSubgraph(two, INNER, { name: ' "A" <b> ' })).name).toBe('”A” ‹b›')
})

test('promoted params of one name are numbered on', () => {
  const params: [node: number, param: string][] = [
    [4, 'w'],
    [5, 'w'],
    [5, 'w_2'],
    [4, 'std_1'],
    [5, 'std_1'],
  ]
  const whole = params.reduce(
    (file, [node, param]) => promoteParam(file, OUTER, node, param),
    nested(),
  )
  const { promoted } = whole.subgraphs!.find(({ id }) => id === OUTER)!
  expect(promoted.map(({ as }) => as)).toEqual(['w', 'w_2', 'w_3', 'std_1', 'std_1_2'])
})

test('a subgraph cannot contain itself', () => {
  const whole = nested()
  const piece = extractPiece(whole, new Set([6]))
  const level = mergePiece(getLevel(whole, [6, 5]), piece, [0, 0]).file
  expect(sortSubgraphs(withLevel(whole, [6, 5], level).subgraphs!)).toBeUndefined()
  expect(sortSubgraphs(nested().subgraphs!.toReversed())!.map(({ id }) => id)).toEqual([
    INNER,
    OUTER,
  ])
})

test('undo opens the level of the change', () => {
  const whole = nested()
  expect(findSubgraphPath(whole, INNER)).toEqual([6, 5])
  const moved = structuredClone(whole)
  inner(moved).inside.nodes.find(({ id }) => id === 2)!.pos = [5, 5]
  expect(findChangedPath(whole, moved, [])).toEqual([6, 5])
  expect(findChangedPath(moved, whole, [6, 5])).toEqual([6, 5])
  const above = structuredClone(whole)
  above.nodes[0].pos = [9, 9]
  expect(findChangedPath(whole, above, [6, 5])).toEqual([])
  expect(findChangedPath(whole, fileOf({ 1: 'Mix' }, []), [6, 5])).toEqual([])
})

test('seeds in subgraphs change once before a run if their control requests it', () => {
  const whole = nested()
  const noise = whole
    .subgraphs!.find(({ id }) => id === OUTER)!
    .inside.nodes.find(({ id }) => id === 4)!
  expect(withAdvancedSeeds(whole, declarations)).toBeUndefined()
  noise.properties = { seed: 7, seed_control: 'increment' }
  const seeds = (file: WorkflowFile | undefined) =>
    file?.subgraphs!.flatMap(({ inside }) => inside.nodes).find(({ id }) => id === 4)!.properties
      .seed
  expect(seeds(withAdvancedSeeds(whole, declarations))).toBe(8)
  expect(withAdvancedSeeds(whole, declarations, OUTER)).toBeUndefined()
})

test('a saved node is inserted into another workflow, and updated only on demand', () => {
  const whole = promoteParam(nested(), INNER, 2, 'w')
  const node = whole
    .subgraphs!.find(({ id }) => id === OUTER)!
    .inside.nodes.find(({ type }) => type === INNER)!
  node.properties.w = 0.75
  const first = toSavedNode(
    {
      ...whole,
      ...whole.subgraphs!.find(({ id }) => id === OUTER)!.inside,
      subgraphs: whole.subgraphs!,
    },
    node,
    undefined,
    7,
  )
  expect(first).toMatchObject({ id: INNER, name: 'Inner', revision: 1, saved: 7 })
  expect(savedDeclaration(first)).toMatchObject({
    title: 'Inner',
    category: 'mine',
    params: { w: { default: 0.75 } },
  })

  const other = insertSavedNode(fileOf({ 1: 'GaussianNoise' }, []), first)!
  const [copy] = other.subgraphs!
  expect(compareWithSaved(other, copy, first)).toBe('same')
  expect(compareWithSaved(other, copy, undefined)).toBe('none')
  const changed = describeSubgraph(other, INNER, { description: 'Blends.' })
  expect(compareWithSaved(changed, changed.subgraphs![0], first)).toBe('changed')
  const second = renameSavedNode(first, 'Blend', 8)
  expect(second).toMatchObject({ id: INNER, name: 'Blend', revision: 2 })
  expect(compareWithSaved(other, copy, second)).toBe('older')
  const newer = insertSavedNode(other, second)!
  expect(newer.subgraphs!.map(({ name, revision }) => [name, revision])).toEqual([['Blend', 2]])
})

/** The same workflow, with a second node of the outer subgraph. */
function twice(): WorkflowFile {
  const whole = nested()
  whole.nodes.push({
    ...structuredClone(whole.nodes.find(({ id }) => id === 6)!),
    id: 9,
    title: 'Again',
  })
  return whole
}

test('nodes are listed by their path, once per node that contains them', () => {
  const places = listNodes(twice(), declarations)
  expect(places.map(({ id, ancestors: way, title, of }) => [id, ...way, title, of?.name])).toEqual([
    ['1', 'Gaussian Noise', undefined],
    ['3', 'Preview', undefined],
    ['6', 'Outer', undefined],
    ['6:4', 'Outer', 'Gaussian Noise', 'Outer'],
    ['6:5', 'Outer', 'Inner', 'Outer'],
    ['6:5:2', 'Outer', 'Inner', 'Mix', 'Inner'],
    ['9', 'Again', undefined],
    ['9:4', 'Again', 'Gaussian Noise', 'Outer'],
    ['9:5', 'Again', 'Inner', 'Outer'],
    ['9:5:2', 'Again', 'Inner', 'Mix', 'Inner'],
  ])
  expect(sortOpenLevelFirst(places, '9').map(({ id }) => id)).toEqual([
    '9:4',
    '9:5',
    '1',
    '3',
    '6',
    '6:4',
    '6:5',
    '6:5:2',
    '9',
    '9:5:2',
  ])
  expect(
    sortOpenLevelFirst(places, undefined)
      .map(({ id }) => id)
      .slice(0, 4),
  ).toEqual(['1', '3', '6', '9'])
})

test('a value is set at any level, for all nodes of its subgraph', () => {
  const ws = (file: WorkflowFile) =>
    toGraph(file, declarations)
      .nodes.filter(({ op }) => op === 'diffusion/Mix')
      .map(({ params }) => params.w)
  expect(ws(withValue(twice(), '9:5:2', 'w', 0.25))).toEqual([0.25, 0.25])
  expect(withValue(twice(), '1', 'seed', 4).nodes.find(({ id }) => id === 1)!.properties).toEqual({
    seed: 4,
  })
  same(withValue(twice(), '7:5', 'w', 1), twice())
  const outside = promoteParam(promoteParam(twice(), INNER, 2, 'w'), OUTER, 5, 'w')
  expect(findOuterParam(outside, '9:5:2', 'w')).toEqual({ id: '9', param: 'w' })
  expect(findOuterParam(outside, '9:4', 'seed')).toEqual({ id: '9:4', param: 'seed' })
})

test('a level stays open as long as its subgraph is unchanged', () => {
  const whole = twice()
  expect(truncatePath(whole, nested(), [6, 5])).toEqual([6, 5])
  expect(truncatePath(whole, nested(), [9, 5])).toEqual([])
  const other = structuredClone(whole)
  other.subgraphs!.find(({ id }) => id === OUTER)!.inside.nodes.find(({ id }) => id === 5)!.type =
    'diffusion/Mix'
  expect(truncatePath(whole, other, [6, 5])).toEqual([6])
})

test('a subgraph node sums the measurements inside it', () => {
  const measures = [
    { node: '3', calls: 1, bytes: 8, seconds: 1 },
    { node: '6:4', calls: 2, bytes: 10, seconds: 2 },
    { node: '6:5:2', calls: 5, bytes: 20, seconds: 3 },
    { node: '61', calls: 5, bytes: 20 },
  ]
  expect(nodeMeasure(measures, '6')).toEqual({ node: '6', calls: 5, bytes: 30, seconds: 5 })
  expect(nodeMeasure(measures, '6:5')).toEqual({ node: '6:5', calls: 5, bytes: 20, seconds: 3 })
  expect(nodeMeasure(measures, '61')).toEqual({ node: '61', calls: 5, bytes: 20 })
  expect(nodeMeasure(measures, '7')).toBeUndefined()
})

test('summaries of workflows include their subgraphs', () => {
  const whole = twice()
  inner(whole).inside.nodes.find(({ id }) => id === 2)!.title = 'Half of each'
  const { words: said, boxes } = summarizeWorkflow(stringifyWorkflow(whole))
  for (const word of ['Inner', 'Outer', 'Again', 'Half of each', 'Mix'])
    expect(said).toContain(word)
  expect(boxes.map(({ category }) => category).sort()).toEqual(['mine', 'mine', 'process', 'view'])
  for (const text of ['', '{', '[]', 'null', '{"definitions":{"subgraphs":[7,{"nodes":[null]}]}}'])
    expect(summarizeWorkflow(text).boxes).toEqual([])
})

test('a subgraph node replaces another node and keeps its wires', () => {
  const file = fileOf({ 1: 'GaussianNoise', 2: 'Mix', 3: 'Preview', 4: 'Mix' }, [
    [1, 'noise', 2, 'a'],
    [1, 'noise', 2, 'b'],
    [2, 'mix', 3, 'images_1'],
  ])
  const whole = packNodes(file, new Set([2]), { id: INNER, name: 'Inner' }, declarations).file
  const known = withSubgraphs(whole, declarations)
  const node = whole.nodes.find(({ type }) => type === INNER)!
  const back = replaceNodeType(whole, node.id, 'diffusion/Mix', known)
  expect(findReplacements(back, node.id, [...known.values()]).map(({ type }) => type)).toContain(
    INNER,
  )
  const again = replaceNodeType(back, node.id, INNER, known)
  expect(
    toGraph(again, declarations).nodes.find(({ op }) => op === 'diffusion/Preview')!.inputs,
  ).toEqual({
    images_1: { node: `${node.id}:2`, slot: 'mix' },
  })
})
