// Graphs written as data, and the plans they become: the order of steps, the nesting of loops, where values are freed.
import { describe, expect, test } from 'vitest'
import { compile, tryCompile } from '../../src/engine/plan/compile.ts'
import { wire, type Graph } from '../../src/engine/plan/graph.ts'
import { printPlan } from '../../src/engine/plan/print.ts'
import { graph, node, ops } from './toy.ts'

const planOf = (some: Graph) => printPlan(compile(some, undefined, ops))
const words = (some: Graph) =>
  tryCompile(some, undefined, ops).faults.map(
    ({ node: id, slot, message, cure }) => `${id}${slot ? '.' + slot : ''}: ${message} ${cure}`,
  )
const notices = (some: Graph) =>
  compile(some, undefined, ops).notices.map(({ node: id, message, cure }) => `${id}: ${message} ${cure}`)

const sampler = (x: string, next: string, name = '') => [
  node(`start${name}`, 'SamplingStart', { x }),
  node(`end${name}`, 'SamplingEnd', { loop: `start${name}.loop`, x: next }),
]

const trainer = (modelWire: string, lossWire: string, name = '', emit = 0) => [
  node(`start${name}`, 'TrainingStart', { model: modelWire }),
  node(`end${name}`, 'TrainingEnd', { loop: `start${name}.loop`, loss: lossWire }, { emit_every: emit }),
]

/** A training of `net` towards `goal`, with its loss. */
const training = (name = '', emit = 0) => [
  ...trainer(`net${name}.model`, `loss${name}.loss`, name, emit),
  node(`net${name}`, 'Net'),
  node(`apply${name}`, 'Apply', { model: `start${name}.model`, x: `start${name}.x` }),
  node(`goal${name}`, 'Constant'),
  node(`loss${name}`, 'SquaredError', { a: `apply${name}.y`, b: `goal${name}.value` }),
]

describe('without loops', () => {
  test('what is asked for, each after what it needs, freed at its last use', () => {
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
    expect(planOf(some)).toMatchInlineSnapshot(`
      "one
      closed/first
      closed/second | free closed/first.sum one.value
      observe show | free closed/second.sum"
    `)
  })
})

