// The panel at the right: what the selected node does, its parameters, its faults; with nothing selected, the workflow.
import type { ComponentChildren } from 'preact'
import type { Fault } from '../engine/plan/fault.ts'
import { outerId } from '../engine/plan/graph.ts'
import type { Accepts, Declaration } from '../engine/plan/op.ts'
import { isDiffusionNode, type DiffusionNode } from '../nodes/litegraph/node.ts'
import { declaredName } from '../nodes/workflow/slots.ts'
import type { LGraphNode } from './canvas.ts'
import { openChart, showsChart } from './charts/open.ts'
import { useEditor } from './context.ts'
import { Equation } from './equation.tsx'
import { icons } from './icons.tsx'
import { LookInto } from './glance.tsx'
import { Params } from './params.tsx'
import { Prose } from './prose.tsx'
import { MadeFiles } from './made.tsx'
import { MeasureOf, Measures } from './measures.tsx'
import { numbersOf } from './numbers.ts'
import { Scrub } from './scrub.tsx'
import { standsFor } from './subgraph/actions.ts'
import { BorderSlots, StandsFor } from './subgraph/details.tsx'
import { isBorder } from './subgraph/pack.ts'
import { concerns, wayInWords } from './subgraph/places.ts'
import * as state from './state.ts'
import { declared, said, texts, translated } from './texts.ts'
import { typeColour } from './theme.ts'
import { comparable, compare, enlarge } from './viewer/open.tsx'
import { canEnlarge } from './viewer/sources.ts'
import { Unknown } from './unknown.tsx'

export function Panel() {
  const editor = useEditor()
  state.followGraph()
  if (!state.panelShown.value) return null
  const nodes = state.selection.value.map((id) => editor.stage.node(id)).filter((node) => node !== undefined)
  const [node] = nodes
  return (
    <aside class="side panel" aria-label={texts.panel.label}>
      {nodes.length === 1 ? (
        isDiffusionNode(node!) ? (
          <NodeDetails key={node.id} node={node} />
        ) : (
          <Unknown node={node!} />
        )
      ) : nodes.length > 1 ? (
        <Several nodes={nodes} />
      ) : (
        <WorkflowDetails />
      )}
    </aside>
  )
}

export const tint = (category: string) => ({ '--tint': `var(--cat-${category}, var(--cat-tools))` })

function NodeDetails({ node }: { node: DiffusionNode }) {
  state.followGraph()
  const declaration = declared(node.diffusion.declaration)
  const editor = useEditor()
  const id = editor.stage.fullId(node.id)
  const stands = standsFor(editor, node)
  const made = state.run.files.value.filter((file) => concerns(id, file.node))
  const category = texts.categories[declaration.category] ?? declaration.category
  const title = node.getTitle()
  return (
    <>
      <section class="section head">
        <h2>
          <span class="dot" style={tint(declaration.category)} />
          {title}
        </h2>
        <p class="kind">{title === declaration.title ? category : `${declaration.title} · ${category}`}</p>
        <p class="summary">
          <Prose>{declaration.summary}</Prose>
        </p>
      </section>
      <FaultsOf id={id} />
      {stands && <StandsFor node={node} subgraph={stands} />}
      {isBorder(node) && <BorderSlots node={node} />}
      <Scrub node={node} />
      <LargeButton node={node} />
      <MeasureOf node={node} />
      {Object.keys(declaration.params).length > 0 && (
        <Section title={texts.panel.parameters}>
          <Params node={node} />
        </Section>
      )}
      {made.length > 0 && (
        <Section title={texts.panel.files}>
          <MadeFiles files={made} />
        </Section>
      )}
      <EquationOf declaration={declaration} node={node} />
      {!isBorder(node) && <Slots declaration={declaration} node={node} />}
    </>
  )
}

