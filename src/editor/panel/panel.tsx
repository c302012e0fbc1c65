// Details panel: description, parameters and faults of the selected node, or of the workflow.
import { useRunning } from '../running/services.ts'
import { goToNode } from '../workspace/navigation.ts'
import type { ComponentChildren } from 'preact'
import { isWithin } from '../../engine/base/ids.ts'
import { chosenType, hasEffect, type Accepts, type Declaration } from '../../engine/plan/op.ts'
import { isDiffusionNode, type DiffusionNode } from '../../nodes/litegraph/diffusionNode.ts'
import { declaredName } from '../../nodes/workflow/slots.ts'
import type { LGraphNode } from '../canvas/canvas.ts'
import { openChart, showsChart } from '../charts/openChart.ts'
import { Equation } from './lazyEquation.tsx'
import { icons } from '../ui/icons.tsx'
import { FaultCard } from './faultCard.tsx'
import { lazySection } from './lazySection.ts'
import { MathText } from '../ui/math.tsx'
import { NoteText } from '../ui/noteText.tsx'
import { ValueToggle } from './wireInspector.tsx'
import { Params } from './params.tsx'
import { Prose } from '../ui/prose.tsx'
import { getSymbolValues } from '../graph/equationValues.ts'
import { nodeSubgraph } from '../workspace/navigation.ts'
import { BorderSlots } from '../subgraph/borderSlots.tsx'
import { OpenSubgraphSection, SubgraphSection } from '../subgraph/subgraphSection.tsx'
import { isBorderNode } from '../graph/borderNodes.ts'
import { subscribeToGraph, workflowId, workflowName } from '../workspace/state.ts'
import { isDark, panelShown } from '../ui/state.ts'
import { settings } from '../storage/settings.ts'
import { selectedIds } from '../canvas/state.ts'
import { runState } from '../running/state.ts'
import { texts, translateNode, translateWorkflow, valueText } from '../texts/texts.ts'
import { typeColour } from '../ui/theme.ts'
import { canCompare, openComparison, openViewer } from '../viewer/openViewer.ts'
import { canEnlarge } from '../viewer/sources.ts'

const RunFiles = lazySection(async () => (await import('./runFiles.tsx')).RunFiles)
const FormulaEquation = lazySection(
  async () => (await import('./formulaEquation.tsx')).FormulaEquation,
)
const PlotSection = lazySection(async () => (await import('./plotSection.tsx')).PlotSection)
const SelectionTools = lazySection(
  async () => (await import('./selectionTools.tsx')).SelectionTools,
)
const NodeTools = lazySection(async () => (await import('./selectionTools.tsx')).NodeTools)
const FilmSection = lazySection(async () => (await import('./filmScrub.tsx')).FilmSection)
const MeasureList = lazySection(
  async () => (await import('../running/measureList.tsx')).MeasureList,
)
const NodeMeasures = lazySection(
  async () => (await import('../running/measureList.tsx')).NodeMeasures,
)
const UnknownNode = lazySection(async () => (await import('./unknownNode.tsx')).UnknownNode)

const SCATTER = 'diffusion/Scatter'

export function Panel() {
  const editor = useRunning()
  subscribeToGraph()
  if (!panelShown.value) return null
  const nodes = selectedIds.value
    .map((id) => editor.stage.node(id))
    .filter((node) => node !== undefined)
  const [node] = nodes
  return (
    <aside class="side panel" aria-label={texts.panel.label}>
      {nodes.length === 1 ? (
        isDiffusionNode(node) ? (
          <NodeDetails key={node.id} node={node} />
        ) : (
          <UnknownNode node={node} />
        )
      ) : nodes.length > 1 ? (
        <SelectionDetails nodes={nodes} />
      ) : (
        <WorkflowDetails />
      )}
    </aside>
  )
}

export const tint = (category: string) => ({ '--tint': `var(--cat-${category}, var(--cat-tools))` })

