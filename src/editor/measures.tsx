// What the nodes of the last run took, as a list: the longest first.
import type { Measure } from '../engine/protocol.ts'
import { CommandButton } from './buttons.tsx'
import type { LGraphNode } from './canvas.ts'
import { byType } from './declarations.ts'
import { useEditor } from './context.ts'
import * as format from './format.ts'
import { icons } from './icons.tsx'
import { measureOf } from './measured.ts'
import * as state from './state.ts'
import { wayInWords } from './subgraph/places.ts'
import { texts } from './texts.ts'

/** For the whole graph; nothing while it is not measured. */
export function Measures() {
  const editor = useEditor()
  if (!state.settings.value.measures) return null
  const { nodes, timing } = state.run.measures.value
  const total = nodes.reduce((sum, { seconds = 0 }) => sum + seconds, 0)
  const listed = nodes.toSorted((a, b) => (b.seconds ?? -1) - (a.seconds ?? -1) || b.bytes - a.bytes)
  return (
    <section class="section measures">
      <h3>
        {texts.measures.title}
        <CommandButton command="measures" class="icon small" icon={<icons.close />} label={texts.measures.close} />
      </h3>
      {listed.length === 0 ? (
        <p class="hint">{state.run.ended.value ? texts.measures.allKept : texts.measures.runFirst}</p>
      ) : (
        <>
          <p class="hint">{texts.measures.timings[timing]}</p>
          <ol>
            {listed.map((measure) => (
              <Row
                key={measure.node}
                measure={measure}
                total={total}
                title={wayInWords(editor.stage.titlesOf(measure.node) ?? [measure.node])}
              />
            ))}
          </ol>
          <p class="hint">{texts.measures.all(format.duration(total))}</p>
        </>
      )}
    </section>
  )
}

function Row({ measure, total, title }: { measure: Measure; total: number; title: string }) {
  const editor = useEditor()
  const { seconds, calls, bytes } = measure
  const share = seconds === undefined || total === 0 ? 0 : seconds / total
  const { timing } = state.run.measures.value
  return (
    <li style={{ '--share': `${100 * share}%` }}>
      <button type="button" class="link" onClick={() => editor.goTo(measure.node)}>
        {title}
      </button>
      <span class="total">
        {seconds === undefined ? texts.measures.inStep : format.duration(seconds)}
        {seconds !== undefined && <span>{texts.measures.share(Math.round(100 * share))}</span>}
      </span>
      <span class="detail">
        {[
          endsTraining(editor.stage.typeOf(measure.node)) &&
            (timing === 'direct' ? texts.measures.wayBack : texts.measures.wholeStep),
          seconds !== undefined && calls > 1 && texts.measures.each(format.count(calls), format.duration(seconds / calls)),
          seconds === undefined && texts.measures.calls(format.count(calls)),
          bytes > 0 && format.bytes(bytes),
        ]
          .filter(Boolean)
          .join(' · ')}
      </span>
    </li>
  )
}

/** Its time is that of the whole training step, less what is told of its nodes. */
function endsTraining(type: string | undefined): boolean {
  const declaration = type === undefined ? undefined : byType.get(type)
  return declaration?.role === 'end' && Boolean(declaration.loop?.trains)
}

/** Of one node, beside its parameters. */
export function MeasureOf({ node }: { node: LGraphNode }) {
  const { stage } = useEditor()
  const { nodes } = state.run.measures.value
  const measure = measureOf(nodes, stage.fullId(node.id))
  if (!state.settings.value.measures || !measure) return null
  const total = nodes.reduce((sum, { seconds = 0 }) => sum + seconds, 0)
  return (
    <section class="section measures">
      <h3>{texts.measures.title}</h3>
      <ol>
        <Row measure={measure} total={total} title={node.getTitle()} />
      </ol>
    </section>
  )
}
