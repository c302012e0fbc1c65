// Compilation of graphs to plans: order of steps, nesting of loops, freeing of values.
import { describe, expect, test } from 'vitest'
import { compile, tryCompile } from '../../../src/engine/plan/compile.ts'
import { wire, type Graph } from '../../../src/engine/plan/graph.ts'
import { printPlan } from '../../../src/engine/plan/print.ts'
import { graph, node, ops } from './toy.ts'

const printCompiled = (some: Graph) => printPlan(compile(some, undefined, ops))
const words = (some: Graph) =>
  tryCompile(some, undefined, ops).faults.map(
    ({ node: id, slot, message, cure }) => `${id}${slot ? '.' + slot : ''}: ${message} ${cure}`,
  )
const notices = (some: Graph) =>
  compile(some, undefined, ops).notices.map(
    ({ node: id, message, cure }) => `${id}: ${message} ${cure}`,
  )

const sampler = (x: string, next: string, name = '') => [
  node(`start${name}`, 'SamplingStart', { x }),
  node(`end${name}`, 'SamplingEnd', { loop: `start${name}.loop`, x: next }),
]

const trainer = (modelWire: string, lossWire: string, name = '', emit = 0) => [
  node(`start${name}`, 'TrainingStart', { model: modelWire }),
  node(
    `end${name}`,
    'TrainingEnd',
    { loop: `start${name}.loop`, loss: lossWire },
    { emit_every: emit },
  ),
]

/** Trains `net` towards `goal`. */
const training = (name = '', emit = 0) => [
  ...trainer(`net${name}.model`, `loss${name}.loss`, name, emit),
  node(`net${name}`, 'Net'),
  node(`apply${name}`, 'Apply', { model: `start${name}.model`, x: `start${name}.x` }),
  node(`goal${name}`, 'Constant'),
  node(`loss${name}`, 'SquaredError', { a: `apply${name}.y`, b: `goal${name}.value` }),
]

describe('without loops', () => {
  test('runs each node after its inputs and frees values at their last use', () => {
    const some = graph(
      node('sum', 'Add', { a: 'one.value', b: 'two.value' }),
      node('one', 'Constant'),
      node('two', 'Constant'),
      node('unused', 'Constant'),
    )
    expect(printPlan(compile(some, [wire('sum', 'sum')], ops))).toMatchInlineSnapshot(`
      "one
      two
      sum | free one.value two.value
      results sum.sum"
    `)
  })

  test('closed nodes are replaced by their graph', () => {
    const some = graph(
      node('one', 'Constant'),
      node('closed', 'Twice', { a: 'one.value', b: 'one.value' }),
      node('show', 'Show', { value: 'closed.sum' }),
    )
    expect(printCompiled(some)).toMatchInlineSnapshot(`
      "one
      closed/first
      closed/second | free closed/first.sum one.value
      observe show | free closed/second.sum"
    `)
  })
})

