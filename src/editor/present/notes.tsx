// Notes of a step: its title, the notes next to its nodes, and what the nodes compute.
import type { DiffusionNode } from '../../litegraph/diffusionNode.ts'
import type { Stage } from '../canvas/stage.ts'
import { Equation } from '../panel/equation.tsx'
import { useRunning } from '../running/services.ts'
import { texts, translateNode, translateWorkflow, valueText } from '../texts/texts.ts'
import { Markdown } from '../ui/markdown.tsx'
import { MathText } from '../ui/math.tsx'
import { Prose } from '../ui/prose.tsx'
import { enterNode, nodeSubgraph } from '../workspace/navigation.ts'
import { levelTitles, subscribeToGraph, workflowName } from '../workspace/state.ts'
import { findStageNodes } from './stageSteps.ts'
import type { Step } from './steps.ts'

/** Nodes of a step whose descriptions are shown. */
const MAX_DESCRIBED = 6

export function StepNotes({ step }: { step: Step | undefined }) {
  subscribeToGraph()
  const { stage, workspace } = useRunning()
  if (!step)
    return (
      <aside class="step-notes" aria-label={texts.present.notes}>
        <p>{texts.present.nothing}</p>
      </aside>
    )
  const described = findStageNodes(stage, describedIds(step))
  return (
    // With a tab stop, as long notes are scrolled with the keyboard.
    <aside key={step.key} class="step-notes" aria-label={texts.present.notes} tabIndex={0}>
      <h2>
        <MathText>{stepTitle(stage, step)}</MathText>
      </h2>
      {step.kind === 'graph' && levelTitles.value.length === 0 && (
        <Markdown text={translateWorkflow(workspace.about())} />
      )}
      {findStageNodes(stage, step.notes).map((note) => (
        <Note key={note.id} note={note} />
      ))}
      {described.slice(0, MAX_DESCRIBED).map((node) => (
        <NodeDescription key={node.id} node={node} />
      ))}
    </aside>
  )
}

/** Ids of the nodes whose descriptions are shown: a zone is described by its Start. */
function describedIds({ kind, ids, zone }: Step): readonly string[] {
  if (kind === 'graph') return []
  if (kind === 'zone') return zone === undefined ? [] : [zone]
  return ids
}

/** Title of a step, in the current language. */
export function stepTitle(stage: Stage, { kind, ids, zone, part }: Step): string {
  if (kind === 'graph') return levelTitles.value.at(-1) ?? translateWorkflow(workflowName.value)
  const start = zone === undefined ? undefined : stage.node(zone)
  if (kind === 'view' || (!start && ids.length === 1)) return stage.node(ids[0])?.getTitle() ?? ''
  if (!start) return texts.present.around(ids.length)
  const name = texts.present.zone(start.getTitle())
  return part ? texts.present.part(name, part.index, part.count) : name
}

function Note({ note }: { note: DiffusionNode }) {
  const { declaration } = note.diffusion
  const text = valueText(declaration.params.text, note.properties.text)
  const title = note.getTitle()
  return (
    <section class="note">
      {title !== declaration.title && (
        <h3>
          <MathText>{translateWorkflow(title)}</MathText>
        </h3>
      )}
      <Markdown text={text} />
    </section>
  )
}

function NodeDescription({ node }: { node: DiffusionNode }) {
  const services = useRunning()
  const { title, summary, equation } = translateNode(node.diffusion.declaration)
  return (
    <section class="described">
      <h3>
        <MathText>{node.getTitle()}</MathText>
        {node.getTitle() !== title && <span class="kind"> {title}</span>}
      </h3>
      <p>
        <Prose>{summary}</Prose>
      </p>
      {equation && <Equation latex={equation} />}
      {nodeSubgraph(services, node) && (
        <button type="button" class="button outline" onClick={() => enterNode(services, node)}>
          {texts.commands.enter}
        </button>
      )}
    </section>
  )
}
