// Time and memory of the nodes in the last run, the slowest first.
import type { Measure } from '../../engine/protocol.ts'
import { CommandButton } from '../ui/buttons.tsx'
import type { LGraphNode } from '../canvas/canvas.ts'
import { byType } from '../graph/declarations.ts'
import { useRunning } from './services.ts'
import * as format from '../ui/format.ts'
import { icons } from '../ui/icons.tsx'
import { nodeMeasure } from '../graph/nodeMeasures.ts'
import { settings } from '../storage/settings.ts'
import { runState } from './state.ts'
import { formatPath } from '../graph/nodePaths.ts'
import { texts } from '../texts/texts.ts'
import { goToNode } from '../workspace/navigation.ts'

/** Measures of the full graph, if the setting is on. */
export function MeasureList() {
  const editor = useRunning()
  if (!settings.value.measures) return null
  const { nodes, timing } = runState.measures.value
  const total = nodes.reduce((sum, { seconds = 0 }) => sum + seconds, 0)
  const listed = nodes.toSorted(
    (a, b) => (b.seconds ?? -1) - (a.seconds ?? -1) || b.bytes - a.bytes,
  )
  return (
    <section class="section measures">
      <h3>
        {texts.measures.title}
        <CommandButton
          command="measures"
          class="icon small"
          icon={<icons.close />}
          label={texts.measures.close}
        />
      </h3>
      {listed.length === 0 ? (
        <p class="hint">
          {runState.ended.value ? texts.measures.allCached : texts.measures.runFirst}
        </p>
      ) : (
        <>
          <p class="hint">{texts.measures.timings[timing]}</p>
          <ol>
            {listed.map((measure) => (
              <MeasureRow
                key={measure.node}
                measure={measure}
                total={total}
                title={formatPath(editor.stage.nodeTitles(measure.node) ?? [measure.node])}
              />
            ))}
          </ol>
          <p class="hint">{texts.measures.all(format.duration(total))}</p>
        </>
      )}
    </section>
  )
}

function MeasureRow({ measure, total, title }: { measure: Measure; total: number; title: string }) {
  const editor = useRunning()
  const { seconds, calls, bytes } = measure
  const share = seconds === undefined || total === 0 ? 0 : seconds / total
  const { timing } = runState.measures.value
  return (
    <li style={{ '--share': `${100 * share}%` }}>
      <button type="button" class="link" onClick={() => goToNode(editor, measure.node)}>
        {title}
      </button>
      <span class="total">
        {seconds === undefined ? texts.measures.inStep : format.duration(seconds)}
        {seconds !== undefined && <span>{texts.measures.share(Math.round(100 * share))}</span>}
      </span>
      <span class="detail">
        {[
          endsTraining(editor.stage.nodeType(measure.node)) &&
            (timing === 'direct' ? texts.measures.backward : texts.measures.fullStep),
          seconds !== undefined &&
            calls > 1 &&
            texts.measures.each(format.count(calls), format.duration(seconds / calls)),
          seconds === undefined && texts.measures.calls(format.count(calls)),
          bytes > 0 && format.bytes(bytes),
        ]
          .filter(Boolean)
          .join(' · ')}
      </span>
    </li>
  )
}

/** Returns true for the End of a training. Its time is that of the step minus other nodes. */
function endsTraining(type: string | undefined): boolean {
  const declaration = type === undefined ? undefined : byType.get(type)
  return declaration?.role === 'end' && Boolean(declaration.loop?.trains)
}

/** Measures of one node, next to its params. */
export function NodeMeasures({ node }: { node: LGraphNode }) {
  const { stage } = useRunning()
  const { nodes } = runState.measures.value
  const measure = nodeMeasure(nodes, stage.fullId(node.id))
  if (!settings.value.measures || !measure) return null
  const total = nodes.reduce((sum, { seconds = 0 }) => sum + seconds, 0)
  return (
    <section class="section measures">
      <h3>{texts.measures.title}</h3>
      <ol>
        <MeasureRow measure={measure} total={total} title={node.getTitle()} />
      </ol>
    </section>
  )
}
