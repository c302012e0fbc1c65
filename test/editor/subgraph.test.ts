// Levels of a workflow and the border between them, as changes of files.
import { expect, test } from 'vitest'
import { arrangeSlots, demote, describe as describeSubgraph, promote, renameSlot } from '../../src/editor/subgraph/border.ts'
import { declarationOfSaved, renamed, savedOf, standing, withSaved } from '../../src/editor/subgraph/mine.ts'
import { composed, levelOf, NEW, ordered, pathKept, pathOfChange, pathTo } from '../../src/editor/subgraph/levels.ts'
import { packed } from '../../src/editor/subgraph/pack.ts'
import { openFirst, placesIn, setFrom, withValue } from '../../src/editor/subgraph/places.ts'
import { insideOf } from '../../src/editor/inside.ts'
import { measureOf } from '../../src/editor/measured.ts'
import { merge, pieceOf } from '../../src/editor/pieces.ts'
import { replaced, replacements } from '../../src/editor/replace.ts'
import { advancedSeeds } from '../../src/nodes/litegraph/graph.ts'
import type { WorkflowFile } from '../../src/nodes/workflow.ts'
import { parseWorkflow, stringifyWorkflow, toGraph } from '../../src/nodes/workflow.ts'
import { withSubgraphs } from '../../src/nodes/workflow/blocks.ts'
import { INPUTS, OUTPUTS } from '../../src/nodes/workflow/file.ts'
import { declarations, fileOf } from './fileOf.ts'

const OUTER = 'outer-subgraph'
const INNER = 'inner-subgraph'

/** Noise into Mix into Preview; the Mix is a subgraph in a subgraph. */
function nested(): WorkflowFile {
  const file = fileOf({ 1: 'GaussianNoise', 2: 'Mix', 3: 'Preview', 4: 'GaussianNoise' }, [
    [1, 'noise', 2, 'a'],
    [4, 'noise', 2, 'b'],
    [2, 'mix', 3, 'images_1'],
  ])
  const inner = packed(file, new Set([2]), { id: INNER, name: 'Inner' }, declarations).file
  return packed(inner, new Set([5, 4]), { id: OUTER, name: 'Outer' }, withSubgraphs(inner, declarations)).file
}

const same = (a: WorkflowFile, b: WorkflowFile) => expect(stringifyWorkflow(a)).toBe(stringifyWorkflow(b))
const inner = (file: WorkflowFile) => file.subgraphs!.find(({ id }) => id === INNER)!
const slots = (file: WorkflowFile) => {
  const at = file.subgraphs!.find(({ id }) => id === OUTER)!.inside.nodes.find(({ type }) => type === INNER)!
  return [at.inputs.map(({ name }) => name), at.outputs.map(({ name }) => name)]
}
const wiredTo = (file: WorkflowFile) => toGraph(file, declarations).nodes.find(({ op }) => op === 'diffusion/Mix')!.inputs

test('a level that is left as it is changes nothing, and what nothing stands for any more goes', () => {
  const whole = nested()
  for (const path of [[], [6], [6, 5]]) same(composed(whole, path, levelOf(whole, path)), whole)
  const level = levelOf(whole, [6])
  const without = { ...level, nodes: level.nodes.filter(({ id }) => id !== 5), links: [] }
  expect(composed(whole, [6], without).subgraphs!.map(({ id }) => id)).toEqual([OUTER])
})

test('a wire to + becomes a slot, outside too, and its types are those of what is wired', () => {
  const whole = nested()
  const level = levelOf(whole, [6, 5])
  const from = level.nodes.find(({ id }) => id === INPUTS)!
  const mix = level.nodes.find(({ type }) => type === 'diffusion/Mix')!
  expect(from.outputs.at(-1)!.name).toBe(NEW)
  level.links.push([99, INPUTS, from.outputs.length - 1, mix.id, 2, '*'])
  const changed = composed(whole, [6, 5], level)
  expect(slots(changed)).toEqual([['a', 'b', 'weight'], ['mix']])
  expect(inner(changed).inside.nodes.find(({ id }) => id === INPUTS)!.outputs[2]!.type).toBe(mix.inputs[2]!.type)
  expect(parseWorkflow(stringifyWorkflow(changed), declarations).notices).toEqual([])
})

test('slots are renamed, moved and removed; wires outside go with them', () => {
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
  for (const name of ['b', 'loop', '', '__proto__', 'a\nb']) expect(renameSlot(whole, INNER, INPUTS, 'a', name)).toBeUndefined()
})

