// The hostile files: each is read with the listed notices and faults, or rejected with the listed
// error. Nothing else is thrown, and no file changes a prototype or a global.
import { readdirSync, readFileSync } from 'node:fs'
import { LiteGraph } from 'litegraph.js/build/litegraph.core.js'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { registerNodes, type Registration } from '../../src/litegraph/register.ts'
import { WorkflowError } from '../../src/workflow/index.ts'
import {
  checkFile,
  declarations,
  findActivities,
  printTwice,
  readFile,
  showAndPrint,
} from './openFile.ts'

const folder = new URL('../fixtures/hostile/', import.meta.url)
const names = readdirSync(folder).filter((name) => /^\d/.test(name))

let registration: Registration
beforeAll(() => void (registration = registerNodes(LiteGraph, declarations)))
afterAll(() => registration.unregister())

/** What opening a file results in, in a few lines. */
function open(text: string): string[] {
  try {
    const { workflow, notices } = readFile(text)
    const [once, twice] = printTwice(workflow)
    expect(twice).toBe(once)
    const shown = showAndPrint(workflow)
    expect(showAndPrint(readFile(shown).workflow)).toBe(shown)
    findActivities(workflow)
    const faults = checkFile(workflow).map(({ node, message }) => `fault at ${node}: ${message}`)
    return ['read', ...notices, ...faults]
  } catch (error) {
    if (!(error instanceof WorkflowError)) throw error
    return [String(error)]
  }
}

test('are read or rejected as listed', () => {
  const results = names.map((name) => [name, open(readFileSync(new URL(name, folder), 'utf8'))])
  expect(JSON.stringify(results)).not.toMatch(/undefined/)
  expect(Object.fromEntries(results)).toEqual(expected)
})

const nothingToRun = 'fault at : There is nothing to run: no node shows or saves a result.'

const expected = {
  '01_toplevel_proto.json': [
    'read',
    '__proto__ was ignored: a file must not set it.',
    nothingToRun,
  ],
  '02_toplevel_method_overwrite.json': [
    'read',
    'Ignored, because they are not part of a workflow: runStep, serialize, add.',
    nothingToRun,
  ],
  '03_unknown_node_proto_pollutes_LGraphNode.json': [
    'read',
    'nodes[0].__proto__ was ignored: a file must not set it.',
    nothingToRun,
  ],
  '04_constructor_overwrites_class_statics.json': [
    'read',
    'nodes[0].constructor was ignored: a file must not set it.',
    nothingToRun,
  ],
  '05_audio_script_rce_on_load.json': ['read', nothingToRun],
  '06_xss_type_title_slot.json': [
    'read',
    'nodes[0].type contains markup, which is shown as text.',
    'nodes[0].inputs[0].name contains markup, which is shown as text.',
    'nodes[0].inputs[0].type contains markup, which is shown as text.',
    'nodes[0].title contains markup, which is shown as text.',
    'groups[0].title contains markup, which is shown as text.',
    nothingToRun,
  ],
  '07_malformed_shapes.json': ['WorkflowError: version: expected a number, got "banana".'],
  '10_unprintable_foreign_text.json': [
    "WorkflowError: extra.diffusion.foreign.text: The file is not JSON: Expected property name or '}' in JSON at position 1",
  ],
  '11_object_in_link_slot.json': [
    'WorkflowError: links[0]: expected the number of a slot, got an object.',
  ],
  '12_object_as_last_id.json': ['WorkflowError: last_node_id: expected an integer, got an object.'],
  '13_last_id_infinity.json': ['WorkflowError: last_node_id: expected an integer, got "Infinity".'],
  '14_output_named_toString.json': [
    'read',
    'diffusion/LoadCheckpoint (node 2) has no slot toString any more. Its wire is kept so that you can see it.',
    'diffusion/Sampler (node 17) has no slot 1 any more. Its wire is kept so that you can see it.',
    'fault at 8: Trained digits has no output toString.',
    'fault at 7: Trained digits has no output toString.',
    'fault at 16: Trained digits has no output toString.',
    'fault at 15: Trained digits has no output toString.',
    'fault at 17: Trained digits has no output toString.',
    'fault at 17: Required input model is not connected.',
  ],
  '15_proto_keys.json': [
    'read',
    'diffusion/Points (node 1) has no slot toString any more. Its wire is kept so that you can see it.',
    'diffusion/Scatter (node 2) has no slot samples any more. Its wire is kept so that you can see it.',
    'fault at 2: Points has no output toString.',
  ],
}