describe('loops', () => {
  test('a: the body depends on an each output; other nodes run once, even if drawn inside', () => {
    const some = graph(
      node('one', 'Constant'),
      node('drawnInside', 'Constant'),
      ...sampler('one.value', 'step.sum'),
      node('step', 'Add', { a: 'start.x', b: 'drawnInside.value' }),
      node('show', 'Show', { value: 'end.x' }),
    )
    expect(printCompiled(some)).toMatchInlineSnapshot(`
      "one
      drawnInside
      loop start | free one.value drawnInside.value
        step | free start.x
        next x = step.sum | free step.sum
      observe show | free end.x"
    `)
  })

  test('b: a start input nests a loop', () => {
    const some = graph(
      node('one', 'Constant'),
      ...sampler('one.value', 'endInner.x', 'Outer'),
      ...sampler('startOuter.x', 'step.sum', 'Inner'),
      node('step', 'Add', { a: 'startInner.x', b: 'startOuter.t' }),
      node('show', 'Show', { value: 'endOuter.x' }),
    )
    expect(printCompiled(some)).toMatchInlineSnapshot(`
      "one
      loop startOuter | free one.value
        loop startInner | free startOuter.x startOuter.t
          step | free startInner.x
          next x = step.sum | free step.sum
        next x = endInner.x | free endInner.x
      observe show | free endOuter.x"
    `)
  })

  test('b: a body value nests a loop; done values of the inner loop belong to the outer body', () => {
    const some = graph(
      node('one', 'Constant'),
      ...sampler('one.value', 'after.sum', 'Outer'),
      ...sampler('one.value', 'step.sum', 'Inner'),
      node('step', 'Add', { a: 'startInner.x', b: 'startOuter.x' }),
      node('after', 'Add', { a: 'endInner.x' }),
      node('show', 'Show', { value: 'endOuter.x' }),
    )
    expect(printCompiled(some)).toMatchInlineSnapshot(`
      "one
      loop startOuter | free one.value
        loop startInner | free startOuter.x
          step | free startInner.x
          next x = step.sum | free step.sum
        after | free endInner.x
        next x = after.sum | free after.sum
      observe show | free endOuter.x"
    `)
  })

  test('c: a node between two loops that are not nested is a fault', () => {
    const some = graph(
      node('one', 'Constant'),
      ...sampler('one.value', 'startA.x', 'A'),
      ...sampler('one.value', 'startB.x', 'B'),
      node('both', 'Add', { a: 'startA.x', b: 'startB.x' }),
      node('show', 'Show', { value: 'both.sum' }),
      node('a', 'Show', { value: 'endA.x' }),
      node('b', 'Show', { value: 'endB.x' }),
    )
    expect(words(some)).toMatchInlineSnapshot(`
      [
        "both: This node depends on the iterations of two loops, Sampling Start and Sampling Start, neither of which is inside the other. Take the value of one of them from its End.",
      ]
    `)
  })

  test('c: two loops that depend on each other are a fault', () => {
    const some = graph(
      node('one', 'Constant'),
      ...sampler('one.value', 'both.sum', 'A'),
      ...sampler('one.value', 'both.difference', 'B'),
      node('both', 'Add', { a: 'startA.x', b: 'startB.x' }),
      node('a', 'Show', { value: 'endA.x' }),
      node('b', 'Show', { value: 'endB.x' }),
    )
    expect(words(some)).toMatchInlineSnapshot(`
      [
        "both: The loops of Sampling Start and Sampling Start each need a value from the iterations of the other. Take the value of one of them from its End.",
      ]
    `)
  })

  test('d: observers may read a body, with the nodes that only they need', () => {
    const some = graph(
      node('one', 'Constant'),
      ...sampler('one.value', 'step.sum'),
      node('step', 'Add', { a: 'start.x', b: 'start.t' }),
      node('onlyShown', 'Add', { a: 'step.sum', b: 'start.t' }),
      node('show', 'Show', { value: 'onlyShown.sum' }),
      node('done', 'Show', { value: 'end.x' }),
    )
    expect(printCompiled(some)).toMatchInlineSnapshot(`
      "one
      loop start | free one.value
        step | free start.x
        onlyShown | watched by show | free start.t
        observe show | watched by show | free onlyShown.sum
        next x = step.sum | free step.sum
      observe done | free end.x"
    `)
  })

  test('d: an observer in its body is enough to run a loop', () => {
    const some = graph(
      node('one', 'Constant'),
      ...sampler('one.value', 'step.sum'),
      node('step', 'Add', { a: 'start.x' }),
      node('show', 'Show', { value: 'step.sum' }),
    )
    expect(printCompiled(some)).toMatchInlineSnapshot(`
      "one
      loop start | free one.value
        step | free start.x
        observe show | watched by show
        next x = step.sum | free step.sum"
    `)
  })

  test('d: a file of a body value is a fault', () => {
    const some = graph(
      node('one', 'Constant'),
      ...sampler('one.value', 'start.x'),
      node('save', 'Save', { value: 'start.x' }),
    )
    expect(words(some)).toMatchInlineSnapshot(`
      [
        "save: Save uses a value from inside the loop of Sampling Start. Take the value from an output of Sampling End, after the last iteration.",
      ]
    `)
  })

  test('d: a body value together with a result of the loop is a fault', () => {
    const some = graph(
      node('one', 'Constant'),
      ...sampler('one.value', 'start.x'),
      node('after', 'Add', { a: 'end.x' }),
      node('both', 'Add', { a: 'start.x', b: 'after.sum' }),
      node('show', 'Show', { value: 'both.sum' }),
    )
    expect(words(some)).toMatchInlineSnapshot(`
      [
        "start: A value from inside this loop is used together with a result of all its iterations. Take both values after the End, or both inside the loop.",
      ]
    `)
  })

  test('e: a second End, an End without Start, a Start without End, an End of another kind', () => {
    const second = graph(
      node('one', 'Constant'),
      ...sampler('one.value', 'start.x'),
      node('end2', 'SamplingEnd', { loop: 'start.loop', x: 'start.x' }),
      node('show', 'Show', { value: 'end2.x' }),
    )
    const noStart = graph(
      node('one', 'Constant'),
      node('end', 'SamplingEnd', { x: 'one.value' }),
      node('show', 'Show', { value: 'end.x' }),
    )
    const noEnd = graph(
      node('one', 'Constant'),
      node('start', 'SamplingStart', { x: 'one.value' }),
      node('show', 'Show', { value: 'start.x' }),
    )
    const other = graph(
      node('net', 'Net'),
      node('start', 'TrainingStart', { model: 'net.model' }),
      node('end', 'SamplingEnd', { loop: 'start.loop', x: 'start.x' }),
      node('show', 'Show', { value: 'end.x' }),
    )
    expect([...words(second), ...words(noStart), ...words(noEnd), ...words(other)])
      .toMatchInlineSnapshot(`
        [
          "end.loop: Sampling Start has a second End. Delete one of the two: a loop has one Start and one End.",
          "end.loop: Sampling End has no Start. Connect output \`loop\` of a Sampling Start to it.",
          "start.loop: Sampling Start has no End. Add a Sampling End and connect \`loop\` to it.",
          "end.loop: Sampling End cannot end Training Start. Use Training End, the End that belongs to it.",
        ]
      `)
  })

  test('f: `again` inside a training body is a fault', () => {
    const some = graph(
      ...training(),
      node('inner', 'SamplingStart', { x: 'start.x' }),
      node('innerEnd', 'SamplingEnd', { loop: 'inner.loop', x: 'inner.x', again: 'inner.x' }),
      node('show', 'Show', { value: 'innerEnd.x' }),
      node('show2', 'Show', { value: 'end.model' }),
    )
    expect(words(some)).toMatchInlineSnapshot(`
      [
        "innerEnd.again: A loop that decides after each iteration whether to continue cannot run inside Training Start. Give it a fixed number of iterations, or move it out of Training Start.",
      ]
    `)
  })

  test('g: noise drawn once that feeds a body is a notice; with `like` it is drawn each time', () => {
    const some = (like?: string) =>
      graph(
        node('one', 'Constant'),
        node('noise', 'Draw', like ? { like } : {}),
        ...sampler('one.value', 'step.sum'),
        node('step', 'Shift', { a: 'start.x', noise: 'noise.noise' }),
        node('show', 'Show', { value: 'end.x' }),
      )
    expect(notices(some())).toMatchInlineSnapshot(`
      [
        "noise: Draw draws once: every iteration of Sampling Start gets the same noise. To draw again in every iteration, connect an output of Sampling Start to its input \`like\`.",
      ]
    `)
    expect(notices(some('start.x'))).toEqual([])
    expect(printCompiled(some())).toMatchInlineSnapshot(`
      "one
      noise
      loop start | free one.value noise.noise
        step | free start.x
        next x = step.sum | free step.sum
      observe show | free end.x"
    `)
    expect(printCompiled(some('start.x'))).toMatchInlineSnapshot(`
      "one
      loop start | free one.value
        noise
        step | free start.x noise.noise
        next x = step.sum | free step.sum
      observe show | free end.x"
    `)
  })
})

