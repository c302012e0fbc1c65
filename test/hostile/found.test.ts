// Workflows that the fuzzer found, each with what it broke. Opening uses registerNodes of litegraph,
// which requires a process of its own.
import { expect, test } from 'vitest'
import { WorkflowChecks } from '../../scripts/fuzz/targets/workflow.ts'

const SUBGRAPH = '5b0c9e52-7f1d-4c86-9a3e-2d6f8e41c7a0'
const bordered = (border: object, nodes: object[] = [], links: object[] = []) => ({
  subgraphs: [{ id: SUBGRAPH, nodes, links, ...border, extra: { diffusion: {} } }],
})
const inside = (nodes: object[] = [], links: object[] = []) =>
  bordered({ inputs: [{ name: 'model' }] }, nodes, links)
const mask = { type: 'InvertMask', properties: { 'Node name for S&R': 'InvertMask' } }

const found: { breaks: string; ends: 'accepted' | 'refused'; file: object }[] = [
  {
    breaks: 'litegraph stores links in an array by id',
    ends: 'refused',
    file: {
      links: [['length', 12, 0, 13, 1]],
      nodes: [
        { id: 12, type: 'diffusion/Loss' },
        { id: 13, type: 'diffusion/TrainingEnd' },
      ],
    },
  },
  {
    breaks: 'litegraph takes the text -1 for a number without an id',
    ends: 'refused',
    file: {
      nodes: [
        { id: 1, type: 'diffusion/Points' },
        { id: '-1', type: 'diffusion/RepeatStart' },
      ],
    },
  },
  {
    breaks: 'a param that others depend on is an object without a text',
    ends: 'accepted',
    file: {
      nodes: [
        { id: 6, type: 'diffusion/EMA', properties: { kind: { toString: 1, valueOf: 'x' } } },
      ],
    },
  },
  {
    breaks: 'a side of a group is infinite with single precision',
    ends: 'refused',
    file: { nodes: [], groups: [{ bounding: [0, 1e300, 100, 100] }] },
  },
  {
    breaks: 'a node inside a subgraph has the type of its border',
    ends: 'refused',
    file: {
      definitions: inside(
        [{ id: 4, inputs: [{}], type: 'outputs' }],
        [{ id: 13, origin_id: -10, origin_slot: 0, target_id: 4, target_slot: 0 }],
      ),
      nodes: [],
    },
  },
  {
    breaks: 'of two links with one id, the first has no end',
    ends: 'accepted',
    file: {
      id: 'a',
      links: [
        [3, 1, 0, 9, 0, 'MASK'],
        [3, 1, 0, 2, 0, 'MASK'],
      ],
      nodes: [
        { ...mask, id: 1, outputs: [{ name: 'MASK', type: 'MASK', links: [3] }] },
        { ...mask, id: 2, inputs: [{ name: 'mask', type: 'MASK', link: 3 }] },
      ],
    },
  },
  {
    breaks: 'a link has no text',
    ends: 'accepted',
    file: {
      nodes: [{ ...mask, id: 1, outputs: [{ name: 'a', type: 'MASK', links: [{ toString: 1 }] }] }],
    },
  },
  {
    breaks: 'a node of unknown type has the fields that are printed, and no others',
    ends: 'accepted',
    file: {
      definitions: inside(),
      nodes: [
        {
          flags: {},
          id: 17,
          inputs: [],
          mode: 0,
          outputs: [],
          pos: [570, 530],
          properties: {},
          size: [160, 126],
          type: 'inputs',
        },
        { id: 18, type: SUBGRAPH },
      ],
    },
  },
  {
    breaks: 'a wire ends at a slot that a subgraph does not have',
    ends: 'accepted',
    file: {
      definitions: inside(),
      links: [[2, 1, 0, 5, 0, 'dataset']],
      nodes: [
        {
          id: 1,
          type: 'diffusion/TrainingStart',
          outputs: [{ name: 'dataset', type: 'dataset', links: [2] }],
        },
        { id: 5, type: SUBGRAPH, inputs: [{ name: 'dataset', type: 'dataset', link: 2 }] },
      ],
    },
  },
  {
    breaks: 'a node of the main graph has the type of a border, which was opened before',
    ends: 'accepted',
    file: {
      definitions: bordered({
        inputs: [{ name: 'model' }],
        outputs: [{ name: 'x' }, { name: 'x_prev' }],
      }),
      links: [[30, 26, 0, 27, 0, 'model']],
      nodes: [
        { id: 18, type: SUBGRAPH },
        { id: 26, type: 'diffusion/MLP', outputs: [{ name: 'model', type: 'model', links: [30] }] },
        { id: 27, type: 'outputs', inputs: [{ name: 'value', type: '*', link: 30 }] },
      ],
    },
  },
  {
    breaks: 'the loop wire of an End comes from a node of an unknown type',
    ends: 'accepted',
    file: {
      links: [[30, 11, 0, 23, 0, 'loop']],
      nodes: [
        {
          id: 11,
          type: 'hasOwnProperty',
          outputs: [{ name: 'loop', type: 'loop', links: [30] }],
          properties: { further_slots: true },
        },
        {
          id: 23,
          type: 'diffusion/TrainingEnd',
          inputs: [{ name: 'loop', type: 'loop', link: 30 }],
          size: [210, 202],
        },
      ],
    },
  },
  {
    breaks: 'a subgraph node lists its slots in another order than the border',
    ends: 'accepted',
    file: {
      definitions: bordered({ inputs: [{ name: 'x_0' }, { name: 't' }] }),
      links: [
        [1, 1, 0, 9, 0, 'tensor'],
        [2, 2, 0, 9, 1, 'tensor'],
      ],
      nodes: [
        { ...mask, id: 1, outputs: [{ name: 'a', type: 'tensor', links: [1] }] },
        { ...mask, id: 2, outputs: [{ name: 'a', type: 'tensor', links: [2] }] },
        {
          id: 9,
          type: SUBGRAPH,
          inputs: [
            { name: 't', type: 'tensor', link: 1 },
            { name: 'x_0', type: 'tensor', link: 2 },
          ],
        },
      ],
    },
  },
]

test.each(found)('$breaks', async ({ ends, file }) => {
  expect(await new WorkflowChecks().check(JSON.stringify(file), (_, call) => call())).toBe(ends)
})
