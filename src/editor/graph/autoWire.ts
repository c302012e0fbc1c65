// Auto-wiring: proposes wires between chosen nodes, by types and by what ready workflows do.
import { manySlot } from '../../engine/base/ids.ts'
import type { ByType, Declaration } from '../../engine/plan/op.ts'
import type { FileNode, NodeId, WorkflowFile } from '../../workflow/index.ts'
import { declaredName, LOOP, parseAccepts } from '../../workflow/slots.ts'
import { acceptsType } from './nodeSearch.ts'
import { WireGraph } from './wireGraph.ts'
import { countNodes, countWires, type Usage } from './usage.ts'

export interface ProposedWire {
  from: NodeId
  output: string
  to: NodeId
  input: string
}

interface Candidate {
  from: FileNode
  output: string
  to: FileNode
  /** Declared name of the input, without the number of a slot. */
  input: string
  score: number
  /** Share of the ready workflows' nodes that have this wire. */
  share: number
  target: Target
}

/** A free input of a node. */
interface Target {
  node: FileNode
  name: string
  accepts: ReturnType<typeof parseAccepts>
  required: boolean
  /** True for an input with one slot per wire. */
  many: boolean
}

/** Share of nodes from which on an optional input is wired. */
const USUAL = 0.4
/** Distance at which the score of a wire falls to a third, in graph units. */
const NEAR = 400
/** Score of a wire that no ready workflow makes, and that is the only one that fits. */
const ONLY_FIT = 0.02

/**
 * Proposes wires for the free inputs of nodes, from outputs of these nodes. Wires that most ready
 * workflows make come first, and near nodes before distant ones. No wire closes a cycle or leads
 * from one loop into another.
 */
export function proposeWires(
  file: WorkflowFile,
  ids: ReadonlySet<NodeId>,
  byType: ByType,
  usage: Usage,
): ProposedWire[] {
  const nodes = file.nodes.filter(({ id, type }) => {
    const declaration = byType.get(type)
    return ids.has(id) && declaration && !declaration.reroute && declaration.role !== 'note'
  })
  const targets = nodes.flatMap((node) => freeTargets(node, byType.get(node.type)))
  const present = presentWires(file)
  const candidates = targets
    .flatMap((target) => sourcesOf(target, nodes, usage))
    .filter(({ from, to, input, target }) => !target.many || !present.has(pairKey(from, to, input)))
  candidates.sort((a, b) => b.score - a.score)
  const graph = new WireGraph(file, byType)
  const plan = new Plan(usage)
  const takeWhere = (wants: (candidate: Candidate) => boolean) =>
    candidates.flatMap((candidate) => {
      if (!wants(candidate) || !graph.allows(candidate.from.id, candidate.to.id)) return []
      graph.add(candidate.from.id, candidate.to.id)
      return [plan.take(candidate)]
    })
  // Each output first goes where it goes once, and then wherever an input still needs it.
  return [
    ...takeWhere((candidate) => plan.wants(candidate)),
    ...takeWhere((candidate) => plan.needs(candidate)),
  ]
}

/** The wires of a file, by their nodes and the declared input. */
function presentWires({ nodes, links }: WorkflowFile): Set<string> {
  const byId = new Map(nodes.map((node) => [node.id, node]))
  return new Set(
    links.flatMap(([, source, , target, input]) => {
      const [from, to] = [byId.get(source), byId.get(target)]
      if (!from || !to) return []
      return [pairKey(from, to, to.inputs[input]?.name.replace(/_\d+$/, '') ?? '')]
    }),
  )
}

function freeTargets(node: FileNode, declaration: Declaration | undefined): Target[] {
  if (!declaration) return []
  return node.inputs.flatMap(({ name, type, link }): Target[] => {
    const declared = declaredName(declaration.inputs, name)
    if (link !== null || name === LOOP || declared === undefined) return []
    const { optional, many, more, further } = declaration.inputs[declared]
    if (further || (more && name !== declared)) return []
    const isFirst = !many || name === manySlot(declared, 1)
    return [
      {
        node,
        name,
        accepts: parseAccepts(String(type)),
        required: !optional && isFirst,
        many: many === true,
      },
    ]
  })
}