test('a param is set from outside, through two levels, and is again the own of each', () => {
  const one = promote(nested(), INNER, 2, 'w')
  const two = promote(one, OUTER, 5, 'w')
  const node = two.nodes.find(({ type }) => type === OUTER)!
  expect(withSubgraphs(two, declarations).get(OUTER)!.params.w).toMatchObject({ kind: 'number', default: 0.5 })
  node.properties.w = 0.25
  const w = (file: WorkflowFile) => toGraph(file, declarations).nodes.find(({ op }) => op === 'diffusion/Mix')!.params.w
  expect(w(two)).toBe(0.25)
  const back = demote(two, OUTER, { node: 5, param: 'w', as: 'w' })
  expect([w(back), back.nodes.find(({ type }) => type === OUTER)!.properties]).toEqual([0.5, {}])
  expect(inner(describeSubgraph(two, INNER, { name: ' "A" <b> ' })).name).toBe('”A” ‹b›')
})

test('a subgraph cannot come into itself', () => {
  const whole = nested()
  const piece = pieceOf(whole, new Set([6]))
  const level = merge(levelOf(whole, [6, 5]), piece, [0, 0]).file
  expect(ordered(composed(whole, [6, 5], level).subgraphs!)).toBeUndefined()
  expect(ordered(nested().subgraphs!.toReversed())!.map(({ id }) => id)).toEqual([INNER, OUTER])
})

test('undo goes to where something changed', () => {
  const whole = nested()
  expect(pathTo(whole, INNER)).toEqual([6, 5])
  const moved = structuredClone(whole)
  inner(moved).inside.nodes.find(({ id }) => id === 2)!.pos = [5, 5]
  expect(pathOfChange(whole, moved, [])).toEqual([6, 5])
  expect(pathOfChange(moved, whole, [6, 5])).toEqual([6, 5])
  const above = structuredClone(whole)
  above.nodes[0]!.pos = [9, 9]
  expect(pathOfChange(whole, above, [6, 5])).toEqual([])
  expect(pathOfChange(whole, fileOf({ 1: 'Mix' }, []), [6, 5])).toEqual([])
})

test('seeds inside change before a run, each once, where somebody asked for it', () => {
  const whole = nested()
  const noise = whole.subgraphs!.find(({ id }) => id === OUTER)!.inside.nodes.find(({ id }) => id === 4)!
  expect(advancedSeeds(whole, declarations)).toBeUndefined()
  noise.properties = { seed: 7, seed_control: 'increment' }
  const seeds = (file: WorkflowFile | undefined) =>
    file?.subgraphs!.flatMap(({ inside }) => inside.nodes).find(({ id }) => id === 4)!.properties.seed
  expect(seeds(advancedSeeds(whole, declarations))).toBe(8)
  expect(advancedSeeds(whole, declarations, OUTER)).toBeUndefined()
})

test('a node is kept, found, put into another workflow, and its newer copy is only taken when that is wanted', () => {
  const whole = promote(nested(), INNER, 2, 'w')
  const node = whole.subgraphs!.find(({ id }) => id === OUTER)!.inside.nodes.find(({ type }) => type === INNER)!
  node.properties.w = 0.75
  const first = savedOf(
    { ...whole, ...whole.subgraphs!.find(({ id }) => id === OUTER)!.inside, subgraphs: whole.subgraphs! },
    node,
    undefined,
    7,
  )
  expect(first).toMatchObject({ id: INNER, name: 'Inner', revision: 1, saved: 7 })
  expect(declarationOfSaved(first)).toMatchObject({ title: 'Inner', category: 'mine', params: { w: { default: 0.75 } } })

  const other = withSaved(fileOf({ 1: 'GaussianNoise' }, []), first)!
  const [copy] = other.subgraphs!
  expect(standing(other, copy!, first)).toBe('same')
  expect(standing(other, copy!, undefined)).toBe('none')
  const changed = describeSubgraph(other, INNER, { description: 'Blends.' })
  expect(standing(changed, changed.subgraphs![0]!, first)).toBe('changed')
  const second = renamed(first, 'Blend', 8)
  expect(second).toMatchObject({ id: INNER, name: 'Blend', revision: 2 })
  expect(standing(other, copy!, second)).toBe('older')
  const newer = withSaved(other, second)!
  expect(newer.subgraphs!.map(({ name, revision }) => [name, revision])).toEqual([['Blend', 2]])
})

/** The same with a second node that stands for the outer one. */
function twice(): WorkflowFile {
  const whole = nested()
  whole.nodes.push({ ...structuredClone(whole.nodes.find(({ id }) => id === 6)!), id: 9, title: 'Again' })
  return whole
}