describe('training', () => {
  test('an emission contains the nodes from the model to observers; their other inputs run first', () => {
    const some = graph(
      ...training('', 2),
      node('x', 'Constant'),
      ...sampler('x.value', 'predicted.y', 'Sampling'),
      node('predicted', 'Apply', { model: 'end.model', x: 'startSampling.x' }),
      node('show', 'Show', { value: 'endSampling.x' }),
      node('save', 'Save', { value: 'endSampling.x' }),
    )
    expect(printCompiled(some)).toMatchInlineSnapshot(`
      "x
      net
      goal
      loop start | free net.model goal.value
        apply | free start.model start.x
        loss | free apply.y
        next loss = loss.loss | free loss.loss
      emission of start
        loop startSampling
          predicted | free startSampling.x
          next x = predicted.y | free predicted.y
        observe show | free endSampling.x
      loop startSampling | free x.value end.model
        predicted | free startSampling.x
        next x = predicted.y | free predicted.y
      observe show
      files save | free endSampling.x"
    `)
  })

  test('in two consecutive trainings, an emission does not enter the second', () => {
    const [start, end, ...rest] = training('2')
    const some = graph(
      ...training('1', 1),
      { ...start, inputs: { model: wire('end1', 'model') } },
      end,
      ...rest.filter(({ id }) => id !== 'net2'),
      node('x', 'Constant'),
      node('y1', 'Apply', { model: 'end1.model', x: 'x.value' }),
      node('y2', 'Apply', { model: 'end2.model', x: 'x.value' }),
      node('show1', 'Show', { value: 'y1.y' }),
      node('show2', 'Show', { value: 'y2.y' }),
    )
    expect(printCompiled(some)).toMatchInlineSnapshot(`
      "net1
      goal1
      x
      loop start1 | free net1.model goal1.value
        apply1 | free start1.model start1.x
        loss1 | free apply1.y
        next loss = loss1.loss | free loss1.loss
      emission of start1
        y1
        observe show1 | free y1.y
      y1
      observe show1 | free y1.y
      goal2
      loop start2 | free end1.model goal2.value
        apply2 | free start2.model start2.x
        loss2 | free apply2.y
        next loss = loss2.loss | free loss2.loss
      emission of start2
        y2
        observe show2 | free y2.y
      y2 | free end2.model x.value
      observe show2 | free y2.y"
    `)
  })

  test('in two compared trainings, each emits the nodes that do not need the later one', () => {
    const some = graph(
      ...training('1', 1),
      ...training('2', 1),
      node('x', 'Constant'),
      node('y1', 'Apply', { model: 'end1.model', x: 'x.value' }),
      node('y2', 'Apply', { model: 'end2.model', x: 'x.value' }),
      node('both', 'Add', { a: 'y1.y', b: 'y2.y' }),
      node('show', 'Show', { value: 'both.difference' }),
      node('show1', 'Show', { value: 'y1.y' }),
    )
    expect(printCompiled(some)).toMatchInlineSnapshot(`
      "net1
      goal1
      x
      loop start1 | free net1.model goal1.value
        apply1 | free start1.model start1.x
        loss1 | free apply1.y
        next loss = loss1.loss | free loss1.loss
      emission of start1
        y1
        observe show1 | free y1.y
      y1 | free end1.model
      observe show1
      net2
      goal2
      loop start2 | free net2.model goal2.value
        apply2 | free start2.model start2.x
        loss2 | free apply2.y
        next loss = loss2.loss | free loss2.loss
      emission of start2
        y2
        both | free y2.y
        observe show | free both.difference
      y2 | free end2.model x.value
      both | free y1.y y2.y
      observe show | free both.difference"
    `)
  })

  test('a loss that does not depend on the model is a fault', () => {
    const some = graph(
      ...training().map((it) =>
        it.id === 'apply' ? { ...it, inputs: { ...it.inputs, model: wire('net', 'model') } } : it,
      ),
      node('show', 'Show', { value: 'end.model' }),
    )
    expect(words(some)).toMatchInlineSnapshot(`
      [
        "end.loss: The loss does not depend on the model of Training Start, so there is nothing to train. Connect output \`model\` of Training Start to Predict, instead of the model itself.",
      ]
    `)
  })
})