/** What is wrong with a node, and worth knowing of it. */
function FaultsOf({ id }: { id: string }) {
  const { faults, notices } = state.run
  const about = [...faults.value, ...notices.value].filter((fault) =>
    [fault.node, ...(fault.also ?? [])].some((each) => concerns(id, each)),
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

/** The equation, with the numbers of the node, and where it is from. */
function EquationOf({ declaration, node }: { declaration: Declaration; node: DiffusionNode }) {
  const { equation, source } = declaration
  if (!equation && !source) return null
  const valueOf = (param: string) => node.properties[param]
  const isWired = (input: string) => node.inputs.some(({ name, link }) => name === input && link != null)
  return (
    <Section title={equation ? texts.panel.equation : texts.panel.source}>
      {equation && <Equation latex={equation} numbers={numbersOf(declaration, valueOf, isWired)} />}
      {source && <p class="source">{source}</p>}
    </Section>
  )
}

/** Charts and pictures are shown large as well. */
function LargeButton({ node }: { node: DiffusionNode }) {
  const editor = useEditor()
  void state.run.progress.value // the first picture comes with a run
  void state.run.state.value
  const chart = showsChart(node)
  if (!chart && !canEnlarge(node)) return null
  return (
    <section class="section">
      <button type="button" class="button outline" onClick={() => (chart ? openChart(node) : void enlarge(editor, node))}>
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

function Slots({ declaration: { inputs, outputs }, node }: { declaration: Declaration; node: DiffusionNode }) {
  const ins = Object.entries(inputs).filter(([name]) => name !== 'loop')
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
                type={inWords(accepts)}
                colour={accepts === 'any' ? '*' : accepts[0]!}
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
            {outs.map(([name, { type, about }]) => (
              <SlotRow
                key={name}
                name={name}
                type={typeof type === 'string' ? type : texts.panel.like(type.like)}
                colour={typeof type === 'string' ? type : '*'}
                about={about}
              >
                {node.outputs.map(
                  (slot, i) => declaredName(outputs, slot.name) === name && <LookInto key={slot.name} node={node} slot={i} />,
                )}
              </SlotRow>
            ))}
          </ul>
        </Section>
      )}
    </>
  )
}

const inWords = (accepts: Accepts) => (accepts === 'any' ? texts.panel.anything : accepts.join(', '))

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
      <span class="dot" style={{ '--tint': typeColour(colour, state.dark.value) }} />
      <span>
        <code>{name}</code> <span class="type">{optional ? `${type}, ${texts.panel.optional}` : type}</span>
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

export function FaultCard({ fault, here }: { fault: Fault; here?: string }) {
  const editor = useEditor()
  const id = outerId(fault.node)
  const titles = id ? editor.stage.titlesOf(id) : undefined
  // Of a fault inside a closed node, the slot is one that nobody sees.
  const spot = fault.node === id ? (fault.slot ?? fault.param) : undefined
  const place = [here === id ? undefined : titles && wayInWords(titles), spot].filter(Boolean).join(' · ')
  return (
    <div class={fault.notice ? 'fault notice' : 'fault'}>
      <div class="where">
        <span>{place || texts.panel.wholeGraph}</span>
        {titles && here !== id && (
          <button type="button" class="link" onClick={() => editor.goTo(id)}>
            {texts.panel.goThere}
          </button>
        )}
      </div>
      <p>
        <Prose>{said(fault.message)}</Prose>
      </p>
      {fault.cure && (
        <p class="cure">
          <Prose>{said(fault.cure)}</Prose>
        </p>
      )}
    </div>
  )
}

function Several({ nodes }: { nodes: readonly LGraphNode[] }) {
  state.followGraph()
  void state.run.state.value // pictures to compare come with a run
  const editor = useEditor()
  return (
    <section class="section head">
      <h2>{texts.panel.several(nodes.length)}</h2>
      {comparable(nodes) && (
        <p class="summary">
          <button type="button" class="button outline" onClick={() => compare(editor, nodes)}>
            {texts.commands.compare}
          </button>
        </p>
      )}
      <ul class="slots" style={{ marginTop: '12px' }}>
        {nodes.slice(0, 40).map((node) => (
          <li key={node.id}>
            <span class="dot" style={tint(isDiffusionNode(node) ? node.diffusion.declaration.category : 'tools')} />
            <button type="button" class="link" onClick={() => editor.goTo(editor.stage.fullId(node.id))}>
              {node.getTitle()}
            </button>
          </li>
        ))}
      </ul>
    </section>
  )
}

function WorkflowDetails() {
  state.followGraph()
  const editor = useEditor()
  const { faults, notices, files } = state.run
  const about = translated(editor.workspace.about())
  return (
    <>
      <section class="section head">
        <h2>{translated(state.name.value)}</h2>
        <textarea
          key={`${state.id.value} ${about}`}
          class="about-text"
          aria-label={texts.panel.about}
          placeholder={texts.panel.aboutPlaceholder}
          defaultValue={about}
          rows={4}
          onChange={(event) => editor.workspace.setAbout(event.currentTarget.value)}
        />
      </section>
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
          <MadeFiles files={files.value} />
        </Section>
      )}
      <Measures />
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
