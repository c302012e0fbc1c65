// Node declarations for tests of files and canvases, without an implementation.
import type { Declaration, Op } from '../../src/engine/plan/op.ts'
import { toDeclaration } from '../../src/engine/plan/op.ts'
import * as n from '../../src/nodes/define.ts'

const nothing = { run: () => ({}) as never }

const toy = n.defineNode({
  type: 'diffusion/Toy',
  category: 'process',
  summary: 'Scales samples.',
  inputs: { x: n.samples('what to scale'), schedule: n.optional(n.schedule('if there is one')) },
  outputs: { y: n.samples('scaled') },
  params: {
    scale: n.real(1, { min: 0, max: 10, step: 0.1 }, 'the factor'),
    mode: n.choice(['exact', 'fast'], 'how'),
    clip: n.toggle(false, 'to [-1, 1]'),
  },
  ...nothing,
})
const noise = n.defineNode({
  type: 'diffusion/Noise',
  category: 'process',
  summary: 'Draws noise.',
  inputs: {},
  outputs: { noise: n.noise('drawn'), schedule: n.schedule('of it') },
  params: { seed: n.seed() },
  ...nothing,
})
const join = n.defineNode({
  type: 'diffusion/Join',
  category: 'tools',
  summary: 'Puts together.',
  inputs: {
    before: n.optional(n.samples('first')),
    item: n.many(n.any('any')),
    after: n.optional(n.samples('last')),
  },
  outputs: { whole: n.like('before', 'like the first'), item: n.many(n.like('item', 'again')) },
  params: {},
  ...nothing,
})
const show = n.defineNode({
  type: 'diffusion/Show',
  category: 'view',
  summary: 'Shows.',
  inputs: { values: n.any('anything') },
  outputs: {},
  params: { title: n.text('', 'above it') },
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
  outputs: { dataset: n.dataset('the points') },
  params: {
    points: n.drawing('the points'),
    file: n.checkpoint('where from'),
    text: n.text('', 'about', true),
  },
  ...nothing,
})
const [start, end] = n.defineLoop({
  start: {
    type: 'diffusion/LoopStart',
    category: 'sampling',
    summary: 'Begins.',
    inputs: { x_T: n.samples('from') },
    each: { x_t: n.samples('now'), t: n.timestep('when') },
    params: { seed: n.seed() },
  },
  end: {
    type: 'diffusion/LoopEnd',
    category: 'sampling',
    summary: 'Ends.',
    next: { x_prev: n.samples('then') },
    done: { x_0: n.samples('at last') },
    params: { note: n.text('', 'a text') },
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