function NodeDetails({ node }: { node: DiffusionNode }) {
  subscribeToGraph()
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

function Section({ title, children }: { title: string; children: ComponentChildren }) {
  return (
    <section class="section">
      <h3>{title}</h3>
      {children}
    </section>
  )
}

interface ValueTogglesProps {
  node: DiffusionNode
  outputs: Declaration['outputs']
  name: string
}

function Slots({
  declaration: { inputs, outputs, params },
  node,
}: {
  declaration: Declaration
  node: DiffusionNode
}) {
  const present = new Set(node.inputs.map(({ name }) => name))
  const ins = Object.entries(inputs).filter(
    ([name, { grows }]) => name !== 'loop' && (!grows || present.has(name)),
  )
  const outs = Object.entries(outputs).filter(([name]) => name !== 'loop')
  return (
    <>
      {ins.length > 0 && (
        <Section title={texts.panel.inputs}>
          <ul class="slots">
            {ins.map(([name, { accepts, about, optional }]) => (
              <SlotRow
                key={name}
                name={name}
                type={formatTypes(accepts)}
                colour={accepts === 'any' ? '*' : accepts[0]}
                about={about}
                optional={optional}
              />
            ))}
          </ul>
        </Section>
      )}
      {outs.length > 0 && (
        <Section title={texts.panel.outputs}>
          <ul class="slots">
            {outs.map(([name, { type: declared, about }]) => {
              const type = chosenType({ params }, declared, node.properties)
              return (
                <SlotRow
                  key={name}
                  name={name}
                  type={typeof type === 'string' ? type : texts.panel.sameAs(type.like)}
                  colour={typeof type === 'string' ? type : '*'}
                  about={about}
                >
                  <ValueToggles node={node} outputs={outputs} name={name} />
                </SlotRow>
              )
            })}
          </ul>
        </Section>
      )}
    </>
  )
}

/** One toggle for each slot of a declared output. */
const ValueToggles = ({ node, outputs, name }: ValueTogglesProps) => (
  <>
    {node.outputs.map(
      (slot, i) =>
        declaredName(outputs, slot.name) === name && (
          <ValueToggle key={slot.name} node={node} slot={i} />
        ),
    )}
  </>
)

const formatTypes = (accepts: Accepts) =>
  accepts === 'any' ? texts.panel.anything : accepts.join(', ')

interface SlotRowProps {
  name: string
  type: string
  colour: string
  about: string
  optional?: boolean | undefined
  children?: ComponentChildren
}

function SlotRow({ name, type, colour, about, optional, children }: SlotRowProps) {
  return (
    <li>
      <span class="dot" style={{ '--tint': typeColour(colour, isDark.value) }} />
      <span>
        <code>{name}</code>{' '}
        <span class="type">{optional ? `${type}, ${texts.panel.optional}` : type}</span>
      </span>
      {about && (
        <span class="about">
          <Prose>{about}</Prose>
        </span>
      )}
      {children}
    </li>
  )
}

function SelectionDetails({ nodes }: { nodes: readonly LGraphNode[] }) {
  subscribeToGraph()
  void runState.phase.value // Rerenders when a run has images to compare.
  const editor = useRunning()
  return (
    <section class="section head">
      <h2>{texts.panel.selectedCount(nodes.length)}</h2>
      {canCompare(nodes) && (
        <p class="summary">
          <button
            type="button"
            class="button outline"
            onClick={() => openComparison(editor.stage, nodes)}
          >
            {texts.commands.compare}
          </button>
        </p>
      )}
      <SelectionTools />
      <ul class="slots" style={{ marginTop: '12px' }}>
        {nodes.slice(0, 40).map((node) => (
          <li key={node.id}>
            <span
              class="dot"
              style={tint(isDiffusionNode(node) ? node.diffusion.declaration.category : 'tools')}
            />
            <button
              type="button"
              class="link"
              onClick={() => goToNode(editor, editor.stage.fullId(node.id))}
            >
              {node.getTitle()}
            </button>
          </li>
        ))}
      </ul>
    </section>
  )
}

/** Title and description of the workflow. */
function WorkflowHead() {
  const { workspace } = useRunning()
  const about = translateWorkflow(workspace.about())
  return (
    <section class="section head">
      <h2>
        <MathText>{translateWorkflow(workflowName.value)}</MathText>
      </h2>
      <textarea
        key={`${workflowId.value} ${about}`}
        class="about-text"
        aria-label={texts.panel.about}
        placeholder={texts.panel.aboutPlaceholder}
        defaultValue={about}
        rows={4}
        onChange={(event) => workspace.setAbout(event.currentTarget.value)}
      />
    </section>
  )
}

/** Details while no node is selected: of the workflow, or of the open subgraph. */
function WorkflowDetails() {
  subscribeToGraph()
  const editor = useRunning()
  const { faults, notices, files } = runState
  const subgraph = editor.stage.subgraph()
  return (
    <>
      {subgraph ? <OpenSubgraphSection subgraph={subgraph} /> : <WorkflowHead />}
      {faults.value.length > 0 && (
        <Section title={texts.panel.problems}>
          {faults.value.map((fault, i) => (
            <FaultCard key={i} fault={fault} />
          ))}
        </Section>
      )}
      {notices.value.length > 0 && (
        <Section title={texts.panel.notices}>
          {notices.value.map((fault, i) => (
            <FaultCard key={i} fault={{ ...fault, notice: true }} />
          ))}
        </Section>
      )}
      {files.value.length > 0 && (
        <Section title={texts.panel.files}>
          <RunFiles files={files.value} />
        </Section>
      )}
      {settings.value.measures && <MeasureList />}
      <section class="section">
        <ul class="tips">
          {texts.panel.start.map(([key, what]) => (
            <li key={key}>
              <kbd>{key}</kbd> <span>{what}</span>
            </li>
          ))}
        </ul>
      </section>
    </>
  )
}