test('all that is in a workflow is found by the way to it, once for each node that stands for it', () => {
  const places = placesIn(twice(), declarations)
  expect(places.map(({ id, way, title, of }) => [id, ...way, title, of?.name])).toEqual([
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
  expect(openFirst(places, '9').map(({ id }) => id)).toEqual(['9:4', '9:5', '1', '3', '6', '6:4', '6:5', '6:5:2', '9', '9:5:2'])
  expect(
    openFirst(places, undefined)
      .map(({ id }) => id)
      .slice(0, 4),
  ).toEqual(['1', '3', '6', '9'])
})

test('a value is set wherever its node is, and for all that stand for what it is in', () => {
  const ws = (file: WorkflowFile) =>
    toGraph(file, declarations)
      .nodes.filter(({ op }) => op === 'diffusion/Mix')
      .map(({ params }) => params.w)
  expect(ws(withValue(twice(), '9:5:2', 'w', 0.25))).toEqual([0.25, 0.25])
  expect(withValue(twice(), '1', 'seed', 4).nodes.find(({ id }) => id === 1)!.properties).toEqual({ seed: 4 })
  same(withValue(twice(), '7:5', 'w', 1), twice())
  const outside = promote(promote(twice(), INNER, 2, 'w'), OUTER, 5, 'w')
  expect(setFrom(outside, '9:5:2', 'w')).toEqual({ id: '9', param: 'w' })
  expect(setFrom(outside, '9:4', 'seed')).toEqual({ id: '9:4', param: 'seed' })
})

test('a level stays open as long as it is that of the same subgraph', () => {
  const whole = twice()
  expect(pathKept(whole, nested(), [6, 5])).toEqual([6, 5])
  expect(pathKept(whole, nested(), [9, 5])).toEqual([])
  const other = structuredClone(whole)
  other.subgraphs!.find(({ id }) => id === OUTER)!.inside.nodes.find(({ id }) => id === 5)!.type = 'diffusion/Mix'
  expect(pathKept(whole, other, [6, 5])).toEqual([6])
})

test('a node that stands for a subgraph took what is inside of it took', () => {
  const measures = [
    { node: '3', calls: 1, bytes: 8, seconds: 1 },
    { node: '6:4', calls: 2, bytes: 10, seconds: 2 },
    { node: '6:5:2', calls: 5, bytes: 20, seconds: 3 },
    { node: '61', calls: 5, bytes: 20 },
  ]
  expect(measureOf(measures, '6')).toEqual({ node: '6', calls: 5, bytes: 30, seconds: 5 })
  expect(measureOf(measures, '6:5')).toEqual({ node: '6:5', calls: 5, bytes: 20, seconds: 3 })
  expect(measureOf(measures, '61')).toEqual({ node: '61', calls: 5, bytes: 20 })
  expect(measureOf(measures, '7')).toBeUndefined()
})

test('a list of workflows knows what is in their subgraphs', () => {
  const whole = twice()
  inner(whole).inside.nodes.find(({ id }) => id === 2)!.title = 'Half of each'
  const { said, boxes } = insideOf(stringifyWorkflow(whole))
  for (const word of ['Inner', 'Outer', 'Again', 'Half of each', 'Mix']) expect(said).toContain(word)
  expect(boxes.map(({ category }) => category).sort()).toEqual(['mine', 'mine', 'process', 'view'])
  for (const text of ['', '{', '[]', 'null', '{"definitions":{"subgraphs":[7,{"nodes":[null]}]}}'])
    expect(insideOf(text).boxes).toEqual([])
})

test('a node that stands for a subgraph takes the place of another, with its wires', () => {
  const file = fileOf({ 1: 'GaussianNoise', 2: 'Mix', 3: 'Preview', 4: 'Mix' }, [
    [1, 'noise', 2, 'a'],
    [1, 'noise', 2, 'b'],
    [2, 'mix', 3, 'images_1'],
  ])
  const whole = packed(file, new Set([2]), { id: INNER, name: 'Inner' }, declarations).file
  const known = withSubgraphs(whole, declarations)
  const node = whole.nodes.find(({ type }) => type === INNER)!
  const back = replaced(whole, node.id, 'diffusion/Mix', known)
  expect(replacements(back, node.id, [...known.values()]).map(({ type }) => type)).toContain(INNER)
  const again = replaced(back, node.id, INNER, known)
  expect(toGraph(again, declarations).nodes.find(({ op }) => op === 'diffusion/Preview')!.inputs).toEqual({
    images_1: { node: `${node.id}:2`, slot: 'mix' },
  })
})
