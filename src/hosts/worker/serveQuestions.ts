// Answers questions about graphs and values.
import { type Fault, createFault } from '../../engine/messages/fault.ts'
import { GraphError, getErrorText, NodeError } from '../../engine/messages/fault.ts'
import { wire } from '../../engine/plan/graph.ts'
import type { Assets, Ops, StaticValues } from '../../engine/plan/op.ts'
import type { Model } from '../../engine/models/model.ts'
import type { Value } from '../../engine/plan/slotValues.ts'
import type { Session } from '../../engine/plan/session.ts'
import type { Event, OutputShape } from '../../engine/protocol.ts'
import { drawModel } from '../../nodes/layers/drawModel.ts'
import { openBlock } from '../../nodes/layers/openBlock.ts'
import { describeModel, openModel } from '../../nodes/layers/openModel.ts'
import type { RequestHandlers } from './requestHandlers.ts'
import { estimateTrainings } from './estimateTraining.ts'
import { hostMessages } from '../../messages/host.ts'

/** The parts of a host that answers need. */
interface Answering {
  /** Returns the current session, which a change of backend replaces. */
  session: () => Session
  /** Returns the session that can compute values, once a backend runs. */
  readySession: () => Promise<Session>
  ops: Ops
  post: (event: Event) => void
  /** Returns the data that nodes need, once a backend runs. */
  assets: () => Promise<Assets>
}

type Check = 'check' | 'findTrainings' | 'estimateTrainings' | 'findShapes' | 'inspect'
type Inside = 'expand' | 'openModel' | 'drawModel' | 'describeModel'
type Program = 'script' | 'torch'

export const questionHandlers = (
  answering: Answering,
): RequestHandlers<Check | Inside | Program> => ({
  ...checkHandlers(answering),
  ...insideHandlers(answering),
  ...programHandlers(answering),
})

/** Questions about a graph before and after its run. */
const checkHandlers = ({
  session,
  readySession,
  ops,
  post,
  assets,
}: Answering): RequestHandlers<Check> => ({
  check({ id, graph }) {
    post({ type: 'checked', id, faults: session().check(graph) })
  },
  async findTrainings({ id, graph }) {
    // Data that is missing or cannot be read is a fault of the run, which also reports it. The
    // arithmetic of the backend is a part of the keys.
    const trainings = await assets()
      .then(() => session().findTrainings(graph))
      .catch(() => [])
    post({ type: 'foundTrainings', id, trainings })
  },
  async estimateTrainings({ id, graph }) {
    // Without a backend nothing is estimated: the run reports why.
    const trainings = await readySession()
      .then((ready) => estimateTrainings(ready, ops, graph))
      .catch(() => [])
    post({ type: 'estimated', id, trainings })
  },
  findShapes({ id, graph }) {
    post({ type: 'foundShapes', id, shapes: listShapes(session().staticOutputs(graph)) })
  },
  async inspect({ id, output }) {
    // A value that cannot be read, for example after a lost device, is not available.
    const inspection = await session()
      .inspect(output)
      .catch(() => undefined)
    post({ type: 'inspected', id, ...(inspection && { inspection }) })
  },
})

/** Questions about the inside of a node. */
const insideHandlers = ({
  session,
  readySession,
  ops,
  post,
}: Answering): RequestHandlers<Inside> => ({
  expand({ id, node, wired }) {
    try {
      post({ type: 'expanded', id, expansion: session().expand(node, wired), faults: [] })
    } catch (error) {
      post({ type: 'expanded', id, faults: getErrorFaults(error, node.id) })
    }
  },
  async openModel({ id, graph, node: name }) {
    const node = graph.nodes.find((each) => each.id === name)
    try {
      if (!node) throw new Error(`No node ${name}.`)
      const isBlock = Object.hasOwn(ops.get(node.op)?.outputs ?? {}, 'features')
      const open = (value: Value) => openModel(node, value as Model)
      const expansion = isBlock
        ? openBlock(node, session().staticOutputs(graph))
        : await (await readySession()).compute(graph, wire(name, 'model'), open)
      post({ type: 'expanded', id, expansion, faults: [] })
    } catch (error) {
      post({ type: 'expanded', id, faults: getErrorFaults(error, name) })
    }
  },
  async drawModel({ id, graph, node }) {
    try {
      const draw = (value: Value) => drawModel(value as Model)
      const svg = await (await readySession()).compute(graph, wire(node, 'model'), draw)
      post({ type: 'drawn', id, svg, faults: [] })
    } catch (error) {
      post({ type: 'drawn', id, faults: getErrorFaults(error, node) })
    }
  },
  async describeModel({ id, graph, node }) {
    try {
      const read = (value: Value) => describeModel(value as Model)
      const text = await (await readySession()).compute(graph, wire(node, 'model'), read)
      post({ type: 'describedModel', id, text, faults: [] })
    } catch (error) {
      post({ type: 'describedModel', id, faults: getErrorFaults(error, node) })
    }
  },
})

/** Graphs as programs. Their writers are loaded only now: few users export a graph. */
const programHandlers = ({ ops, post, assets }: Answering): RequestHandlers<Program> => ({
  async script({ id, graph, title, about }) {
    try {
      const { generateScript } = await import('../script/write.ts')
      const text = generateScript(graph, ops, { title, about })
      post({ type: 'scripted', id, text, faults: [] })
    } catch (error) {
      post({ type: 'scripted', id, faults: getErrorFaults(error, '') })
    }
  },
  async torch({ id, graph, ...text }) {
    try {
      const { packTorch } = await import('../torch/pack.ts')
      const zip = await packTorch(graph, ops, await assets(), text)
      post({ type: 'torchWritten', id, zip, faults: [] })
    } catch (error) {
      post({ type: 'torchWritten', id, faults: getErrorFaults(error, '') })
    }
  },
})

const listShapes = (known: ReadonlyMap<string, StaticValues>): OutputShape[] =>
  [...known].flatMap(([node, outputs]) =>
    Object.entries(outputs).flatMap(([slot, value]) =>
      value?.type === 'features' && value.shape.length > 0
        ? [{ output: wire(node, slot), shape: value.shape }]
        : [],
    ),
  )

function getErrorFaults(error: unknown, node: string): Fault[] {
  if (error instanceof GraphError) return error.faults
  if (error instanceof NodeError) return [{ ...error.fault, node }]
  return [createFault({ node, message: getErrorText(error), cure: hostMessages.checkParams() })]
}
