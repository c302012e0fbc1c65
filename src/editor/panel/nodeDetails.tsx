// Details of one node: description, parameters, faults, equation, slots.
import { useEffect } from 'preact/hooks'
import { useRunning } from '../running/services.ts'
import { isWithin } from '../../engine/base/ids.ts'
import { hasEffect, type Declaration } from '../../engine/plan/op.ts'
import type { DiffusionNode } from '../../litegraph/diffusionNode.ts'
import { openChart, showsChart } from '../charts/openChart.ts'
import { icons } from '../ui/icons.tsx'
import { MathText } from '../ui/math.tsx'
import { NoteText } from '../ui/noteText.tsx'
import { Prose } from '../ui/prose.tsx'
import { getSymbolValues } from '../graph/equationValues.ts'
import { nodeSubgraph } from '../workspace/navigation.ts'
import { BorderSlots } from '../subgraph/borderSlots.tsx'
import { SubgraphSection } from '../subgraph/subgraphSection.tsx'
import { isBorderNode } from '../graph/borderNodes.ts'
import { subscribeToGraph } from '../workspace/state.ts'
import { settings } from '../storage/settings.ts'
import { runState } from '../running/state.ts'
import { texts, translateNode, valueText, wantDescriptions } from '../texts/texts.ts'
import { openViewer } from '../viewer/openViewer.ts'
import { canEnlarge } from '../viewer/sources.ts'
import { Equation } from './lazyEquation.tsx'
import { FaultCard } from './faultCard.tsx'
import { RunFiles } from './lazyRunFiles.ts'
import { lazySection } from './lazySection.ts'
import { Params } from './params.tsx'
import { Section, tint } from './section.tsx'
import { Slots } from './slots.tsx'

const FormulaEquation = lazySection(
  async () => (await import('./formulaEquation.tsx')).FormulaEquation,
)
const PlotSection = lazySection(async () => (await import('./plotSection.tsx')).PlotSection)
const NodeTools = lazySection(async () => (await import('./selectionTools.tsx')).NodeTools)
const FilmSection = lazySection(async () => (await import('./filmScrub.tsx')).FilmSection)
const NodeMeasures = lazySection(
  async () => (await import('../running/measureList.tsx')).NodeMeasures,
)

const SCATTER = 'diffusion/Scatter'

export function NodeDetails({ node }: { node: DiffusionNode }) {
  subscribeToGraph()
  useEffect(wantDescriptions, [])
  const declaration = translateNode(node.diffusion.declaration)
  const editor = useRunning()
  const id = editor.stage.fullId(node.id)
  const subgraph = nodeSubgraph(editor, node)
  const runFiles = runState.files.value.filter((file) => isWithin(file.node, id))
  const category = texts.categories[declaration.category] ?? declaration.category
  const title = node.getTitle()
  return (
    <>
      <section class="section head">
        <h2>
          <span class="dot" style={tint(declaration.category)} />
          <MathText>{title}</MathText>
        </h2>
        <p class="kind">
          {title === declaration.title ? category : `${declaration.title} · ${category}`}
        </p>
        <p class="summary">
          <Prose>{declaration.summary}</Prose>
        </p>
        {!isBorderNode(node) && <NodeTools />}
      </section>
      <NodeFaults id={id} />
      {declaration.role === 'note' && <NoteSection node={node} />}
      {subgraph && <SubgraphSection node={node} subgraph={subgraph} />}
      {isBorderNode(node) && <BorderSlots node={node} />}
      <FilmSection node={node} />
      {declaration.type === SCATTER && <PlotSection node={node} />}
      <LargeButton node={node} />
      {settings.value.measures && <NodeMeasures node={node} />}
      {Object.keys(declaration.params).length > 0 && (
        <Section title={texts.panel.parameters}>
          <Params node={node} />
        </Section>
      )}
      {runFiles.length > 0 && (
        <Section title={texts.panel.files}>
          <RunFiles files={runFiles} />
        </Section>
      )}
      <NodeEquation declaration={declaration} node={node} />
      {!isBorderNode(node) && <Slots declaration={declaration} node={node} />}
    </>
  )
}

/** The text of a note as it is meant to be read. */
function NoteSection({ node }: { node: DiffusionNode }) {
  subscribeToGraph()
  const text = valueText(node.diffusion.declaration.params.text, node.properties.text)
  return text ? (
    <section class="section note-text">
      <NoteText text={text} />
    </section>
  ) : null
}

/** Faults and notices of a node. */
function NodeFaults({ id }: { id: string }) {
  const { faults, notices } = runState
  const about = [...faults.value, ...notices.value].filter((fault) =>
    [fault.node, ...(fault.also ?? [])].some((each) => isWithin(each, id)),
  )
  if (about.length === 0) return null
  return (
    <section class="section">
      {about.map((fault, i) => (
        <FaultCard key={i} fault={fault} here={id} />
      ))}
    </section>
  )
}

/** Equation of a node, with its numbers and source. */
function NodeEquation({ declaration, node }: { declaration: Declaration; node: DiffusionNode }) {
  subscribeToGraph()
  const { equation, source } = declaration
  const getValue = (param: string) => node.properties[param]
  for (const [name, param] of Object.entries(declaration.params))
    if (param.kind === 'text' && param.formula && hasEffect(declaration.params, name, getValue))
      return (
        <Section title={texts.panel.equation}>
          <FormulaEquation node={node} text={String(getValue(name))} param={param} />
        </Section>
      )
  if (!equation && !source) return null
  const isWired = (input: string) =>
    node.inputs.some(({ name, link }) => name === input && link != null)
  return (
    <Section title={equation ? texts.panel.equation : texts.panel.source}>
      {equation && (
        <Equation latex={equation} numbers={getSymbolValues(declaration, getValue, isWired)} />
      )}
      {source && <p class="source">{source}</p>}
    </Section>
  )
}

/** Button that enlarges the chart or the images of a node. */
function LargeButton({ node }: { node: DiffusionNode }) {
  const editor = useRunning()
  void runState.progress.value // Rerenders with the first image of a run.
  void runState.phase.value
  const chart = showsChart(node)
  if (!chart && !canEnlarge(node)) return null
  return (
    <section class="section">
      <button
        type="button"
        class="button outline"
        onClick={() => (chart ? openChart(node) : void openViewer(editor.stage, node))}
      >
        {chart ? <icons.chart /> : <icons.fit />}
        {chart ? texts.commands.chart : texts.commands.enlarge}
      </button>
    </section>
  )
}