describe('loops', () => {
  test('a: what depends on an each output is the body; the rest is computed once, even if drawn inside', () => {
    const some = graph(
      node('one', 'Constant'),
      node('drawnInside', 'Constant'),
      ...sampler('one.value', 'step.sum'),
      node('step', 'Add', { a: 'start.x', b: 'drawnInside.value' }),
      node('show', 'Show', { value: 'end.x' }),
    )
    expect(planOf(some)).toMatchInlineSnapshot(`
      "one
      drawnInside
      loop start | free one.value drawnInside.value
        step | free start.x
        next x = step.sum | free step.sum
      observe show | free end.x"
    `)
  })

  test('b: nested by a start input', () => {
    const some = graph(
      node('one', 'Constant'),
      ...sampler('one.value', 'endInner.x', 'Outer'),
      ...sampler('startOuter.x', 'step.sum', 'Inner'),
      node('step', 'Add', { a: 'startInner.x', b: 'startOuter.t' }),
      node('show', 'Show', { value: 'endOuter.x' }),
    )
    expect(planOf(some)).toMatchInlineSnapshot(`
      "one
      loop startOuter | free one.value
        loop startInner | free startOuter.x startOuter.t
          step | free startInner.x
          next x = step.sum | free step.sum
        next x = endInner.x | free endInner.x
      observe show | free endOuter.x"
    `)
  })

  test('b: nested by a body value; done values of the inner loop are values of the outer body', () => {
    const some = graph(
      node('one', 'Constant'),
      ...sampler('one.value', 'after.sum', 'Outer'),
      ...sampler('one.value', 'step.sum', 'Inner'),
      node('step', 'Add', { a: 'startInner.x', b: 'startOuter.x' }),
      node('after', 'Add', { a: 'endInner.x' }),
      node('show', 'Show', { value: 'endOuter.x' }),
    )
    expect(planOf(some)).toMatchInlineSnapshot(`
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

  test('c: between two loops of which neither runs inside the other', () => {
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
        "both: Depends on the iterations of two loops, Sampling Start and Sampling Start, of which neither runs inside the other. Take the value of one of them from its End.",
      ]
    `)
  })

  test('c: two loops that each need the other', () => {
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
        "both: The loops of Sampling Start and Sampling Start each need a value of the other's iterations. Take the value of one of them from its End.",
      ]
    `)
  })

  test('d: observers in a body, with what only they need', () => {
    const some = graph(
      node('one', 'Constant'),
      ...sampler('one.value', 'step.sum'),
      node('step', 'Add', { a: 'start.x', b: 'start.t' }),
      node('onlyShown', 'Add', { a: 'step.sum', b: 'start.t' }),
      node('show', 'Show', { value: 'onlyShown.sum' }),
      node('done', 'Show', { value: 'end.x' }),
    )
    expect(planOf(some)).toMatchInlineSnapshot(`
      "one
      loop start | free one.value
        step | free start.x
        onlyShown | watched by show | free start.t
        observe show | watched by show | free onlyShown.sum
        next x = step.sum | free step.sum
      observe done | free end.x"
    `)
  })

  test('d: a loop that nobody needs but an observer in its body', () => {
    const some = graph(
      node('one', 'Constant'),
      ...sampler('one.value', 'step.sum'),
      node('step', 'Add', { a: 'start.x' }),
      node('show', 'Show', { value: 'step.sum' }),
    )
    expect(planOf(some)).toMatchInlineSnapshot(`
      "one
      loop start | free one.value
        step | free start.x
        observe show | watched by show
        next x = step.sum | free step.sum"
    `)
  })

  test('d: a file made of a body value', () => {
    const some = graph(node('one', 'Constant'), ...sampler('one.value', 'start.x'), node('save', 'Save', { value: 'start.x' }))
    expect(words(some)).toMatchInlineSnapshot(`
      [
        "save: Save uses a value from inside the loop of Sampling Start. Take it from an output of Sampling End, after the last iteration.",
      ]
    `)
  })

  test('d: a body value together with a result that needs the whole loop', () => {
    const some = graph(
      node('one', 'Constant'),
      ...sampler('one.value', 'start.x'),
      node('after', 'Add', { a: 'end.x' }),
      node('both', 'Add', { a: 'start.x', b: 'after.sum' }),
      node('show', 'Show', { value: 'both.sum' }),
    )
    expect(words(some)).toMatchInlineSnapshot(`
      [
        "start: A value from inside this loop is used together with a result that needs the whole loop. Take both values after the End, or both inside the loop.",
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
    expect([...words(second), ...words(noStart), ...words(noEnd), ...words(other)]).toMatchInlineSnapshot(`
      [
        "end.loop: Sampling Start has a second End. Delete one of the two: a loop has one Start and one End.",
        "end.loop: Sampling End has no Start. Wire the loop output of a Sampling Start into it.",
        "start.loop: Sampling Start has no End. Add a Sampling End and wire loop to it.",
        "end.loop: Sampling End cannot end Training Start. Use the End that belongs to it, Sampling Start here.",
      ]
    `)
  })

  test('f: `again` inside a training body', () => {
    const some = graph(
      ...training(),
      node('inner', 'SamplingStart', { x: 'start.x' }),
      node('innerEnd', 'SamplingEnd', { loop: 'inner.loop', x: 'inner.x', again: 'inner.x' }),
      node('show', 'Show', { value: 'innerEnd.x' }),
      node('show2', 'Show', { value: 'end.model' }),
    )
    expect(words(some)).toMatchInlineSnapshot(`
      [
        "innerEnd.again: A loop that asks after each iteration whether to go on cannot run inside Training Start. Give it a fixed number of iterations, or take it out of the training loop.",
      ]
    `)
  })

  test('g: noise drawn once that feeds a body is said; with `like` it is drawn each time', () => {
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
        "noise: Draw is drawn once: the same noise in every iteration of Sampling Start. To draw afresh each time, wire its input like to an output of Sampling Start.",
      ]
    `)
    expect(notices(some('start.x'))).toEqual([])
    expect(planOf(some())).toMatchInlineSnapshot(`
      "one
      noise
      loop start | free one.value noise.noise
        step | free start.x
        next x = step.sum | free step.sum
      observe show | free end.x"
    `)
    expect(planOf(some('start.x'))).toMatchInlineSnapshot(`
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
  test('samples while training: what leads from the model to observers is the emission; its other needs come first', () => {
    const some = graph(
      ...training('', 2),
      node('x', 'Constant'),
      ...sampler('x.value', 'predicted.y', 'Sampling'),
      node('predicted', 'Apply', { model: 'end.model', x: 'startSampling.x' }),
      node('show', 'Show', { value: 'endSampling.x' }),
      node('save', 'Save', { value: 'endSampling.x' }),
    )
    expect(planOf(some)).toMatchInlineSnapshot(`
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

  test('two trainings, one after the other: an emission does not enter the second', () => {
    const [start, end, ...rest] = training('2')
    const some = graph(
      ...training('1', 1),
      { ...start!, inputs: { model: wire('end1', 'model') } },
      end!,
      ...rest.filter(({ id }) => id !== 'net2'),
      node('x', 'Constant'),
      node('y1', 'Apply', { model: 'end1.model', x: 'x.value' }),
      node('y2', 'Apply', { model: 'end2.model', x: 'x.value' }),
      node('show1', 'Show', { value: 'y1.y' }),
      node('show2', 'Show', { value: 'y2.y' }),
    )
    expect(planOf(some)).toMatchInlineSnapshot(`
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

  test('two trainings compared: each emits what does not need the later one', () => {
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
    expect(planOf(some)).toMatchInlineSnapshot(`
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

  test('a loss that does not reach the model', () => {
    const some = graph(
      ...training().map((it) => (it.id === 'apply' ? { ...it, inputs: { ...it.inputs, model: wire('net', 'model') } } : it)),
      node('show', 'Show', { value: 'end.model' }),
    )
    expect(words(some)).toMatchInlineSnapshot(`
      [
        "end.loss: The loss does not depend on the model of Training Start, so there is nothing to train. Wire the model output of Training Start, not the model itself, to Predict.",
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
        "a: These nodes wait for each other: Add -> Add -> Add. Cut one of the wires; what is to come round again goes through the End of a loop.",
      ]
    `)
  })

  test('all at once: missing wire, wrong type, unknown node, unknown slots, bad params, a wire from nowhere', () => {
    const some = graph(
      node('empty', 'Add'),
      node('wrong', 'Add', { a: 'net.model' }),
      node('net', 'Net', {}, { weight: 'much' }),
      node('far', 'SamplingStart', { x: 'empty.sum' }, { steps: 1.5 }),
      node('farEnd', 'SamplingEnd', { loop: 'far.loop', x: 'unknown.x' }),
      node('unknown', 'Blur'),
      node('lost', 'Add', { a: 'gone.sum', c: 'empty.product' }),
      ...['empty.sum', 'wrong.sum', 'farEnd.x', 'lost.sum'].map((from, i) => node(`show${i}`, 'Show', { value: from })),
    )
    expect(words(some)).toMatchInlineSnapshot(`
      [
        "empty.a: Nothing is wired to a. Wire a number or a loss into it.",
        "wrong.a: a takes a number or a loss, but model of Net is a model. Wire a number or a loss into it.",
        "net: weight: expected a number, got "much". Set it to a number; the default is 0.",
        "far: steps: expected an integer of at least 0, got 1.5. Set it to an integer of at least 0; the default is 3.",
        "unknown: Unknown node type toy/Blur. Load the pack that has it, or delete the node.",
        "lost.a: a is wired to gone, which is not in the graph. Wire it anew.",
        "lost.c: Add has no input c. Its inputs are a, b.",
      ]
    `)
  })

  test('a multistep solver outside of a sampling loop', () => {
    const some = graph(
      node('one', 'Constant'),
      node('step', 'Remember', { a: 'one.value' }),
      node('show', 'Show', { value: 'step.total' }),
    )
    expect(words(some)).toMatchInlineSnapshot(`
      [
        "step: Remember remembers earlier steps, but runs in no sampling loop. Take its x_t from a SamplingStart.",
      ]
    `)
  })

  test('inside a closed node they are told of the closed node', () => {
    const some = graph(
      node('net', 'Net'),
      node('closed', 'Twice', { a: 'net.model' }),
      node('show', 'Show', { value: 'closed.sum' }),
    )
    expect(words(some)).toMatchInlineSnapshot(`
      [
        "closed.a: a takes a number or a loss, but model of Net is a model. Wire a number or a loss into it.",
      ]
    `)
  })

  test('nothing to run', () => {
    expect(words(graph(node('one', 'Constant')))).toMatchInlineSnapshot(`
      [
        ": There is nothing to run: no node shows or saves a result. Add a Scatter, a Chart or an Inspect and wire a value into it, or choose "run to here" on a node.",
      ]
    `)
  })
})