describe('faults', () => {
  test('a cycle names its nodes', () => {
    const some = graph(
      node('a', 'Add', { a: 'b.sum' }),
      node('b', 'Add', { a: 'a.sum' }),
      node('show', 'Show', { value: 'a.sum' }),
    )
    expect(words(some)).toMatchInlineSnapshot(`
      [
        "a: The graph has a cycle: Add -> Add -> Add. Remove one of the wires. A value for the next iteration goes through the End of a loop.",
      ]
    `)
  })

  test('reports all at once: missing wire, wrong type, unknown node, unknown slots, bad params, dangling wire', () => {
    const some = graph(
      node('empty', 'Add'),
      node('wrong', 'Add', { a: 'net.model' }),
      node('net', 'Net', {}, { weight: 'much' }),
      node('far', 'SamplingStart', { x: 'empty.sum' }, { steps: 1.5 }),
      node('farEnd', 'SamplingEnd', { loop: 'far.loop', x: 'unknown.x' }),
      node('unknown', 'Blur'),
      node('lost', 'Add', { a: 'gone.sum', c: 'empty.product' }),
      ...['empty.sum', 'wrong.sum', 'farEnd.x', 'lost.sum'].map((from, i) =>
        node(`show${i}`, 'Show', { value: from }),
      ),
    )
    expect(words(some)).toMatchInlineSnapshot(`
      [
        "empty.a: Required input a is not connected. Connect a number or a loss.",
        "wrong.a: Expected a number or a loss for a, got a model from model of Net. Connect a number or a loss.",
        "net: Expected weight to be a number, got "much". Set it to a number. The default is 0.",
        "far: Expected steps to be an integer of at least 0, got 1.5. Set it to an integer of at least 0. The default is 3.",
        "unknown: Unknown node type toy/Blur. Load the node pack that has it, or delete the node.",
        "lost.a: Input a is connected to gone, which is not in the graph. Connect it again.",
        "lost.c: Add has no input c. Use one of its inputs: a, b.",
      ]
    `)
  })

  test('rejects a multistep solver outside a sampling loop', () => {
    const some = graph(
      node('one', 'Constant'),
      node('step', 'Remember', { a: 'one.value' }),
      node('show', 'Show', { value: 'step.total' }),
    )
    expect(words(some)).toMatchInlineSnapshot(`
      [
        "step: Remember remembers earlier steps, so it needs a sampling loop, but is in none. Take its x_t from a SamplingStart.",
      ]
    `)
  })

  test('faults inside a closed node are reported on the closed node', () => {
    const some = graph(
      node('net', 'Net'),
      node('closed', 'Twice', { a: 'net.model' }),
      node('show', 'Show', { value: 'closed.sum' }),
    )
    expect(words(some)).toMatchInlineSnapshot(`
      [
        "closed.a: Expected a number or a loss for a, got a model from model of Net. Connect a number or a loss.",
      ]
    `)
  })

  test('reports a graph without outputs', () => {
    expect(words(graph(node('one', 'Constant')))).toMatchInlineSnapshot(`
      [
        ": There is nothing to run: no node shows or saves a result. Add Scatter, Chart or Inspect and connect a value to it, or choose "Run to here" on a node.",
      ]
    `)
  })
})
