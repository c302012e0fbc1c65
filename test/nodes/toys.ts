// Node declarations for tests of files and canvases, without an implementation.
import type { Declaration, Op } from '../../src/engine/plan/op.ts'
import { toDeclaration } from '../../src/engine/plan/op.ts'
import * as n from '../../src/nodes/define.ts'

const nothing = { run: () => ({}) as never }

const toy = n.defineNode({
  type: 'diffusion/Toy',
  category: 'process',
  summary: 'Scales samples.',
  inputs: {
    x: n.slot.samples('what to scale'),
    schedule: n.slot.optional(n.slot.schedule('if there is one')),
  },
  outputs: { y: n.slot.samples('scaled') },
  params: {
    scale: n.param.real(1, { min: 0, max: 10, step: 0.1 }, 'the factor'),
    mode: n.param.choice(['exact', 'fast'], 'how'),
    clip: n.param.toggle(false, 'to [-1, 1]'),
  },
  ...nothing,
})
const noise = n.defineNode({
  type: 'diffusion/Noise',
  category: 'process',
  summary: 'Draws noise.',
  inputs: {},
  outputs: { noise: n.slot.noise('drawn'), schedule: n.slot.schedule('of it') },
  params: { seed: n.param.seed() },
  ...nothing,
})
const join = n.defineNode({
  type: 'diffusion/Join',
  category: 'tools',
  summary: 'Puts together.',
  inputs: {
    before: n.slot.optional(n.slot.samples('first')),
    item: n.slot.many(n.slot.any('any')),
    after: n.slot.optional(n.slot.samples('last')),
  },
  outputs: {
    whole: n.slot.like('before', 'like the first'),
    item: n.slot.many(n.slot.like('item', 'again')),
  },
  params: {},
  ...nothing,
})
const show = n.defineNode({
  type: 'diffusion/Show',
  category: 'view',
  summary: 'Shows.',
  inputs: { values: n.slot.any('anything') },
  outputs: {},
  params: { title: n.param.text('', 'above it') },
  view: async () => ({
    kind: 'chart' as const,
    title: '',
    xLabel: '',
    yLabel: '',
    yLog: false,
    lines: [],
  }),
})
const draw = n.defineNode({
  type: 'diffusion/Draw',
  category: 'data',
  summary: 'Drawn by hand.',
  inputs: {},
  outputs: { dataset: n.slot.dataset('the points') },
  params: {
    points: n.param.drawing('the points'),
    file: n.param.checkpoint('where from'),
    text: n.param.text('', 'about', true),
  },
  ...nothing,
})
const [start, end] = n.defineLoop({
  start: {
    type: 'diffusion/LoopStart',
    category: 'sampling',
    summary: 'Begins.',
    inputs: { x_T: n.slot.samples('from') },
    each: { x_t: n.slot.samples('now'), t: n.slot.timestep('when') },
    params: { seed: n.param.seed() },
  },
  end: {
    type: 'diffusion/LoopEnd',
    category: 'sampling',
    summary: 'Ends.',
    next: { x_prev: n.slot.samples('then') },
    done: { x_0: n.slot.samples('at last') },
    params: { note: n.param.text('', 'a text') },
  },
  carries: { x_prev: 'x_t' },
  behaviour: {
    extents: [],
    iterations: () => 1,
    begin: () => 0,
    each: () => ({}),
    done: () => ({}),
  },
})

export const toyOps: Op[] = [toy, noise, join, show, draw, start, end]

export const toys: Declaration[] = toyOps.map(toDeclaration)