function sourcesOf(target: Target, nodes: readonly FileNode[], usage: Usage): Candidate[] {
  const fitting = nodes.flatMap((from) =>
    from === target.node
      ? []
      : from.outputs
          .filter(({ name, type }) => name !== LOOP && acceptsType(target.accepts, String(type)))
          .map(({ name, type }) => ({ from, output: name, type: String(type) })),
  )
  const exact = fitting.filter(
    ({ type }) => target.accepts !== 'any' && (target.accepts as readonly string[])[0] === type,
  )
  return fitting.flatMap(({ from, output }): Candidate[] => {
    const share = candidateShare(from, output, target, usage)
    const isOnlyFit = exact.length === 1 && exact[0].from === from && exact[0].output === output
    const isUsual = target.required ? share > 0 : share >= USUAL
    const base = isUsual ? share : target.required && isOnlyFit ? ONLY_FIT : 0
    if (base === 0) return []
    const score = base * Math.exp(-distance(from, target.node) / NEAR)
    const input = declaredBase(target)
    return [{ from, output, to: target.node, input, score, share, target }]
  })
}

const declaredBase = ({ name, many }: Target) => (many ? name.replace(/_\d+$/, '') : name)

/** Share of the sources, or of the targets, that have this wire in the ready workflows. */
function candidateShare(
  from: FileNode,
  output: string,
  { node, name }: Target,
  usage: Usage,
): number {
  const count = countWires(
    usage,
    { type: from.type, slot: output },
    { type: node.type, slot: name },
  )
  if (!count) return 0
  const [sources, targets] = [countNodes(usage, from.type), countNodes(usage, node.type)]
  return Math.min(1, Math.max(count / Math.max(1, sources), count / Math.max(1, targets)))
}

/** Distance of two nodes; a target to the left of its source counts twice. */
function distance(from: FileNode, to: FileNode): number {
  const across = to.pos[0] - (from.pos[0] + from.size[0])
  const down = to.pos[1] + to.size[1] / 2 - (from.pos[1] + from.size[1] / 2)
  return Math.hypot(across < 0 ? -2 * across : across, down)
}

/** The inputs that are taken, and how often each output is used. */
class Plan {
  private readonly taken = new Set<string>()
  private readonly used = new Map<string, number>()
  /** Number of the next slot of many-inputs. */
  private readonly next = new Map<string, number>()

  constructor(private readonly usage: Usage) {}

  /** True for a free input, and an output that is not used as often as usual. */
  wants(candidate: Candidate): boolean {
    const used = this.used.get(candidateKey(candidate)) ?? 0
    return this.isFree(candidate) && used < this.usualCount(candidate)
  }

  /** True for a free input that requires a wire. */
  needs(candidate: Candidate): boolean {
    const { target, to, input } = candidate
    return (
      target.required &&
      this.isFree(candidate) &&
      !(target.many && this.next.has(inputKey(to, input)))
    )
  }

  private isFree({ target, from, to, input, share }: Candidate): boolean {
    if (!target.many) return !this.taken.has(inputKey(to, input))
    const isFirst = !this.next.has(inputKey(to, input))
    return !this.taken.has(pairKey(from, to, input)) && (isFirst || share >= USUAL)
  }

  /** Number of nodes of the target's type to which the ready workflows wire one such output. */
  private usualCount({ from, output, to, input }: Candidate): number {
    const count = countWires(
      this.usage,
      { type: from.type, slot: output },
      { type: to.type, slot: input },
    )
    return Math.max(1, Math.round(count / Math.max(1, countNodes(this.usage, from.type))))
  }

  take(candidate: Candidate): ProposedWire {
    const { from, output, to, input, target } = candidate
    this.used.set(candidateKey(candidate), (this.used.get(candidateKey(candidate)) ?? 0) + 1)
    this.taken.add(target.many ? pairKey(from, to, input) : inputKey(to, input))
    return { from: from.id, output, to: to.id, input: this.slotName(candidate) }
  }

  /** A many-input has one more slot for each wire. */
  private slotName({ to, input, target }: Candidate): string {
    if (!target.many) return input
    const key = inputKey(to, input)
    const index = this.next.get(key) ?? Number(/_(\d+)$/.exec(target.name)?.[1] ?? 1)
    this.next.set(key, index + 1)
    return manySlot(input, index)
  }
}

const inputKey = ({ id }: FileNode, input: string) => `${id} ${input}`
/** A node is wired to a many-input once, by one of its outputs. */
const pairKey = (from: FileNode, to: FileNode, input: string) => `${from.id} > ${to.id} ${input}`
const candidateKey = ({ from, output, to, input }: Candidate) =>
  `${from.id} ${output} ${to.type} ${input}`
