// Forms of the ready workflows: each file chooses the params that its texts ask to change.
import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { allParams, findItems, type FigureParam } from '../../../src/editor/figure/choices.ts'
import { ownTypes } from '../../../src/editor/graph/declarations.ts'
import { listNodes } from '../../../src/editor/graph/nodePaths.ts'
import type { WorkflowFile } from '../../../src/workflow/file.ts'
import { parseWorkflow } from '../../../src/workflow/index.ts'
import { workflowNames } from '../../readyWorkflows.ts'

const ready = (name: string) =>
  parseWorkflow(readFileSync(`workflows/${name}.json`, 'utf8'), ownTypes).workflow

describe.each(workflowNames)('the form of %s', (name) => {
  const file = ready(name)
  const app = file.extra.diffusion?.app
  const { params, views } = findItems(file)

  test('has two to eight controls, and one to five results, all of which exist', () => {
    expect(params.map(({ key }) => key)).toEqual(app?.params)
    expect(views.map(({ id }) => id)).toEqual(app?.views)
    expect(params.length).toBeGreaterThanOrEqual(2)
    expect(params.length).toBeLessThanOrEqual(8)
    expect(views.length).toBeGreaterThanOrEqual(1)
    expect(views.length).toBeLessThanOrEqual(5)
  })

  test('has what its texts ask to change', () => {
    const names = new Set(params.map((param) => param.name))
    const missing = [...askedNames(file)].filter((each) => !names.has(each))
    expect(missing.filter((each) => !words.has(each))).toEqual(exceptions[name] ?? [])
    const keys = new Set(params.map(({ key }) => key))
    expect([...askedKeys(file)].filter((key) => !keys.has(key))).toEqual([])
  })
})

test.each([
  ['guidance-by-hand', ['Class.label', 'Guidance.scale', 'Guided Model.scale']],
  ['ddpm-ddim', ['DDPM.num_inference_steps', 'DDIM.num_inference_steps', 'DDIM.eta']],
  ['subgraph', ['Step, plain.guidance', 'Step, guided.guidance']],
  ['attention', ['Attention.resolutions']],
  ['hybrid-images', ['Far.label', 'Near.label', 'Sigma.value']],
  ['cross-attention', ['Top left.label', 'Bottom right.label', 'Guided.scale']],
  ['visual-anagrams', ['Upright.label', 'Upside down.label']],
  ['emoji-by-name', ['Prompts.prompts']],
  ['inpainting', ['Mask.shape', 'Mask.size']],
])('the form of %s begins with %j', (name, expected) => {
  const file = ready(name)
  const shown = findItems(file).params.map((param) => `${param.title}.${param.name}`)
  expect(shown).toEqual(expect.arrayContaining(expected))
  expect(expected).toContain(shown[0])
})

/** Names of params that these texts use as ordinary words. */
const words: ReadonlySet<string> = new Set(['to', 'out', 'noise', 'sampler', 'average', 'density'])

/** Further ones, in one workflow each, and names that are set together with a change of the graph. */
const exceptions: Record<string, string[]> = {
  // The beginning of the name of a layer.
  'attention-maps': ['mid_block'],
  // "Lower both step counts".
  'density-over-time': ['count'],
  // "for which the network predicts", "Training sigmas".
  edm: ['predicts', 'sigmas'],
  // Only after two nodes are removed.
  'mnist-train': ['sample_size', 'channels'],
}

const verbs = 'set|change|choose|raise|lower|move|double|halve|vary|try'

/** Clauses of the texts of a workflow that begin with a request. */
function requests(file: WorkflowFile): string[] {
  const notes = listNodes(file, ownTypes)
    .filter(({ declaration }) => declaration?.role === 'note')
    .map(({ node }) => String(node.properties.text))
  return [file.extra.diffusion?.about ?? '', ...notes].flatMap((text) =>
    [...text.matchAll(new RegExp(`\\b(?:${verbs})\\b[^.;:]*`, 'gi'))].map(String),
  )
}

/** Names of params in requests, such as “Move the slider t”. */
function askedNames(file: WorkflowFile): Set<string> {
  const clauses = requests(file)
  const isAsked = ({ name }: FigureParam) =>
    clauses.some((clause) => new RegExp(`(?<![\\w.])${name}s?(?!\\w)`).test(clause))
  return new Set(
    allParams(file)
      .filter(isAsked)
      .map(({ name }) => name),
  )
}

/** Params that requests name with their nodes, such as “Set w of Mean of both to 0”. */
function askedKeys(file: WorkflowFile): Set<string> {
  const clauses = requests(file)
  const isAsked = ({ name, title }: FigureParam) =>
    clauses.some((clause) => ` ${clause.replaceAll(',', ' ')} `.includes(` ${name} of ${title} `))
  return new Set(
    allParams(file)
      .filter(isAsked)
      .map(({ key }) => key),
  )
}
